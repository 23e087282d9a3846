from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
import torch

from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.audiocraft_files import (
    LANGUAGE_FILE,
    read_checkpoint,
    write_checkpoint,
)
from filmcomposer_core.melody.audiocraft_settings import read_language
from tests.core.melody import parity


class Touch:
    """Pickled so that opening it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.open, (str(self.path), os.O_CREAT | os.O_WRONLY)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / LANGUAGE_FILE
    write_checkpoint(path, {"a": torch.arange(3.0)}, {"rate": 32000, "inner": {"list": [1, None]}})
    found = read_checkpoint(path)
    assert torch.equal(found.weights["a"], torch.arange(3.0))
    assert found.settings == {"rate": 32000, "inner": {"list": [1, None]}}


def test_a_checkpoint_of_training_is_read_without_omegaconf() -> None:
    found = read_checkpoint(parity.TRAINING)
    theirs = read_language(found.settings, parity.TRAINING)
    exported = read_language(parity.settings(LANGUAGE_FILE), parity.FIXTURE)
    assert theirs == exported
    # The best weights, not the last ones, which the file has as zeros.
    wanted = parity.weights(LANGUAGE_FILE)["emb.0.weight"]
    assert torch.equal(found.weights["emb.0.weight"], wanted)


@pytest.mark.parametrize("name", ["fsdp_best_state", "best_state", "model"])
def test_the_best_weights_come_before_the_last_ones(tmp_path: Path, name: str) -> None:
    order = ["fsdp_best_state", "best_state", "model"]
    held: dict[str, object] = {"xp.cfg": "a: 1"}
    for later in order[order.index(name) :]:
        state = {"w": torch.tensor([float(order.index(later))])}
        held[later] = state if later == "model" else {"model": state}
    torch.save(held, tmp_path / "checkpoint.th")
    found = read_checkpoint(tmp_path / "checkpoint.th")
    assert found.weights["w"].item() == order.index(name)


def test_references_in_settings_are_filled_in(tmp_path: Path) -> None:
    text = "sample_rate: 16000\nencodec:\n  sample_rate: ${sample_rate}\n  loop: ${encodec.loop}\n"
    torch.save({"best_state": {"w": torch.ones(1)}, "xp.cfg": text}, tmp_path / "x.bin")
    found = read_checkpoint(tmp_path / "x.bin").settings
    assert found["encodec"] == {"sample_rate": 16000, "loop": None}


def test_a_file_that_stands_for_another_model_says_so(tmp_path: Path) -> None:
    torch.save({"pretrained": "facebook/encodec_32khz"}, tmp_path / "x.bin")
    assert read_checkpoint(tmp_path / "x.bin").reference == "facebook/encodec_32khz"


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    torch.save({"best_state": {"model": Touch(trap)}}, tmp_path / "evil.bin")
    with pytest.raises(InputError, match=r"wants to run \w+\.open besides"):
        read_checkpoint(tmp_path / "evil.bin")
    (tmp_path / "old.bin").write_bytes(pickle.dumps(Touch(trap), protocol=2))
    with pytest.raises(InputError, match=r"old\.bin"):
        read_checkpoint(tmp_path / "old.bin")
    assert not trap.exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    whole = parity.TRAINING.read_bytes()
    (tmp_path / "cut.th").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"cut\.th is (cut off or damaged|no checkpoint)"):
        read_checkpoint(tmp_path / "cut.th")


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ([1, 2], "holds no checkpoint"),
        ({"best_state": {}, "xp.cfg": "a: 1"}, "holds no weights"),
        ({"best_state": {"w": torch.ones(1)}}, "without their settings"),
        ({"best_state": {"w": torch.ones(1)}, "xp.cfg": "a: [1"}, "settings .* are damaged"),
        ({"best_state": {"w": torch.ones(1)}, "xp.cfg": "a"}, "settings .* are damaged"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, held: object, sentence: str) -> None:
    torch.save(held, tmp_path / "x.bin")
    with pytest.raises(InputError, match=sentence):
        read_checkpoint(tmp_path / "x.bin")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.bin cannot be read"):
        read_checkpoint(tmp_path / "none.bin")
