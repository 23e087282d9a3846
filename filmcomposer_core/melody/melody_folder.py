"""Folders of transformers: settings and weights of a network, read as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.melody.drafts import disk_error

if TYPE_CHECKING:
    from torch import Tensor

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = f"{WEIGHTS}.index.json"
FEATURES: Final = "preprocessor_config.json"
#: Files beside the weights that follow them into another folder.
TOKENIZER_FILES: Final = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "spiece.model",
    "added_tokens.json",
)  # fmt: skip
_MOST_JSON_BYTES: Final = 64 * 2**20
#: Positions are computed, not learnt; older files list them all the same.
_COMPUTED: Final = "embed_positions.weights"
_TIED: Final = "encoder.embed_tokens.weight"
_SHARED: Final = "shared.weight"
_OLD_NORM: Final = ((".weight_g", ".original0"), (".weight_v", ".original1"))
_EXTRA: Final = "Install FilmComposer with its extra: model."
_AGAIN: Final = "Copy or download it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A network in a folder: settings as in its ``config.json``, weights by name, and where."""

    config: dict[str, Any]
    weights: dict[str, Tensor]
    folder: Path


def read_json(path: Path) -> dict[str, Any]:
    """Return what a JSON file of settings holds.

    Raises
    ------
    InputError
        If it is missing, too large, or holds something else.
    """
    try:
        if path.stat().st_size > _MOST_JSON_BYTES:
            raise InputError(f"{path} is too large for a file of settings.", _AGAIN)
        held = json.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror or exc}.", _AGAIN) from exc
    except (ValueError, RecursionError) as exc:
        raise InputError(f"{path} is damaged: it is not JSON.", _AGAIN) from exc
    if not isinstance(held, dict):
        raise InputError(f"{path} is damaged: it holds no settings.", _AGAIN)
    return held


def read_part(folder: Path) -> Part:
    """Return a network of a folder with its weights, which stay on the disk until they are used.

    Parameters
    ----------
    folder : Path
        With ``config.json`` and ``model.safetensors``, whole or in shards.

    Returns
    -------
    Part
        Names as transformers 5 has them, none twice.

    Raises
    ------
    InputError
        If a file is missing or damaged, or the weights are there as a pickle only.
    MissingDependencyError
        If safetensors is not installed.
    """
    config = read_json(folder / CONFIG)
    weights: dict[str, Tensor] = {}
    for path in _weight_files(folder):
        weights.update(_read_safetensors(path))
    found = {_name_today(name): held for name, held in weights.items() if _COMPUTED not in name}
    for name in [name for name in found if name.endswith(_TIED)]:
        shared = name.removesuffix(_TIED) + _SHARED
        tied = found.pop(name)
        found.setdefault(shared, tied)
    return Part(config=config, weights=found, folder=folder)


def write_safetensors(path: Path, weights: dict[str, Tensor]) -> None:
    """Write weights so that none shares its memory with another one.

    Raises
    ------
    DiskError
        If the disk is full or may not be written to.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    whole = {name: _alone(tensor) for name, tensor in weights.items()}
    try:
        save_file(whole, path, metadata={"format": "pt"})
        # It makes files that only their owner can read.
        path.chmod(0o644)
    except SafetensorError as exc:
        raise disk_error(path, str(exc), full="No space" in str(exc)) from exc


def _weight_files(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / INDEX).is_file():
        shards = read_json(folder / INDEX).get("weight_map")
        names = {str(name) for name in shards.values()} if isinstance(shards, dict) else set()
        if names and all(Path(name).name == name for name in names):
            return [folder / name for name in sorted(names)]
        raise InputError(f"{folder / INDEX} is damaged: it names no files.", _AGAIN)
    if any(folder.glob("*.bin")):
        msg = f"{folder} holds its weights as a pickle only, which is not opened."
        raise InputError(msg, f"Get the folder with {WEIGHTS}.")
    raise InputError(f"{folder} holds no {WEIGHTS}.", _AGAIN)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError as exc:
        raise MissingDependencyError("safetensors or torch is not installed.", _EXTRA) from exc
    try:
        held: dict[str, Tensor] = load_file(path)
    except SafetensorError as exc:
        raise InputError(f"{path} is cut off or damaged.", _AGAIN) from exc
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror or exc}.", _AGAIN) from exc
    return held


def _alone(tensor: Tensor) -> Tensor:
    """Return a tensor that is no part of another one; copied only if it is."""
    whole = tensor.is_contiguous() and tensor.untyped_storage().nbytes() == tensor.nbytes
    return tensor if whole else tensor.contiguous().clone()


def _name_today(name: str) -> str:
    for old, new in _OLD_NORM:
        if name.endswith(old):
            return f"{name.removesuffix(old)}.parametrizations.weight{new}"
    return name
