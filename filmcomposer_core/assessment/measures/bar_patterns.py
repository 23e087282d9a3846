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
#: Bars that are looked at together, as in the figures of the collections.
WINDOW: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPattern:
    """A bar that holds onsets: places and lengths in 1/12 beat, and pitches."""

    number: int
    rhythm: tuple[tuple[int, int], ...]
    pitches: tuple[int, ...]

    @property
    def contour(self) -> tuple[int, ...]:
        """Each move inside the bar: 0, up or down by step (1, -1) or by more (2, -2)."""
        moves = [b - a for a, b in itertools.pairwise(self.pitches)]
        return tuple(0 if m == 0 else (1 + (abs(m) > 2)) * (1 if m > 0 else -1) for m in moves)

    @property
    def onsets(self) -> tuple[int, ...]:
        """Places of the onsets in 1/12 beat."""
        return tuple(place for place, _ in self.rhythm)


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
        In order; empty bars are left out. Lengths are cut at the bar line.
    """
    found = []
    edges = np.searchsorted(notes.start, [bar.start_beat - 1e-6 for bar in bars])
    for bar, low, high in zip(bars, edges, [*edges[1:], len(notes)], strict=True):
        if low == high:
            continue
        starts = notes.start[low:high] - bar.start_beat
        ends = np.minimum(notes.end[low:high] - bar.start_beat, bar.beats)
        places = np.round(starts * _SLOTS).astype(int).tolist()
        lengths = np.round((ends - starts) * _SLOTS).astype(int).tolist()
        found.append(
            BarPattern(
                number=bar.number,
                rhythm=tuple(zip(places, lengths, strict=True)),
                pitches=tuple(notes.pitch[low:high].tolist()),
            )
        )
    return tuple(found)


def units_of(patterns: Sequence[BarPattern], *, least: int = 2) -> tuple[BarPattern, ...]:
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
        The bars with enough notes; where most bars have fewer, pairs of bars taken as one.
    """
    rich = tuple(p for p in patterns if len(p.rhythm) >= least)
    if 2 * len(rich) >= len(patterns):
        return rich
    pairs = []
    for first, second in zip(patterns[::2], patterns[1::2], strict=False):
        shifted = tuple((place + 1000, length) for place, length in second.rhythm)
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


def distinct_shares(keys: Sequence[Hashable], *, window: int = WINDOW) -> list[float]:
    """Return, for windows in a row, the share of keys that differ from all others before them."""
    parts = [keys[i : i + window] for i in range(0, len(keys), window)]
    full = [part for part in parts if len(part) >= min(window, len(keys)) / 2]
    return [len(set(part)) / len(part) for part in full]
