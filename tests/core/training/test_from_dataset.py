"""The samples of a dataset as training reads them, and the command over a real one."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from filmcomposer_core.cli.command import run
from filmcomposer_core.cli.train_melody import _Line
from filmcomposer_core.contracts.description import Attributes, Label
from filmcomposer_core.contracts.sample import (
    DatasetFile,
    VisualDescription,
)
from filmcomposer_core.dataset import Dataset, make_dataset, read_dataset
from filmcomposer_core.errors import Cancelled, InputError
from filmcomposer_core.melody.checkpoint import find_checkpoint
from filmcomposer_core.training.from_dataset import DatasetSamples
from tests.core.dataset.made import RATE, SPOTS, add, empty, sample
from tests.core.training.conftest import SHORT


def fill(folder: Path, count: int) -> Dataset:
    """Write a small dataset; all samples but the last are trained on."""
    dataset = empty(folder)
    ids = [add(dataset, sample(number)).id for number in range(1, count + 1)]
    (folder / "splits.json").write_text(json.dumps({"train": ids[:-1], "test": ids[-1:]}))
    return dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return fill(tmp_path_factory.mktemp("drums"), 4)


def test_what_training_reads(dataset: Dataset) -> None:
    samples = DatasetSamples(dataset, "train", pitches=True)
    assert list(samples.ids()) == [sample(n).id for n in (1, 2, 3)]
    name = samples.ids()[1]
    sound, rate = samples.sound(name)
    stereo, _ = dataset.music(name)
    assert rate == RATE
    assert np.allclose(sound, (stereo[0] + stereo[1]) / 2)
    strokes = samples.strokes(name)
    assert [s.time_s for s in strokes] == [spot.time_s for spot in SPOTS]
    # C, E and G of the melody.
    assert [s.pitches for s in strokes] == [(0,), (4,), (7,)]
    bare = DatasetSamples(dataset, "train", pitches=False).strokes(name)
    assert {s.pitches for s in bare} == {()}
    words = samples.words(name)
    assert (words.music["genre"], words.music["mood"], words.music["tempo"]) == ("waltz", "sad", "")
    assert words.picture == {"theme": "drama"}


def test_what_nobody_is_sure_of_is_not_said(dataset: Dataset, tmp_path: Path) -> None:
    dark = Label(value="dark", source="pixels", confidence=0.9)
    run_ = Label(value="run", source="detectors", confidence=0.2)
    seen = Attributes(brightness=dark, action=run_, theme=sample(1).visual.overall.theme)
    make_dataset(tmp_path, DatasetFile(name="One", rate_hz=RATE))
    one = replace(sample(1), visual=VisualDescription(overall=seen))
    home = tmp_path / "samples" / one.id
    home.mkdir()
    from filmcomposer_core.contracts import codec

    (home / "sample.json").write_text(codec.dump_json(one))
    (tmp_path / "splits.json").write_text(json.dumps({"train": [one.id], "test": []}))
    words = DatasetSamples(read_dataset(tmp_path), "train", pitches=True).words(one.id)
    assert words.picture == {"brightness": "dark light", "theme": "drama"}


def test_music_of_another_length_than_said_is_refused(tmp_path: Path) -> None:
    dataset = fill(tmp_path, 2)
    name = dataset.ids()[0]
    path = dataset.music_path(dataset.sample(name))
    soundfile.write(path, soundfile.read(path)[0][: RATE * 5], RATE, format="FLAC")
    with pytest.raises(InputError, match=r"lasts 5.00 s, it says 8.00"):
        DatasetSamples(dataset, "train", pitches=True).sound(name)


def test_the_command_trains_and_says_what_may_not_be_sold(
    dataset: Dataset, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.toml").write_text(
        "\n".join(f"{key} = {json.dumps(value)}" for key, value in SHORT.items())
    )
    broken = dataset.folder / "samples" / dataset.ids("train")[0] / "spots.json"
    kept = broken.read_bytes()
    broken.write_bytes(b"[]")
    words = ["train", "rc-musicgen", str(dataset.folder), "--model", str(base), "--device", "cpu",
             "--out", str(tmp_path / "run"), "--config", str(tmp_path / "mine.toml"),
             "--set", "epochs=1", "--set", "precision=fp32"]  # fmt: skip
    try:
        assert run(words) == 0
    finally:
        broken.write_bytes(kept)
    said = capsys.readouterr()
    assert "not for commercial use" in said.out
    assert find_checkpoint(tmp_path / "run" / "model").about.name == "base, trained on Tiny"
    left_out = (tmp_path / "run" / "left_out.txt").read_text("utf-8")
    # 8 s are four pieces of 2 s, and none of the broken sample's is trained on.
    assert left_out.count("there are no rhythm spots") == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "epochs"], "gives no value"),
        (["--set", "epochs=0"], "epochs is 0"),
        (["--set", "optimiser=sgd"], "optimiser is 'sgd'"),
        (["--config", "nowhere.toml"], "cannot be read"),
        (["--model", "nowhere"], "no melody model 'nowhere'"),
        (["--device", "cuda:7"], "no device 'cuda:7'"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    dataset: Dataset, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    words: list[str], said: str,
) -> None:  # fmt: skip
    given = ["train", "rc-musicgen", str(dataset.folder), "--out", str(tmp_path / "run")]
    model = [] if "--model" in words else ["--model", str(base)]
    assert run([*given, *model, *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_no_dataset_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], base: Path
) -> None:
    words = ["train", "rc-musicgen", str(tmp_path), "--model", str(base), "--out", str(tmp_path)]
    assert run(words) == 2
    assert "is no dataset" in capsys.readouterr().err


def test_ctrl_c_ends_the_work_at_the_next_update() -> None:
    before = signal.getsignal(signal.SIGINT)
    with _Line() as line:
        line(0.1, "update 1")
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Cancelled, match=r"Stopped: update 2\. The same command goes on"):
            line(0.2, "update 2")
    assert signal.getsignal(signal.SIGINT) is before
