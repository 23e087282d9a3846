"""The moves of a line: interval profile, leaps and what follows them, range."""

from __future__ import annotations

from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, Ints, Notes

#: Moves from an octave down to an octave up have a place each; wider ones share the outermost.
WIDEST: Final = 12
LEAP: Final = 5
#: Less leaps say nothing about what follows a leap.
LEAST_LEAPS: Final = 3
_LEAST_MOVES: Final = 8
_PHRASE_BARS: Final = 4


def moves(line: Notes) -> Ints:
    """Return the intervals of a line in semitones; a rest does not break it."""
    result: Ints = np.diff(line.pitch)
    return result


def profile(line: Notes) -> Floats:
    """Return the share of each interval.

    Returns
    -------
    ndarray, shape (25,), float64
        From an octave (and more) down to an octave up; zeros for a line without moves.
    """
    steps = np.clip(moves(line), -WIDEST, WIDEST) + WIDEST
    counts = np.bincount(steps, minlength=2 * WIDEST + 1).astype(np.float64)
    result: Floats = counts / max(1, steps.size)
    return result


def profile_distance(line: Notes, known: Floats) -> float:
    """Return how far a line's intervals lie from a known profile.

    Parameters
    ----------
    line : Notes
        The line.
    known : ndarray, shape (25,), float64
        Shares, as from :func:`profile`.

    Returns
    -------
    float
        Half the sum of differences, 0 (the same) to 1; NaN for less than eight moves.
    """
    if len(line) <= _LEAST_MOVES:
        return float("nan")
    return float(0.5 * np.abs(profile(line) - known).sum())


def shares(line: Notes) -> dict[str, float]:
    """Return shares of repeated notes, steps (1-2), thirds (3-4) and leaps (5 and more).

    Returns
    -------
    dict
        ``repeated``, ``step``, ``third``, ``leap``, and ``size``, the mean move in semitones; NaN
        for less than eight moves.
    """
    size = np.abs(moves(line))
    if size.size < _LEAST_MOVES:
        return dict.fromkeys(("repeated", "step", "third", "leap", "size"), float("nan"))
    return {
        "repeated": float(np.mean(size == 0)),
        "step": float(np.mean((size >= 1) & (size <= 2))),
        "third": float(np.mean((size >= 3) & (size < LEAP))),
        "leap": float(np.mean(size >= LEAP)),
        "size": float(size.mean()),
    }


def leap_recovery(line: Notes) -> float:
    """Return the share of leaps (5 semitones and more) after which the line turns back by step.

    Returns
    -------
    float
        0 to 1; NaN for less than three leaps with a note after them. Turning back by any interval
        is what random notes do too, so only a step of one or two semitones counts.
    """
    steps = moves(line)
    leaps, after = steps[:-1], steps[1:]
    wide = np.abs(leaps) >= LEAP
    if int(wide.sum()) < LEAST_LEAPS:
        return float("nan")
    back = (np.sign(leaps) == -np.sign(after)) & (np.abs(after) <= 2) & (after != 0)
    return float(back[wide].mean())


def phrase_range(line: Notes, lines: Floats) -> float:
    """Return the median range in semitones of stretches of four bars; NaN for none."""
    spans = []
    for first in range(0, len(lines) - _PHRASE_BARS, _PHRASE_BARS):
        inside = line.between(float(lines[first]), float(lines[first + _PHRASE_BARS])).pitch
        if inside.size > 1:
            spans.append(int(np.ptp(inside)))
    return float(np.median(spans)) if spans else float("nan")
