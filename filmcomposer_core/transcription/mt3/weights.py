"""The weights of an MT3 that the user has: a folder, looked at before it is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, not_empty
from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.transcription.mt3.shape import Shape

if TYPE_CHECKING:
    from filmcomposer_core.transcription.mt3.network import Mt3Network

CONFIG: Final = "config.json"
#: Ours, beside the weights: what they are called and under which licence they were given.
ABOUT: Final = "filmcomposer.toml"
_SAFE, _PICKLED = (".safetensors",), (".pth", ".pt", ".bin", ".ckpt")
_MOST_CONFIG: Final = 2**20
_MOST_BYTES: Final = 8 * 2**30
#: Tensors that a conversion holds twice, under the names of the modules that share them.
_TWICE: Final = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight")
#: Tensors that need not be there.
_FIXED: Final = ("encoder.pos_emb.inv_freq", "decoder.pos_emb.inv_freq")
#: What training programs wrap weights in.
_WRAPPED: Final = ("state_dict", "model_state_dict", "model")
_LAYOUT: Final = (
    f"Give the folder of an MT3 or MR-MT3 converted to PyTorch ({CONFIG}, and mt3.pth or "
    "model.safetensors); YourMT3 is another network."
)
_AGAIN: Final = "Fetch the weights again."


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What ``filmcomposer.toml`` says; the published MT3 is under Apache-2.0."""

    __pydantic_config__ = STRICT

    name: str = ""
    licence: str = "Apache-2.0"

    def __post_init__(self) -> None:
        not_empty("licence", self.licence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A file of weights, and the network that it is for."""

    file: Path
    shape: Shape
    name: str
    licence: str

    def sha256(self) -> str:
        """Return the hash of the file."""
        with self.file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def find_weights(folder: Path) -> Weights:
    """Look at a folder of weights and refuse what cannot be loaded.

    Parameters
    ----------
    folder : Path
        With one file of weights (``.safetensors``, else ``.pth``), ``config.json`` where the
        sizes are not the published ones, and ``filmcomposer.toml`` (name, licence) where the
        licence is another.

    Raises
    ------
    InputError
        If a file is missing, damaged, or of another kind.
    """
    if not folder.is_dir():
        msg = f"The folder of weights {folder} does not exist."
        raise InputError(msg, _LAYOUT)
    file = _weights_file(folder)
    about = About()
    if (folder / ABOUT).is_file():
        where = str(folder / ABOUT)
        data = codec.parse_toml(_text(folder / ABOUT), where=where)
        about = codec.build(About, {k: data[k] for k in ("name", "licence") if k in data},
                            where=where)  # fmt: skip
    return Weights(
        file=file, shape=_shape(folder / CONFIG), name=about.name or folder.resolve().name,
        licence=about.licence,
    )  # fmt: skip


def _weights_file(folder: Path) -> Path:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for endings in (_SAFE, _PICKLED):
        found = [path for path in files if path.suffix in endings]
        if len(found) > 1:
            msg = f"{folder} holds several weights: {', '.join(p.name for p in found[:3])}."
            raise InputError(msg, "Keep one of them there.")
        if found:
            size = found[0].stat().st_size
            if size > _MOST_BYTES:
                msg = f"{found[0]} has {size / 2**30:.0f} GiB, too much for an MT3."
                raise InputError(msg, _LAYOUT)
            return found[0]
    msg = f"{folder} holds no weights."
    raise InputError(msg, _LAYOUT)


def _shape(path: Path) -> Shape:
    if not path.is_file():
        return Shape()
    data = codec.parse_json(_text(path), where=str(path))
    if not isinstance(data, dict):
        msg = f"{path} holds no settings."
        raise InputError(msg, _LAYOUT)
    names = {field.name for field in fields(Shape)}
    return codec.build(Shape, {k: v for k, v in data.items() if k in names}, where=str(path))


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_CONFIG:
        msg = f"{path} is too large to be a list of settings."
        raise InputError(msg, _LAYOUT)
    return path.read_bytes().decode("utf-8", "replace")


def load_network(weights: Weights) -> Mt3Network:
    """Load a network for listening, in 32 bits, into the memory of the processor.

    Raises
    ------
    InputError
        If the file is damaged, tensors are missing, of other shapes, or hold what is no number.
    MissingDependencyError
        If torch, transformers or safetensors is not installed.
    """
    try:
        import torch

        from filmcomposer_core.transcription.mt3.network import Mt3Network, frequencies
    except ImportError as exc:
        msg = f"The engine mt3 needs {exc.name}, which is not installed."
        raise MissingDependencyError(msg, "Run install.py --model.") from exc
    tensors = _tensors(weights.file)
    # Laid out without memory first, so that wrong sizes are found before any is taken.
    with torch.device("meta"):
        network = Mt3Network(weights.shape)
    _check_tensors(weights.file, network.state_dict(), tensors)
    rates = frequencies(weights.shape.d_model)
    network.load_state_dict({name: rates.clone() for name in _FIXED} | tensors, assign=True)
    network.requires_grad_(requires_grad=False)
    return network.eval()


def _tensors(path: Path) -> dict[str, Any]:
    """Return the tensors of a file by the names of the network, in 32 bits."""
    found = _read_safe(path) if path.suffix in _SAFE else _read_pickled(path)
    for name in _WRAPPED:
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    if not isinstance(found, dict) or not all(hasattr(t, "shape") for t in found.values()):
        msg = f"{path} holds no table of tensors."
        raise InputError(msg, _LAYOUT)
    bare = {str(name).removeprefix("model."): tensor for name, tensor in found.items()}
    return {name: tensor.float() for name, tensor in bare.items() if name not in _TWICE}


def _read_safe(path: Path) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as exc:
        msg = f"{path} is damaged or cut off."
        raise InputError(msg, _AGAIN) from exc


def _read_pickled(path: Path) -> Any:
    """Read tensors and nothing else: what else a pickle names is not run."""
    import pickle
    import warnings

    import torch

    try:
        with warnings.catch_warnings():
            # Of pickles that other programs wrote; what cannot be read is an error below.
            warnings.simplefilter("ignore", UserWarning)
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as exc:
        msg = f"{path} is damaged, or holds more than tensors, which could run code."
        raise InputError(msg, _AGAIN) from exc
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, TypeError) as exc:
        msg = f"{path} is damaged or cut off."
        raise InputError(msg, _AGAIN) from exc


def _check_tensors(path: Path, wanted: dict[str, Any], found: dict[str, Any]) -> None:
    import torch

    missing = [name for name in wanted if name not in found and name not in _FIXED]
    if missing:
        msg = f"{path} lacks {len(missing)} tensors of an MT3, the first is {missing[0]}."
        raise InputError(msg, _LAYOUT)
    foreign = sorted(set(found) - set(wanted))
    if foreign:
        msg = f"{path} holds {len(foreign)} tensors that no MT3 has, the first is {foreign[0]}."
        raise InputError(msg, _LAYOUT)
    for name, tensor in found.items():
        if tensor.shape != wanted[name].shape:
            sizes = tuple(tensor.shape), tuple(wanted[name].shape)
            msg = f"{path}: {name} has the shape {sizes[0]}, must be {sizes[1]} by {CONFIG}."
            raise InputError(msg, _LAYOUT)
        if not bool(torch.isfinite(tensor).all()):
            msg = f"{path}: {name} holds what is no number."
            raise InputError(msg, _AGAIN)
