"""Optimiser and learning rate (Sec. 5.1)."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterable
from typing import Any

from filmcomposer_core.errors import MissingDependencyError
from filmcomposer_core.training.recipe import Recipe


def make_optimiser(parameters: Iterable[Any], recipe: Recipe) -> Any:
    """Return the recipe's optimiser over some parameters.

    Raises
    ------
    MissingDependencyError
        If D-Adaptation is asked for and not installed.

    Notes
    -----
    ``dadam`` is what audiocraft has under this name, and what its recipe for MusicGen-Melody uses
    with the paper's betas, decay, warm-up and cycle: Adam with D-Adaptation as its preprint had it
    (Defazio and Mishchenko 2023), decay decoupled. ``dadapt_adam`` is the published version, whose
    estimate is another. The paper's reference [28] is a distributed method that shares the name.
    """
    common: dict[str, Any] = {
        "lr": recipe.learning_rate, "betas": recipe.betas, "eps": recipe.eps,
        "weight_decay": recipe.weight_decay,
    }  # fmt: skip
    if recipe.optimiser == "adamw":
        from torch.optim import AdamW

        return AdamW(list(parameters), **common)
    try:
        from dadaptation import DAdaptAdam
        from dadaptation.experimental.dadapt_adam_preprint import DAdaptAdamPreprint
    except ImportError as exc:
        msg = f"The optimiser {recipe.optimiser} needs dadaptation, which is not installed."
        raise MissingDependencyError(msg, "Run pip install 'filmcomposer[train]'.") from exc
    kind: Any = DAdaptAdamPreprint if recipe.optimiser == "dadam" else DAdaptAdam
    # It prints how its weight decay works.
    with contextlib.redirect_stdout(io.StringIO()):
        return kind(list(parameters), decouple=True, **common)


def set_rate(optimiser: Any, step: int, recipe: Recipe) -> float:
    """Give the optimiser its learning rate for an update, and return what one step is worth.

    Returns
    -------
    float
        The rate; under D-Adaptation times the step size that it has found so far.
    """
    rate = recipe.learning_rate * ratio_at(step, recipe)
    for group in optimiser.param_groups:
        group["lr"] = rate
    return rate * float(optimiser.param_groups[0].get("d", 1.0))


def ratio_at(step: int, recipe: Recipe) -> float:
    """Return the learning rate of an update as a share of the largest one, 0 to 1.

    Examples
    --------
    >>> from filmcomposer_core.training.recipe import read_recipe
    >>> [round(ratio_at(step, read_recipe()), 3) for step in (1999, 3999, 152_000, 299_999)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if step < recipe.warmup_steps:
        return (step + 1) / recipe.warmup_steps
    share = (step - recipe.warmup_steps) / max(1, recipe.steps - recipe.warmup_steps)
    fall = 0.5 * (1.0 + math.cos(math.pi * share / recipe.cycle))
    return recipe.minimum_ratio + (1.0 - recipe.minimum_ratio) * fall
