"""The bridge as a process: one of it, how it ends, what it lets be seen."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_bridge.client import Client, ensure, find, launch, serve_command
from filmcomposer_bridge.protocol import JobRequest
from filmcomposer_bridge.state import (
    ADDRESS_FILE,
    LOG_FILE,
    Address,
    bridge_lives,
    read_address,
    write_address,
)
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError
from tests.bridge.conftest import PATIENCE_S, until
from tests.bridge.processes import SERVE, Process, reached, started, stopped_after
from tests.clips import moving_square

ROUTES = [
    ("GET", "/v1/status"), ("POST", "/v1/roots"), ("POST", "/v1/jobs"), ("GET", "/v1/jobs/x"),
    ("DELETE", "/v1/jobs/x"), ("POST", "/v1/stop"), ("GET", "/"), ("GET", "/openapi.json"),
]  # fmt: skip


def said(process: Process) -> tuple[int, str, str]:
    """Wait for the end of a process and return its exit code and what it printed."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err


def ask(address: Address, method: str, path: str, token: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=PATIENCE_S)
    try:
        headers = {"Authorization": f"Bearer {token}", "X-FilmComposer-Protocol": "1"}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


# -- one of it ---------------------------------------------------------------------------------


def test_of_simultaneous_starts_one_runs(state: Path, tmp_path: Path) -> None:
    roots = [tmp_path.resolve() / name for name in "abcd"]
    for root in roots:
        root.mkdir()
    with (
        started("--root", str(roots[0])) as a,
        started("--root", str(roots[1])) as b,
        started("--root", str(roots[2])) as c,
        started("--root", str(roots[3])) as d,
        reached(state) as client,
    ):
        others = [p for p in (a, b, c, d) if p.pid != client.address.pid]
        assert len(others) == 3
        for other in others:
            code, out, err = said(other)
            assert (code, out) == (1, "")
            assert f"A bridge is running already (process {client.address.pid})" in err
        # Nothing of what they were started with is lost.
        assert sorted(client.status()["roots"]) == [str(root) for root in roots]


def test_after_a_kill_the_next_start_works(state: Path) -> None:
    with started() as first:
        with reached(state) as client:
            old = client.address
        first.kill()
        first.wait(PATIENCE_S)
    assert read_address(state) == old, "the file of a killed bridge stays"
    assert find() is None
    with started() as second, reached(state) as client:
        assert client.address.pid == second.pid
        assert client.address.token != old.token
        with (
            Client(Address(**{**as_dict(client.address), "token": old.token})) as late,
            pytest.raises(BridgeError, match="token"),
        ):
            late.status()


def as_dict(address: Address) -> dict[str, Any]:
    return {name: getattr(address, name) for name in Address.__dataclass_fields__}


def test_a_start_waits_for_a_bridge_that_is_about_to_end(state: Path) -> None:
    with started() as first, reached(state) as client:
        client.stop()
        with started() as second:
            assert said(first)[0] == 0
            until(
                lambda: (found := find()) and not found.close() and found.address.pid == second.pid
            )


# -- how it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"] if os.name == "posix" else ["SIGTERM"])
def test_a_signal_ends_it_in_good_order(state: Path, name: str) -> None:
    with started() as process:
        with reached(state):
            process.send_signal(getattr(signal, name))
            code, out, err = said(process)
        if os.name == "posix":  # on Windows this signal kills
            assert (code, err) == (0, "")
            assert out == f"The bridge ended: it got the signal {name}.\n"
            assert not (state / ADDRESS_FILE).exists()
    assert not bridge_lives(state)


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.2, 0.3, 0.4, 0.6])
def test_a_signal_while_it_starts_leaves_nothing(state: Path, after_s: float) -> None:
    with started() as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.terminate()
        said(process)
    assert not bridge_lives(state)
    assert find() is None


def test_it_ends_when_asked_and_answers_first(state: Path) -> None:
    with started() as process, reached(state) as client:
        assert client.stop()
        assert said(process) == (0, "The bridge ended: it was asked to.\n", "")
        with pytest.raises(BridgeError) as caught:
            client.status()
        assert caught.value.code == "unreachable"


def test_it_ends_itself_when_it_has_nothing_to_do(state: Path) -> None:
    with started("--idle-hours", "0.0001") as process:
        code, out, _ = said(process)
    assert (code, out) == (0, "The bridge ended: it had nothing to do for long.\n")


def test_it_ends_when_its_folder_is_cleared(state: Path) -> None:
    with started() as process, reached(state):
        for path in state.glob("bridge.*"):
            path.unlink()
        if os.name == "posix":  # on Windows nobody can remove a file in use
            assert said(process)[1] == "The bridge ended: its folder was cleared.\n"


def test_a_lost_address_is_written_again(state: Path) -> None:
    with started(), reached(state) as client:
        (state / ADDRESS_FILE).unlink()
        until(lambda: read_address(state) == client.address)
        write_address(state, Address(**{**as_dict(client.address), "token": "x" * 43}))
        until(lambda: read_address(state) == client.address)


def test_a_running_job_goes_on_in_the_next_bridge(state: Path, tmp_path: Path) -> None:
    films = tmp_path.resolve()
    clip = moving_square(films / "clip.mp4", seconds=4)
    params = {"clip": str(clip), "seed": 1}
    request = JobRequest(stage="see", cue=str(films / "cue"), key="one", params=params)
    with started("--root", str(films)) as process, reached(state) as client:
        job = client.submit(request).id
        until(lambda: client.job(job).state == "running")
        process.terminate()
        said(process)
    with started("--root", str(films)), reached(state) as client:
        until(lambda: client.job(job).ended)
        assert client.job(job).state == "done"
        assert client.submit(request).id == job
    assert (films / "cue" / "spots.csv").exists() or (films / "cue" / "analysis.json").exists()


# -- what it lets be seen ----------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "x" * 43, "é"])
def test_without_the_token_there_is_no_answer(state: Path, token: str) -> None:
    with started(), reached(state) as client:
        for method, path in ROUTES:
            status, answer = ask(client.address, method, path, token.encode().decode("latin-1"))
            assert (status, answer["code"]) == (401, "unauthorized")
        assert client.status()["roots"] == []


def test_the_token_is_in_its_file_only(state: Path, tmp_path: Path) -> None:
    with started() as process, reached(state) as client:
        token = client.address.token
        ask(client.address, "GET", f"/v1/jobs/{token}?since={token}", token)
        ask(client.address, "GET", f"/{token}", "wrong")
        if os.name == "posix":
            words = ["ps", "-ww", "-o", "args=", "-p", str(process.pid)]
            shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            assert "serve" in shown
            assert token not in shown
        client.stop()
        _, out, err = said(process)
    assert token not in out + err
    files = [path for path in state.rglob("*") if path.is_file()]
    assert state / LOG_FILE in files
    for path in files:
        assert token.encode() not in path.read_bytes(), path


def test_others_may_not_even_look(state: Path) -> None:
    with started(), reached(state):
        if os.name == "posix":
            assert stat.S_IMODE(state.stat().st_mode) == 0o700
            assert stat.S_IMODE((state / ADDRESS_FILE).stat().st_mode) == 0o600
        log = (state / LOG_FILE).read_text("utf-8")
        assert re.search(rf"bridge {re.escape(__version__)}: process \d+, port \d+\n$", log)


def test_it_listens_on_the_loopback_interface_alone(state: Path) -> None:
    with started() as process, reached(state) as client:
        table = Path(f"/proc/{process.pid}/net/tcp")
        if table.exists():
            port = f":{client.address.port:04X}"
            rows = [line.split() for line in table.read_text().splitlines()[1:]]
            listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(port)}
            assert listening == {f"0100007F{port}"}


def test_an_overlong_request_head_does_not_harm(state: Path) -> None:
    with started(), reached(state) as client:
        with socket.create_connection(("127.0.0.1", client.address.port)) as caller:
            caller.settimeout(PATIENCE_S)
            caller.sendall(b"GET /v1/status HTTP/1.1\r\nA: " + b"b" * 20_000)
            assert b"400 Bad Request" in caller.recv(4096)
        with socket.create_connection(("127.0.0.1", client.address.port)) as caller:
            caller.sendall(os.urandom(3000) + b"\r\n\r\n")
        assert client.status()["version"] == __version__


def test_silent_connections_are_closed_after_a_while(state: Path) -> None:
    with started(), reached(state) as client:
        callers = [socket.create_connection(("127.0.0.1", client.address.port)) for _ in range(70)]
        try:
            with Client(client.address) as late, pytest.raises(BridgeError) as caught:
                late.status()
            assert caught.value.code == "overloaded"
            for caller in callers:
                caller.settimeout(PATIENCE_S)
                caller.recv(1)
        finally:
            for caller in callers:
                caller.close()
        assert client.status()["version"] == __version__


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"hello\r\n\r\n"]
)
def test_what_is_no_http_is_refused_in_our_shape(state: Path, raw: bytes) -> None:
    with started(), reached(state) as client:
        with socket.create_connection(("127.0.0.1", client.address.port), PATIENCE_S) as link:
            link.sendall(raw)
            answer = b"".join(iter(lambda: link.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert b"content-type: application/json" in head
        assert json.loads(body)["code"] == "bad_http"
        assert client.status()["running"] == 0


def test_idle_connections_do_not_end_the_bridge(state: Path) -> None:
    with started() as process, contextlib.ExitStack() as held:
        with reached(state) as client:
            place = ("127.0.0.1", client.address.port)
        for _ in range(300):
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_connection(place, PATIENCE_S))
        until(lambda: answers(state), "the bridge")
        assert process.poll() is None


def answers(state: Path) -> bool:
    try:
        client = find(state, timeout_s=PATIENCE_S)
    except BridgeError:
        return False
    if client is None:
        return False
    client.close()
    return True


def test_nothing_in_the_state_folder_is_imported(state: Path) -> None:
    for name in ("json", "filmcomposer_core"):
        (state / f"{name}.py").write_text("raise SystemExit('imported')")
    launch(serve_command(sys.executable), state)
    with stopped_after(state), reached(state) as client:
        assert client.status()["queued"] == 0


def test_a_warning_of_the_system_is_no_failed_start(state: Path) -> None:
    slow = "import sys, time; print('ERROR: ld.so: object x ignored.', flush=True); time.sleep(3);"
    with stopped_after(state), ensure([sys.executable, "-c", f"{slow}{SERVE}", "serve"]) as client:
        assert client.status()["running"] == 0
