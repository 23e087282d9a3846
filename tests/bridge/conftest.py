"""A state folder of its own for every test, fake workers, and a look for what stays behind."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.protocol import JobRequest, JobView

#: Only against hanging; nothing is measured by it.
PATIENCE_S = 60.0

#: A worker that is a real process but does what a test says: ``act(job, ask)`` for each job.
_PRELUDE = """
import json, os, signal, sys, threading, time
def say(event, **fields):
    sys.stdout.write(json.dumps({"event": event, "job": job, **fields}) + chr(10))
    sys.stdout.flush()
def hear():
    line = sys.stdin.readline()
    if not line:
        os._exit(0)
    return json.loads(line)
def hang():
    # As ours: the end of the bridge is the end of the worker.
    while True:
        hear()
while True:
    ask = hear()
    if ask["do"] != "run":
        continue
    job, what = ask["job"], ask["params"].get("do", "")
    if what == "done":
        say("took")
        say("done", result={"by": os.getpid()})
        continue
"""


def fake_worker(folder: Path, body: str) -> list[str]:
    """Write a worker that does jobs with ``{"do": "done"}`` at once and others by ``body``."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "worker.py"
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    script.write_text(_PRELUDE + lines, encoding="utf-8")
    return [sys.executable, "-S", "-E", str(script)]


def request(key: str, *, do: str = "done", stage: str = "score") -> JobRequest:
    return JobRequest(stage=stage, cue="/cue", key=key, params={"do": do})


def until(true: Callable[[], object], what: str = "it") -> None:
    """Wait for something that must come."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.01)


def ended(jobs: Jobs, job_id: str) -> JobView:
    """Wait for the end of a job."""

    def over() -> bool:
        view = jobs.view(job_id)
        return view is not None and view.ended

    until(over, "the end of the job")
    view = jobs.view(job_id)
    assert view is not None
    return view


def processes_with(text: str) -> list[int]:
    """Return the processes in whose environment a text stands; none where /proc is not there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            lines = (entry / "environ").read_bytes()
            zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if text.encode() in lines and int(entry.name) != os.getpid() and not zombie:
                found.append(int(entry.name))
    return found


def lives(pid: int) -> bool:
    """Whether a process runs; one that waits for its parent to take note has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return not Path("/proc/self").exists()


@pytest.fixture(autouse=True)
def state(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The state folder of one test; no process of it may be left after the test."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(folder))
    yield folder
    until(lambda: not processes_with(str(folder)), "the end of all processes")
