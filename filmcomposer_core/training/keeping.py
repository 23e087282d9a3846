"""Checkpoints: each a folder that is whole or not there; the last few and the best are kept."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.atomic import disk_faults, write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, in_range
from filmcomposer_core.errors import InputError

_WEIGHTS, _OPTIMISER, _STATE = "weights.safetensors", "optimiser.pt", "state.json"
_PREFIX: Final = "step-"
_BEGUN: Final = "Delete this checkpoint; the run goes on from the one before it."


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a run is: updates done, and the best held-out loss (nats) with its update, -1 = none.

    Order, words, what is left out and dropout are drawn from seed and update, so that nothing
    else has to be kept.
    """

    __pydantic_config__ = STRICT

    step: int = 0
    best_step: int = -1
    best_loss: float = 0.0

    def __post_init__(self) -> None:
        in_range("step", self.step, 0, 1e9)
        in_range("best_step", self.best_step, -1, self.step)
        in_range("best_loss", self.best_loss, 0.0, 1e6)


def checkpoints(folder: Path) -> tuple[Path, ...]:
    """Return the whole checkpoints of a run, the oldest first."""
    found = [p for p in folder.glob(f"{_PREFIX}*") if p.name.removeprefix(_PREFIX).isdigit()]
    return tuple(sorted(found, key=lambda p: int(p.name.removeprefix(_PREFIX))))


def save_checkpoint(
    folder: Path, weights: Mapping[str, Any], optimiser: Any, state: State, *, keep_last: int
) -> None:
    """Write a checkpoint, then drop those that are too old and not the best.

    Parameters
    ----------
    folder : Path
        Of the run's checkpoints.
    weights : mapping of str to Tensor
        Those that are trained.
    optimiser : torch.optim.Optimizer
    state : State
    keep_last : int
        How many stay, the best one beside them.

    Raises
    ------
    DiskError
        If the disk is full; the checkpoints before stay whole.
    """
    from safetensors.torch import save

    name = f"{_PREFIX}{state.step:08d}"
    part = folder / f".{name}.part"
    with disk_faults(str(folder / name)):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            plain = {key: tensor.detach().cpu().contiguous() for key, tensor in weights.items()}
            write_atomic(part / _WEIGHTS, save(plain))
            write_optimiser(part / _OPTIMISER, optimiser)
            write_atomic(part / _STATE, json.dumps(asdict(state)).encode())
            shutil.rmtree(folder / name, ignore_errors=True)
            part.rename(folder / name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    for old in checkpoints(folder)[:-keep_last]:
        if old != best_checkpoint(folder, state):
            shutil.rmtree(old, ignore_errors=True)


def write_optimiser(path: Path, optimiser: Any) -> None:
    """Write the state of an optimiser; OSError if the disk is full."""
    import torch

    with path.open("wb") as stream:
        try:
            torch.save(optimiser.state_dict(), stream)
            stream.flush()
        except RuntimeError as exc:
            # torch notices that its file is too short before Python can say why.
            if isinstance(exc.__context__, OSError):
                raise exc.__context__ from exc
            raise
        os.fsync(stream.fileno())


def best_checkpoint(folder: Path, state: State) -> Path:
    """Return where the best checkpoint lies."""
    return folder / f"{_PREFIX}{state.best_step:08d}"


def read_weights(path: Path) -> dict[str, Any]:
    """Return the trained weights of a checkpoint.

    Raises
    ------
    InputError
        If they are damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights: dict[str, Any] = load_file(path / _WEIGHTS)
    except (OSError, SafetensorError) as exc:
        raise InputError(f"The checkpoint {path} is damaged.", _BEGUN) from exc
    return weights


def read_optimiser(path: Path) -> Any:
    """Return the optimiser's state of a checkpoint, read as data that cannot run code.

    Raises
    ------
    InputError
        If it is damaged.
    """
    import pickle

    import torch

    try:
        return torch.load(path / _OPTIMISER, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as exc:
        raise InputError(f"The checkpoint {path} is damaged.", _BEGUN) from exc


def read_state(path: Path) -> State:
    """Return where a run was at a checkpoint.

    Raises
    ------
    InputError
        If it is damaged.
    """
    try:
        text = (path / _STATE).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"The checkpoint {path} is damaged.", _BEGUN) from exc
    return codec.build(State, codec.parse_json(text, where=str(path)), where=str(path / _STATE))
