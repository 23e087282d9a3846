"""What a run works with: model, optimiser, GPUs, tokens, and where it writes its curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import torch
from accelerate import Accelerator
from torch.utils.tensorboard import SummaryWriter

from filmcomposer_core.errors import FilmComposerError, InputError
from filmcomposer_core.melody.checkpoint import Checkpoint
from filmcomposer_core.melody.devices import find_device
from filmcomposer_core.melody.load import load_model, load_tokenizer
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.training.batches import Feeder
from filmcomposer_core.training.cache import TokenCache
from filmcomposer_core.training.export import export
from filmcomposer_core.training.keeping import State
from filmcomposer_core.training.optimiser import make_optimiser, set_rate
from filmcomposer_core.training.pieces import Piece
from filmcomposer_core.training.recipe import Recipe
from filmcomposer_core.training.room import check_room
from filmcomposer_core.training.samples import Samples
from filmcomposer_core.training.samples_page import play
from filmcomposer_core.training.trainee import Trainee, made_trainable


class Tools:
    """A resource: holds the memory of its device and an open TensorBoard file."""

    def __init__(
        self,
        base: Checkpoint,
        samples: Samples,
        held_out: Samples,
        *,
        out: Path,
        recipe: Recipe,
        device: str,
    ) -> None:
        place = find_device(device)
        precision = _precision(recipe, place)
        self._accelerator = Accelerator(cpu=place == "cpu", mixed_precision=precision)
        self.recipe = recipe
        self._base = base
        model = load_model(base, device=str(self._accelerator.device), dtype=torch.float32)
        made_trainable(model, recipe)
        check_room(model, recipe, device=str(self._accelerator.device))
        self._out = out
        tokenizer = load_tokenizer(base)
        self.trains_on, self.held_out = (
            Feeder(TokenCache(out / "cache", each, model), each, tokenizer, recipe)
            for each in (samples, held_out)
        )
        trainee = Trainee(model)
        self._named = {n: p for n, p in trainee.named_parameters() if p.requires_grad}
        optimiser = make_optimiser(self._named.values(), recipe)
        self._trainee, self.optimiser = self._accelerator.prepare(trainee, optimiser)
        self._model = model
        self._writer: SummaryWriter | None = None

    def __enter__(self) -> Tools:
        """Open the file of the curves."""
        if self.first:
            self._writer = SummaryWriter(str(self._out / "tensorboard"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        if self._writer is not None:
            self._writer.close()
        self._accelerator.free_memory()

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return bool(self._accelerator.is_main_process)

    @property
    def share(self) -> tuple[int, int]:
        """Return the number of this process and how many there are."""
        return int(self._accelerator.process_index), int(self._accelerator.num_processes)

    def meet(self) -> None:
        """Wait for the other processes."""
        self._accelerator.wait_for_everyone()

    def weights(self) -> Mapping[str, torch.Tensor]:
        """Return what is trained, by name."""
        return {name: parameter.data for name, parameter in self._named.items()}

    def set_weights(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Put weights in.

        Raises
        ------
        InputError
            If they are of another model.
        """
        mine = {name: tuple(p.shape) for name, p in self._named.items()}
        if mine != {name: tuple(tensor.shape) for name, tensor in weights.items()}:
            msg = "The checkpoint is of another model."
            raise InputError(msg, "Take another folder for this run.")
        for name, parameter in self._named.items():
            parameter.data.copy_(weights[name])

    def update(self, step: int, pieces: Sequence[Piece]) -> float:
        """Make an update and return its loss, nats.

        Raises
        ------
        FilmComposerError
            If the loss is no number.
        """
        accelerator, recipe = self._accelerator, self.recipe
        rank, ranks = self.share
        batch = self.trains_on.at(step, pieces, rank=rank, ranks=ranks)
        torch.manual_seed(int(rng_for(recipe.seed, "training", "step", step, rank).integers(2**62)))
        self._trainee.train()
        loss = self._trainee(batch.to(accelerator.device))
        here = float(accelerator.reduce(loss.detach(), reduction="mean"))
        if not math.isfinite(here):
            msg = f"The loss of update {step + 1} is no number."
            raise FilmComposerError(msg, "Take a smaller learning_rate, or precision = 'fp32'.")
        rate = set_rate(self.optimiser, step, recipe)
        accelerator.backward(loss)
        norm = accelerator.clip_grad_norm_(self._named.values(), recipe.clip_norm)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self._write(step + 1, {"loss": here, "rate": rate, "gradient": float(norm)})
        return here

    @torch.no_grad()
    def validate(self, held: Sequence[Piece], state: State) -> State:
        """Measure the loss on held-out pieces, with their own rhythm and with another's."""
        self._trainee.eval()
        own: list[float] = []
        other: list[float] = []
        size = max(2, self.recipe.batch)
        for first in range(0, len(held), size):
            batch = self.held_out.whole(held[first : first + size])
            batch = batch.to(self._accelerator.device)
            rows = batch.codes.shape[0]
            own += [float(self._trainee(batch))] * rows
            other += [float(self._trainee(batch.swapped()))] * rows if rows > 1 else []
        loss = sum(own) / len(own)
        curves = {"held_out": loss}
        if other:
            curves["held_out_other_rhythm"] = sum(other) / len(other)
        self._write(state.step, curves)
        if state.best_step >= 0 and loss >= state.best_loss:
            return state
        return replace(state, best_step=state.step, best_loss=loss)

    def export(self, folder: Path, *, trained_on: str) -> None:
        """Write the model as the product takes it."""
        if self.first:
            export(self._model, folder, base=self._base, trained_on=trained_on)
        self.meet()

    def play(self, model: Path, held: Sequence[Piece], *, step: int, folder: Path) -> None:
        """Let the exported model play held-out rhythms, for the samples page."""
        try:
            if self.first:
                play(
                    model, self.held_out.samples, held, step=step, folder=folder,
                    device=self._accelerator.device.type,
                )  # fmt: skip
        finally:
            self.meet()

    def _write(self, step: int, curves: Mapping[str, float]) -> None:
        if self._writer is not None:
            for name, value in curves.items():
                self._writer.add_scalar(name, value, step)


def _precision(recipe: Recipe, device: str) -> str:
    """Return the precision of the products as Accelerate names it."""
    if recipe.precision == "bf16":
        return "bf16"
    wide = recipe.precision == "fp32" or not device.startswith("cuda")
    return "no" if wide or not torch.cuda.is_bf16_supported() else "bf16"
