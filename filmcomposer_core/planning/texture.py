"""Which roles sound in a section, and how loud it is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS, DYNAMICS
from filmcomposer_core.planning.recipe import Recipe

#: Fewest and most roles of a section function, from tension 0 to 1.
_ROLES: Final = {
    "establish": (1, 3), "theme": (3, 5), "turn": (2, 4), "build": (3, 7), "climax": (6, 8),
    "aftermath": (2, 3), "button": (4, 5),
}  # fmt: skip
#: Softest and loudest level of a section function.
_LEVELS: Final = {
    "establish": (0.2, 0.46), "theme": (0.36, 0.62), "turn": (0.34, 0.62), "build": (0.4, 0.86),
    "climax": (0.7, 1.0), "aftermath": (0.2, 0.42), "button": (0.2, 0.9),
}  # fmt: skip
_LEAD: Final = "melody"
#: Cues longer than this span at least two marks if their tension changes by more than ``_EVEN``,
#: and as much more as tension spans.
_SHAPED_FROM_S, _EVEN, _LEAST_SPAN, _SPAN = 15.0, 0.05, 2.0, 1.5


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


def dynamics(
    recipe: Recipe, functions: Sequence[str], tensions: Sequence[float], *, duration_s: float
) -> list[str]:
    """Return the dynamic mark of each section.

    Parameters
    ----------
    recipe : Recipe
        Gives the softest and the loudest mark.
    functions : sequence of str
        Tasks of the sections.
    tensions : sequence of float
        Their mean tensions, 0 to 1.
    duration_s : float
        A cue that is long enough spans two marks at least, however even its picture.

    Returns
    -------
    list of str
        Marks that rise and fall with tension: the tensest section is the loudest, the calmest the
        softest. A climax is never below a theme, an aftermath never above.
    """
    soft, loud = (DYNAMICS.index(mark) for mark in recipe.dynamics)
    level = [_level(f, 0.2 + 0.75 * t) for f, t in zip(functions, tensions, strict=True)]
    wide = np.interp(level, [DYNAMIC_LEVELS[mark] for mark in DYNAMICS], range(len(DYNAMICS)))
    places = np.clip(wide, soft, loud)
    least = min(float(loud - soft), _LEAST_SPAN + (max(tensions) - min(tensions)) * _SPAN)
    if duration_s > _SHAPED_FROM_S and np.ptp(wide) > _EVEN and np.ptp(places) < least:
        middle = float(np.mean(places))
        places = (wide - wide.min()) / np.ptp(wide) * least + middle - least / 2
        places += max(0.0, soft - places.min()) + min(0.0, loud - places.max())
    marks = np.clip(np.floor(places + 0.5), soft, loud).astype(int)
    return [DYNAMICS[mark] for mark in marks]


def _level(function: str, level: float) -> float:
    low, high = _LEVELS[function]
    return min(max(level, low), high)
