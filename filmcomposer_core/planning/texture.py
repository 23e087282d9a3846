"""Which roles sound in a section, how loud it is, and how the cue ends."""

from __future__ import annotations

import dataclasses
import re
from typing import Final

import numpy as np

from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS, DYNAMICS
from filmcomposer_core.planning.recipe import Recipe

#: Fewest and most roles of a section function, from tension 0 to 1.
_ROLES: Final = {
    "establish": (1, 3), "theme": (3, 5), "turn": (2, 4), "build": (3, 7), "climax": (6, 8),
    "aftermath": (2, 3), "button": (3, 5),
}  # fmt: skip
#: Softest and loudest level of a section function.
_LEVELS: Final = {
    "establish": (0.2, 0.46), "theme": (0.36, 0.62), "turn": (0.34, 0.62), "build": (0.4, 0.86),
    "climax": (0.7, 1.0), "aftermath": (0.2, 0.42), "button": (0.2, 0.9),
}  # fmt: skip
_LEAD: Final = "melody"


_DRUMS: Final = re.compile("drum|percussion|timpani")
_WITH_DRUMS: Final = re.compile("drum|percussion|timpani|taiko|orchestra|band|cymbal|block")


def texture(recipe: Recipe, function: str, *, tension: float, fuller: int, lead: bool) -> str:
    """Return the roles of a section joined by ``+``, the most needed first.

    Parameters
    ----------
    recipe : Recipe
        Gives the order in which roles enter.
    function : str
        Task of the section.
    tension : float
        0 to 1; more roles the higher it is.
    fuller : int
        Roles added to what tension asks for.
    lead : bool
        Whether the melody has to sound whatever the order says.
    """
    order = recipe.texture[function]
    low, high = _ROLES[function]
    count = round(low + (high - low) * tension**1.2) + fuller
    roles = list(order[: max(1, min(len(order), count))])
    if lead and _LEAD not in roles:
        roles = [_LEAD, *roles[:-1]] if len(roles) > 1 else [_LEAD, *roles]
    return "+".join(roles)


def for_players(recipe: Recipe, instrumentation: str) -> Recipe:
    """Return the recipe without the percussion role where the description refuses drums.

    Parameters
    ----------
    recipe : Recipe
    instrumentation : str
        Clauses parted by ``;`` such as ``only: string quartet; without: drums``.
    """
    clauses = dict(part.strip().split(":", 1) for part in instrumentation.split(";") if ":" in part)
    refused = _DRUMS.search(clauses.get("without", "")) is not None
    only = clauses.get("only")
    if not refused and (only is None or _WITH_DRUMS.search(only)):
        return recipe
    kept = {
        function: tuple(role for role in roles if role != "percussion")
        for function, roles in recipe.texture.items()
    }
    return dataclasses.replace(recipe, texture=kept)


def dynamic(recipe: Recipe, function: str, *, tension: float) -> str:
    """Return the dynamic mark: by tension, inside the limits of idiom and function."""
    low, high = _LEVELS[function]
    soft, loud = (DYNAMIC_LEVELS[mark] for mark in recipe.dynamics)
    level = min(max(0.2 + 0.75 * tension, low), high)
    level = min(max(level, soft), loud)
    return min(DYNAMICS, key=lambda mark: abs(DYNAMIC_LEVELS[mark] - level))


def ending(recipe: Recipe, *, duration_s: float, rng: np.random.Generator) -> str:
    """Return how the cue ends: the idiom's habit two times in three; a tiny clip has a button."""
    if duration_s < 6.0:
        return "button"
    habits = recipe.endings
    if len(habits) == 1 or rng.random() < 0.67:
        return habits[0]
    return str(rng.choice(habits[1:]))
