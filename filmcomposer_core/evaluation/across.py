"""How different cues are from each other: chroma (Eq. 7) and themes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, Notes

#: A theme is compared by its first moves.
MOVES: Final = 12
_LEAST_MOVES: Final = 4
#: Chroma is compared in segments of two beats.
SEGMENT: Final = 2.0
#: Ratios of length nearer than this are the same.
_SAME_RATIO: Final = 0.1

Move = tuple[int, float]


def chroma(notes: Notes, beats: float) -> Floats:
    """Return the chroma of notes.

    Parameters
    ----------
    notes : Notes
        Pitched notes.
    beats : float
        Where the music ends.

    Returns
    -------
    ndarray, shape (segments, 12), float64
        Sounding time of each pitch class in segments of two beats, each of length 1; zeros where
        nothing sounds.
    """
    size = max(1, int(np.ceil(beats / SEGMENT)))
    table = np.zeros((size, 12))
    edges = np.arange(size) * SEGMENT
    rows = zip(notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist(), strict=True)
    for start, end, pitch in rows:
        table[:, pitch % 12] += np.clip(
            np.minimum(end, edges + SEGMENT) - np.maximum(start, edges), 0.0, None
        )
    return unit_rows(table)


def unit_rows(table: Floats) -> Floats:
    """Return rows of length 1; rows of zeros stay."""
    length = np.linalg.norm(table, axis=1, keepdims=True)
    result: Floats = table / np.where(length > 1e-12, length, 1.0)
    return result


def similarity(one: Floats, other: Floats) -> float:
    """Return the mean cosine of the segments of two chroma matrices, side by side.

    The longer one is cut; segments that are silent on both sides do not count.
    """
    size = min(len(one), len(other))
    a, b = one[:size], other[:size]
    busy = a.any(axis=1) | b.any(axis=1)
    return float((a * b).sum(axis=1)[busy].mean()) if busy.any() else 1.0


def diversity(chromas: Sequence[Floats]) -> float:
    """Return the chroma-based diversity.

    Parameters
    ----------
    chromas : sequence of ndarray, shape (segments, 12)
        One for each piece of music, with unit rows.

    Returns
    -------
    float
        0 for the same music throughout, to 1; NaN for less than two.

    Notes
    -----
    Eq. 7 of FilmComposer. The paper leaves the similarity over segments open; here it is the mean
    cosine of segments at the same place, as :func:`similarity` has it.
    """
    pairs = list(itertools.combinations(chromas, 2))
    return 1.0 - float(np.mean([similarity(a, b) for a, b in pairs])) if pairs else float("nan")


def theme_moves(line: Notes) -> tuple[Move, ...]:
    """Return the first twelve moves of a line: interval, and ratio of the distances of onsets."""
    gaps = np.diff(line.start)
    found: list[Move] = []
    for i in range(min(MOVES, len(line) - 2)):
        interval = int(line.pitch[i + 1] - line.pitch[i])
        found.append((interval, float(gaps[i + 1] / max(gaps[i], 1e-6))))
    return tuple(found)


def theme_distance(one: Sequence[Move], other: Sequence[Move]) -> float:
    """Return the edit distance of two themes.

    Parameters
    ----------
    one, other : sequence of (int, float)
        As from :func:`theme_moves`.

    Returns
    -------
    float
        0 (the same) to 1: edits over the moves of the longer one. Replacing a move costs half if
        interval or ratio agrees. NaN if a theme has less than four moves.
    """
    if min(len(one), len(other)) < _LEAST_MOVES:
        return float("nan")
    row = np.arange(len(other) + 1, dtype=np.float64)
    for i, a in enumerate(one, start=1):
        before, row[0] = row.copy(), float(i)
        for j, b in enumerate(other, start=1):
            row[j] = min(before[j] + 1.0, row[j - 1] + 1.0, before[j - 1] + _replace(a, b))
    return float(row[-1] / max(len(one), len(other)))


def _replace(a: Move, b: Move) -> float:
    ratio = abs(math.log(max(a[1], 1e-6) / max(b[1], 1e-6)))
    agree = int(a[0] == b[0]) + int(ratio < _SAME_RATIO)
    return 1.0 - 0.5 * agree
