"""One request without waiting: against programs that answer in every way."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Generator
from typing import Any

import pytest

from filmcomposer_bridge.protocol import PROTOCOL, PROTOCOL_HEADER
from filmcomposer_core.errors import BridgeError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.bridge.exchange import ask
from tests.bridge.processes import Program, address_at, json_answer
from tests.fakes.reaper import Host


def finished(work: Generator[None, None, Any], host: Host) -> tuple[Any, int]:
    """Run work to its end; return its result and how often it gave the main thread back."""
    for yields in range(100_000):
        try:
            next(work)
        except StopIteration as end:
            return end.value, yields
        if host.clock == "real":
            time.sleep(0.001)
        host.now_s += 0.001
    raise AssertionError("it does not end")


def asked(port: int, *, clock: str = "real", **options: Any) -> dict[str, Any]:
    host = Host(clock=clock)  # type: ignore[arg-type]
    given = {"method": "GET", "path": "/v1/status", **options}
    found, _ = finished(ask(Reaper(host.functions), address_at(port), **given), host)
    assert isinstance(found, dict)
    return found


def test_the_request_and_its_answer() -> None:
    with Program(json_answer('{"a": [1, "ä"]}')) as program:
        body = {"path": "/filme/ä"}
        assert asked(program.port, method="POST", path="/v1/roots", body=body) == {"a": [1, "ä"]}
        (request,) = program.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == "POST /v1/roots HTTP/1.0"
    assert headers["Host"] == f"127.0.0.1:{program.port}"
    assert headers["Authorization"] == f"Bearer {'t' * 43}"
    assert headers[PROTOCOL_HEADER] == str(PROTOCOL)
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(sent))
    assert json.loads(sent) == body


def test_a_get_has_no_body() -> None:
    with Program(json_answer("{}")) as program:
        assert asked(program.port) == {}
        assert b"Content" not in program.requests[0]


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    answer = b'HTTP/1.0 200 OK\r\ncontent-type: Application/JSON; charset=utf-8\r\n\r\n{"a": 1}'
    with Program(answer.replace(b"Application/JSON", b"application/json")) as program:
        assert asked(program.port) == {"a": 1}


def test_a_long_answer_comes_in_many_pieces() -> None:
    text = json.dumps({"log": "x" * 2_000_000})
    with Program(json_answer(text)) as program:
        assert asked(program.port) == json.loads(text)


def test_a_refusal_keeps_its_words() -> None:
    refusal = json_answer(
        '{"code": "not_found", "message": "There is no such job.", "hint": "Look."}', "404 No"
    )
    with Program(refusal) as program, pytest.raises(BridgeError) as caught:
        asked(program.port)
    found = caught.value
    assert (found.code, str(found)) == ("not_found", "There is no such job. Look.")


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00\x01\x02" * 500,
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        json_answer("<html>", kind="text/html"),
        json_answer("[1]"),
        json_answer("{"),
        json_answer("[" * 100_000),
        json_answer('{"detail": "Not Found"}', "404 Not Found"),
        json_answer('{"code": 1, "message": []}', "400 Bad"),
        json_answer("nowhere", "302 Found"),
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}"[:-1],
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b"x" * (4 * 2**20 + 1),
    ],
)
def test_another_program_is_told_apart(answer: bytes) -> None:
    with Program(answer) as program, pytest.raises(BridgeError) as caught:
        asked(program.port)
    assert caught.value.code == "foreign"
    assert str(program.port) in str(caught.value)


def test_too_many_callers() -> None:
    answer = json_answer("Service Unavailable", "503 Service Unavailable", "text/plain")
    with Program(answer) as program, pytest.raises(BridgeError) as caught:
        asked(program.port)
    assert caught.value.code == "overloaded"


def test_closed_without_a_word() -> None:
    with Program(b"") as program, pytest.raises(BridgeError) as caught:
        asked(program.port)
    assert caught.value.code == "unreachable"


def test_a_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BridgeError, match="is not there any more") as caught:
        asked(port)
    assert caught.value.code == "unreachable"


def test_silence_ends_at_the_limit() -> None:
    with Program(lambda _: None) as program, pytest.raises(BridgeError, match="in time") as caught:
        asked(program.port, clock="virtual", limit_s=2.0)
    assert caught.value.code == "no_answer"


def test_a_listener_that_takes_no_calls() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        with pytest.raises(BridgeError) as caught:
            asked(port, clock="virtual", limit_s=2.0)
    assert caught.value.code == "no_answer"


def test_giving_up_closes_the_socket() -> None:
    host = Host()
    with Program(lambda _: None) as program:
        work = ask(Reaper(host.functions), address_at(program.port), "GET", "/v1/status")
        next(work)
        work.close()  # an open socket would be a ResourceWarning, which is an error here


def test_an_overlong_request_is_not_sent() -> None:
    with pytest.raises(BridgeError, match="bytes long") as caught:
        asked(9, method="POST", path="/v1/jobs", body={"brief": "x" * 70_000})
    assert caught.value.code == "too_large"
