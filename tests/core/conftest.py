"""A finished cue, made once for all tests that need one."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmcomposer_core.pipeline import run_cue
from tests.clips import moving_square

SECONDS = 12.0
SEED = 3


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished cue; tests copy it before they touch it."""
    folder = tmp_path_factory.mktemp("pipeline")
    clip = moving_square(folder / "clip.mp4", seconds=SECONDS)
    run_cue(folder / "cue", changes={"clip": str(clip), "seed": SEED})
    return folder / "cue"
