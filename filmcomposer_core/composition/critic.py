"""What an ear objects to in a line, and in a whole theme: the choice among several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.figures import measure, theme_score
from filmcomposer_core.composition.grid import GridBar
from filmcomposer_core.composition.line_costs import goal_costs
from filmcomposer_core.composition.manner import Sung
from filmcomposer_core.composition.outline_units import Phrase
from filmcomposer_core.composition.slots import Slot
from filmcomposer_core.composition.tables import Style

Faults = NDArray[np.float64]
_STABLE: Final = (0, 3, 4, 7)
#: Semitones of range that a breath of so many notes should have, of the style's span.
_FULL_RANGE_NOTES: Final = 14


def line_faults(lines: NDArray[np.int64], slots: Sequence[Slot], style: Style) -> Faults:
    """Return what speaks against each of several lines, shape (lines,).

    Parameters
    ----------
    lines : ndarray, shape (lines, notes), int64
        Pitches.
    slots : sequence of Slot
        What was asked of the notes.
    style : Style
        Gives the span.
    """
    rows, notes = lines.shape
    faults = np.zeros(rows)
    if notes < 3:
        return faults
    moves = np.diff(lines, axis=1)
    sizes = np.abs(moves)
    a, b = moves[:, :-1], moves[:, 1:]
    back = (a * b < 0) & (np.abs(b) <= 4)
    faults += 0.7 * ((np.abs(a) >= 7) & ~back).sum(axis=1)
    faults += 1.0 * ((a * b > 0) & (np.abs(a) >= 3) & (np.abs(b) >= 3) & (np.abs(a + b) > 9)).sum(
        axis=1
    )
    faults += 1.5 * ((sizes == 6) | (sizes == 10) | (sizes == 11)).sum(axis=1)
    faults += 0.8 * ((a == 0) & (b == 0)).sum(axis=1)
    if notes > 3:
        same = lines[:, :-2] == lines[:, 2:]
        faults += 0.9 * (same[:, :-1] & same[:, 1:] & (sizes[:, :-2] > 0)).sum(axis=1)
    ordered = np.sort(lines, axis=1)
    distinct = 1 + (np.diff(ordered, axis=1) > 0).sum(axis=1)
    faults += 0.5 * np.maximum(0.0, min(7.0, 2.0 + 0.36 * notes) - distinct)
    reach = ordered[:, -1] - ordered[:, 0]
    wanted = 0.8 * style.span * min(1.0, notes / _FULL_RANGE_NOTES)
    faults += 0.45 * np.maximum(0.0, wanted - reach)
    tops = (lines == ordered[:, -1:]) & np.c_[np.ones(rows, bool), moves != 0]
    faults += 0.5 * (tops.sum(axis=1) - 1)
    lengths = np.array([slot.length for slot in slots], dtype=np.float64)
    share = np.array(
        [max(np.bincount(line - 40, weights=lengths)) / lengths.sum() for line in lines]
    )
    faults += 4.0 * np.maximum(0.0, share - (0.34 if notes > 8 else 0.5))
    if slots[-1].goal:
        faults += 0.5 * goal_costs(slots[-1], lines[:, -1] % 12)
        faults += 0.8 * ((sizes[:, -1] > 4) & (sizes[:, -1] != 5) & (sizes[:, -1] != 7))
    return faults


def theme_faults(
    sung: Sequence[Sung],
    phrases: Sequence[Phrase],
    grid: Sequence[GridBar],
    style: Style,
    summit: int,
) -> float:
    """Return what speaks against a theme; lower is better.

    Parameters
    ----------
    sung : sequence of Sung
        The theme, at least one note.
    phrases : sequence of Phrase
        Its outline.
    grid : sequence of GridBar
        The planned bars.
    style : Style
        Manner of the idiom.
    summit : int
        Index of the phrase that should have the highest note.
    """
    score = theme_score(
        measure(sung, grid), corpus=style.corpus, notes=len(sung), cadences=_stable_ends(sung, grid)
    )
    top = max(note.pitch for note in sung)
    peaks = [note.phrase for note in sung if note.pitch == top]
    score += 0.8 * min(3, len(peaks) - 1) + (1.5 if summit not in peaks else 0.0)
    for before, after in itertools.pairwise(sung):
        gap = abs(after.pitch - before.pitch)
        if before.phrase != after.phrase:
            score += 0.15 * max(0, gap - 9)
        elif gap in (6, 10, 11):
            score += 0.4
    return score


def _stable_ends(sung: Sequence[Sung], grid: Sequence[GridBar]) -> float:
    """Return the share of phrases whose last note is degree 1, 3 or 5 of its key."""
    bars = {bar.number: bar for bar in grid}
    ends: dict[int, bool] = {}
    for note in sung:
        harmony = bars[note.bar].harmony_at(note.start)
        ends[note.phrase] = (note.pitch - harmony.tonic) % 12 in _STABLE
    return sum(ends.values()) / len(ends) if ends else 1.0
