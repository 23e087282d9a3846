"""The client: what it makes of a bridge, of none, and of other programs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_bridge.client import Client, ensure, find, launch, retire, serve_command, stop
from filmcomposer_bridge.connection import MAX_ANSWER_BYTES
from filmcomposer_bridge.launch import clean_environment
from filmcomposer_bridge.protocol import PROTOCOL, SERVICE, JobRequest
from filmcomposer_bridge.state import (
    ADDRESS_FILE,
    LOCK_FILE,
    START_LOG_FILE,
    bridge_lives,
    read_address,
    write_address,
)
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError
from tests.bridge.conftest import PATIENCE_S, until
from tests.bridge.processes import (
    NEWER_PROTOCOL,
    OLDER,
    Program,
    address_at,
    found,
    in_place_of_a_bridge,
    json_answer,
    reached,
    started,
    stopped_after,
)
from tests.clips import moving_square

ROOT = Path(__file__).parents[2]
STATUS = json.dumps({"service": SERVICE, "protocol": PROTOCOL})
REQUEST = JobRequest(stage="score", cue="/cue", key="k")
CALLS: list[Callable[[Client], object]] = [
    Client.status,
    lambda client: client.submit(REQUEST),
    lambda client: client.job("abc", 3),
    lambda client: client.cancel("abc"),
    lambda client: client.add_root("/films"),
    Client.stop,
]


# -- no bridge ---------------------------------------------------------------------------------


def test_nothing_is_no_bridge(state: Path) -> None:
    assert find() is None
    assert stop() is None


def test_the_file_of_a_dead_bridge_is_no_bridge(state: Path) -> None:
    with Program(json_answer(STATUS)) as program:
        write_address(state, address_at(program.port))
        assert find() is None
        assert program.requests == [], "the token went to another program"


def test_a_closed_port_is_no_bridge(state: Path) -> None:
    with Program(b"") as program:
        port = program.port
    write_address(state, address_at(port))
    with FileLock(state / LOCK_FILE):
        assert find() is None
        with Client(address_at(port)) as client, pytest.raises(BridgeError) as caught:
            client.status()
    assert caught.value.code == "unreachable"


# -- another program on the port ---------------------------------------------------------------

FOREIGN = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a page": json_answer("<h1>It works!</h1>", kind="text/html"),
    "no JSON": json_answer("{"),
    "broken text": json_answer('{"a": "\N{GREEK SMALL LETTER ALPHA}').replace(b"\xce", b"\xff"),
    "deep JSON": json_answer("[" * 50_000),
    "a list": json_answer("[]"),
    "another service": json_answer('{"service": "other", "protocol": 1}'),
    "an error of another shape": json_answer('{"error": "no"}', "404 Not Found"),
    "an error with a number for a message": json_answer(
        '{"code": "x", "message": 3}', "400 Bad Request"
    ),
    "a web server's error": json_answer("not found", "404 Not Found", "text/plain"),
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    "a long line": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    "a redirection": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
    b"Content-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_another_program_is_named_as_such(state: Path, kind: str) -> None:
    with Program(FOREIGN[kind]) as program, in_place_of_a_bridge(state, program) as client:
        with pytest.raises(BridgeError, match="Another program answers") as caught:
            client.status()
        assert caught.value.code == "foreign"
        assert str(program.port) in caught.value.message
        assert find() is None


def test_a_redirection_is_not_followed(state: Path) -> None:
    with Program(json_answer(STATUS)) as trap:
        to = f"Location: http://127.0.0.1:{trap.port}/v1/status\r\nContent-Length: 0\r\n\r\n"
        moved = f"HTTP/1.1 307 Temporary Redirect\r\n{to}".encode()
        with Program(moved) as program, in_place_of_a_bridge(state, program) as client:
            for call in CALLS:
                with pytest.raises(BridgeError, match="Another program"):
                    call(client)
        assert trap.requests == []


def test_a_proxy_is_not_asked(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Program(json_answer("{}")) as trap:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        with Program(json_answer(STATUS)) as program, in_place_of_a_bridge(state, program) as it:
            it.status()
            assert len(program.requests) == 1
        assert trap.requests == []


def test_an_answer_without_end_is_cut_off(state: Path) -> None:
    body = "{" + " " * (MAX_ANSWER_BYTES + 1000) + "}"
    with (
        Program(json_answer(body)) as program,
        in_place_of_a_bridge(state, program) as client,
        pytest.raises(BridgeError, match="Another program"),
    ):
        client.status()


@settings(max_examples=60, deadline=None)
@given(
    raw=st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda raw: b"HTTP/1.1 200 OK\r\n" + raw)
    | st.text(max_size=40).map(json_answer)
)
def test_rubbish_raises_nothing_but_our_error(raw: bytes) -> None:
    with Program(raw) as program, Client(address_at(program.port), timeout_s=5.0) as client:
        for call in CALLS:
            with pytest.raises(BridgeError):
                call(client)


@settings(max_examples=60, deadline=None)
@given(
    body=st.dictionaries(
        st.sampled_from(
            ["id", "key", "stage", "cue", "state", "log", "error", "code", "message", "hint"]
        ),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
    ),
    status=st.sampled_from(["200 OK", "201 Created", "404 Not Found", "500 Oh", "301 Moved"]),
)
def test_json_of_another_shape_raises_nothing_but_our_error(
    body: dict[str, object], status: str
) -> None:
    with (
        Program(json_answer(json.dumps(body), status)) as program,
        Client(address_at(program.port), timeout_s=5.0) as client,
    ):
        for call in CALLS:
            with contextlib.suppress(BridgeError):
                call(client)


def test_silence_is_told_apart_from_absence(state: Path) -> None:
    with (
        Program(lambda _: None) as program,
        in_place_of_a_bridge(state, program),
        pytest.raises(BridgeError, match="did not answer in time") as caught,
    ):
        find(timeout_s=0.2)
    assert caught.value.code == "no_answer"


# -- what crosses the wire ---------------------------------------------------------------------


def test_a_refusal_keeps_code_message_and_hint(state: Path) -> None:
    refusal = '{"code": "queue_full", "message": "Full.", "hint": "Wait."}'
    answer = json_answer(refusal, "429 Too Many Requests")
    with (
        Program(answer) as program,
        in_place_of_a_bridge(state, program) as client,
        pytest.raises(BridgeError) as caught,
    ):
        client.submit(REQUEST)
    assert (caught.value.code, caught.value.message, caught.value.hint) == (
        "queue_full", "Full.", "Wait.",
    )  # fmt: skip


def test_a_job_is_read(state: Path) -> None:
    view = {
        "id": "j1", "key": "k", "stage": "score", "cue": "/cue", "state": "failed", "log": ["a"],
        "next": 1, "error": {"code": "crash", "message": "It crashed."}, "of_a_newer_bridge": 1,
    }  # fmt: skip
    with (
        Program(json_answer(json.dumps(view))) as program,
        Client(address_at(program.port)) as client,
    ):
        got = client.job("j/1?x", since=7)
    assert got.error
    assert (got.state, got.log, got.error.message, got.ended) == (
        "failed", ("a",), "It crashed.", True,
    )  # fmt: skip
    head = program.requests[0].decode().split("\r\n")
    assert head[0] == "GET /v1/jobs/j%2F1%3Fx?since=7 HTTP/1.1"
    assert f"Host: 127.0.0.1:{program.port}" in head
    assert f"Authorization: Bearer {'t' * 43}" in head
    assert f"X-FilmComposer-Protocol: {PROTOCOL}" in head


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"lufs": float("nan")}, "bad_input"),
        ({"keep_sound_db": float("-inf")}, "bad_input"),
        ({"clip": Path("/clip.mp4")}, "bad_input"),
        ({"brief": "x" * 70_000}, "too_large"),
    ],
)
def test_what_cannot_be_sent_is_said_before(params: dict[str, object], code: str) -> None:
    with Client(address_at(1)) as client, pytest.raises(BridgeError) as caught:
        client.submit(replace(REQUEST, params=params))
    assert caught.value.code == code


def test_a_connection_is_kept_and_made_anew_when_it_was_closed() -> None:
    with Program(json_answer(STATUS), answers=3) as program:
        with Client(address_at(program.port)) as client:
            for _ in range(7):
                client.status()
        assert len(program.requests) == 7
        assert program.connections == 3


def test_too_many_connections_are_said(state: Path) -> None:
    answer = json_answer("Service Unavailable", "503 Service Unavailable", "text/plain")
    with (
        Program(answer) as program,
        in_place_of_a_bridge(state, program) as client,
        pytest.raises(BridgeError, match="too many connections"),
    ):
        client.status()


# -- inside REAPER -----------------------------------------------------------------------------


def test_the_client_runs_where_there_is_only_the_standard_library(state: Path) -> None:
    """As REAPER runs it: no packages, no ``sys.executable``, nothing to print to, no threads."""
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "bridge")!r}]
sys.executable, sys.stdout, sys.stderr = "", None, None
from filmcomposer_bridge import client
import threading
threading.Thread.start = None
assert client.find() is None
client.launch(client.serve_command({sys.executable!r}))
while (it := client.find()) is None:
    pass
assert it.status()["running"] == 0
it.close()
"""
    words = [sys.executable, "-I", "-S", "-W", "error", "-c", code]
    with stopped_after(state):
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        with reached(state) as client:
            assert client.status()["pid"] != os.getpid()


def test_a_launched_bridge_is_not_our_child(state: Path, tmp_path: Path) -> None:
    with stopped_after(state):
        launch(serve_command(sys.executable, [tmp_path]))
        if os.name == "posix":
            with pytest.raises(ChildProcessError):
                os.waitpid(-1, os.WNOHANG)
        with reached(state) as client:
            assert client.status()["roots"] == [str(tmp_path.resolve())]


def test_the_environment_of_an_embedding_python_does_not_get_through(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", str(state / "nowhere"))
    monkeypatch.setenv("PYTHONPATH", str(state / "nowhere"))
    with (
        stopped_after(state),
        ensure(serve_command(sys.executable), timeout_s=PATIENCE_S) as client,
    ):
        assert client.status()["service"] == SERVICE


@given(env=st.dictionaries(st.text(max_size=8), st.text(max_size=4)), folder=st.text(max_size=9))
def test_the_rest_of_the_environment_does(env: dict[str, str], folder: str) -> None:
    given_env = {**env, "PYTHONHOME": "/x", "PythonPath": "/y", "__PYVENV_LAUNCHER__": "/z"}
    cleaned = clean_environment(given_env, Path(folder))
    others = {n: v for n, v in env.items() if not n.upper().startswith("PYTHON")}
    assert cleaned == {**others, "FILMCOMPOSER_STATE": str(Path(folder))}


# -- find, ensure, stop ------------------------------------------------------------------------


def test_ensure_starts_one_and_then_finds_it(state: Path) -> None:
    words = serve_command(sys.executable)
    with stopped_after(state):
        with ensure(words, timeout_s=PATIENCE_S) as first:
            pass
        with ensure(words, timeout_s=PATIENCE_S) as second:
            assert second.address == first.address
        status = stop(timeout_s=PATIENCE_S)
        assert status
        assert status["pid"] == first.address.pid
        assert not bridge_lives(state)
        assert not (state / ADDRESS_FILE).exists()


def test_a_start_that_fails_says_its_last_words(state: Path) -> None:
    words = [sys.executable, "-c", "raise ModuleNotFoundError('no module named pigs')"]
    with pytest.raises(BridgeError, match="no module named pigs") as caught:
        ensure(words, timeout_s=PATIENCE_S)
    assert START_LOG_FILE in caught.value.hint


def test_a_start_without_a_word_ends_too(state: Path) -> None:
    with pytest.raises(BridgeError, match="did not come up within"):
        ensure([sys.executable, "-c", ""], timeout_s=0.5)


def test_a_missing_program_is_one_sentence(state: Path, tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="no program"):
        launch([str(tmp_path / "python3"), "-m", "filmcomposer_bridge", "serve"])


def test_an_idle_bridge_of_another_version_makes_way(state: Path) -> None:
    with started(code=OLDER) as old, stopped_after(state):
        with reached(state) as client:
            assert client.address.version == "0.0.1"
        with ensure(serve_command(sys.executable), timeout_s=PATIENCE_S) as client:
            assert client.address.version == __version__
            assert client.address.pid != old.pid
        assert old.wait(PATIENCE_S) == 0


def test_a_busy_bridge_of_another_version_is_left_at_work(state: Path, tmp_path: Path) -> None:
    films = tmp_path.resolve()
    clip = moving_square(films / "clip.mp4", seconds=20)
    with started("--root", str(films), code=OLDER), reached(state) as client:
        for number in range(3):
            params = {"clip": str(clip), "seed": number}
            cue = str(films / f"cue{number}")
            client.submit(JobRequest(stage="score", cue=cue, key=f"key {number}", params=params))
        with pytest.raises(BridgeError, match="is at work") as caught:
            retire(client)
        assert caught.value.code == "version_busy"
        with pytest.raises(BridgeError, match=r"0\.0\.1 is at work"):
            ensure(serve_command(sys.executable))
        status = stop(timeout_s=PATIENCE_S)
        assert status
        assert status["running"] + status["queued"] == 3


def test_another_protocol_is_refused_in_words_but_can_be_stopped(state: Path) -> None:
    with started(code=NEWER_PROTOCOL) as other:
        until(lambda: read_address(state))
        with pytest.raises(BridgeError, match=f"protocol {PROTOCOL + 1}") as caught:
            found(state)
        assert caught.value.code == "protocol"
        assert "filmcomposer bridge stop" in caught.value.hint
        assert stop(timeout_s=PATIENCE_S)
        assert other.wait(PATIENCE_S) == 0


def test_a_bridge_that_hangs_is_not_taken_for_none(state: Path) -> None:
    with started() as process:
        with reached(state):
            pass
        if os.name == "posix":
            process.send_signal(signal.SIGSTOP)
            try:
                with pytest.raises(BridgeError, match="did not answer in time"):
                    find(timeout_s=0.2)
            finally:
                process.send_signal(signal.SIGCONT)
        with reached(state) as client:
            assert client.address.pid == process.pid


def test_every_root_is_a_word_of_the_command(tmp_path: Path) -> None:
    words = serve_command("/opt/python", ["/a b", tmp_path])
    assert words == [
        "/opt/python", "-P", "-m", "filmcomposer_bridge", "serve", "--root", "/a b", "--root",
        str(tmp_path),
    ]  # fmt: skip
