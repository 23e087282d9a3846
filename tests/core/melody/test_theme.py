"""A small real model writes the theme of a cue: clip, spots, candidates, notes, verdict, score."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.agreement import rhythm_agreement
from filmcomposer_core.melody.installed import FOLDER_VARIABLE
from filmcomposer_core.pipeline import run_cue
from tests.clips import moving_square
from tests.fakes.music_box import save_music_box


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_music_box(tmp_path_factory.mktemp("models") / "box")


def strokes(*rows: tuple[float, int]) -> tuple[Stroke, ...]:
    return tuple(Stroke(time_s=t, strength=0.9, pitches=(p,)) for t, p in rows)


ONE = strokes((0.2, 7), (1.0, 11), (1.8, 2), (2.6, 9), (3.4, 7))


def test_agreement_by_hand() -> None:
    rate = 32_000
    clicks = np.zeros(4 * rate, np.float32)
    for stroke in ONE:
        clicks[round(stroke.time_s * rate) :][:200] = 0.5
    at = {"rate": rate, "frame_s": 1 / 24}
    assert rhythm_agreement(clicks, ONE, **at) > 0.8
    assert rhythm_agreement(np.roll(clicks, rate // 25), ONE, **at) > 0.7
    assert rhythm_agreement(np.roll(clicks, rate // 3), ONE, **at) < 0.3
    assert rhythm_agreement(np.zeros(4 * rate, np.float32), ONE, **at) == 0.0
    assert rhythm_agreement(clicks, (), **at) == 0.0


@pytest.fixture(scope="module")
def cue(box: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cue")
    clip = moving_square(folder / "clip.mp4", seconds=8.0)
    run_cue(
        folder / "cue",
        changes={
            "clip": str(clip), "engine": "musicgen", "melody_model": str(box), "candidates": 2,
        },
        until="arrange",
    )  # fmt: skip
    return folder / "cue"


def ledger(cue: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cue / "cue.json").read_text("utf-8"))
    return found


def test_a_model_writes_the_theme_of_a_cue(cue: Path) -> None:
    made = ledger(cue)["artefacts"]["melody.mid"]
    assert made["provenance"]["engine"] == "musicgen"
    assert made["provenance"]["model"] == "music box"
    assert made["provenance"]["licence"] == "CC0-1.0"
    assert {"torch", "transformers", "weights"} <= set(made["provenance"]["versions"])
    assert "The theme is by music box (CC0-1.0)" in " ".join(made["notes"])
    for number in (1, 2):
        folder = cue / "candidates" / str(number)
        sound, rate = soundfile.read(folder / "take.flac")
        assert rate == 32_000
        assert sound.size / rate == pytest.approx(8.0, abs=0.05)
        about = json.loads((folder / "take.json").read_text("utf-8"))
        assert about["model"]["heard_rhythm"] == "rhythm conditioner"
        assert about["strokes"] > 4
        assert (folder / "melody.abc").is_file()
        assert (folder / "assessment.json").is_file()
    score = json.loads((cue / "score.json").read_text("utf-8"))
    assert sum(len(part["notes"]) for part in score["parts"]) > 20


def test_nothing_is_made_twice_and_another_condition_makes_it_anew(cue: Path) -> None:
    assert run_cue(cue, changes={}, until="arrange").ran == ()
    # What the embedded composer would do does not depend on the model's settings.
    again = run_cue(cue, changes={"condition": "text"}, until="compose")
    assert again.ran == ("compose",)
    back = run_cue(cue, changes={"engine": "embedded"}, until="compose")
    assert back.ran == ("compose",)
    assert ledger(cue)["artefacts"]["melody.mid"]["provenance"]["engine"] == "embedded"
    assert run_cue(cue, changes={"guidance": 5.0}, until="compose").ran == ()


def test_without_a_model_the_embedded_composer_writes_and_says_so(
    cue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "none"))
    mine = shutil.copytree(cue, tmp_path / "cue")
    found = run_cue(mine, changes={"engine": "musicgen", "melody_model": ""}, until="compose")
    assert "No melody model is installed" in " ".join(found.told)
    assert ledger(mine)["artefacts"]["melody.mid"]["provenance"]["engine"] == "embedded"
    with pytest.raises(InputError, match="no melody model 'other'"):
        run_cue(mine, changes={"melody_model": "other"}, until="compose")


def test_models_that_are_not_for_business_are_refused_where_that_is_asked(
    cue: Path, box: Path, tmp_path: Path
) -> None:
    closed = shutil.copytree(box, tmp_path / "closed")
    about = closed / "filmcomposer.toml"
    about.write_text(about.read_text("utf-8").replace("commercial = true", "commercial = false"))
    mine = shutil.copytree(cue, tmp_path / "cue")
    changes = {"engine": "musicgen", "melody_model": str(closed), "commercial_safe": True}
    with pytest.raises(InputError, match="may not be used commercially"):
        run_cue(mine, changes=changes, until="compose")
    told = run_cue(mine, changes=changes | {"commercial_safe": False}, until="compose").told
    assert "not for commercial use" in " ".join(told)
