"""The list of jobs: one key one job, first in first out, and nothing lost over restarts."""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_bridge.jobs import MOST_QUEUED, MOST_RESUMES, Jobs
from filmcomposer_bridge.live import LOG_LINES, Log
from filmcomposer_bridge.protocol import JobRequest, JobView, view_from_json, view_to_json
from filmcomposer_core.errors import BridgeError
from tests.bridge.conftest import ended, fake_worker, request, until

HANG = "say('took'); say('started', stage='see'); say('tell', text='at work'); hang()"


def view_of(jobs: Jobs, job_id: str, since: int = 0) -> JobView:
    view = jobs.view(job_id, since)
    assert view is not None
    return view


def at_work(jobs: Jobs, job_id: str) -> None:
    until(lambda: "at work" in view_of(jobs, job_id).log, "the worker")


def test_a_job_is_done_and_its_view_crosses_the_wire(state: Path, tmp_path: Path) -> None:
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, "pass"))) as jobs:
        assert jobs.idle_since() is not None
        first, created = jobs.submit(request("a"), (str(tmp_path),))
        assert created
        view = ended(jobs, first.id)
        assert (view.state, view.fraction, view.error) == ("done", 1.0, None)
        assert view.result is not None
        assert set(view.result) == {"by"}
        assert view_from_json(view_to_json(view)) == view
        assert jobs.counts() == {"queued": 0, "running": 0}
        assert jobs.idle_since() is not None
        assert jobs.view("nobody") is None
        assert jobs.cancel("nobody") is None


def test_jobs_are_done_in_the_order_they_came(state: Path, tmp_path: Path) -> None:
    body = f"open({str(tmp_path / 'order')!r}, 'a').write(what + ' '); say('done', result={{}})"
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, body))) as jobs:
        names = [str(n) for n in range(20)]
        made = [jobs.submit(request(n, do=n), ())[0].id for n in names]
        for job_id in made:
            ended(jobs, job_id)
    assert (tmp_path / "order").read_text().split() == names


bodies = st.fixed_dictionaries(
    {"stage": st.sampled_from(["score", "see"]), "cue": st.sampled_from(["/a", "/b"])},
    optional={"seed": st.sampled_from([0, 1, 1.0, True]), "brief": st.text(max_size=3)},
)
acts = st.lists(
    st.one_of(st.tuples(st.sampled_from(["x", "y", "z\u0000\ud800é"]), bodies), st.just("restart")),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(acts=acts, slow=st.booleans())
def test_the_same_key_is_the_same_job_now_later_and_after_a_restart(
    acts: list[tuple[str, dict[str, object]] | str], slow: bool
) -> None:
    with tempfile.TemporaryDirectory() as top:
        body = "hang()" if slow else "say('done', result={})"
        command = fake_worker(Path(top) / "fake", body)
        jobs = Jobs(Path(top), worker_command=command)
        known: dict[str, tuple[str, str]] = {}
        try:
            for act in acts:
                if isinstance(act, str):
                    jobs.close()
                    jobs = Jobs(Path(top), worker_command=command)
                    continue
                key, given = act
                params = {n: v for n, v in given.items() if n not in ("stage", "cue")}
                asked = JobRequest(
                    stage=str(given["stage"]), cue=str(given["cue"]), key=key, params=params
                )
                # 1, 1.0 and True are not the same in JSON.
                said = repr(sorted(given.items()))
                if key in known and known[key][0] != said:
                    with pytest.raises(BridgeError) as caught:
                        jobs.submit(asked, ())
                    assert caught.value.code == "key_conflict"
                    continue
                view, created = jobs.submit(asked, ())
                assert created == (key not in known)
                assert view.id == known.setdefault(key, (said, view.id))[1]
                assert view_of(jobs, view.id).key == key
        finally:
            jobs.close()


def test_what_ran_and_what_waited_goes_on_after_a_restart(state: Path, tmp_path: Path) -> None:
    with closing(Jobs(state, worker_command=fake_worker(tmp_path / "1", HANG))) as jobs:
        ids = [jobs.submit(request(str(n), do=f"{n}"), ())[0].id for n in range(3)]
        at_work(jobs, ids[0])
        assert jobs.idle_since() is None
        assert jobs.counts() == {"queued": 2, "running": 1}
    done = "say('done', result={})"
    with closing(Jobs(state, worker_command=fake_worker(tmp_path / "2", done))) as jobs:
        assert [ended(jobs, job_id).state for job_id in ids] == ["done"] * 3
        log = view_of(jobs, ids[0]).log
        assert log.index("at work") < log.index(
            "The bridge was stopped; the job goes on when it is started again."
        )
    with closing(Jobs(state, worker_command=fake_worker(tmp_path / "2", done))) as jobs:
        assert [view_of(jobs, job_id).state for job_id in ids] == ["done"] * 3
        assert view_of(jobs, ids[0]).log == log
        assert jobs.worker_state() == {"state": "off", "pid": None}


#: A bridge that takes up its jobs, sends one if there is none, and waits to be killed.
_BRIDGE = """
import sys, time
from pathlib import Path
from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.protocol import JobRequest
jobs = Jobs(Path(sys.argv[1]), worker_command=sys.argv[3:])
view, _ = jobs.submit(JobRequest(stage="score", cue="/cue", key="k", params={"do": "x"}), ())
while jobs.view(view.id).state not in sys.argv[2].split(","):
    time.sleep(0.01)
if "cancel" in sys.argv[2]:
    jobs.cancel(view.id)
print(view.id, jobs.view(view.id).state, flush=True)
sys.stdin.read()
"""


def killed_bridge(state: Path, upto: str, worker: list[str]) -> tuple[str, str]:
    """Run a bridge until its job is in a state, kill it with -9; return id and state of the job."""
    words = [sys.executable, "-c", _BRIDGE, str(state), upto, *worker]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as bridge:
        assert bridge.stdout is not None
        told = bridge.stdout.readline().split()
        bridge.kill()
    return told[0], told[1]


def test_a_job_that_kills_the_bridge_is_not_tried_for_ever(state: Path, tmp_path: Path) -> None:
    worker = fake_worker(tmp_path, HANG)
    seen = [killed_bridge(state, "running,failed", worker) for _ in range(MOST_RESUMES + 2)]
    assert [how for _, how in seen] == ["running"] * (MOST_RESUMES + 1) + ["failed"]
    assert len({job_id for job_id, _ in seen}) == 1
    with closing(Jobs(state, worker_command=worker)) as jobs:
        view = view_of(jobs, seen[0][0])
        assert view.error is not None
        assert view.error.code == "bridge_died"
        restarted = "The bridge was restarted; the job goes on from what was finished."
        assert view.log.count(restarted) == MOST_RESUMES
        assert ended(jobs, jobs.submit(request("next"), ())[0].id).state == "done"


def test_a_cancel_is_kept_when_the_bridge_dies_before_it_is_carried_out(
    state: Path, tmp_path: Path
) -> None:
    worker = fake_worker(tmp_path, HANG)
    job_id, _ = killed_bridge(state, "running,cancel", worker)
    with closing(Jobs(state, worker_command=worker)) as jobs:
        assert view_of(jobs, job_id).state == "cancelled"


def test_only_the_latest_ended_jobs_are_remembered(state: Path, tmp_path: Path) -> None:
    worker = fake_worker(tmp_path, "pass")
    for restart in (False, True):
        with closing(Jobs(state, worker_command=worker, keep=5)) as jobs:
            if not restart:
                ids = [jobs.submit(request(str(n)), ())[0].id for n in range(12)]
                ended(jobs, ids[-1])
            assert [jobs.view(job_id) is not None for job_id in ids] == [False] * 7 + [True] * 5
            # A forgotten key is free again.
            assert jobs.submit(request("11"), ())[1] is False
        with closing(sqlite3.connect(state / "jobs" / "jobs.sqlite")) as base:
            assert base.execute("SELECT count(*) FROM ack_queue_default").fetchone() == (5,)
    with closing(Jobs(state, worker_command=worker, keep=5)) as jobs:
        assert jobs.submit(request("0"), ())[1] is True


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_by_its_worker(
    state: Path, tmp_path: Path
) -> None:
    polite = "say('took'); say('tell', text='at work'); hear(); say('cancelled')"
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, polite))) as jobs:
        first, second = (jobs.submit(request(k, do=k), ())[0].id for k in "ab")
        at_work(jobs, first)
        pid = jobs.worker_state()["pid"]
        waiting = jobs.cancel(second)
        assert waiting is not None
        assert waiting.state == "cancelled"
        assert waiting.log == ("Cancelled before it began.",)
        jobs.cancel(first)
        assert ended(jobs, first).state == "cancelled"
        assert jobs.worker_state() == {"state": "idle", "pid": pid}
        again = jobs.cancel(first)
        assert again is not None
        assert again.state == "cancelled"
        assert ended(jobs, jobs.submit(request("c"), ())[0].id).state == "done"


def test_a_list_that_is_full_takes_no_more(state: Path, tmp_path: Path) -> None:
    with closing(Jobs(state, worker_command=fake_worker(tmp_path, HANG))) as jobs:
        running = jobs.submit(request("first", do="x"), ())[0].id
        at_work(jobs, running)
        for n in range(MOST_QUEUED):
            jobs.submit(request(str(n)), ())
        with pytest.raises(BridgeError) as caught:
            jobs.submit(request("one more"), ())
        assert caught.value.code == "queue_full"
        assert jobs.submit(request("0"), ())[1] is False


@given(total=st.integers(0, 3 * LOG_LINES), first=st.integers(0, 5), since=st.integers(-1, 4000))
def test_log_lines_keep_their_numbers_when_old_ones_are_dropped(
    total: int, first: int, since: int
) -> None:
    log = Log((), first)
    for n in range(total):
        log.add(str(first + n))
    assert log.next == first + total
    kept = [str(n) for n in range(max(first, first + total - LOG_LINES), first + total)]
    wanted = [line for line in kept if int(line) >= since]
    assert list(log.since(since)) == (wanted if since <= log.next else kept)


def test_a_poller_sees_every_line_once_also_over_restarts(state: Path, tmp_path: Path) -> None:
    told = f"for n in range({LOG_LINES // 2}): say('tell', text=what + str(n))"
    seen: list[str] = []
    first = fake_worker(tmp_path / "1", f"say('took')\n{told}\nhang()")
    with closing(Jobs(state, worker_command=first)) as jobs:
        job_id = jobs.submit(request("k", do="x"), ())[0].id
        last = f"x{LOG_LINES // 2 - 1}"
        number = 0
        while last not in seen:
            view = view_of(jobs, job_id, number)
            seen += view.log
            number = view.next
    second = fake_worker(tmp_path / "2", f"{told}\nsay('done', result={{}})")
    with closing(Jobs(state, worker_command=second)) as jobs:
        ended(jobs, job_id)
        view = view_of(jobs, job_id, number)
        seen += view.log
        assert view.next == len(seen)
        assert len(view_of(jobs, job_id).log) == LOG_LINES
    numbered = [line for line in seen if line[0] == "x"]
    assert numbered == [f"x{n}" for n in range(LOG_LINES // 2)] * 2


@pytest.mark.parametrize("damage", ["rubbish", "cut", "flipped", "folder", "empty", "no header"])
def test_a_damaged_list_is_set_aside_and_the_bridge_starts(
    state: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    worker = fake_worker(tmp_path, "pass")
    with closing(Jobs(state, worker_command=worker)) as jobs:
        for n in range(50):
            job_id = jobs.submit(request(str(n)), ())[0].id
        ended(jobs, job_id)
    path = state / "jobs" / "jobs.sqlite"
    data = bytearray(path.read_bytes())
    if damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "flipped":
        spots = random.Random(3).sample(range(100, len(data)), len(data) // 4)
        for spot in spots:
            data[spot] ^= 0xFF
    made = {"rubbish": b"not a database" * 1000, "cut": data[: len(data) // 2], "empty": b"",
            "flipped": data, "no header": bytes(100) + data[100:]}  # fmt: skip
    if damage in made:
        path.write_bytes(made[damage])
    with (
        caplog.at_level(logging.ERROR, "filmcomposer_bridge"),
        closing(Jobs(state, worker_command=worker)) as jobs,
    ):
        assert ended(jobs, jobs.submit(request("new"), ())[0].id).state == "done"
    aside = list((state / "jobs").glob("*.damaged-1"))
    assert len(aside) == (damage != "empty")
    assert ("damaged" in caplog.text) == (damage != "empty")


def test_a_row_that_is_none_of_ours_is_left_out_and_the_others_stay(
    state: Path, tmp_path: Path
) -> None:
    worker = fake_worker(tmp_path, "pass")
    with closing(Jobs(state, worker_command=worker)) as jobs:
        ids = [jobs.submit(request(str(n)), ())[0].id for n in range(4)]
        ended(jobs, ids[-1])
    with closing(sqlite3.connect(state / "jobs" / "jobs.sqlite")) as base, base:
        for row, data in enumerate([b"{", b"[1, 2]", b'{"id": "x", "state": "odd"}'], start=1):
            base.execute(
                "UPDATE ack_queue_default SET data = ?, status = 1 WHERE _id = ?", (data, row)
            )
    with closing(Jobs(state, worker_command=worker)) as jobs:
        assert [jobs.view(job_id) is not None for job_id in ids] == [False] * 3 + [True]
        assert ended(jobs, jobs.submit(request("new"), ())[0].id).state == "done"


def test_a_state_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("x")
    with pytest.raises(BridgeError, match="list of jobs could not be written"):
        Jobs(tmp_path)


def test_closing_twice_and_with_nothing_to_do_is_quick_and_quiet(state: Path) -> None:
    jobs = Jobs(state)
    time.sleep(0.01)
    jobs.close()
    jobs.close()
    assert (state / "jobs").stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_waiting_jobs_begin_when_the_disk_is_well_again(state: Path, tmp_path: Path) -> None:
    body = f"say('took')\nwhile not __import__('os').path.exists({str(tmp_path / 'go')!r}): pass"
    table = "ack_queue_default"
    with (
        closing(Jobs(state, worker_command=fake_worker(tmp_path, body))) as jobs,
        closing(sqlite3.connect(state / "jobs" / "jobs.sqlite")) as other,
    ):
        first = jobs.submit(request("a"), ())[0].id
        second = jobs.submit(request("b"), ())[0].id
        until(lambda: view_of(jobs, first).state == "running", "the first job")
        other.execute(f"ALTER TABLE {table} RENAME TO away")
        (tmp_path / "go").touch()
        assert ended(jobs, first).state == "done"
        assert view_of(jobs, second).state == "queued"
        other.execute(f"ALTER TABLE away RENAME TO {table}")
        assert ended(jobs, second).state == "done"
