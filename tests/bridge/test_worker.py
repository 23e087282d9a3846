"""The worker process, spoken to as the bridge speaks to it."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from filmcomposer_bridge import worker
from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.process import read_event
from filmcomposer_bridge.protocol import JobRequest
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import CueFolder, open_folder
from filmcomposer_core.pipeline import run_cue
from filmcomposer_core.training.run import train_melody_model
from tests.bridge.conftest import ended
from tests.clips import moving_square
from tests.core.training.conftest import short
from tests.fakes.music_box import save_music_box
from tests.fakes.percussion import Percussion

SECONDS = 2.0


class Peer:
    """A worker process at the other end of three pipes."""

    def __init__(self, state: Path, command: list[str] | None = None) -> None:
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "filmcomposer_bridge.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "FILMCOMPOSER_STATE": str(state)},
        )

    def ask(self, **message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def run(self, job: str, cue: Path, *, stage: str = "see", **params: Any) -> None:
        roots = [str(cue.parent)]
        self.ask(do="run", job=job, stage=stage, cue=str(cue), params=params, roots=roots)

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert read_event(line) is not None, line
        event: dict[str, Any] = json.loads(line)
        return event

    def last(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the last event of a job, and all before it."""
        before = []
        while (event := self.hear())["event"] not in ("done", "failed", "cancelled", "unfit"):
            before.append(event)
        return event, before

    def end(self) -> tuple[bytes, bytes]:
        """Close the input and return what the worker still said."""
        return self.process.communicate(timeout=60)


@pytest.fixture
def peer(state: Path) -> Iterator[Peer]:
    process = Peer(state)
    yield process
    process.process.kill()
    process.end()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_square(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=SECONDS)


@pytest.fixture
def film(tmp_path: Path, clip: Path) -> Path:
    return Path(shutil.copy(clip, tmp_path / "clip.mp4"))


def ledger(cue: Path) -> CueFile:
    found = CueFolder(cue).load_ledger()
    assert found is not None
    return found


def test_a_whole_score_tells_of_every_stage_and_where_things_are(
    peer: Peer, film: Path, tmp_path: Path
) -> None:
    cue = tmp_path / "cue"
    peer.run("j1", cue, stage="score", clip=str(film), seed=7)
    last, before = peer.last()
    assert last["event"] == "done", last
    assert {event["job"] for event in (*before, last)} == {"j1"}
    assert before[0]["event"] == "took"
    stages = [event["stage"] for event in before if event["event"] == "ended"]
    assert stages == [event["stage"] for event in before if event["event"] == "started"]
    result = last["result"]
    assert result["ran"] == stages
    assert set(result["files"]) == {
        "cue.rpp", "cue.wav", "cue.mp4", "report.html", "report.json"
    }  # fmt: skip
    assert all(Path(path).is_file() for path in result["files"].values())
    assert result["folder"] == str(cue)
    made = result["provenance"]
    assert (made["engine"], made["seed"], made["of"]) == ("embedded", 7, "cue.wav")
    assert "MuseScore" in made["model"]
    told = [event["text"] for event in before if event["event"] == "tell"]
    assert told == result["told"]

    # The second job finds everything up to date, in the same process.
    peer.run("j2", cue, stage="score")
    last, before = peer.last()
    assert last["result"]["ran"] == []
    assert not [event for event in before if event["event"] == "started"]
    assert [e["ran"] for e in before if e["event"] == "ended"] == [False] * len(stages)


def test_a_job_of_an_open_session_observes_regenerates_and_answers(
    peer: Peer, film: Path, tmp_path: Path
) -> None:
    cue = tmp_path / "cue"
    session = {"cue": "0123abcd", "anchor_s": 60.0, "system": "linux"}
    peer.run("a", cue, stage="score", clip=str(film), out_s=1.5, until="build", session=session)
    last, _ = peer.last()
    assert last["event"] == "done", last
    assert last["result"]["ran"][-1] == "project"
    assert last["result"]["files"]["reaper/session.json"] == str(cue / "reaper/session.json")
    told = json.loads((cue / "reaper/session.json").read_text("utf-8"))
    assert (told["cue"], told["anchor_s"], told["reached"]) == ("0123abcd", 60, "build")
    assert told["length_s"] == 1.5

    seen = {"markers": [{"id": "", "time_s": 1.0, "name": "9 beat | mine"}]}
    (cue / "reaper/observed.json").write_text(json.dumps(seen), "utf-8")
    peer.run("b", cue, stage="score", until="spot", observed=True, out_s="end")
    last, _ = peer.last()
    assert last["event"] == "done", last
    assert ",mine,9,user,beat," in (cue / "spots.csv").read_text("utf-8")
    assert ledger(cue).settings.out_s is None

    again = {"start_s": 50.0, "end_s": 60.0, "tracks": ["x"], "seed": 1}
    peer.run("c", cue, stage="score", until="build", regenerate=again)
    assert "No bar of the score" in peer.last()[0]["fault"]["message"]
    (cue / "reaper/observed.json").write_text("{", "utf-8")
    peer.run("d", cue, stage="spot", observed=True)
    assert "observed.json: line 1" in peer.last()[0]["fault"]["message"]


def test_a_stage_runs_as_the_command_line_runs_it(peer: Peer, film: Path, tmp_path: Path) -> None:
    cue = tmp_path / "cue"
    run_cue(cue, changes={"clip": str(film), "keep_sound_db": -6.0}, until="describe")
    before = ledger(cue)
    peer.run("j", cue, stage="spot", brief="tender", keep_sound_db="off", discard=["spot"])
    last, _ = peer.last()
    # What comes before is up to date, the stage itself runs again, what comes after waits.
    assert last["result"]["ran"] == ["spot"]
    after = ledger(cue)
    assert (after.settings.brief, after.settings.keep_sound_db) == ("tender", None)
    assert before.settings.keep_sound_db == -6.0
    peer.run("j", cue, stage="score", start="report", clip=str(film))
    last, _ = peer.last()
    assert "report" in last["result"]["ran"]
    assert "see" not in last["result"]["ran"]
    peer.run("j", cue, stage="score", start="describe")
    assert peer.last()[0]["result"]["ran"][:2] == ["describe", "tempo"]
    other = Path(shutil.copy(film, tmp_path / "other cut.mp4"))
    peer.run("j", cue, stage="score", clip=str(other))
    assert "not of other cut.mp4" in peer.last()[0]["fault"]["message"]
    peer.run("j", cue, stage="score", clip=str(other), replace_clip=True)
    assert peer.last()[0]["event"] == "done"


def test_a_faulty_job_is_a_sentence_and_the_worker_goes_on(
    peer: Peer, film: Path, tmp_path: Path
) -> None:
    peer.run("a", tmp_path / "cue", clip=str(tmp_path / "none.mp4"))
    last, _ = peer.last()
    assert last["fault"]["code"] == "bad_input"
    assert last["fault"]["message"]
    assert not (tmp_path / "cue").exists()
    with open_folder(tmp_path / "cue"):
        peer.run("b", tmp_path / "cue", clip=str(film))
        assert "in use by another" in peer.last()[0]["fault"]["message"]
    peer.run("c", tmp_path / "cue", clip=str(film))
    assert peer.last()[0]["event"] == "done"


def test_the_roots_of_the_job_are_checked_again_just_before_the_work(
    peer: Peer, film: Path, tmp_path: Path
) -> None:
    (tmp_path / "inside").mkdir()
    cue = tmp_path / "inside" / "cue"
    peer.run("a", cue, clip=str(film))  # the root is ``inside``, the clip lies beside it
    assert "not in a registered folder" in peer.last()[0]["fault"]["message"]
    assert not cue.exists()
    (tmp_path / "elsewhere").mkdir()
    cue.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    shutil.copy(film, tmp_path / "inside" / "clip.mp4")
    peer.run("b", cue, clip=str(tmp_path / "inside" / "clip.mp4"))
    assert "not in a registered folder" in peer.last()[0]["fault"]["message"]
    assert not any((tmp_path / "elsewhere").iterdir())


def limited_once(folder: Path, lines: str) -> list[str]:
    """Return the command of a worker whose first process has a handicap."""
    script = folder / "limited.py"
    script.write_text(
        "import os, sys\n"
        "from filmcomposer_bridge.worker import main\n"
        f"flag = {str(folder / 'started')!r}\n"
        "if not os.path.exists(flag):\n"
        "    open(flag, 'w').close()\n" + "".join(f"    {line}\n" for line in lines.splitlines()) +
        "main()\n",
        encoding="utf-8",
    )  # fmt: skip
    return [sys.executable, str(script)]


HANDICAPS = {
    "a broken installation": ("sys.modules['cv2'] = None", "internal", "ModuleNotFoundError"),
    "no room for a library": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))",
        "out_of_memory",
        "memory of this computer",
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        "a broken installation",
        pytest.param(
            "no room for a library",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="limits are of Linux"),
        ),
    ],
)
def test_a_fault_nobody_foresaw_is_one_sentence_and_the_next_job_has_a_new_worker(
    state: Path, tmp_path: Path, name: str
) -> None:
    handicap, code, words = HANDICAPS[name]
    film = moving_square(tmp_path / "clip.mp4", seconds=2.0, width=1920, height=1080)
    with closing(Jobs(state, worker_command=limited_once(tmp_path, handicap))) as jobs:
        views = []
        for key in ("limited", "free"):
            asked = JobRequest(
                stage="see", cue=str(tmp_path / "cue"), key=key, params={"clip": str(film)}
            )
            views.append(ended(jobs, jobs.submit(asked, (str(tmp_path),))[0].id))
    error = views[0].error
    assert error is not None
    assert (error.code, words in error.message) == (code, True), error
    assert str(state / "worker.log") in error.hint
    assert "Traceback" not in error.message + error.hint
    assert "Traceback" in (state / "worker.log").read_text("utf-8")
    assert views[1].state == "done", views[1]


def too_large_for_numpy() -> None:
    np.empty(2**60, np.uint8)


def too_large_for_opencv() -> None:
    cv2.resize(np.zeros((1, 1, 4), np.float64), (2**15, 2**30))


def no_room_on_disk() -> None:
    with Path("/dev/full").open("wb", buffering=0) as stream:
        stream.write(b"x")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (too_large_for_numpy, "out_of_memory"),
        (too_large_for_opencv, "out_of_memory"),
        pytest.param(
            no_room_on_disk,
            "disk",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device"),
        ),
        (lambda: Path("/nowhere").read_bytes(), "internal"),
        (lambda: 1 / 0, "internal"),
    ],
)
def test_what_libraries_and_systems_raise_is_told_apart(
    tmp_path: Path, fault: Callable[[], object], code: str
) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - every kind
        fault()
    assert worker.fault_of(caught.value, tmp_path / "worker.log").code == code


def test_a_cancel_stops_the_work_and_the_worker_stays(peer: Peer, tmp_path: Path) -> None:
    film = moving_square(tmp_path / "long.mp4", seconds=60.0)
    cue = tmp_path / "cue"
    peer.ask(do="cancel", job="never heard of")
    peer.run("a", cue, stage="score", clip=str(film))
    while peer.hear()["event"] != "moved":
        pass
    peer.ask(do="cancel", job="a")
    last, _ = peer.last()
    assert last == {"event": "cancelled", "job": "a"}
    assert not list(cue.rglob("*.part"))
    # The cancel of a job that is over reaches no later one.
    peer.ask(do="cancel", job="a")
    peer.run("b", cue, stage="see", clip=str(film))
    assert peer.last()[0]["event"] == "done"


def test_a_job_cancelled_before_its_turn_does_nothing(
    peer: Peer, film: Path, tmp_path: Path
) -> None:
    peer.run("a", tmp_path / "one", clip=str(film))
    peer.run("b", tmp_path / "two", clip=str(film))
    peer.ask(do="cancel", job="b")
    assert peer.last()[0]["event"] == "done"
    assert peer.last()[0] == {"event": "cancelled", "job": "b"}
    assert not (tmp_path / "two" / "cue.json").exists()


@pytest.mark.parametrize("work", [False, True])
def test_the_end_of_the_bridge_ends_the_worker_at_once(
    peer: Peer, film: Path, tmp_path: Path, work: bool
) -> None:
    if work:
        peer.run("a", tmp_path / "cue", stage="score", clip=str(film))
        while peer.hear()["event"] != "started":
            pass
    peer.end()
    assert peer.process.returncode == 0
    assert not (tmp_path / "cue" / "report.html").exists()


def test_what_a_library_prints_cannot_corrupt_the_events(
    state: Path, film: Path, tmp_path: Path
) -> None:
    script = tmp_path / "printing.py"
    script.write_text(
        "import os, sys, threading, time\n"
        "from filmcomposer_bridge import worker\n"
        "def chatter():\n"
        "    while True:\n"
        "        os.write(1, b'C library here ')\n"
        '        print(\'{"event": "done", "job": "a"}\', flush=True)\n'
        "        time.sleep(0.001)\n"
        "threading.Timer(0.5, chatter).start()\n"
        "worker.main()\n",
        encoding="utf-8",
    )
    log = (tmp_path / "stderr").open("wb")
    with log:
        loud = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        peer = Peer.__new__(Peer)
        peer.process = loud
        peer.run("a", tmp_path / "cue", stage="score", clip=str(film))
        last, _ = peer.last()
        assert last["event"] == "done"
        assert len(last["result"]["files"]) == 5
        peer.end()
    assert b"C library here" in (tmp_path / "stderr").read_bytes()


def test_two_workers_never_work_at_the_same_time(state: Path, film: Path, tmp_path: Path) -> None:
    first, second = Peer(state), Peer(state)
    first.run("a", tmp_path / "cue", clip=str(film))
    second.run("b", tmp_path / "cue", clip=str(film))
    # Whichever holds the state folder works; the other begins when that one is gone.
    peers = {"a": first, "b": second}
    with selectors.DefaultSelector() as waiting:
        for name, peer in peers.items():
            assert peer.process.stdout is not None
            waiting.register(peer.process.stdout, selectors.EVENT_READ, name)
        ready = {key.data for key, _ in waiting.select(timeout=60)}
        assert len(ready) == 1
        name = ready.pop()
        assert peers[name].last()[0]["event"] == "done"
        assert [key.data for key, _ in waiting.select(timeout=0.5)] in ([], [name])
    peers[name].process.kill()
    other = peers["b" if name == "a" else "a"]
    assert other.last()[0]["event"] == "done"
    first.end()
    second.end()


def test_a_melody_model_writes_the_theme_on_the_bridge(peer: Peer, tmp_path: Path) -> None:
    film = moving_square(tmp_path / "clip.mp4", seconds=8.0)
    # As a training writes it, so gentle that the box still sings its tune.
    box, cue = tmp_path / "run" / "model", tmp_path / "cue"
    train_melody_model(
        Percussion(2, seed=1), Percussion(0), base=save_music_box(tmp_path / "box"),
        out=box.parent, trained_on="drums", device="cpu",
        recipe=short(epochs=1, updates_per_epoch=1, batch=2, learning_rate=1e-9),
    )  # fmt: skip
    asked = {"engine": "musicgen", "melody_model": str(box), "candidates": 2}
    peer.run("j1", cue, stage="score", clip=str(film), until="arrange", **asked)
    last, before = peer.last()
    assert last["event"] == "done", last
    told = [event["text"] for event in before if event["event"] == "tell"]
    assert any("The theme is by music box, trained on drums" in text for text in told)
    assert ledger(cue).artefacts["melody.mid"].provenance.engine == "musicgen"
    said = [e["text"] for e in before if e["event"] == "moved" and e["stage"] == "compose"]
    assert any(text.endswith(" s") for text in said)
    elsewhere = tmp_path.parent / "box"
    peer.run("j2", cue, stage="compose", melody_model=str(elsewhere))
    last, _ = peer.last()
    assert last["event"] == "failed"
    assert last["fault"]["code"] == "not_registered"
    # The worker has outlived it, and the model with another condition makes another theme.
    tune = (cue / "melody.mid").read_bytes()
    peer.run("j3", cue, stage="compose", condition="text", seed=4)
    last, _ = peer.last()
    assert last["event"] == "done", last
    assert (cue / "melody.mid").read_bytes() != tune
