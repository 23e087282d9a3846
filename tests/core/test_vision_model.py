"""A model of the user's own, from the command line to the description."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.cli.command import run
from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import Outcome, run_cue
from tests.core.visual.clips import texture, write_clip
from tests.recognition import toy_clip


def described(cue: Path, **changes: object) -> Outcome:
    return run_cue(cue, changes=changes, until="describe")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Outcome]:
    """A cue of a blue clip labelled by the toy, the folder of the toy, and what was done."""
    base = tmp_path_factory.mktemp("vision")
    blue = (texture(1) * np.array([0.3, 0.3, 1.0])).astype(np.uint8)
    clip = write_clip(base / "blue.mp4", [blue] * 50)
    model = toy_clip.write_halves(base / "toy-clip")
    done = described(base / "cue", clip=str(clip), vision_model=str(model))
    return base / "cue", model, done


@pytest.fixture
def cue(made: tuple[Path, Path, Outcome], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "cue"))


def test_the_label_that_it_sees_is_the_one_described(made: tuple[Path, Path, Outcome]) -> None:
    told = tomllib.loads((made[0] / "description.toml").read_text("utf-8"))
    setting = told["overall"]["setting"]
    assert (setting["value"], setting["source"]) == ("sea", "clip")
    # Blue stands for nothing but the sea: as sure as a model that was not measured may be.
    assert setting["confidence"] == pytest.approx(0.7, abs=0.01)


def test_it_is_recorded_by_name_and_content_and_said(made: tuple[Path, Path, Outcome]) -> None:
    cue, model, done = made
    text = (cue / "sightings.json").read_text("utf-8")
    used = {one["name"]: one for one in json.loads(text)["models"]}
    for file in ("vision_model.onnx", "text_model.onnx"):
        one = used[f"toy-clip/{file}"]
        assert one["sha256"] == hashlib.sha256((model / "onnx" / file).read_bytes()).hexdigest()
        assert one["licence"] == "given by the user"
    assert str(model.parent) not in text
    assert any("vision model toy-clip (vision_model.onnx and text" in line for line in done.told)
    made_by = done.ledger.artefacts["sightings.json"].provenance
    assert "toy-clip/vision_model.onnx" in made_by.model


def test_what_it_says_counts_and_not_where_it_lies(
    made: tuple[Path, Path, Outcome], cue: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(made[1], tmp_path / "moved"))
    assert described(cue, vision_model=str(moved)).ran == ()
    table = toy_clip.meanings() * np.float32(-1)
    (moved / "onnx" / "text_model.onnx").write_bytes(toy_clip.reading(table=table))
    assert described(cue).ran == ("recognise", "describe")
    told = tomllib.loads((cue / "description.toml").read_text("utf-8"))
    assert told["overall"]["setting"]["value"] != "sea"


def test_a_model_that_is_gone_is_told_and_can_be_dropped(
    made: tuple[Path, Path, Outcome], cue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = Path(shutil.copytree(made[1], tmp_path / "moved"))
    described(cue, vision_model=str(moved))
    shutil.rmtree(moved)
    with pytest.raises(InputError, match=r"does not exist\. .* --vision-model off"):
        described(cue)
    assert run(["describe", str(cue), "--vision-model", "off"]) == 0
    told = json.loads((cue / "sightings.json").read_text("utf-8"))
    assert not any("toy-clip" in one["name"] for one in told["models"])
    assert not any(frame["labels"] for frame in told["frames"])
    assert "vision model" not in capsys.readouterr().out


def test_a_faulty_model_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"never read")
    (tmp_path / "model.onnx").write_bytes(b"neither")
    (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
    given = ["score", str(tmp_path / "clip.mp4"), "--out", str(tmp_path / "cue")]
    assert run([*given, "--vision-model", str(tmp_path / "model.onnx")]) == 2
    assert "model.onnx is not an ONNX file" in capsys.readouterr().err
    assert not (tmp_path / "cue").exists()
