"""A run killed at any moment loses nothing that was finished and takes nothing for an edit."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import file_hash
from filmcomposer_core.pipeline import run_cue
from tests.core.conftest import SEED

KILLS = 8


def ledger(cue: Path) -> CueFile | None:
    path = cue / "cue.json"
    if not path.exists():
        return None
    return codec.build(CueFile, codec.parse_json(path.read_text("utf-8"), where="x"), where="x")


@pytest.mark.slow
def test_kill_at_random_moments(finished: Path) -> None:
    clip, cue = finished.parent / "clip.mp4", finished.parent / "killed"
    words = [sys.executable, "-m", "filmcomposer_core", "score", str(clip), "--out", str(cue),
             "--seed", str(SEED)]  # fmt: skip
    moments = np.random.default_rng(11).uniform(0.4, 6.0, KILLS)
    for moment in moments:
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            time.sleep(float(moment))
            run.kill()
        found = ledger(cue)
        for name, known in (found.artefacts if found else {}).items():
            path = cue / name
            announced = (cue / ".filmcomposer/journal.json").exists()
            assert path.is_file(), name
            assert announced or file_hash(path) == known.sha256, name
    done = run_cue(cue, changes={"clip": str(clip), "seed": SEED})
    assert not any("edit" in told or "changed outside" in told for told in done.told)
    assert not (cue / "history").exists()
    for name in ("spots.csv", "melody.mid", "score.json", "scheme.json", "cue.rpp", "cue.wav"):
        assert (cue / name).read_bytes() == (finished / name).read_bytes(), name
    assert not list(cue.rglob("*.part"))
