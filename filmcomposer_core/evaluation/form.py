"""What comes again: motifs, rhythms, whole bars; and how long phrases are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.bar_patterns import (
    BarPattern,
    motif_returns,
    repeated,
    share,
    units_of,
)
from filmcomposer_core.assessment.measures.notes import Floats, Ints, Notes
from filmcomposer_core.timeline import Bar

#: Bars that a measure of repetition needs.
LEAST_BARS: Final = 4
#: Lengths in bars of phrases that listeners count along with.
SQUARE: Final = (2, 4, 8)
_SLOTS: Final = 12
_EARLY: Final = 1 / 24
#: A note closes a phrase if the next comes later than this many times the usual distance.
_LONGER: Final = 1.75
_AROUND: Final = 8
_WITHIN: Final = 0.3


def motif_recurrence(patterns: Sequence[BarPattern]) -> float:
    """Return the share of bars (or pairs) that take up the rhythm and shape of an earlier one."""
    units = units_of(patterns)
    return share(motif_returns(units)) if len(units) >= LEAST_BARS else float("nan")


def rhythm_reuse(patterns: Sequence[BarPattern]) -> float:
    """Return the share of bars whose rhythm occurred in one of the 16 bars before."""
    if len(patterns) < LEAST_BARS:
        return float("nan")
    return share(repeated([pattern.rhythm for pattern in patterns]))


def line_loops(patterns: Sequence[BarPattern]) -> float:
    """Return the share of bars of a line that repeat one of the 16 bars before note for note."""
    if len(patterns) < LEAST_BARS:
        return float("nan")
    return share(repeated([(pattern.rhythm, pattern.pitches) for pattern in patterns]))


def whole_loops(voices: Sequence[Notes], bars: Sequence[Bar]) -> float:
    """Return the share of bars in which all voices repeat one of the 16 bars before.

    Parameters
    ----------
    voices : sequence of Notes
        Every part.
    bars : sequence of Bar
        All bars; empty ones do not count. Onsets are compared on twelfths of a beat.

    Returns
    -------
    float
        0 to 1, NaN for less than four bars.
    """
    keys: list[frozenset[tuple[int, int, int]]] = []
    for bar in bars:
        cell: set[tuple[int, int, int]] = set()
        for number, notes in enumerate(voices):
            inside = notes.between(bar.start_beat - _EARLY, bar.end_beat - _EARLY)
            places = np.round((inside.start - bar.start_beat) * _SLOTS).astype(int)
            rows = zip(places.tolist(), inside.pitch.tolist(), strict=True)
            cell |= {(number, place, pitch) for place, pitch in rows}
        if cell:
            keys.append(frozenset(cell))
    return share(repeated(keys)) if len(keys) >= LEAST_BARS else float("nan")


def phrase_lengths(line: Notes, lines: Floats) -> Floats:
    """Return the lengths in bars of the phrases of a line, found by where it pauses.

    Parameters
    ----------
    line : Notes
        The line.
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.

    Returns
    -------
    ndarray, shape (phrases,), float64
        From one phrase's first note to the next one's, the last to the end of its bar. A phrase
        closes where the next onset comes 1.75 times later than is usual among the eight notes on
        either side, and is at least a bar long.
    """
    if len(line) < 2 or len(lines) < 2:
        return np.zeros(0)
    gaps = np.diff(line.start)
    places = np.interp(line.start, lines, np.arange(len(lines)))
    edges = [float(places[0])]
    for i, gap in enumerate(gaps.tolist()):
        usual = float(np.median(gaps[max(0, i - _AROUND) : i + _AROUND + 1]))
        if gap >= _LONGER * usual - 1e-6 and places[i + 1] - edges[-1] >= 1.0 - _EARLY:
            edges.append(float(places[i + 1]))
    end = float(np.ceil(places[-1] + 1e-6))
    return np.diff([*edges, end])


def square_share(lengths: Floats | Ints) -> float:
    """Return the share of phrases that are two, four or eight bars long; NaN for less than two."""
    if lengths.size < 2:
        return float("nan")
    distance = np.min(np.abs(lengths[:, None] - np.array(SQUARE)[None, :]), axis=1)
    return float(np.mean(distance <= _WITHIN))


def planned_lengths(starts: Sequence[int], last_bar: int) -> Ints:
    """Return the lengths in bars of phrases that begin in given bars, the last to a last bar."""
    edges = np.array([*starts, last_bar + 1], dtype=np.int64)
    result: Ints = edges[1:] - edges[:-1]
    return result
