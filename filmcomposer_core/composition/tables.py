"""The manners of the idioms, and the figures of real tunes as the composer weighs them."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.learned import bars, figures

#: Share in percent that every move of the corpus is given at least.
_RARE_PERCENT = 0.1
_LARGEST_MOVE = 24
#: The cheapest line of many has fewer leaps than a typical one; this brings them back.
_LEAP_RELIEF = 1.5
#: Weight of a bar that only the other corpus has.
_OTHER_CORPUS = 0.4
_DEAREST_END = 5.0
_TOO_WIDE = 4.0
Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the theme of an idiom behaves; see the head of ``styles.toml`` for the fields."""

    corpus: str
    density: float
    span: int
    centre: int
    leaps: float
    plan: str
    gaps: str
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
    data["signature"] = tuple((bar, float(weight)) for bar, weight in data["signature"])
    return Style(**data)


@cache
def bar_patterns(group: str, *, close: bool, corpus: str) -> tuple[tuple[str, float], ...]:
    """Return the bars of a metre group such as ``3/4`` with their weights, 10 for the commonest.

    Parameters
    ----------
    group : str
        The metre.
    close : bool
        Whether the bar ends a phrase.
    corpus : str
        ``slow`` or ``folk``; bars of the other one are at hand with less weight.
    """
    name = "close" if close else "flow"
    spare = _data("rhythms.toml").get(group)
    if spare is not None:
        return tuple((pattern, float(weight)) for pattern, weight in spare[name])
    weights: dict[str, float] = {}
    for kind in ("slow", "folk"):
        rows = bars()[kind].get(group, {name: []})[name]
        top = max((share for _, share in rows), default=1.0)
        for pattern, share in rows:
            # Dances are very even: the square root keeps the rarer bars in reach.
            weight = 10 * math.sqrt(share / top) * (1.0 if kind == corpus else _OTHER_CORPUS)
            weights[pattern] = max(weights.get(pattern, 0.0), weight)
    return tuple(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


@cache
def band(corpus: str, figure: str) -> tuple[float, float, float]:
    """Return the 10th, 50th and 90th percentile of a figure over the tunes of a corpus."""
    low, middle, high = figures()[corpus]["bands"][figure]
    return float(low), float(middle), float(high)


@cache
def contour_shares(corpus: str) -> dict[str, float]:
    """Return how common each shape of two bars is, in percent."""
    return {name: float(share) for name, share in figures()[corpus]["contours"]["bars2"].items()}


@cache
def end_costs(corpus: str, *, minor: bool, place: str) -> tuple[float, ...]:
    """Return what each degree (1 to 7) costs at the end of bar 4 or 8, 0 for the commonest.

    Parameters
    ----------
    corpus : str
        ``slow`` or ``folk``.
    minor : bool
        Whether the key has a minor third.
    place : str
        ``bar4`` or ``bar8``.
    """
    shares = figures()[corpus]["ends"]["minor" if minor else "major"][place]
    top = max(shares)
    return tuple(min(_DEAREST_END, math.log(top / max(share, 0.1))) for share in shares)


@cache
def interval_costs(corpus: str) -> Costs:
    """Return ``-ln P`` of each move.

    Parameters
    ----------
    corpus : str
        ``slow`` or ``folk``.

    Returns
    -------
    ndarray, shape (49,), float64
        Costs of moves of -24 to 24 semitones.
    """
    table = figures()[corpus]["intervals"]
    moves = range(-_LARGEST_MOVE, _LARGEST_MOVE + 1)
    shares = [max(float(table.get(str(move), 0.0)), _RARE_PERCENT) / 100 for move in moves]
    return np.array([-math.log(share) for share in shares])


@cache
def leap_costs(leaps: float) -> Costs:
    """Return what leaps of a fourth and more cost beside their rarity.

    Parameters
    ----------
    leaps : float
        Factor on their chance.

    Returns
    -------
    ndarray, shape (49,), float64
        Costs of moves of -24 to 24 semitones.
    """
    size = np.abs(np.arange(-_LARGEST_MOVE, _LARGEST_MOVE + 1))
    relief = np.where(size >= 5, -math.log(leaps * _LEAP_RELIEF), 0.0)
    return np.asarray(np.where(size > 12, _TOO_WIDE, relief))
