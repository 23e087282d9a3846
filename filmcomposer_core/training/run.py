"""The training of a model: prepares, updates, keeps checkpoints, goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.errors import Cancelled, InputError, MissingDependencyError
from filmcomposer_core.melody.checkpoint import find_checkpoint
from filmcomposer_core.melody.memory import OutOfMemoryError, ran_out
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.training.keeping import (
    State,
    best_checkpoint,
    checkpoints,
    read_optimiser,
    read_state,
    read_weights,
    save_checkpoint,
)
from filmcomposer_core.training.pieces import Piece, cut
from filmcomposer_core.training.recipe import Recipe
from filmcomposer_core.training.samples import Samples

if TYPE_CHECKING:
    from filmcomposer_core.training.batches import Feeder
    from filmcomposer_core.training.tools import Tools

#: In the folder of a run.
CHECKPOINTS: Final = "checkpoints"
MODEL: Final = "model"
_RUN: Final = "run.json"
_LEFT_OUT: Final = "left_out.txt"


def train_melody_model(
    samples: Samples,
    held_out: Samples,
    *,
    base: Path,
    out: Path,
    recipe: Recipe,
    trained_on: str,
    device: str = "auto",
    progress: Progress = silent,
) -> Path:
    """Train a Rhythm-Controllable MusicGen, or go on with a training that was stopped.

    Parameters
    ----------
    samples, held_out : Samples
        To train on, and to measure and listen on; the latter may be empty.
    base : Path
        The model to begin from, a folder of MusicGen-Melody.
    out : Path
        Folder of the run: cached tokens, checkpoints, TensorBoard's files, samples page, model.
    recipe : Recipe
    trained_on : str
        Name of the dataset, for the model's provenance.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    progress : Progress, optional
        Told after each update; when it raises ``Cancelled`` a checkpoint is written first.

    Returns
    -------
    Path
        The folder of the model: the best on what is held out, or the last one without that.

    Raises
    ------
    InputError
        For a base or samples that cannot be used, or a folder that holds another run.
    MissingDependencyError
        If a package of the extra ``train`` is not installed.
    OutOfMemoryError
        Before the work, if it will not fit.
    Cancelled
        If the user stopped it; the same call goes on.

    Notes
    -----
    Implements the training of Sec. 3.2, 4 and 5.1. Every draw follows from seed and update, so a
    run that was killed goes on from its last checkpoint as if nothing had happened: to the bit on
    a processor, and on a GPU as far as its own sums repeat.
    """
    checkpoint = find_checkpoint(base)
    _claim(out, recipe, base=checkpoint.sha256(), samples=samples, held_out=held_out)
    try:
        _train(
            _tools()(checkpoint, samples, held_out, out=out, recipe=recipe, device=device),
            out=out, trained_on=trained_on, tell=progress,
        )  # fmt: skip
    except (RuntimeError, MemoryError) as exc:
        if not ran_out(exc):
            raise
        msg = "The device ran out of memory."
        hint = "Take a smaller batch, gradient_checkpointing=true or lora_rank=16."
        raise OutOfMemoryError(msg, hint) from exc
    progress(1.0, "trained")
    return out / MODEL


def _train(tools: Tools, *, out: Path, trained_on: str, tell: Progress) -> None:
    with tools:
        pieces = _prepared(tools, tools.trains_on, out / _LEFT_OUT, tell)
        if not pieces:
            msg = "No piece of the dataset can be trained on."
            raise InputError(msg, f"The reasons are in {out / _LEFT_OUT}.")
        kept = _prepared(tools, tools.held_out, out / f"held_{_LEFT_OUT}", tell)
        held = kept[: tools.recipe.validate_pieces]
        state = _restored(tools, out / CHECKPOINTS)
        state = _updates(tools, pieces, held, state, out=out, trained_on=trained_on, tell=tell)
        if state.best_step >= 0:
            tools.set_weights(read_weights(best_checkpoint(out / CHECKPOINTS, state)))
        tools.export(out / MODEL, trained_on=trained_on)


def _tools() -> type[Tools]:
    try:
        from filmcomposer_core.training.tools import Tools
    except ImportError as exc:
        msg = f"Training needs {exc.name}, which is not installed."
        raise MissingDependencyError(msg, "Run pip install 'filmcomposer[model,train]'.") from exc
    return Tools


def _updates(
    tools: Tools,
    pieces: Sequence[Piece],
    held: Sequence[Piece],
    state: State,
    *,
    out: Path,
    trained_on: str,
    tell: Progress,
) -> State:
    """Make the updates that are left and return where the run is."""
    recipe = tools.recipe
    while state.step < recipe.steps:
        loss = tools.update(state.step, pieces)
        step = state.step + 1
        state = replace(state, step=step)
        last = step == recipe.steps
        if held and (step % recipe.validate_every == 0 or last):
            state = tools.validate(held, state)
        # What is best must be kept to be exported.
        save = step % recipe.save_every == 0 or last or state.best_step == step
        try:
            tell(step / recipe.steps, f"update {step} of {recipe.steps}, loss {loss:.3f}")
        except Cancelled:
            _save(tools, out, state)
            raise
        if save:
            _save(tools, out, state)
        if held and recipe.samples and (step % recipe.samples_every == 0 or last):
            tools.export(out / MODEL, trained_on=trained_on)
            try:
                tools.play(out / MODEL, held[: recipe.samples], step=step, folder=out / "samples")
            except OutOfMemoryError as exc:
                # The page needs room for a second model; the training does not.
                tell(step / recipe.steps, f"no samples: {exc.message}")
    return state


def _save(tools: Tools, out: Path, state: State) -> None:
    if tools.first:
        save_checkpoint(
            out / CHECKPOINTS, tools.weights(), tools.optimiser, state,
            keep_last=tools.recipe.keep_last,
        )  # fmt: skip
    tools.meet()


def _restored(tools: Tools, folder: Path) -> State:
    """Bring a run back to its last checkpoint."""
    found = checkpoints(folder)
    if not found:
        return State()
    tools.set_weights(read_weights(found[-1]))
    tools.optimiser.load_state_dict(read_optimiser(found[-1]))
    return read_state(found[-1])


def _prepared(tools: Tools, feeder: Feeder, left_out: Path, tell: Progress) -> tuple[Piece, ...]:
    """Make the tokens of all pieces, and write down which are left out and why."""
    from filmcomposer_core.training.cache import prepare

    pieces: list[Piece] = []
    faults: list[str] = []
    for name in feeder.samples.ids():
        try:
            duration_s = feeder.samples.duration_s(name)
            pieces += cut(name, duration_s, window_s=tools.recipe.window_s)
        except InputError as exc:
            faults.append(f"{name}: {exc.message}")

    def told(done: int) -> None:
        tell(0.0, f"tokens of piece {done} of {len(pieces)}")

    rank, ranks = tools.share
    if ranks > 1:
        # Each process makes its share, then all read what the others made.
        prepare(feeder.cache, pieces[rank::ranks], told)
        tools.meet()
    good, more = prepare(feeder.cache, pieces, told)
    faults += more
    if faults and tools.first:
        write_atomic(left_out, ("\n".join(faults) + "\n").encode())
        tell(0.0, f"{len(faults)} pieces are left out: {left_out}")
    return good


def _claim(out: Path, recipe: Recipe, *, base: str, samples: Samples, held_out: Samples) -> None:
    """Make sure that a folder holds this run and no other."""
    ids = json.dumps([list(samples.ids()), list(held_out.ids())]).encode()
    own: dict[str, Any] = asdict(recipe) | {
        "base": base,
        "dataset": hashlib.sha256(ids).hexdigest(),
    }
    text = json.dumps(own, indent=1)
    path = out / _RUN
    if not path.is_file():
        write_atomic(path, text.encode())
        return
    try:
        there = json.loads(path.read_text("utf-8"))
        other = sorted(k for k, v in json.loads(text).items() if there.get(k) != v)
    except (OSError, ValueError, AttributeError) as exc:
        msg = f"{path} is damaged."
        raise InputError(msg, "Take another folder, or delete it if the run is yours.") from exc
    if other:
        msg = f"{out} holds a run with another {', '.join(other[:4])}."
        raise InputError(msg, "Take another folder, or the same settings to go on with it.")
