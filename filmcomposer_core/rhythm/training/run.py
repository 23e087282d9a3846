"""The training run: goes on exactly where it was, whatever ended it."""

from __future__ import annotations

import io
import math
import pickle
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress
from filmcomposer_core.rhythm.code import BACK, FEATURES
from filmcomposer_core.rhythm.training.network import RhythmNetwork
from filmcomposer_core.rhythm.training.pieces import NOTHING, Piece, Rows, rows_of
from filmcomposer_core.rhythm.training.recipe import Course, Recipe
from filmcomposer_core.seeding import rng_for

STATE, WEIGHTS = "state.pt", "network.npz"
#: Density and strength, which a bar may be without, and where the look-backs begin.
_ATTRIBUTES: Final = (2, 3)
_BACK: Final = len(FEATURES) - len(BACK)


def train(
    pieces: Sequence[Piece], recipe: Recipe, folder: Path, *, progress: Progress
) -> tuple[float, float]:
    """Train the network, from the folder's checkpoint if there is one.

    Parameters
    ----------
    pieces : sequence of Piece
        What it learns from.
    recipe : Recipe
        Sizes and course.
    folder : Path
        Gets the checkpoint ``state.pt`` and, at the end, ``network.npz``.
    progress : Progress
        Is told of every update; may stop the work.

    Returns
    -------
    tuple of float
        Loss on held-out pieces before the first update and after the last, nats an event; NaN where
        none is held out.

    Raises
    ------
    InputError
        If the checkpoint is damaged or of another recipe or data.

    Notes
    -----
    Data order and what is hidden hang on seed and update alone, dropout on a generator that is kept
    with the checkpoint: a run that was killed ends with the same weights as one that was not.
    """
    course = recipe.training
    rows = [rows_of(piece) for piece in pieces]
    order = rng_for(course.seed, "crt", "held").permutation(len(rows))
    held = [rows[i] for i in order[: int(course.held * len(rows))]]
    seen = [rows[i] for i in order[len(held) :]]
    torch.manual_seed(course.seed)
    network = RhythmNetwork(**asdict(recipe.network))
    trainer = torch.optim.AdamW(
        network.parameters(), lr=course.rate, weight_decay=course.decay, betas=(0.9, 0.98)
    )
    mark = {"recipe": asdict(recipe), "pieces": len(rows), "events": sum(map(len, rows))}
    begin, first = _resumed(folder / STATE, network, trainer, mark)
    if begin == 0:
        first = _held_loss(network, held, course)
    for step in range(begin, course.steps):
        loss = _update(network, trainer, _batch(seen, step, course), _rate(step, course))
        progress((step + 1) / course.steps, f"update {step + 1}, loss {loss:.3f}")
        if (step + 1) % course.keep_every == 0 or step + 1 == course.steps:
            _keep(folder / STATE, network, trainer, mark, step + 1, first)
    last = _held_loss(network, held, course)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, **{k: v.numpy().astype(np.float16) for k, v in network.state_dict().items()}
    )
    write_atomic(folder / WEIGHTS, buffer.getvalue())
    return first, last


def _update(
    network: RhythmNetwork, trainer: torch.optim.Optimizer, block: Tensor, rate: float
) -> float:
    network.train()
    for group in trainer.param_groups:
        group["lr"] = rate
    loss = _loss(network, block)
    trainer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    trainer.step()
    return float(loss.detach())


def _loss(network: RhythmNetwork, block: Tensor) -> Tensor:
    logits = network(block[..., :-1])
    return nn.functional.cross_entropy(
        logits.flatten(0, 1), block[..., -1].flatten(), ignore_index=NOTHING
    )


def _rate(step: int, course: Course) -> float:
    rise = min(1.0, (step + 1) / course.warm)
    return course.rate * rise * (0.5 + 0.5 * math.cos(math.pi * step / course.steps))


def _batch(rows: Sequence[Rows], step: int, course: Course) -> Tensor:
    rng = rng_for(course.seed, "crt", "update", step)
    chosen = [rows[i] for i in rng.integers(len(rows), size=course.batch)]
    return _padded([_crop(piece, rng, course) for piece in chosen], course.events)


def _crop(piece: Rows, rng: np.random.Generator, course: Course) -> Rows:
    """Return a stretch of a piece, some of its attributes and look-backs hidden."""
    starts = np.flatnonzero(piece[:, 0] == 0)
    starts = starts[starts <= max(0, len(piece) - course.events // 2)]
    first = int(starts[rng.integers(len(starts))]) if len(starts) else 0
    part = piece[first : first + course.events].copy()
    bars = np.cumsum(part[:, 0] == 0)
    for column in _ATTRIBUTES:
        hidden = rng.random(int(bars[-1]) + 1) < course.hidden
        part[hidden[bars], column] = 0
    part[rng.random(len(part)) < course.hidden, _BACK:-1] = 0
    return part


def _padded(parts: Sequence[Rows], most: int) -> Tensor:
    longest = min(most, max(map(len, parts)))
    block = np.zeros((len(parts), longest, len(FEATURES) + 1), np.int64)
    block[..., -1] = NOTHING
    for place, part in zip(block, parts, strict=True):
        place[: len(part)] = part[:longest]
    return torch.from_numpy(block)


def _held_loss(network: RhythmNetwork, held: Sequence[Rows], course: Course) -> float:
    if not held:
        return math.nan
    network.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for first in range(0, len(held), course.batch):
            block = _padded(held[first : first + course.batch], course.events)
            events = int((block[..., -1] != NOTHING).sum())
            total, count = total + float(_loss(network, block)) * events, count + events
    return total / count


def _keep(
    path: Path,
    network: RhythmNetwork,
    trainer: torch.optim.Optimizer,
    mark: dict[str, Any],
    step: int,
    first: float,
) -> None:
    buffer = io.BytesIO()
    torch.save(
        {
            "network": network.state_dict(),
            "trainer": trainer.state_dict(),
            "chance": torch.get_rng_state(),
            "mark": mark,
            "step": step,
            "first": first,
        },
        buffer,
    )
    write_atomic(path, buffer.getvalue())


def _resumed(
    path: Path, network: RhythmNetwork, trainer: torch.optim.Optimizer, mark: dict[str, Any]
) -> tuple[int, float]:
    """Take up a checkpoint; return the updates done and the first held-out loss."""
    if not path.is_file():
        return 0, math.nan
    hint = "Name another folder, or delete it to begin anew."
    try:
        state = torch.load(path, weights_only=True)
        kept = state["mark"]
        if kept == mark:
            network.load_state_dict(state["network"])
            trainer.load_state_dict(state["trainer"])
            torch.set_rng_state(state["chance"])
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as exc:
        raise InputError(f"The checkpoint {path} is damaged.", hint) from exc
    if kept != mark:
        raise InputError(f"The checkpoint {path} is of another recipe or other music.", hint)
    return int(state["step"]), float(state["first"])
