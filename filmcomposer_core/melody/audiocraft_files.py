"""Read and write audiocraft's checkpoint files; nothing that such a file says is ever run.

A published checkpoint (``state_dict.bin``, ``compression_state_dict.bin``) holds weights and its
settings as YAML. A checkpoint of training (``checkpoint.th``) holds the settings as objects of
omegaconf: here they are only looked at, as records without behaviour.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.melody.drafts import disk_error

if TYPE_CHECKING:
    from torch import Tensor

#: The files of a published checkpoint.
LANGUAGE_FILE: Final = "state_dict.bin"
CODEC_FILE: Final = "compression_state_dict.bin"
#: The file of a run of training.
TRAINING_FILE: Final = "checkpoint.th"
MAKER: Final = "FilmComposer"
_SETTINGS: Final = "xp.cfg"
_BEST: Final = ("fsdp_best_state", "best_state")
_CURRENT: Final = "model"
_REFERENCE: Final = "pretrained"
_RECORDS: Final = (
    "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig",
    "omegaconf.base.ContainerMetadata", "omegaconf.base.Metadata", "omegaconf.nodes.AnyNode",
    "omegaconf.nodes.StringNode", "omegaconf.nodes.IntegerNode", "omegaconf.nodes.FloatNode",
    "omegaconf.nodes.BooleanNode", "typing.Any",
)  # fmt: skip
_DEEPEST: Final = 40
#: How torch names what a file wants to run.
_CODE: Final = re.compile(r"GLOBAL ([\w.]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a checkpoint file holds.

    ``reference`` is the name of the model that the file stands for where it holds no weights
    itself, as audiocraft does with EnCodec.
    """

    path: Path
    weights: dict[str, Tensor]
    settings: dict[str, Any]
    reference: str


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint file of audiocraft.

    Parameters
    ----------
    path : Path
        A published one, or one of training: of that the best weights, else the last.

    Returns
    -------
    Checkpoint

    Raises
    ------
    InputError
        If it is missing, cut off, wants more than weights and settings, or lacks one of the two.
    MissingDependencyError
        If torch is not installed.
    """
    held = _load(path)
    if not isinstance(held, dict):
        raise InputError(f"{path} holds no checkpoint of audiocraft.", _WHAT_FITS)
    reference = held.get(_REFERENCE)
    if isinstance(reference, str):
        return Checkpoint(path=path, weights={}, settings={}, reference=reference)
    weights, settings = _weights(held), held.get(_SETTINGS)
    if not weights:
        raise InputError(f"{path} holds no weights under best_state or model.", _WHAT_FITS)
    if settings is None:
        msg = f"{path} holds weights without their settings ({_SETTINGS})."
        raise InputError(msg, "Export it anew with audiocraft.utils.export.")
    return Checkpoint(
        path=path, weights=weights, settings=_plain_settings(settings, path), reference=""
    )


def write_checkpoint(path: Path, weights: dict[str, Tensor], settings: dict[str, Any]) -> None:
    """Write a checkpoint file as audiocraft exports it.

    Parameters
    ----------
    path : Path
    weights : dict
        Tensors by audiocraft's names.
    settings : dict
        Plain values, see :mod:`filmcomposer_core.melody.audiocraft_settings`.

    Raises
    ------
    DiskError
        If the disk is full or may not be written to.
    """
    import torch
    import yaml

    text = yaml.safe_dump(settings, sort_keys=False)
    package = {"best_state": weights, _SETTINGS: text, "version": MAKER, "exported": True}
    try:
        torch.save(package, path)
    except RuntimeError as exc:
        # torch does not say which; of what is written here only the disk can refuse.
        raise disk_error(path, "the disk refuses", full=path.parent.is_dir()) from exc


_WHAT_FITS: Final = f"Give {LANGUAGE_FILE} as audiocraft exports it, or its {TRAINING_FILE}."


class _Record:
    """Stand in for a class of omegaconf: keeps what was stored, does nothing."""

    def __init__(self, *_given: object) -> None:
        self.held: dict[str, Any] = {}

    def __setstate__(self, state: object) -> None:
        self.held = dict(state) if isinstance(state, dict) else {}


def _load(path: Path) -> object:
    try:
        import torch
    except ImportError as exc:
        raise MissingDependencyError("torch is not installed.", _EXTRA) from exc
    import collections

    # Each name gets a class of its own: torch looks up in both directions.
    records: list[Any] = [(type("_Stored", (_Record,), {}), name) for name in _RECORDS]
    known = [*records, collections.defaultdict, dict, list, int, float, str, bool]
    try:
        with path.open("rb"):
            mapped = zipfile.is_zipfile(path)
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror or exc}.", _WHAT_FITS) from exc
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(known):
            warnings.simplefilter("ignore", UserWarning)
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as exc:
        if wanted := _CODE.search(str(exc)):
            msg = f"{path} wants to run {wanted[1]} besides holding weights; it was not opened."
            hint = "Export it with audiocraft.utils.export where you trust it."
            raise InputError(msg, hint) from exc
        raise InputError(f"{path} is no checkpoint, or a damaged one.", _AGAIN) from exc
    except (RuntimeError, OSError, EOFError, ValueError, LookupError, AttributeError) as exc:
        raise InputError(f"{path} is cut off or damaged.", _AGAIN) from exc


_EXTRA: Final = "Install FilmComposer with its extra: model."
_AGAIN: Final = "Copy or download it again."


def _weights(held: dict[str, Any]) -> dict[str, Tensor]:
    """Return the best weights of a checkpoint: its own, or those of the model in it."""
    for name in (*_BEST, _CURRENT):
        found = held.get(name)
        if isinstance(found, dict):
            inner = found.get(_CURRENT, found)
            state = _tensors(inner)
            if state:
                return state
    return {}


def _tensors(held: object) -> dict[str, Tensor]:
    import torch

    if not isinstance(held, dict):
        return {}
    return {str(name): value for name, value in held.items() if isinstance(value, torch.Tensor)}


def _plain_settings(settings: object, path: Path) -> dict[str, Any]:
    import yaml

    if isinstance(settings, str):
        try:
            plain = yaml.safe_load(settings)
        except yaml.YAMLError as exc:
            raise InputError(f"The settings ({_SETTINGS}) in {path} are damaged.", _AGAIN) from exc
    else:
        plain = _plain(settings, 0)
    if not isinstance(plain, dict):
        raise InputError(f"The settings ({_SETTINGS}) in {path} are damaged.", _AGAIN)
    return {str(key): _filled(value, plain, 0) for key, value in plain.items()}


def _plain(value: object, depth: int) -> Any:
    """Return omegaconf's values as plain ones."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, _Record):
        held = value.held
        return _plain(held["_content"] if "_content" in held else held.get("_val"), depth + 1)
    if isinstance(value, dict):
        return {str(key): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    return value


def _filled(value: Any, root: dict[str, Any], depth: int) -> Any:
    """Return a value with its references, as in ``${sample_rate}``, filled in."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {str(key): _filled(inner, root, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, root, depth + 1) for inner in value]
    if isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        found: Any = root
        for part in value[2:-1].split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return _filled(found, root, depth + 1)
    return value
