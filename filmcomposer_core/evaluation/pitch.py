"""How tonal the notes are: key, scale, spread of pitch classes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.bar_patterns import WINDOW
from filmcomposer_core.assessment.measures.key_clarity import key_correlations, pitch_class_weights
from filmcomposer_core.assessment.measures.notes import Floats, Notes
from filmcomposer_core.assessment.measures.texture import pitch_class_entropy
from filmcomposer_core.contracts.harmony import MODES

#: The scales that a listener may hear: the church modes are turns of the major scale.
_SCALES: Final = np.array(
    [
        [(pc - tonic) % 12 in MODES[mode] for pc in range(12)]
        for mode in ("ionian", "harmonic minor")
        for tonic in range(12)
    ],
    dtype=np.float64,
)


def windows(lines: Floats) -> Iterator[tuple[float, float]]:
    """Give stretches of 16 bars; a last one of less than half that joins its neighbour.

    Parameters
    ----------
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.

    Yields
    ------
    tuple of float
        First and last beat. A key that changes with the section is so heard section by section.
    """
    bars = len(lines) - 1
    starts = list(range(0, bars, WINDOW))
    if len(starts) > 1 and bars - starts[-1] < WINDOW / 2:
        starts.pop()
    edges = [*starts, bars]
    for first, last in itertools.pairwise(edges):
        yield float(lines[first]), float(lines[last])


def _mean(notes: Notes, lines: Floats, measure: Callable[[Floats], float]) -> float:
    values, shares = [], []
    for begin, end in windows(lines):
        weights = pitch_class_weights(notes.between(begin, end))
        if weights.sum() > 0:
            values.append(measure(weights))
            shares.append(float(weights.sum()))
    return float(np.average(values, weights=shares)) if values else float("nan")


def clarity(notes: Notes, lines: Floats) -> float:
    """Return the correlation of the pitch classes with the best of the 24 keys.

    Parameters
    ----------
    notes : Notes
        Pitched notes.
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.

    Returns
    -------
    float
        -1 to 1, mean over windows of 16 bars weighted by sounding time; Krumhansl and Kessler.
    """
    return _mean(notes, lines, lambda weights: float(key_correlations(weights).max()))


def scale_share(notes: Notes, lines: Floats) -> float:
    """Return the share of sounding time inside the best major, modal or harmonic minor scale."""
    return _mean(notes, lines, lambda weights: float((_SCALES @ weights).max() / weights.sum()))


def entropy(notes: Notes, lines: Floats) -> float:
    """Return the entropy in bits of pitch classes by sounding time, 0 to 3.58."""
    return _mean(notes, lines, pitch_class_entropy)
