"""What stands in each bar of a line: rhythm, ups and downs, and how much of it comes again."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Notes
from filmcomposer_core.timeline import Bar

#: Rhythm is compared on twelfths of a beat.
_SLOTS: Final = 12
_EARLY: Final = 1 / 24
#: Distances at which phrases answer each other, and moves that a motif with a new ending needs.
_PHRASES: Final = (2, 4, 8)
_LEAST_MOVES: Final = 4
_LEAST_PAIRS: Final = 6
#: Bars that are looked at together, as in the figures of the collections.
WINDOW: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPattern:
    """A bar that holds onsets: their places in 1/12 beat (its rhythm), and their pitches.

    How long a note is held does not change the rhythm: players shorten and join notes.
    """

    number: int
    rhythm: tuple[int, ...]
    pitches: tuple[int, ...]

    @property
    def contour(self) -> tuple[int, ...]:
        """Each move inside the bar: 0, up or down by step (1, -1) or by more (2, -2)."""
        moves = [b - a for a, b in itertools.pairwise(self.pitches)]
        return tuple(0 if m == 0 else (1 + (abs(m) > 2)) * (1 if m > 0 else -1) for m in moves)


def bar_patterns(notes: Notes, bars: Sequence[Bar]) -> tuple[BarPattern, ...]:
    """Return the bars in which a note of a line begins.

    Parameters
    ----------
    notes : Notes
        One line.
    bars : sequence of Bar
        All bars.

    Returns
    -------
    tuple of BarPattern
        In order; empty bars are left out. A note played up to 1/24 beat early counts to the bar
        whose line it aims at.
    """
    found = []
    edges = np.searchsorted(notes.start, [bar.start_beat - _EARLY for bar in bars])
    for bar, low, high in zip(bars, edges, [*edges[1:], len(notes)], strict=True):
        if low == high:
            continue
        places = np.round((notes.start[low:high] - bar.start_beat) * _SLOTS).astype(int)
        found.append(
            BarPattern(
                number=bar.number,
                rhythm=tuple(places.tolist()),
                pitches=tuple(notes.pitch[low:high].tolist()),
            )
        )
    return tuple(found)


def motif_returns(units: Sequence[BarPattern]) -> tuple[bool, ...]:
    """Return for each unit whether it takes up one before it.

    Parameters
    ----------
    units : sequence of BarPattern
        Bars, or pairs of bars.

    Returns
    -------
    tuple of bool
        True if one of the 16 units before has the same rhythm and contour, or if the unit two,
        four or eight before has the same rhythm and a contour that differs in one move of at
        least four: so a motif with a new ending is heard as the motif.
    """
    exact = repeated([(unit.rhythm, unit.contour) for unit in units])
    found = []
    for index, unit in enumerate(units):
        near = [units[index - back] for back in _PHRASES if index >= back]
        found.append(exact[index] or any(_nearly(unit, other) for other in near))
    return tuple(found)


def _nearly(one: BarPattern, other: BarPattern) -> bool:
    if one.rhythm != other.rhythm or len(one.contour) < _LEAST_MOVES:
        return False
    return sum(a != b for a, b in zip(one.contour, other.contour, strict=True)) <= 1


def units_of(patterns: Sequence[BarPattern], *, least: int = 3) -> tuple[BarPattern, ...]:
    """Return the units in which a motif can be heard again.

    Parameters
    ----------
    patterns : sequence of BarPattern
        Bars of a line.
    least : int
        Onsets that a unit needs.

    Returns
    -------
    tuple of BarPattern
        The bars with enough notes. Where most bars have fewer, pairs of bars taken as one; but
        if that leaves less than six units, the bars with at least two notes.
    """
    rich = tuple(p for p in patterns if len(p.rhythm) >= least)
    if 2 * len(rich) >= len(patterns):
        return rich
    if len(patterns) < 2 * _LEAST_PAIRS:
        return tuple(p for p in patterns if len(p.rhythm) >= 2)
    pairs = []
    for first, second in zip(patterns[::2], patterns[1::2], strict=False):
        shifted = tuple(place + 1000 for place in second.rhythm)
        pairs.append(
            BarPattern(
                number=first.number,
                rhythm=first.rhythm + shifted,
                pitches=first.pitches + second.pitches,
            )
        )
    return tuple(pairs)


def repeated(keys: Sequence[Hashable], *, window: int = WINDOW) -> tuple[bool, ...]:
    """Return for each key whether it occurred among the ``window`` before it."""
    last: dict[Hashable, int] = {}
    found = []
    for index, key in enumerate(keys):
        found.append(key in last and index - last[key] < window)
        last[key] = index
    return tuple(found)


def share(flags: Sequence[bool]) -> float:
    """Return the share of true values, 0 for none at all."""
    return sum(flags) / len(flags) if flags else 0.0


def window_entropy(keys: Sequence[Hashable], *, window: int = WINDOW) -> float:
    """Return the mean entropy of the keys over successive windows.

    Parameters
    ----------
    keys : sequence of hashable
        One per bar.
    window : int
        Bars looked at together; a last window of less than half that is joined to its neighbour.

    Returns
    -------
    float
        Bits.
    """
    starts = list(range(0, len(keys), window))
    if len(starts) > 1 and len(keys) - starts[-1] < window / 2:
        starts.pop()
    edges = [*starts, len(keys)]
    values = [entropy(keys[a:b]) for a, b in itertools.pairwise(edges)]
    return float(np.mean(values)) if values else 0.0


def entropy(keys: Sequence[Hashable]) -> float:
    """Return Shannon's entropy of the keys in bits."""
    total = len(keys)
    return -sum(n / total * math.log2(n / total) for n in Counter(keys).values()) if total else 0.0
