"""Both actions as REAPER runs them: with a bridge, without one, and with what is in its place."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
import venv
from pathlib import Path

import pytest
from filelock import FileLock

from filmcomposer_bridge.client import find
from filmcomposer_bridge.protocol import JobRequest
from filmcomposer_bridge.state import (
    LOCK_FILE,
    bridge_lives,
    read_address,
    remove_address,
    write_address,
)
from filmcomposer_core import __version__
from tests.bridge.processes import (
    NEWER_PROTOCOL,
    OLDER,
    Program,
    address_at,
    in_place_of_a_bridge,
    json_answer,
    reached,
    started,
)
from tests.fakes.reaper import Host, Misuse
from tests.reaper_scripts.conftest import ROOT, behaved, note_interpreter, press

STATUS = "FilmComposer_Bridge_status.py"
CANCEL = "FilmComposer_Cancel.py"
CLIP = ROOT / "examples" / "big_buck_bunny_opening.mp4"
STARTING = "FilmComposer: starting the bridge ...\n"
NO_BRIDGE = "FilmComposer: there is nothing to cancel; the bridge does not run.\n"


def real() -> Host:
    """A host for tests with another process, which lives in real time."""
    return Host(clock="real")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# --- a real bridge --------------------------------------------------------------------------------


def test_status_launches_a_bridge_and_finds_it_the_next_time(installed: Path, state: Path) -> None:
    first = press(real(), installed / STATUS)
    address = read_address(state)
    assert address is not None
    assert first.startswith(
        f"{STARTING}FilmComposer bridge {__version__} runs: process {address.pid}, "
        f"port {address.port}, for "
    )
    assert first.endswith(f"It has nothing to do.\nLog: {state / 'bridge.log'}\n")
    assert (state / "bridge.log").is_file()
    host = real()
    second = press(host, installed / STATUS)
    assert second.startswith(f"FilmComposer bridge {__version__} runs: process {address.pid}, ")
    started_programs = [e for s in host.scripts for e in s.events if e.name == "subprocess.Popen"]
    assert started_programs == []
    assert press(real(), installed / CANCEL) == (
        "FilmComposer: there is nothing to cancel; the bridge has no job.\n"
    )


@pytest.mark.slow
def test_a_running_job_is_shown_and_cancelled(installed: Path, state: Path, tmp_path: Path) -> None:
    press(real(), installed / STATUS)
    client = find(state)
    assert client is not None
    with client:
        shutil.copy(CLIP, tmp_path / "clip.mp4")
        client.add_root(tmp_path)
        request = JobRequest(
            stage="score", cue=str(tmp_path / "Wald"), key="k",
            params={"clip": str(tmp_path / "clip.mp4")},
        )  # fmt: skip
        job = client.submit(request)
        while client.job(job.id).state == "queued":
            time.sleep(0.01)
        shown = press(real(), installed / STATUS)
        assert "Jobs: 1 running, 0 waiting.\n" in shown
        assert '  score of "Wald": ' in shown
        said = press(real(), installed / CANCEL)
        assert said.startswith('FilmComposer: cancelling score of "Wald" at ')
        assert said.endswith(
            'score of "Wald" is cancelled; what was finished is kept for the next run.\n'
        )
        assert client.job(job.id).state == "cancelled"


def test_a_bridge_of_another_version_is_named(installed: Path, state: Path) -> None:
    with started(code=OLDER), reached(state):
        said = press(real(), installed / STATUS)
    assert said.startswith("FilmComposer bridge 0.0.1 runs: ")
    assert f"These actions are FilmComposer {__version__}. Run `filmcomposer bridge stop`" in said


@pytest.mark.parametrize("action", [STATUS, CANCEL])
def test_a_bridge_of_another_protocol_is_refused(installed: Path, state: Path, action: str) -> None:
    with started(code=NEWER_PROTOCOL) as process:
        while read_address(state) is None:
            assert process.poll() is None
            time.sleep(0.01)
        said = press(real(), installed / action)
        process.terminate()
        process.wait()
    assert "which speaks protocol 2; this is FilmComposer" in said
    assert "Run `filmcomposer bridge stop`, then try again." in said
    assert said.count("\n") == 1


def test_a_bridge_killed_while_it_starts(installed: Path, state: Path) -> None:
    host = real()
    host.run(installed / STATUS)
    host.pump(lambda: "starting" in host.console)
    # REAPER stands still meanwhile, as under a dialog.
    while (address := read_address(state)) is None:
        time.sleep(0.001)
    os.kill(address.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    while bridge_lives(state):
        time.sleep(0.001)
    host.pump_all()
    behaved(host)
    assert host.console == (
        f"{STARTING}FilmComposer, Bridge status: The bridge ended while it was starting. "
        f"See {state / 'bridge.log'}.\n"
    )
    assert press(real(), installed / STATUS).startswith(STARTING)


def test_a_bridge_that_ends_just_then_is_followed_by_another(installed: Path, state: Path) -> None:
    state.mkdir()
    host = real()
    with FileLock(state / LOCK_FILE):
        write_address(state, address_at(closed_port()))
        host.run(installed / STATUS)
        for _ in range(10):
            host.tick()
        remove_address(state, 4711)
    host.pump_all()
    behaved(host)
    assert host.console.startswith(f"{STARTING}FilmComposer bridge {__version__} runs: ")


# --- no bridge ------------------------------------------------------------------------------------


def test_cancel_starts_nothing(installed: Path, state: Path) -> None:
    host = Host()
    assert press(host, installed / CANCEL) == NO_BRIDGE
    assert not bridge_lives(state)
    assert [e.name for e in host.scripts[0].events if e.name == "subprocess.Popen"] == []


def test_an_address_that_a_dead_bridge_left(installed: Path, state: Path) -> None:
    state.mkdir()
    write_address(state, address_at(closed_port()))
    assert press(Host(), installed / CANCEL) == NO_BRIDGE
    said = press(real(), installed / STATUS)
    assert said.startswith(f"{STARTING}FilmComposer bridge {__version__} runs: ")


def test_another_program_on_a_dead_bridges_port_is_not_even_asked(
    installed: Path, state: Path
) -> None:
    state.mkdir()
    with Program(json_answer('{"hello": 1}')) as program:
        write_address(state, address_at(program.port))
        assert press(Host(), installed / CANCEL) == NO_BRIDGE
        said = press(real(), installed / STATUS)
        assert program.requests == []  # the token stays with us
    assert said.startswith(f"{STARTING}FilmComposer bridge {__version__} runs: ")


def test_an_interpreter_without_the_product(installed: Path, state: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", symlinks=os.name != "nt", with_pip=False)
    inner = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    note_interpreter(installed, str(tmp_path / "bare" / inner))
    said = press(real(), installed / STATUS)
    assert said.startswith(f"{STARTING}FilmComposer, Bridge status: The bridge did not come up: ")
    assert "No module named filmcomposer_bridge" in said
    assert said.endswith(f"See {state / 'bridge.start.log'}.\n")


def test_an_interpreter_that_is_no_program(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("", "utf-8")
    note_interpreter(installed, str(tmp_path / "text"))
    said = press(Host(), installed / STATUS)
    assert said.startswith(f"{STARTING}FilmComposer, Bridge status: The bridge cannot be started")
    assert said.endswith("Run install.py again.\n")


# --- in the bridge's place ------------------------------------------------------------------------


def test_a_bridge_that_does_not_answer(installed: Path, state: Path) -> None:
    state.mkdir()
    with Program(lambda _: None) as program, in_place_of_a_bridge(state, program):
        host = Host()
        said = press(host, installed / STATUS)
        assert said == (
            "FilmComposer, Bridge status: The bridge (process 4711) did not answer in time. "
            "Try again in a moment.\n"
        )
        # Five seconds of waiting were a hundred and fifty short ticks.
        assert 150 <= sum(s.what == "defer" for s in host.scripts[0].slices) <= 155
        assert program.connections == 1


def test_another_program_where_the_lock_is_held(installed: Path, state: Path) -> None:
    state.mkdir()
    answer = json_answer('{"hello": 1}')
    with Program(answer) as program, in_place_of_a_bridge(state, program):
        assert press(real(), installed / CANCEL) == NO_BRIDGE


def test_a_lock_that_is_held_and_nobody_there(installed: Path, state: Path) -> None:
    state.mkdir()
    with FileLock(state / LOCK_FILE):
        said = press(Host(), installed / STATUS)
    assert said == (
        "FilmComposer, Bridge status: The bridge did not come up within 60 s. "
        f"See {state / 'bridge.log'}.\n"
    )


def job_json(state: str, **more: str) -> str:
    found = '{"id": "j 1", "key": "k", "stage": "score", "cue": "/films/Wald", '
    found += f'"state": "{state}", "fraction": 0.25, "log": [], "next": 0'
    return found + "".join(f', "{k}": {v}' for k, v in more.items()) + "}"


def a_bridge_with(job: str, *after: str, queued: int = 0) -> Program:
    """A bridge whose status shows a job, and whose answers about it come in turn."""
    left = list(after)
    status = (
        '{"service": "filmcomposer-bridge", "protocol": 1, "uptime_s": 5, '
        f'"running": {int(job != "null")}, "queued": {queued}, "job": {job}}}'
    )

    def answer(request: bytes) -> bytes | None:
        if b" /v1/status " in request:
            return json_answer(status)
        return json_answer(left.pop(0) if len(left) > 1 else left[0]) if left else b""

    return Program(answer)


def cancelled_at(state: Path, program: Program, installed: Path) -> tuple[str, list[str]]:
    state.mkdir()
    with program, in_place_of_a_bridge(state, program):
        said = press(real(), installed / CANCEL)
    lines = [request.split(b" HTTP/", 1)[0].decode() for request in program.requests]
    return said, lines


def test_cancel_waits_for_the_job_to_stop(installed: Path, state: Path) -> None:
    running = job_json("running")
    program = a_bridge_with(running, running, running, job_json("cancelled"))
    said, asked = cancelled_at(state, program, installed)
    assert said == (
        'FilmComposer: cancelling score of "Wald" at 25 % ...\n'
        'FilmComposer: score of "Wald" is cancelled; what was finished is kept for the next run.\n'
    )
    job = "/v1/jobs/j%201"
    assert asked == ["GET /v1/status", f"DELETE {job}", f"GET {job}", f"GET {job}"]


def test_cancel_comes_too_late(installed: Path, state: Path) -> None:
    program = a_bridge_with(job_json("running"), job_json("done"))
    said, _ = cancelled_at(state, program, installed)
    assert said.endswith('FilmComposer: score of "Wald" had ended before (done).\n')


def test_the_bridge_dies_while_a_job_is_cancelled(installed: Path, state: Path) -> None:
    said, _ = cancelled_at(state, a_bridge_with(job_json("running")), installed)
    assert said.endswith(
        "FilmComposer, Cancel: The bridge (process 4711) is not there any more. "
        "Run Bridge status or `filmcomposer bridge start`, which start it; its jobs are kept.\n"
    )


def test_an_answer_that_makes_no_sense(installed: Path, state: Path) -> None:
    said, _ = cancelled_at(state, a_bridge_with(job_json("running"), "{}"), installed)
    assert "gave an answer that makes no sense" in said


def test_jobs_wait_and_none_runs(installed: Path, state: Path) -> None:
    said, asked = cancelled_at(state, a_bridge_with("null", queued=2), installed)
    assert said == ("FilmComposer: no job runs yet, 2 wait. Press Cancel again in a moment.\n")
    assert set(asked) == {"GET /v1/status"}


# --- a second press -------------------------------------------------------------------------------


def test_a_second_press_starts_no_second_loop(installed: Path, state: Path) -> None:
    state.mkdir()
    with Program(lambda _: None) as program, in_place_of_a_bridge(state, program):
        host = Host()
        host.run(installed / STATUS)
        host.tick()
        second = host.run(installed / STATUS, when_running="new")
        assert host.console == (
            "FilmComposer: Bridge status is at work already; its answer comes here.\n"
        )
        assert second.ended
        host.pump_all()
        assert program.connections == 1
        assert host.console.count("did not answer in time") == 1
    behaved(host)


def test_another_action_goes_on_beside_it(installed: Path, state: Path) -> None:
    state.mkdir()
    with FileLock(state / LOCK_FILE):
        host = Host()
        waiting = host.run(installed / STATUS)
        host.tick()
        other = host.run(installed / CANCEL)
        host.pump(lambda: other.ended)
        assert host.console == NO_BRIDGE
        assert not waiting.ended
        waiting.terminate()
    behaved(host)


def test_ended_by_the_user_and_pressed_again(installed: Path, state: Path) -> None:
    state.mkdir()
    with Program(lambda _: None) as program, in_place_of_a_bridge(state, program):
        host = Host()
        first = host.run(installed / STATUS)
        host.tick()
        host.tick()
        second = host.run(installed / STATUS, when_running="terminate")
        assert first.ended
        assert not second.ended
        second.terminate()
        assert host.console == ""
    behaved(host)


def test_a_mark_that_was_left_behind_is_passed_over(installed: Path) -> None:
    host = Host()
    for left in ("1.0 1.0", "nonsense", "", "5 x", "2000 2000"):
        host.ext_state["filmcomposer", "running.cancel"] = left
        assert press(host, installed / CANCEL) == NO_BRIDGE


def test_a_loop_held_up_by_a_dialog_leaves_to_the_newer_one(installed: Path, state: Path) -> None:
    state.mkdir()
    with FileLock(state / LOCK_FILE):
        host = Host()
        older = host.run(installed / STATUS)
        host.tick()
        host.now_s += 10.0  # no tick meanwhile
        newer = host.run(installed / STATUS, when_running="new")
        host.tick()
        assert older.ended
        assert not newer.ended
        assert host.console == ""
        newer.terminate()
    behaved(host)


def test_reaper_asks_before_it_runs_an_action_twice(installed: Path, state: Path) -> None:
    state.mkdir()
    with FileLock(state / LOCK_FILE):
        host = Host()
        script = host.run(installed / STATUS)
        with pytest.raises(Misuse, match="still runs"):
            host.run(installed / STATUS)
        script.terminate()
    assert sys.modules["__main__"] is not script.main
