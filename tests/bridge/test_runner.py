"""Workers that crash, hang, flood or lie: their job fails in a clear sentence, the next one runs.

Every worker here is a real process that misbehaves on purpose.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.process import Event, read_event
from filmcomposer_bridge.protocol import JobView
from filmcomposer_bridge.runner import Patience, Watch
from tests.bridge.conftest import ended, fake_worker, lives, request, until

_POSIX = {
    "kills itself": ("os.kill(os.getpid(), signal.SIGKILL)", "worker_killed", "killed by the sys"),
    "segfault": ("os.kill(os.getpid(), signal.SIGSEGV)", "worker_died", "crashed (SIGSEGV)"),
    "needs too much": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); b'x' * 2**31",
        "out_of_memory",
        "ran out of memory",
    ),
    "aborts as C++ does": (
        "sys.stderr.write('what():  std::bad_alloc'); sys.stderr.flush(); os.abort()",
        "out_of_memory",
        "ran out of memory",
    ),
}
_ALL = {
    "exits with 3": ("os._exit(3)", "worker_died", "exit code 3"),
    "ends as if all was well": ("os._exit(0)", "worker_died", "exit code 0"),
    "raises": ("raise RuntimeError('no')", "worker_died", "exit code 1"),
    "closes its output and stays": (
        "os.close(1); time.sleep(300)",
        "worker_died",
        "stopped answering",
    ),
    "says it cannot work": (
        "job = ''; say('unfit', fault={'code': 'worker_busy', 'message': 'Busy.'}); hang()",
        "worker_busy",
        "Busy.",
    ),
    "fails in good order": (
        "say('failed', fault={'code': 'bad_input', 'message': 'No.', 'hint': 'Try.'})",
        "bad_input",
        "No.",
    ),
    "fails without a word": ("say('failed')", "internal", "did not say"),
    "is out of memory and says so": (
        "say('failed', fault={'code': 'out_of_memory', 'message': 'Full.'})",
        "out_of_memory",
        "Full.",
    ),
}
CRASHES = _ALL | (_POSIX if os.name == "posix" else {})


def run(jobs: Jobs, key: str, do: str) -> JobView:
    return ended(jobs, jobs.submit(request(key, do=do), ())[0].id)


@pytest.mark.parametrize("after", ["before", "say('took'); say('started', stage='see')"])
@pytest.mark.parametrize("name", sorted(CRASHES))
def test_a_crash_fails_its_job_in_a_clear_sentence_and_the_next_job_runs(
    state: Path, tmp_path: Path, name: str, after: str
) -> None:
    body, code, words = CRASHES[name]
    began = "pass" if after == "before" else after
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, f"{began}\n{body}"))) as jobs:
        view = run(jobs, "bad", "crash")
        assert view.state == "failed"
        assert view.error is not None
        assert (view.error.code, words in view.error.message) == (code, True), view.error
        assert "Traceback" not in view.error.message + view.error.hint
        assert view.log[-1] == f"Failed: {view.error.message}"
        assert run(jobs, "good", "done").state == "done"


def test_a_worker_that_died_with_nothing_to_do_is_no_fault_of_the_next_job(
    state: Path, tmp_path: Path
) -> None:
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, "pass"))) as jobs:
        for n in range(3):
            view = run(jobs, str(n), "done")
            assert view.state == "done"
            assert view.result == {"by": jobs.worker_state()["pid"]}
            os.kill(jobs.worker_state()["pid"], signal.SIGTERM)


def test_a_job_is_handed_over_again_where_the_worker_died_before_it_took_it(
    state: Path, tmp_path: Path
) -> None:
    flag = tmp_path / "died once"
    body = f"""
if not os.path.exists({str(flag)!r}):
    open({str(flag)!r}, "w").close()
    os._exit(1)
say("done", result={{}})
"""
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body))) as jobs:
        assert run(jobs, "a", "x").state == "done"
    assert flag.exists()


def test_a_worker_is_kept_for_the_next_job_and_ended_when_idle_for_long(
    state: Path, tmp_path: Path
) -> None:
    command = fake_worker(tmp_path, "pass")
    with closing(Jobs(state, worker_command=command, worker_idle_s=0.3)) as jobs:
        assert jobs.worker_state() == {"state": "off", "pid": None}
        pids = {str(run(jobs, str(n), "done").result) for n in range(3)}
        assert len(pids) == 1
        until(lambda: jobs.worker_state()["state"] == "off", "the end of the idle worker")
        assert str(run(jobs, "late", "done").result) not in pids


def test_rubbish_between_the_events_changes_nothing(state: Path, tmp_path: Path) -> None:
    body = r"""
raw = sys.stdout.buffer
say("took")
for rubbish in (b"\xff\xfe\n", b"{}\n", b"[]\n", b"{\"event\": 1}\n", b"\n", b"{" * 200000 + b"\n",
                b"{\"event\": \"moved\", \"job\": \"other\", \"fraction\": 0.9}\n",
                b"{\"event\": \"moved\", \"fraction\": \"much\"}\n", b"x" * 3000000 + b"\n",
                json.dumps({"event": "done", "job": job}).encode() + b" " * 2000000 + b"\n",
                b"{\"event\": \"done\", \"job\": \"other\"}\n"):
    raw.write(rubbish)
    raw.flush()
say("moved", stage="see", fraction=float("nan"))
say("tell", text="still here")
raw.write(b"progress 50 %")
raw.write(b"\n")
say("done", result={"fine": True})
"""
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body))) as jobs:
        view = run(jobs, "a", "rubbish")
        assert (view.state, view.result) == ("done", {"fine": True})
        assert view.log == ("still here", "Done.")


@given(
    line=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(
                ["event", "job", "stage", "fraction", "text", "fault", "result", "ran"]
            ),
            st.one_of(
                st.sampled_from(["took", "moved", "done", "failed"]),
                st.none(),
                st.integers(),
                st.floats(),
                st.lists(st.integers(), max_size=2),
                st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
            ),
        ).map(lambda d: json.dumps(d).encode()),
    )
)
def test_any_line_is_an_event_within_bounds_or_none(line: bytes) -> None:
    event = read_event(line)
    if event is not None:
        assert 0.0 <= event.fraction <= 1.0
        assert isinstance(event.stage, str)
        assert len(event.text) <= 1000
        (event.text + event.stage + event.job).encode("utf-8")
        json.dumps(event.result, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("body", "stage"),
    [
        ("hang()", ""),
        ("say('took'); say('started', stage='see'); hang()", "see"),
        ("say('moved', stage='see', fraction=0.5)\nwhile True: print('busy', flush=True)", "see"),
        (
            "while True: say('moved', stage='tempo', fraction=0.5, text='.'); time.sleep(0.01)",
            "tempo",
        ),
    ],
)
def test_a_job_that_does_not_move_is_stopped_and_says_where(
    state: Path, tmp_path: Path, body: str, stage: str
) -> None:
    command = fake_worker(tmp_path, body)
    with closing(Jobs(state, worker_command=command, stall_s=0.6)) as jobs:
        view = run(jobs, "a", "hang")
        assert view.error is not None
        assert view.error.code == "stalled"
        assert f"The {f'stage {stage}' if stage else 'job'} gave no sign" in view.error.message
        assert "0.6 s" in view.error.message
        assert run(jobs, "b", "done").state == "done"


def test_a_job_that_moves_may_take_as_long_as_it_likes(state: Path, tmp_path: Path) -> None:
    body = """
for n in range(40):
    say("moved", stage="see", fraction=n / 40)
    time.sleep(0.05)
say("done", result={})
"""
    command = fake_worker(tmp_path, body)
    with closing(Jobs(state, worker_command=command, stall_s=1.0)) as jobs:
        assert run(jobs, "a", "slow").state == "done"


def test_the_time_of_a_sleeping_machine_is_not_held_against_the_job() -> None:
    watch = Watch(Patience(stall_s=60.0, cancel_s=3.0, idle_s=1.0), now_s=0.0)
    watch.see(Event(kind="moved", stage="see", fraction=0.5))
    assert not watch.stalled(now_s=0.25)
    assert not watch.stalled(now_s=8 * 3600.0)
    now = 8 * 3600.0
    ticks = 0
    while not watch.stalled(now_s=now):
        now, ticks = now + 0.25, ticks + 1
        # The same again is no progress.
        watch.see(Event(kind="moved", stage="see", fraction=0.5))
    assert ticks == pytest.approx(240, abs=6)


def test_a_worker_deaf_to_a_cancel_is_killed(state: Path, tmp_path: Path) -> None:
    body = "say('took'); say('tell', text='at work')\nwhile True: time.sleep(1)"
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body), cancel_s=0.3)) as jobs:
        job_id = jobs.submit(request("a", do="x"), ())[0].id
        until(lambda: (view := jobs.view(job_id)) and "at work" in view.log)
        pid = jobs.worker_state()["pid"]
        jobs.cancel(job_id)
        view = ended(jobs, job_id)
        assert (view.state, view.error) == ("cancelled", None)
        if os.name == "posix":
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        assert run(jobs, "b", "done").state == "done"


def test_a_worker_that_dies_of_a_cancel_leaves_the_job_cancelled(
    state: Path, tmp_path: Path
) -> None:
    body = "say('took'); say('tell', text='at work'); hear(); os._exit(9)"
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body))) as jobs:
        job_id = jobs.submit(request("a", do="x"), ())[0].id
        until(lambda: (view := jobs.view(job_id)) and "at work" in view.log)
        jobs.cancel(job_id)
        assert ended(jobs, job_id).state == "cancelled"


def test_floods_stay_small_on_disk_and_in_memory(state: Path, tmp_path: Path) -> None:
    body = """
def shout():
    for n in range(400):
        sys.stderr.write("x" * 20000)
thread = threading.Thread(target=shout)
thread.start()
for n in range(20000):
    say("tell", text=str(n) + "y" * 50)
thread.join()
say("done", result={})
"""
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body))) as jobs:
        view = run(jobs, "a", "flood")
        assert view.state == "done"
        assert view.next == 20001
        assert view.log[0].startswith("19501y")
    assert sum(path.stat().st_size for path in state.glob("worker.log*")) <= 2 << 20
    assert sum(path.stat().st_size for path in (state / "jobs").iterdir()) < 4 << 20


def test_a_worker_that_does_not_read_cannot_stop_the_bridge(state: Path, tmp_path: Path) -> None:
    script = tmp_path / "deaf.py"
    script.write_text("import time; time.sleep(300)")
    command = [sys.executable, str(script)]
    with closing(Jobs(state, worker_command=command, stall_s=0.5)) as jobs:
        view = run(jobs, "a", "x" * 1_000_000)
        assert view.error is not None
        assert view.error.code == "stalled"


def test_a_worker_that_cannot_be_started_is_said(
    state: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.CRITICAL, "filmcomposer_bridge"),
        closing(Jobs(state, worker_command=[str(tmp_path / "none")])) as jobs,
    ):
        view = run(jobs, "a", "x")
        assert view.error is not None
        assert view.error.code == "worker_died"
        assert "could not be started: No such file" in view.error.message
        assert jobs.worker_state()["state"] == "off"


_STARTS = """
import subprocess
child = subprocess.Popen([sys.executable, "-S", "-E", "-c", "import time; time.sleep(3600)"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
say("tell", text=str(child.pid))
"""


@pytest.mark.skipif(os.name == "nt", reason="process groups are of POSIX")
@pytest.mark.parametrize(
    ("then", "code"),
    [
        # It reads no end of its input: only a kill ends it.
        ("time.sleep(3600)", "stalled"),
        # It may be gone before the kill, as it ends with its input.
        ("hang()", "stalled"),
        ("os._exit(3)", "worker_died"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "worker_killed"),
        # It ends with the bridge, in good order.
        ("say('done', result={})", None),
    ],
)
def test_what_a_worker_had_started_ends_with_it(
    state: Path, tmp_path: Path, then: str, code: str | None
) -> None:
    body = f'say("took")\n{_STARTS}{then}'
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body), stall_s=1.0)) as jobs:
        view = run(jobs, "a", "x")
        assert (view.error.code if view.error else None) == code
        child = int(view.log[0])
        if code is None:
            assert lives(child)
        else:
            until(lambda: not lives(child), "the end of what the worker started")
    until(lambda: not lives(child), "the end of what the worker started")
