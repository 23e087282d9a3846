"""Figures of real tunes and the manners of the idioms, read from the TOML files beside this."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Share in percent of a move that the corpus hardly knows (tritone, sevenths).
_RARE_PERCENT = 0.15
_LARGEST_MOVE = 24
#: The cheapest line of many has fewer leaps than a typical one; this brings them back.
_LEAP_RELIEF = 2.0
Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the theme of an idiom behaves; see the head of ``styles.toml`` for the fields."""

    corpus: str
    density: float
    span: int
    centre: int
    leaps: float
    forms: tuple[str, ...]
    figures: tuple[tuple[int, ...], ...]
    lean: float
    peak: float
    notes: tuple[int, int]
    same: float
    pickup: float
    opening: tuple[int, ...]
    chromatic: bool
    signature: tuple[tuple[str, float], ...]


@cache
def _data(name: str) -> dict[str, Any]:
    folder = resources.files("filmcomposer_core.composition")
    data: dict[str, Any] = tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))
    return data


@cache
def style_of(idiom: str) -> Style:
    """Return the manner of an idiom of ``contracts.labels.IDIOMS``."""
    data = dict(_data("styles.toml")[idiom])
    data["notes"] = tuple(data["notes"])
    data["opening"] = tuple(data["opening"])
    data["forms"] = tuple(data["forms"])
    data["figures"] = tuple(tuple(figure) for figure in data["figures"])
    data["signature"] = tuple((bar, float(weight)) for bar, weight in data["signature"])
    return Style(**data)


@cache
def bar_patterns(group: str, *, close: bool) -> tuple[tuple[str, float], ...]:
    """Return the bars of a metre group such as ``3/4`` with their weights."""
    rows = _data("rhythms.toml")[group]["close" if close else "flow"]
    return tuple((pattern, float(weight)) for pattern, weight in rows)


@cache
def band(corpus: str, figure: str) -> tuple[float, float, float]:
    """Return the 10th, 50th and 90th percentile of a figure over the tunes of a corpus."""
    low, middle, high = _data("tables.toml")["bands"][corpus][figure]
    return float(low), float(middle), float(high)


@cache
def interval_costs(corpus: str, leaps: float) -> Costs:
    """Return ``-ln P`` of each move.

    Parameters
    ----------
    corpus : str
        ``slow`` or ``folk``.
    leaps : float
        Factor on the chance of leaps of a fourth and more.

    Returns
    -------
    ndarray, shape (49,), float64
        Costs of moves of -24 to 24 semitones.
    """
    table = _data("tables.toml")["intervals"][corpus]
    costs = np.empty(2 * _LARGEST_MOVE + 1)
    for move in range(-_LARGEST_MOVE, _LARGEST_MOVE + 1):
        percent = max(_RARE_PERCENT, float(table.get(str(move), 0.0)))
        if abs(move) > 12:
            percent = 0.002
        elif abs(move) >= 5:
            percent *= leaps * _LEAP_RELIEF
        costs[move + _LARGEST_MOVE] = -math.log(percent / 100)
    return costs


@cache
def degree_costs(kind: str, *, strong: bool) -> Costs:
    """Return ``-ln P`` of moves between scale degrees, row from, column to.

    Returns
    -------
    ndarray, shape (8, 8), float64
        Degrees 1 to 7, then notes outside the scale at a cost of 3.
    """
    rows = _data("tables.toml")["degrees"][kind]["strong" if strong else "weak"]
    costs = np.full((8, 8), 3.0)
    costs[:7, :7] = -np.log((np.array(rows, dtype=np.float64) + 1.0) / 107.0)
    return costs
