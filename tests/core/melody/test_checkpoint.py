"""Folders that hold a model, and folders that do not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.checkpoint import (
    RHYTHM_CONFIG,
    RHYTHM_WEIGHTS,
    find_checkpoint,
)
from filmcomposer_core.melody.load import load_model, save_model


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "model"))


def _rewrite(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data), "utf-8")


def _cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def _no_tensor(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in sorted(tensors) if name.endswith("fc1.weight"))
    del tensors[name]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _other_shape(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in sorted(tensors) if name.endswith("fc1.weight"))
    tensors[name] = torch.zeros(3, 3)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


BREAKAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "does not exist"),
    "no settings": (lambda f: (f / "config.json").unlink(), "is missing"),
    "settings cut off": (lambda f: _cut(f / "config.json", 0.5), "config.json"),
    "settings of another model": (
        lambda f: _rewrite(f / "config.json", lambda d: d.update(model_type="bert")),
        "kind 'bert'",
    ),
    "stereo": (
        lambda f: _rewrite(f / "config.json", lambda d: d["decoder"].update(audio_channels=2)),  # type: ignore[attr-defined]
        "stereo model",
    ),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "holds no model.safetensors"),
    "pickled weights": (_pickled, "can run code"),
    "weights cut off": (lambda f: _cut(f / "model.safetensors", 0.7), "cut off"),
    "weights that are none": (
        lambda f: (f / "model.safetensors").write_bytes(b"not tensors at all"),
        "safetensors",
    ),
    "a tensor is missing": (_no_tensor, "lack 1 tensors"),
    "a tensor of another shape": (_other_shape, "cannot be loaded"),
    "conditioner without weights": (lambda f: (f / RHYTHM_WEIGHTS).unlink(), "but no"),
    "conditioner of another width": (
        lambda f: _rewrite(f / RHYTHM_CONFIG, lambda d: d.update(width=48)),
        "does not fit",
    ),
    "conditioner's settings are nonsense": (
        lambda f: _rewrite(f / RHYTHM_CONFIG, lambda d: d.update(factor="many")),
        "factor",
    ),
    "index that leads outside": (
        lambda f: (f / "model.safetensors.index.json").write_text(
            json.dumps({"weight_map": {"a": "../../etc/passwd"}})
        ),
        "names no files of the folder",
    ),
    "a shard is missing": (
        lambda f: (f / "model.safetensors.index.json").write_text(
            json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors"}})
        ),
        "lacks model-00001",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_cannot_be_loaded_is_told_in_a_sentence(folder: Path, name: str) -> None:
    change, words = BREAKAGES[name]
    change(folder)
    with pytest.raises(InputError, match=words) as caught:
        load_model(find_checkpoint(folder), device="cpu", dtype=torch.float32)
    assert "\n" not in str(caught.value)


def test_a_saved_model_comes_back_as_it_was(trained: Path, tmp_path: Path) -> None:
    found = find_checkpoint(trained)
    model = load_model(found, device="cpu", dtype=torch.float32)
    save_model(model, tmp_path / "again", about=found.about)
    again = load_model(find_checkpoint(tmp_path / "again"), device="cpu", dtype=torch.float32)
    state = again.state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def test_the_hash_follows_what_the_files_say(folder: Path) -> None:
    before = find_checkpoint(folder).sha256()
    assert find_checkpoint(folder).sha256() == before
    data = bytearray((folder / RHYTHM_WEIGHTS).read_bytes())
    data[-1] ^= 1
    (folder / RHYTHM_WEIGHTS).write_bytes(data)
    assert find_checkpoint(folder).sha256() != before


def test_published_weights_are_not_for_business(published: Path) -> None:
    (published / "filmcomposer.toml").rename(published / "kept")
    try:
        about = find_checkpoint(published).about
    finally:
        (published / "kept").rename(published / "filmcomposer.toml")
    assert about.licence == "CC-BY-NC-4.0"
    assert not about.commercial
