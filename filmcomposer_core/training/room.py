"""Whether a training fits into memory, said before it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from filmcomposer_core.melody.memory import OutOfMemoryError, free_memory
from filmcomposer_core.training.recipe import Recipe

if TYPE_CHECKING:
    from filmcomposer_core.melody.model import RhythmMusicgen

#: 32-bit numbers beside a trained weight: its gradient, and what the optimiser keeps.
_BESIDE: Final = {"adamw": 3, "dadam": 4, "dadapt_adam": 4}
#: Numbers that a layer keeps of a position for the way back, in widths of the decoder; and of the
#: whole network when parts are computed twice: one a layer.
_KEPT, _KEPT_TWICE = 34, 1
_MARGIN, _FIXED = 1.1, 300_000_000


def need_bytes(model: RhythmMusicgen, recipe: Recipe) -> int:
    """Return what an update needs beside the weights, which are loaded already."""
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    decoder = model.musicgen.config.decoder
    frames = round(recipe.window_s * model.frame_rate) + model.codebooks
    positions = model.positions + frames + 64
    each = _KEPT_TWICE if recipe.gradient_checkpointing else _KEPT
    kept = decoder.num_hidden_layers * each + _KEPT
    active = recipe.batch * positions * decoder.hidden_size * kept
    logits = 3 * recipe.batch * frames * model.codebooks * decoder.vocab_size
    numbers = int(trained * _BESIDE[recipe.optimiser] + active + logits)
    return round(_MARGIN * 4 * numbers) + _FIXED


def check_room(model: RhythmMusicgen, recipe: Recipe, *, device: str) -> None:
    """Refuse a training that will not fit.

    Raises
    ------
    OutOfMemoryError
        With what makes it smaller.
    """
    wanted, free = need_bytes(model, recipe), free_memory(device)
    if wanted <= free:
        return
    msg = (
        f"An update needs about {wanted / 2**30:.1f} GiB, and {device} has "
        f"{max(0, free) / 2**30:.1f} GiB free."
    )
    smaller = [f"a smaller batch (now {recipe.batch}) or window_s"]
    if not recipe.gradient_checkpointing:
        smaller.insert(0, "gradient_checkpointing=true")
    if not recipe.lora_rank:
        smaller.insert(0, "lora_rank=16")
    raise OutOfMemoryError(msg, f"Take with --set: {', '.join(smaller)}.")
