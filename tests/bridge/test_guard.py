"""What the guard lets through, and that it tells nothing to who has no token."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_bridge.guard import Guard
from filmcomposer_bridge.protocol import MAX_BODY_BYTES, PROTOCOL, PROTOCOL_HEADER
from filmcomposer_bridge.wire import MAX_DEPTH, RefusedError, check_json, encode
from tests.bridge.caller import PORT, TOKEN, Caller, Header, Reply, good_headers

PROTOCOL_NAME = PROTOCOL_HEADER.lower().encode()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the body that came through."""
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"echo:" + message["body"]})


async def broken(scope: Any, receive: Any, send: Any) -> None:
    msg = "secret detail"
    raise RuntimeError(msg)


@pytest.fixture
def caller() -> Iterator[Caller]:
    with Caller(Guard(echo, token=TOKEN, port=PORT)) as found:
        yield found


def swap(headers: list[Header], name: bytes, value: bytes | None) -> list[Header]:
    kept = [item for item in headers if item[0] != name]
    return kept if value is None else [*kept, (name, value)]


def code(reply: Reply) -> str:
    return str(reply.json["code"])


def test_a_good_request_comes_through_with_its_body(caller: Caller) -> None:
    assert caller.ask("POST", "/any", {"a": 1}).body == b'echo:{"a": 1}'
    assert caller.ask("GET", "/any").body == b"echo:"


@pytest.mark.parametrize(
    ("client", "passes"),
    [
        (("127.0.0.1", 1), True),
        (("127.8.9.1", 1), True),
        (("::1", 1), True),
        (("::ffff:127.0.0.1", 1), True),
        (("192.168.0.7", 1), False),
        (("::ffff:192.168.0.7", 1), False),
        (("0.0.0.0", 1), False),
        (("localhost", 1), False),
        (None, False),
    ],
)
def test_only_this_machine_may_ask(caller: Caller, client: Any, passes: bool) -> None:
    reply = caller.ask("GET", "/any", client=client)
    assert (reply.status == 200) is passes
    assert passes or (reply.status, code(reply)) == (403, "not_local")


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        (f"127.0.0.1:{PORT}", True),
        (f"localhost:{PORT}", True),
        (f"LocalHost:{PORT}", True),
        ("127.0.0.1", False),
        ("localhost:1", False),
        (f"127.0.0.1:{PORT}0", False),
        (f"127.0.0.1.evil.example:{PORT}", False),
        (f"evil.example:{PORT}", False),
        (f"evil.example@127.0.0.1:{PORT}", False),
        (f"[::1]:{PORT}", False),
        (f"0.0.0.0:{PORT}", False),
        (f"2130706433:{PORT}", False),
        ("", False),
        (None, False),
    ],
)
def test_the_host_must_be_this_machine_and_port(
    caller: Caller, host: str | None, passes: bool
) -> None:
    headers = swap(good_headers(), b"host", host.encode() if host is not None else None)
    reply = caller.ask("GET", "/any", headers=headers)
    assert (reply.status == 200) is passes
    assert passes or (reply.status, code(reply)) == (403, "wrong_host")


def test_without_a_known_port_any_will_do() -> None:
    with Caller(Guard(echo, token=TOKEN, port=None)) as caller:
        for host, status in (
            ("localhost:7", 200),
            ("127.0.0.1", 200),
            ("a:7", 403),
            ("localhost:x", 403),
        ):
            headers = swap(good_headers(), b"host", host.encode())
            assert caller.ask("GET", "/any", headers=headers).status == status


@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        (None, True),
        (f"http://127.0.0.1:{PORT}", True),
        (f"http://localhost:{PORT}", True),
        (f"https://127.0.0.1:{PORT}", False),
        ("http://127.0.0.1:80", False),
        ("http://evil.example", False),
        (f"http://evil.example:{PORT}", False),
        (f"127.0.0.1:{PORT}", False),
        ("null", False),
        ("", False),
        ("file://", False),
    ],
)
def test_no_web_page_may_ask(caller: Caller, origin: str | None, passes: bool) -> None:
    headers = swap(good_headers(), b"origin", origin.encode() if origin is not None else None)
    reply = caller.ask("GET", "/any", headers=headers)
    assert (reply.status == 200) is passes
    assert passes or (reply.status, code(reply)) == (403, "wrong_origin")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        TOKEN.encode(),
        b"Basic " + TOKEN.encode(),
        b"Bearer " + TOKEN.encode()[:-1],
        b"Bearer " + TOKEN.encode() + b"x",
        b"Bearer " + TOKEN.upper().encode(),
        b"Bearer \xff\xfe",
        None,
    ],
)
def test_a_wrong_token_is_refused(caller: Caller, value: bytes | None) -> None:
    headers = swap(good_headers(), b"authorization", value)
    reply = caller.ask("GET", "/any", headers=headers)
    assert (reply.status, code(reply)) == (401, "unauthorized")
    assert (b"www-authenticate", b"Bearer") in reply.headers
    assert TOKEN.encode() not in reply.body


@pytest.mark.parametrize("name", [b"host", b"origin", b"authorization", PROTOCOL_NAME])
def test_a_header_that_stands_twice_counts_for_nothing(caller: Caller, name: bytes) -> None:
    good = swap(good_headers(), b"origin", f"http://127.0.0.1:{PORT}".encode())
    assert caller.ask("GET", "/any", headers=good).status == 200
    twice = [*good, *(item for item in good if item[0] == name)]
    assert caller.ask("GET", "/any", headers=twice).status in (400, 401, 403)


def test_an_empty_token_makes_no_bridge() -> None:
    with pytest.raises(ValueError, match="token"):
        Guard(echo, token="", port=PORT)


@pytest.mark.parametrize(
    ("value", "older"),
    [(str(PROTOCOL + 1), "the bridge"), ("0", "the caller"), ("x", "both"), (None, "both"),
     ("１", "both"), (f"{PROTOCOL}.0", "both"), ("9" * 5000, "both")],
)  # fmt: skip
def test_another_protocol_is_refused_with_both_numbers(
    caller: Caller, value: str | None, older: str
) -> None:
    headers = swap(good_headers(), PROTOCOL_NAME, value.encode() if value is not None else None)
    reply = caller.ask("GET", "/any", headers=headers)
    assert (reply.status, code(reply)) == (400, "protocol")
    assert f"this bridge speaks protocol {PROTOCOL}." in reply.json["message"]
    assert older in reply.json["hint"]
    assert len(reply.body) < 500
    if value in ("0", str(PROTOCOL + 1)):
        assert f"The caller speaks protocol {value}," in reply.json["message"]
    assert caller.ask("GET", "/v1/status", headers=headers).status == 200


#: What may be wrong with a request, in the order in which it is told.
FAULTS = (
    *("not_local", "wrong_host", "wrong_origin", "unauthorized"),
    *("protocol", "too_large", "not_json", "bad_json"),
)


def faulty(faults: set[str]) -> dict[str, Any]:
    body = b"{" if "bad_json" in faults else b"{}"
    headers = good_headers(body=body)
    for fault, name, value in (
        ("wrong_host", b"host", b"evil.example"),
        ("wrong_origin", b"origin", b"http://evil.example"),
        ("unauthorized", b"authorization", b"Bearer no"),
        ("protocol", PROTOCOL_NAME, b"77"),
        ("too_large", b"content-length", str(MAX_BODY_BYTES + 1).encode()),
        ("not_json", b"content-type", b"text/plain"),
    ):
        if fault in faults:
            headers = swap(headers, name, value)
    client = ("10.0.0.1", 1) if "not_local" in faults else ("127.0.0.1", 1)
    return {"body": body, "headers": headers, "client": client}


def test_of_several_faults_the_first_in_order_is_told(caller: Caller) -> None:
    for size in range(len(FAULTS) + 1):
        for faults in itertools.combinations(FAULTS, size):
            reply = caller.ask("POST", "/any", **faulty(set(faults)))
            if faults:
                assert code(reply) == min(faults, key=FAULTS.index)
                assert (b"connection", b"close") in reply.headers
            else:
                assert reply.status == 200


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "X"]),
    path=st.sampled_from(["/v1/status", "/v1/jobs", "/v1/jobs/x", "/v1/stop", "/", "/docs"])
    | st.text().map(lambda text: f"/{text}"),
    protocol=st.sampled_from([b"1", b"2", None]),
    body=st.binary(max_size=50),
    length=st.sampled_from([b"0", b"99999999", b"x", None]),
)
def test_without_the_token_every_answer_is_the_same(
    method: str, path: str, protocol: bytes | None, body: bytes, length: bytes | None
) -> None:
    headers = swap(good_headers(body=body), b"authorization", b"Bearer guess")
    headers = swap(swap(headers, PROTOCOL_NAME, protocol), b"content-length", length)
    with Caller(Guard(echo, token=TOKEN, port=PORT)) as caller:
        plain = caller.ask("GET", "/", headers=swap(good_headers(), b"authorization", None))
        assert caller.ask(method, path, body, headers=headers) == plain


def test_a_body_of_just_the_limit_passes_and_one_more_byte_does_not(caller: Caller) -> None:
    full = b'"' + b"a" * (MAX_BODY_BYTES - 2) + b'"'
    assert caller.ask("POST", "/any", full).status == 200
    reply = caller.ask("POST", "/any", full + b" ")
    assert (reply.status, code(reply)) == (413, "too_large")


@pytest.mark.parametrize("length", [None, b"2"])
def test_a_stream_without_end_is_cut_at_the_limit(caller: Caller, length: bytes | None) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1000
            yield b" " * 1000

    headers = swap(good_headers(body=b"{}"), b"content-length", length)
    reply = caller.ask("POST", "/any", headers=headers, chunks=endless())
    assert (reply.status, code(reply)) == (413, "too_large")
    assert taken <= MAX_BODY_BYTES + 1000


def test_a_body_in_pieces_comes_through_whole(caller: Caller) -> None:
    pieces = [b'{"a"', b"", b": ", b"[1, 2]}"]
    headers = good_headers(body=b"".join(pieces))
    assert caller.ask("POST", "/any", headers=headers, chunks=pieces).body == b'echo:{"a": [1, 2]}'


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"", "٣".encode(), b"0x10"])
def test_a_senseless_length_is_refused(caller: Caller, length: bytes) -> None:
    headers = swap(good_headers(), b"content-length", length)
    assert code(caller.ask("GET", "/any", headers=headers)) == "bad_request"


@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        (b"application/json", True),
        (b"Application/JSON; charset=utf-8", True),
        (b"text/json", False),
        (b"application/jsonp", False),
        (b"text/plain", False),
        (b"multipart/form-data; boundary=x", False),
        (b"", False),
        (None, False),
    ],
)
def test_a_body_must_be_said_to_be_json(caller: Caller, kind: bytes | None, passes: bool) -> None:
    headers = swap(good_headers(body=b"{}"), b"content-type", kind)
    reply = caller.ask("POST", "/any", b"{}", headers=headers)
    assert (reply.status == 200) is passes
    assert passes or (reply.status, code(reply)) == (415, "not_json")


def test_a_packed_body_is_refused(caller: Caller) -> None:
    headers = [*good_headers(body=b"{}"), (b"content-encoding", b"gzip")]
    assert code(caller.ask("POST", "/any", b"{}", headers=headers)) == "not_json"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff{}", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "line 1"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"b": {"a": 1, "a": 1}}', "twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "too long"),
        (b'["\\ud800"]', "half"),
        (b'"\\ud800"', "half"),
        (b'{"\\udfff": 1}', "half"),
        (b"[" * 30000, "line 1|nested"),
        (b"[" * 30000 + b"]" * 30000, "nested"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested"),
        (b'["\\ud83d\\ude00"]', None),
        (b"\x00", "line 1"),
        (b"[1] x", "line 1, column 5"),
    ],
)
def test_only_json_that_can_be_read_in_one_way_passes(body: bytes, reason: str | None) -> None:
    if reason is None:
        check_json(body)
        return
    with pytest.raises(RefusedError, match=reason) as caught:
        check_json(body)
    assert (caught.value.status, caught.value.code) == (400, "bad_json")


plain_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False) | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(values)
def test_all_plain_json_passes(value: Any) -> None:
    check_json(json.dumps(value).encode())


@given(st.binary(max_size=40) | values.map(lambda v: json.dumps(v).encode()[:-1] + b"}"))
def test_what_passes_is_json_and_anything_else_is_refused_politely(body: bytes) -> None:
    with contextlib.suppress(RefusedError):
        check_json(body)
        json.loads(body)


@given(values | st.floats() | st.text() | st.lists(st.floats() | st.text()))
def test_answers_are_json_for_every_reader(value: Any) -> None:
    def no_constant(word: str) -> None:
        raise AssertionError(word)

    text = encode({"value": value}).decode("utf-8")
    back = json.loads(text, parse_constant=no_constant)["value"]
    flat = json.dumps(value)
    if "NaN" not in flat and "Infinity" not in flat and "\\ud" not in flat:
        assert back == value


def test_a_fault_of_ours_tells_the_caller_nothing_and_the_log_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.ERROR, logger="filmcomposer_bridge"),
        Caller(Guard(broken, token=TOKEN, port=PORT)) as caller,
    ):
        reply = caller.ask("GET", "/any")
    assert (reply.status, code(reply)) == (500, "internal")
    assert b"secret" not in reply.body
    assert b"Traceback" not in reply.body
    assert "secret detail" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("token", [TOKEN, "wrong"])
@pytest.mark.parametrize("app", [echo, broken])
def test_a_caller_who_went_away_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture, app: Any, token: str
) -> None:
    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def dead(message: Any) -> None:
        msg = "the line is dead"
        raise OSError(msg)

    headers = swap(good_headers(), b"authorization", f"Bearer {token}".encode())
    scope = {"type": "http", "method": "GET", "path": "/any", "headers": headers}
    scope["client"] = ("127.0.0.1", 1)
    with caplog.at_level(logging.INFO, logger="filmcomposer_bridge"):
        asyncio.run(Guard(app, token=TOKEN, port=PORT)(scope, receive, dead))
    assert "An answer could not be sent: OSError('the line is dead')" in caplog.text
    assert caplog.text.count("Traceback") == (token == TOKEN and app is broken)


def test_a_web_socket_is_closed_before_it_opens() -> None:
    sent: list[Any] = []

    async def note(message: Any) -> None:
        sent.append(message)

    guard = Guard(echo, token=TOKEN, port=PORT)
    scope = {"type": "websocket", "path": "/v1/status", "headers": good_headers()}
    coroutine = guard(scope, note, note)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert sent == [{"type": "websocket.close", "code": 1008}]
