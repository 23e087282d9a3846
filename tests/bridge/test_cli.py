"""``filmcomposer bridge``: exit codes and what it says, each time in a real process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from filmcomposer_bridge.protocol import JobRequest
from filmcomposer_bridge.state import LOCK_FILE, LOG_FILE, bridge_lives, read_address
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError
from tests.bridge.processes import NEWER_PROTOCOL, reached, run, started, stopped_after
from tests.clips import moving_square


def test_start_status_stop(state: Path, tmp_path: Path) -> None:
    films, sounds = tmp_path.resolve() / "films", tmp_path.resolve() / "sounds"
    films.mkdir()
    sounds.mkdir()
    with stopped_after(state):
        first = run("start", "--root", str(films))
        assert (first.returncode, first.stderr) == (0, "")
        address = read_address(state)
        assert address
        assert first.stdout == (
            f"The bridge is running (process {address.pid}). Log: {state / LOG_FILE}\n"
            f"It may open {films}.\n"
        )
        again = run("start", "--root", str(sounds))
        assert again.returncode == 0
        assert "is running already" in again.stdout
        status = run("status")
        assert status.returncode == 0
        assert status.stdout.splitlines() == [
            f"The bridge is running: process {address.pid}, version {__version__}, for 0 h 00 min.",
            "Jobs: 0 running, 0 queued. Worker: off.",
            f"Folder: {films}",
            f"Folder: {sounds}",
            f"Log: {state / LOG_FILE}",
        ]
        told = json.loads(run("status", "--json").stdout)
        assert told["alive"] is True
        assert told["pid"] == address.pid
        assert told["roots"] == [str(films), str(sounds)]
        ended = run("stop")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == f"The bridge (process {address.pid}) has ended.\n"
        assert not bridge_lives(state)


def test_without_a_bridge(state: Path) -> None:
    status = run("status")
    assert (status.returncode, status.stdout) == (
        1,
        "No bridge is running. `filmcomposer bridge start` starts one; jobs that wait go on then. "
        f"Log: {state / LOG_FILE}\n",
    )
    told = run("status", "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout) == {"alive": False, "log": str(state / LOG_FILE)}
    stopped = run("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "No bridge is running.\n")


def test_a_root_that_is_no_folder_is_the_users_fault(state: Path, tmp_path: Path) -> None:
    with stopped_after(state):
        for command in ("start", "serve"):
            refused = run(command, "--root", str(tmp_path / "none"))
            assert refused.returncode == 2
            assert "is not a folder" in refused.stderr
            assert "Traceback" not in refused.stderr
        assert not bridge_lives(state), "it was started all the same"


def test_a_root_that_may_not_be_one_is_the_users_fault(state: Path) -> None:
    with stopped_after(state):
        for command in ("start", "serve"):
            refused = run(command, "--root", Path(state.anchor).as_posix())
            assert refused.returncode == 2, refused
            assert len(refused.stderr.strip().splitlines()) == 1
            assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "words", [[], ["go"], ["start", "--idle-hours", "0"], ["start", "--idle-hours", "nan"]]
)
def test_wrong_words_end_with_exit_code_2(words: list[str]) -> None:
    refused = run(*words)
    assert refused.returncode == 2
    assert "usage: filmcomposer bridge" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_stop_says_what_becomes_of_the_jobs(state: Path, tmp_path: Path) -> None:
    films = tmp_path.resolve()
    clip = moving_square(films / "clip.mp4", seconds=20)
    with started("--root", str(films)), reached(state) as client:
        for key in ("a", "b"):
            params = {"clip": str(clip)}
            cue = str(films / f"cue {key}")
            client.submit(JobRequest(stage="score", cue=cue, key=key, params=params))
        said = run("stop").stdout
    assert re.search(r"A job was running|The queue is kept", said)
    assert "when the bridge is started again" in said


def test_another_protocol_is_one_sentence_and_stop_works(state: Path) -> None:
    with started(code=NEWER_PROTOCOL) as process:
        with pytest.raises(BridgeError, match="speaks protocol"), reached(state):
            pass
        for command in ("start", "status"):
            refused = run(command)
            assert refused.returncode == 1
            assert "speaks protocol" in refused.stderr
            assert "Traceback" not in refused.stderr
        assert run("stop").returncode == 0
        process.wait()


def test_a_fault_of_ours_is_one_sentence_with_the_rest_in_the_log(state: Path) -> None:
    (state / "jobs").write_text("in the way")
    failed = run("serve")
    assert failed.returncode in (1, 2)
    assert len(failed.stderr.strip().splitlines()) == 1
    assert "Traceback" not in failed.stderr
    assert not bridge_lives(state)


def test_a_state_folder_in_the_way_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(tmp_path / "file"))
    for command in ("start", "status", "stop", "serve"):
        failed = run(command)
        assert failed.returncode == 1
        assert "cannot be used" in failed.stderr
        assert len(failed.stderr.strip().splitlines()) == 1


def test_a_held_lock_without_a_bridge_is_no_bridge(state: Path) -> None:
    with FileLock(state / LOCK_FILE):
        assert run("status").returncode == 1


def test_it_is_there_as_a_module_and_under_the_products_name(state: Path) -> None:
    for words in (["filmcomposer_bridge"], ["filmcomposer_core", "bridge"]):
        done = subprocess.run(
            [sys.executable, "-m", *words, "status"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1, done.stderr
        assert done.stdout.startswith("No bridge is running. ")
