"""Folders of weights: what loads, and what is refused in a sentence."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from filmcomposer_core.errors import InputError
from filmcomposer_core.transcription.engine import transcriber
from filmcomposer_core.transcription.mt3.network import frequencies
from filmcomposer_core.transcription.mt3.weights import find_weights, load_network
from tests.fakes.tiny_mt3 import TINY, public_layout, save_mt3, tiny_mt3

Tensors = dict[str, torch.Tensor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_mt3(tiny_mt3(), tmp_path / "tiny")


@pytest.mark.parametrize("pickled", [False, True])
def test_what_is_saved_is_loaded(tmp_path: Path, *, pickled: bool) -> None:
    network = tiny_mt3(seed=5)
    weights = find_weights(save_mt3(network, tmp_path / "tiny", pickled=pickled))
    assert weights.shape == TINY
    assert (weights.name, weights.licence) == ("tiny", "Apache-2.0")
    assert weights.sha256() == hashlib.sha256(weights.file.read_bytes()).hexdigest()
    loaded = load_network(weights).state_dict()
    for name, tensor in network.state_dict().items():
        assert torch.equal(loaded[name], tensor), name


@pytest.mark.parametrize("wrap", ["state_dict", "model_state_dict"])
def test_weights_out_of_a_training_program_are_loaded(tmp_path: Path, wrap: str) -> None:
    """Wrapped, with a prefix, in 16 bits, without the tensors that are there twice."""
    network = tiny_mt3()
    bare = {f"model.{name}": tensor.half() for name, tensor in network.state_dict().items()}
    folder = save_mt3(network, tmp_path / "tiny", pickled=True)
    torch.save({wrap: bare, "epoch": 3}, folder / "mt3.pth")
    loaded = load_network(find_weights(folder)).state_dict()
    assert torch.equal(loaded["proj.weight"], network.proj.weight.half().float())
    assert loaded["proj.weight"].dtype == torch.float32


def test_positions_are_those_of_the_file_or_the_published_ones(folder: Path) -> None:
    tensors = public_layout(tiny_mt3())
    tensors["encoder.pos_emb.inv_freq"] = torch.linspace(1.0, 0.0, 32)
    del tensors["decoder.pos_emb.inv_freq"]
    save_file(tensors, folder / "model.safetensors")
    loaded = load_network(find_weights(folder)).state_dict()
    assert torch.equal(loaded["encoder.pos_emb.inv_freq"], torch.linspace(1.0, 0.0, 32))
    assert torch.equal(loaded["decoder.pos_emb.inv_freq"], frequencies(64))


def test_without_settings_the_sizes_are_the_published_ones(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert find_weights(folder).shape.d_model == 512
    with pytest.raises(InputError, match=r"must be \(1536, 512\) by config.json|lacks"):
        load_network(find_weights(folder))


def test_name_and_licence_are_the_users(folder: Path) -> None:
    (folder / "filmcomposer.toml").write_text('name = "MR-MT3"\nlicence = "MIT"\n')
    weights = find_weights(folder)
    assert (weights.name, weights.licence) == ("MR-MT3", "MIT")


def drop(tensors: Tensors) -> None:
    del tensors["lm_head.weight"], tensors["proj.weight"], tensors["encoder.embed_tokens.weight"]


def widen(tensors: Tensors) -> None:
    tensors["lm_head.weight"] = torch.zeros(1536, 65)


def add(tensors: Tensors) -> None:
    tensors["latent.0.weight"] = torch.zeros(3)


def spoil(tensors: Tensors) -> None:
    tensors["proj.weight"][0, 0] = float("nan")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop, "lacks 2 tensors of an MT3, the first is proj.weight"),
        (widen, r"lm_head.weight has the shape \(1536, 65\), must be \(1536, 64\)"),
        (add, "holds 1 tensors that no MT3 has, the first is latent.0.weight"),
        (spoil, "proj.weight holds what is no number"),
    ],
)
@pytest.mark.parametrize("pickled", [False, True])
def test_wrong_tensors_are_refused(
    tmp_path: Path, change: Callable[[Tensors], None], told: str, *, pickled: bool
) -> None:
    folder = save_mt3(tiny_mt3(), tmp_path / "tiny", pickled=pickled)
    tensors = public_layout(tiny_mt3())
    change(tensors)
    if pickled:
        torch.save(tensors, folder / "mt3.pth")
    else:
        save_file(tensors, folder / "model.safetensors")
    with pytest.raises(InputError, match=told) as raised:
        transcriber("mt3", weights=str(folder))
    assert raised.value.hint


@pytest.mark.parametrize("keep", [0, 7, 100, 0.5, 0.999])
@pytest.mark.parametrize("pickled", [False, True])
def test_cut_off_files_are_refused(tmp_path: Path, keep: float, *, pickled: bool) -> None:
    folder = save_mt3(tiny_mt3(), tmp_path / "tiny", pickled=pickled)
    file = find_weights(folder).file
    data = file.read_bytes()
    file.write_bytes(data[: int(keep * len(data)) if 0 < keep < 1 else int(keep)])
    with pytest.raises(InputError, match="damaged"):
        load_network(find_weights(folder))


class Evil:
    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return print, ("this must not run",)


def test_a_pickle_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = save_mt3(tiny_mt3(), tmp_path / "tiny", pickled=True)
    torch.save({"proj.weight": torch.zeros(2), "evil": Evil()}, folder / "mt3.pth")
    with pytest.raises(InputError, match="holds more than tensors, which could run code"):
        load_network(find_weights(folder))
    (folder / "mt3.pth").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(InputError, match=r"holds more than tensors"):
        load_network(find_weights(folder))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("held", [[1, 2], {"a": 1}, {"state_dict": 3}, 5])
def test_a_pickle_of_something_else_is_refused(tmp_path: Path, held: object) -> None:
    folder = save_mt3(tiny_mt3(), tmp_path / "tiny", pickled=True)
    torch.save(held, folder / "mt3.pth")
    with pytest.raises(InputError, match="holds no table of tensors"):
        load_network(find_weights(folder))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("[1]", "holds no settings"),
        ("{", "not valid JSON"),
        ('{"d_model": "wide"}', "d_model"),
        ('{"d_model": 1000000}', "d_model is 1000000, must be 8 to 4096"),
        ('{"num_layers": 0}', "num_layers is 0"),
        ('{"vocab_size": 32128}', "vocab_size is 32128, must be 1536"),
        ('{"feed_forward_proj": "relu"}', "feed_forward_proj is 'relu'"),
        ('{"tie_word_embeddings": true}', "tie_word_embeddings is true"),
        (json.dumps({"x": "y" * 2**20}), "too large to be a list of settings"),
    ],
)
def test_wrong_settings_are_refused(folder: Path, settings: str, told: str) -> None:
    (folder / "config.json").write_text(settings)
    with pytest.raises(InputError, match=told):
        find_weights(folder)


def test_folders_without_weights_or_with_several_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        find_weights(folder / "none")
    (folder / "more.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"several weights: model.safetensors, more.safetensors"):
        find_weights(folder)
    for file in folder.glob("*.safetensors"):
        file.unlink()
    with pytest.raises(InputError, match="holds no weights"):
        find_weights(folder)
