"""How real tunes go on: chances of the next step of a melody, learned by ``tools.priors``.

A step is a move along the scale, whatever its size in semitones, so what was learned from tunes in
major and minor also serves the other modes of seven notes.
"""

from __future__ import annotations

import csv
import itertools
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]
Counts = dict[str, dict[int, int]]

#: Steps further than an octave count as an octave.
WIDEST: Final = 7
SYMBOLS: Final = 2 * WIDEST + 1
#: Stands for the step before the first one.
NO_STEP: Final = WIDEST + 1
#: Taken off every count and given to the next lower order (chosen on tunes kept for that).
DISCOUNT: Final = 0.7
ORDERS: Final = 5
#: The order that guessed held-out tunes best: there are too few airs to fill the highest.
BEST_ORDER: Final = {"slow": 3, "folk": 4}
#: How often a slow air counts among the tunes for the corpus ``slow``; dances count once.
SLOW_WEIGHT: Final = 8
_PACKAGE: Final = "filmcomposer_core.composition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step starts and goes to.

    ``degree`` 0 to 6 is that of the note before, ``coming`` and ``leaving`` the classes of
    metrical weight (see :func:`weight_class`) of the note to be and of the note before, ``last``
    the step before.
    """

    minor: bool
    degree: int
    last: int
    coming: int
    leaving: int


def contexts(place: Place) -> tuple[str, ...]:
    """Return what each order of the model knows of a place, from order 0 (nothing) to 4.

    Examples
    --------
    >>> contexts(Place(minor=True, degree=4, last=-1, coming=3, leaving=0))
    ('', '-1', 'm5 -1', 'm5 -1 3', 'm5 -1 3 0')
    """
    last = str(clipped(place.last)) if place.last != NO_STEP else "x"
    degree = f"{'m' if place.minor else 'M'}{place.degree + 1} {last}"
    return (
        "",
        last,
        degree,
        f"{degree} {place.coming}",
        f"{degree} {place.coming} {place.leaving}",
    )


def clipped(step: int) -> int:
    """Return a step of at most an octave."""
    return max(-WIDEST, min(WIDEST, step))


def weight_class(strength: float) -> int:
    """Return the class of a metrical weight: 3 downbeat, 2 accent, 1 beat, 0 between."""
    return 3 if strength >= 0.8 else 2 if strength >= 0.5 else 1 if strength >= 0.3 else 0


def chance(tables: Sequence[Counts], known: Sequence[str], step: int) -> float:
    """Return the chance of a step by absolute discounting over the orders given.

    Parameters
    ----------
    tables : sequence of dict
        For each order what followed a context how often.
    known : sequence of str
        Contexts of order 0 to k; those never met say nothing.
    step : int
        The step asked for, -7 to 7.

    Returns
    -------
    float
        ``P_k(s) = (max(n(s) - d, 0) + d types P_{k-1}(s)) / n``; all 15 sum to 1.
    """
    value = 1.0 / SYMBOLS
    for table, context in zip(tables, known, strict=False):
        row = table.get(context)
        if row:
            kept = max(row.get(step, 0) - DISCOUNT, 0.0)
            value = (kept + DISCOUNT * len(row) * value) / sum(row.values())
    return value


@cache
def figures() -> dict[str, Any]:
    """Return the figures of real tunes: ``figures.toml`` as learned."""
    data: dict[str, Any] = tomllib.loads(_text("figures.toml"))
    return data


@cache
def bars() -> dict[str, Any]:
    """Return the bar rhythms of real tunes: ``rhythms.toml`` as learned."""
    data: dict[str, Any] = tomllib.loads(_text("rhythms.toml"))
    return data


def _text(name: str) -> str:
    return resources.files(_PACKAGE).joinpath("priors", name).read_text(encoding="utf-8")


@cache
def step_counts(corpus: str) -> tuple[Counts, ...]:
    """Return the counts of a corpus (``slow`` or ``folk``) by order."""
    weights = {"folk": 1, "slow": SLOW_WEIGHT if corpus == "slow" else 1}
    tables: tuple[Counts, ...] = tuple({} for _ in range(ORDERS))
    for row in csv.DictReader(_text("steps.csv").splitlines()):
        known = tables[int(row["order"])].setdefault(row["context"], {})
        for item in row["followed"].split():
            step, count = item.split(":")
            known[int(step)] = known.get(int(step), 0) + int(count) * weights[row["corpus"]]
    return tables


@cache
def step_costs(corpus: str, minor: bool) -> Costs:
    """Return ``-ln P`` of every step at every place.

    Returns
    -------
    ndarray, shape (4, 4, 16, 7, 15), float64
        By class of the coming note, class of the note left, step before (-7 to 7, none), degree
        of the note left and step; by the order that guessed best.
    """
    tables = step_counts(corpus)[: BEST_ORDER[corpus] + 1]
    costs = np.empty((4, 4, SYMBOLS + 1, 7, SYMBOLS))
    lasts = range(-WIDEST, NO_STEP + 1)
    rows: dict[str, Costs] = {}
    for coming, leaving, last, degree in itertools.product(range(4), range(4), lasts, range(7)):
        place = Place(minor=minor, degree=degree, last=last, coming=coming, leaving=leaving)
        known = contexts(place)[: len(tables)]
        if known[-1] not in rows:
            rows[known[-1]] = _row(tables, known)
        costs[coming, leaving, last + WIDEST, degree] = rows[known[-1]]
    return costs


def _row(tables: Sequence[Counts], known: Sequence[str]) -> Costs:
    steps = range(-WIDEST, WIDEST + 1)
    return np.array([-math.log(chance(tables, known, step)) for step in steps])


def surprise(corpus: str, places: Sequence[Place], steps: Sequence[int]) -> float:
    """Return the mean surprise of a line in bits per step; 0 for none.

    Parameters
    ----------
    corpus : str
        ``slow`` or ``folk``.
    places, steps : sequence
        Where each step starts, and the step.
    """
    if not steps:
        return 0.0
    total = 0.0
    for place, step in zip(places, steps, strict=True):
        table = step_costs(corpus, place.minor)
        row = table[place.coming, place.leaving, place.last + WIDEST, place.degree]
        total += float(row[clipped(step) + WIDEST])
    return total / len(steps) / math.log(2)
