"""Bar rhythms: which are common in a metre, and which suits a style, a tempo and the hits."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from filmcomposer_core.composition.grid import SIXTEENTH, TICKS, metric_strength
from filmcomposer_core.composition.tables import Style, bar_patterns

#: Shortest note that a theme may have, in seconds.
_SHORTEST_S = 0.11
#: Onset offset and length in ticks.
Onsets = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metre:
    """A time signature and how long its bar lasts."""

    num: int
    den: int
    seconds: float

    @property
    def ticks(self) -> int:
        """Length of the bar in ticks."""
        return TICKS * 4 * self.num // self.den


@cache
def metre_groups(num: int, den: int) -> tuple[str, ...]:
    """Return the metres with known rhythms that make up a bar: 7/8 is 2/4 + 3/8.

    Examples
    --------
    >>> metre_groups(5, 4), metre_groups(12, 8)
    (('3/4', '2/4'), ('6/8', '6/8'))
    """
    if den == 8:
        if num % 3 == 0:
            return ("6/8",) * (num // 6) + ("3/8",) * (num // 3 % 2)
        if num % 2 == 0:
            return metre_groups(num // 2, 4)
        return ("2/16",) if num == 1 else (*metre_groups((num - 3) // 2, 4), "3/8")
    if den == 16:
        rest = num % 4
        return metre_groups(num // 4, 4) + ((f"{rest}/16",) if rest else ())
    return _quarter_groups(num * 4 // den)


def _quarter_groups(quarters: int) -> tuple[str, ...]:
    groups: list[str] = []
    while quarters:
        take = 3 if quarters in (3, 5, 6) else min(4, quarters)
        groups.append(f"{take}/4")
        quarters -= take
    return tuple(groups)


def parse_pattern(pattern: str) -> Onsets:
    """Read a bar on a grid of sixteenths: ``x`` begins a note, ``-`` holds it, ``.`` rests.

    Examples
    --------
    >>> parse_pattern("x---x-..")
    ((0, 96), (96, 48))
    """
    onsets: list[tuple[int, int]] = []
    for i, mark in enumerate(pattern):
        if mark == "x":
            onsets.append((i * SIXTEENTH, SIXTEENTH))
        elif mark == "-" and onsets:
            start, length = onsets[-1]
            onsets[-1] = (start, length + SIXTEENTH)
    return tuple(onsets)


@cache
def metre_bars(num: int, den: int, close: bool) -> tuple[tuple[Onsets, float], ...]:
    """Return the bars of a metre with their weights; the commonest 60 where groups combine."""
    groups = metre_groups(num, den)
    last = len(groups) - 1
    pools = [bar_patterns(group, close=close and i == last) for i, group in enumerate(groups)]
    if len(groups) == 1:
        return tuple((parse_pattern(p), weight) for p, weight in pools[0])
    if len(groups) > 4:
        bars = [("".join(p for p, _ in row), 1.0) for row in zip(*pools, strict=False)]
    else:
        pools = [sorted(pool, key=lambda item: -item[1])[:9] for pool in pools]  # type: ignore[misc]
        bars = [
            ("".join(p for p, _ in row), math.prod(weight for _, weight in row))
            for row in itertools.product(*pools)
        ]
    bars = sorted(bars, key=lambda item: (-item[1], item[0]))[:60]
    top = bars[0][1]
    return tuple((parse_pattern(p), 10 * (weight / top) ** 0.5) for p, weight in bars)


def signature_bars(style: Style, metre: Metre) -> tuple[tuple[Onsets, float], ...]:
    """Return the bars that mark an idiom, of those as long as the metre."""
    found = []
    for pattern, weight in style.signature:
        compound = metre.den == 8 and metre.num % 3 == 0
        lilting = "x---x-x---x-" in pattern
        if len(pattern) * SIXTEENTH == metre.ticks and compound == lilting:
            found.append((parse_pattern(pattern), 2 * weight))
    return tuple(found)


def draw_bar(
    style: Style,
    metre: Metre,
    *,
    close: bool,
    density: float,
    hits: Sequence[int],
    known: Sequence[Onsets],
    fresh: float,
    rng: np.random.Generator,
) -> Onsets:
    """Return a bar rhythm.

    Parameters
    ----------
    style : Style
        Gives the idiom's own bars.
    metre : Metre
        Signature and length of the bar.
    close : bool
        Whether the bar ends a phrase.
    density : float
        Notes per second wanted.
    hits : sequence of int
        Offsets in ticks that should carry an onset.
    known : sequence of Onsets
        Bars already heard in the theme.
    fresh : float
        Cost of a bar not heard before (negative: wanted).
    rng : numpy.random.Generator
        Source of choice.
    """
    bars = list(metre_bars(metre.num, metre.den, close))
    if not close:
        bars += signature_bars(style, metre)
    wanted = density * metre.seconds * (0.6 if close else 1.0)
    tick_s = metre.seconds / metre.ticks
    costs = []
    for onsets, weight in bars:
        shortest = min(length for _, length in onsets) * tick_s
        cost = -math.log(weight) + ((len(onsets) - wanted) / (0.35 * wanted + 0.5)) ** 2
        cost += 50.0 if shortest < _SHORTEST_S else 0.0
        starts = {start for start, _ in onsets}
        cost += 2.0 * sum(1 for hit in hits if hit not in starts)
        cost += fresh if onsets not in known else 0.0
        costs.append(cost)
    luck = rng.gumbel(0.0, 0.8, len(bars))
    return bars[int(np.argmin(np.array(costs) - luck))][0]


def is_clear(onsets: Onsets, metre: Metre) -> bool:
    """Whether the longest note of a bar stands on a beat and there are one to three values."""
    longest = max(length for _, length in onsets)
    best = max(
        metric_strength(start, num=metre.num, den=metre.den)
        for start, length in onsets
        if length == longest
    )
    return best >= 0.35 and len({length for _, length in onsets}) <= 3
