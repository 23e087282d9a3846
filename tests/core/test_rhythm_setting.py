"""Who makes the rhythm is a setting of the cue: kept, told in the provenance, and undone."""

from __future__ import annotations

import shutil
from pathlib import Path

from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.pipeline import run_cue


def made_by(folder: Path) -> str:
    with open_folder(folder) as opened:
        ledger = opened.load_ledger()
    assert ledger is not None
    return ledger.artefacts["melody.mid"].provenance.versions["rhythm"]


def test_the_writer_of_rhythm_is_kept_and_told(finished: Path, tmp_path: Path) -> None:
    cue = tmp_path / "cue"
    shutil.copytree(finished, cue)
    drawn = (cue / "melody.abc").read_bytes()
    assert made_by(cue) == "drawn"
    assert "compose" in run_cue(cue, changes={"rhythm": "transformer"}, until="compose").ran
    assert made_by(cue).startswith("transformer ")
    assert run_cue(cue, changes={}, until="compose").ran == ()
    run_cue(cue, changes={"rhythm": "drawn"}, until="compose")
    assert (cue / "melody.abc").read_bytes() == drawn
