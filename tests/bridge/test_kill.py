"""Killing any process at any moment, with -9, loses no finished artefact and no job."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from filmcomposer_bridge.client import Client, find
from filmcomposer_bridge.estimate import SHARES
from filmcomposer_bridge.protocol import JobRequest, JobView
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import CueFolder, file_hash
from filmcomposer_core.pipeline import run_cue
from tests.bridge.conftest import processes_with, until
from tests.clips import moving_square

KILLS = 20
KILLS_A_ROUND = 5
SECONDS = 4.0
SEED = 3
NAMES = [name for name, _, _ in SHARES]
#: About how long each stage takes here.
SHARES_S = [share / 250.0 for _, _, share in SHARES]
#: What becomes of a job whose worker was killed, and of one whose bridge was killed too often.
OUR_DOING = {"worker_killed", "bridge_died"}


@dataclass
class Bridge:
    """A real bridge process, started again after each of its deaths."""

    state: Path
    root: Path
    process: subprocess.Popen[bytes] | None = None
    client: Client | None = None

    def up(self) -> Client:
        if self.client is None:
            words = [sys.executable, "-m", "filmcomposer_bridge", "serve", "--root", str(self.root)]
            self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
            until(self._found, "the bridge")
        assert self.client is not None
        return self.client

    def _found(self) -> bool:
        self.client = find(self.state)
        return self.client is not None

    def end(self) -> None:
        """End it in good order, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        if self.client is not None:
            self.client.close()

    def kill(self) -> None:
        assert self.process is not None
        assert self.client is not None
        self.client.close()
        self.process.kill()
        self.process.wait()
        self.process = self.client = None

    def worker(self) -> int | None:
        pid = self.up().status()["worker"]["pid"]
        assert pid is None or isinstance(pid, int)
        return pid


@dataclass
class Round:
    """One cue, worked on until it is done, however often the job is killed."""

    bridge: Bridge
    cue: Path
    clip: Path
    jobs: list[str] = field(default_factory=list)

    def submit(self) -> None:
        key = f"{self.cue} {len(self.jobs)}"
        params = {"clip": str(self.clip), "seed": SEED}
        asked = JobRequest(stage="score", cue=str(self.cue), key=key, params=params)
        self.jobs.append(self.bridge.up().submit(asked).id)

    def view(self) -> JobView:
        return self.bridge.up().job(self.jobs[-1])

    def goes_on(self) -> JobView:
        """Return the job after a kill; it is sent again if it was given up for that."""
        view = self.view()
        if view.state == "failed":
            assert view.error is not None
            assert view.error.code in OUR_DOING, view
            self.submit()
            view = self.view()
        return view


@dataclass
class Found:
    """How many artefacts a ledger names, and which files are newer than it says."""

    count: int = 0
    unrecorded: tuple[str, ...] = ()


def check_artefacts(cue: Path, *, leaving: Collection[str] = ()) -> Found:
    """Every artefact in the ledger is whole, as recorded or as announced.

    Those ``leaving``, which the work in progress does not make again, may have gone already.
    """
    if not (cue / "cue.json").exists():
        return Found()
    text = (cue / "cue.json").read_text("utf-8")
    ledger = codec.build(CueFile, codec.parse_json(text, where="cue.json"), where="cue.json")
    announced = CueFolder(cue).announced()
    unrecorded = []
    for name, known in ledger.artefacts.items():
        if name in leaving and not (cue / name).exists():
            continue
        assert (cue / name).is_file(), name
        found = file_hash(cue / name)
        assert found in (known.sha256, announced.get(name)), name
        if found != known.sha256:
            unrecorded.append(name)
    return Found(len(ledger.artefacts), tuple(unrecorded))


def kill_somebody(at: Round, who: str, *, before: int) -> int:
    """Kill the bridge, the worker or both; return how many artefacts the ledger has then."""
    worker = at.bridge.worker() if "worker" in who else None
    if worker is not None:
        os.kill(worker, signal.SIGKILL)
    if "bridge" in who or worker is None:
        at.bridge.kill()
        # The worker ends by itself as soon as its bridge is gone.
        until(lambda: not processes_with(str(at.bridge.state)), "the end of the worker")
    else:
        until(lambda: at.bridge.worker() != worker, "the end of the worker")
        until(lambda: at.view().state != "running" or at.bridge.worker(), "the next state")
    found = check_artefacts(at.cue).count
    assert found >= before, "artefacts were lost"
    return found


def visible(cue: Path) -> dict[str, bytes]:
    return {
        path.relative_to(cue).as_posix(): path.read_bytes()
        for path in cue.rglob("*")
        if path.is_file() and ".filmcomposer" not in path.parts
    }


@pytest.fixture
def bridge(state: Path, tmp_path: Path) -> Iterator[Bridge]:
    found = Bridge(state, tmp_path)
    yield found
    found.end()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_kill_at_random_moments(bridge: Bridge, tmp_path: Path) -> None:
    rng = random.Random(20)
    clip = moving_square(tmp_path / "clip.mp4", seconds=SECONDS)
    # The same name, as it is the title of the music.
    run_cue(tmp_path / "reference" / "cue", changes={"clip": str(clip), "seed": SEED})
    reference = visible(tmp_path / "reference" / "cue")
    places: list[tuple[str, str]] = []
    rounds: list[Round] = []
    while len(places) < KILLS:
        at = Round(bridge, tmp_path / f"round {len(rounds)}" / "cue", clip)
        rounds.append(at)
        at.submit()
        places += work_and_kill(at, rng)
        check_round(at, reference)
    views = [bridge.up().job(job_id) for r in rounds for job_id in r.jobs]
    print(len(rounds), "rounds;", len(views), "jobs;", places)  # noqa: T201 - the figures
    assert len(places) >= KILLS
    assert len({step for step, _ in places}) >= 5
    assert sum(view.state == "done" for view in views) == len(rounds)


#: Files of stages that write several, or large ones, by the order of work.
WATCHED = ("plan.toml", "melody.abc", "score.json", "cue.rpp", "stems", "report.html")


def test_kill_between_a_new_file_and_its_entry_in_the_ledger(state: Path, tmp_path: Path) -> None:
    clip = moving_square(tmp_path / "clip.mp4", seconds=SECONDS)
    cue, other = tmp_path / "one" / "cue", tmp_path / "two" / "cue"
    run_cue(cue, changes={"clip": str(clip), "seed": SEED})
    shutil.copytree(cue, other)
    run_cue(other, changes={"seed": SEED + 1})
    asked = {"do": "run", "job": "a", "stage": "score", "cue": str(cue), "roots": [str(tmp_path)],
             "params": {"seed": SEED + 1}}  # fmt: skip
    between = 0
    for name in WATCHED:
        worker = subprocess.Popen(
            [sys.executable, "-m", "filmcomposer_bridge.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        assert worker.stdin is not None
        old = (cue / name).stat()
        worker.stdin.write(json.dumps(asked).encode() + b"\n")
        worker.stdin.flush()
        while same_file(cue / name, old) and worker.poll() is None:
            pass
        worker.kill()
        worker.communicate()
        between += bool(check_artefacts(cue, leaving=names(cue) - names(other)).unrecorded)
    assert between >= 2, "no kill fell between file and ledger"
    told = run_cue(cue, changes={}).told
    assert not [line for line in told if "edit" in line or "changed outside" in line]
    assert visible(cue) == visible(other)


def names(cue: Path) -> set[str]:
    """What a cue's ledger names."""
    return set(json.loads((cue / "cue.json").read_text("utf-8"))["artefacts"])


def same_file(path: Path, old: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_ino, now.st_mtime_ns) == (old.st_ino, old.st_mtime_ns)


def work_and_kill(at: Round, rng: random.Random) -> list[tuple[str, str]]:
    """Bring a cue to its end with kills on the way; return the stage and the victim of each."""
    places: list[tuple[str, str]] = []
    artefacts = 0
    # Stages as they come, -1 before the first: the moments spread over the whole work.
    targets = sorted(rng.randrange(-1, len(NAMES)) for _ in range(KILLS_A_ROUND))
    while not (view := at.goes_on()).ended:
        place = NAMES.index(view.step) if view.step else -1
        if targets and place >= targets[0]:
            share = dict(zip(NAMES, SHARES_S, strict=True)).get(view.step, 0.5)
            time.sleep(rng.uniform(0.0, share))
            step = at.view().step
            who = rng.choice(["bridge", "worker", "bridge and worker"])
            artefacts = kill_somebody(at, who, before=artefacts)
            places.append((step, who))
            targets.pop(0)
        time.sleep(0.002)
    assert view.state == "done", view
    return places


def check_round(at: Round, reference: dict[str, bytes]) -> None:
    """The cue is as if nothing had happened, and one job of the round has done it."""
    client = at.bridge.up()
    views = [client.job(job_id) for job_id in at.jobs]
    assert [view.state for view in views] == ["failed"] * (len(views) - 1) + ["done"]
    told = [line for view in views for line in view.log]
    assert not [line for line in told if "edit" in line or "changed outside" in line]
    assert not list(at.cue.rglob("*.part"))
    assert not (at.cue / "history").exists()
    found = visible(at.cue)
    assert found.keys() == reference.keys()
    assert [name for name in found if found[name] != reference[name]] == []
    check_artefacts(at.cue)
