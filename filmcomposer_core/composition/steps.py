"""Pitches as heights on the scale of their harmony, and how likely a line of them is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.grid import Harmony
from filmcomposer_core.composition.learned import (
    NO_STEP,
    Place,
    clipped,
    surprise,
    weight_class,
)

Ints = NDArray[np.int64]
_TONES = 7


def is_stepwise(harmony: Harmony) -> bool:
    """Whether a scale has the seven tones that steps were learned on."""
    return len(harmony.scale) == _TONES


def heights(pitches: Ints, scale: tuple[int, ...], tonic: int) -> Ints:
    """Return steps above the tonic near MIDI 0; a foreign pitch counts as the tone below it.

    Parameters
    ----------
    pitches : ndarray of int64
        MIDI pitches.
    scale : tuple of int
        Seven pitch classes.
    tonic : int
        Pitch class of degree 1.
    """
    return np.asarray(_ladder(scale, tonic)[pitches])


@cache
def _ladder(scale: tuple[int, ...], tonic: int) -> Ints:
    """Return the height of each MIDI pitch, shape (128,)."""
    above = np.arange(128) - tonic
    tones = sorted((tone - tonic) % 12 for tone in scale)
    index = np.array([max(0, sum(tone <= at for tone in tones) - 1) for at in range(12)])
    return np.asarray(_TONES * (above // 12) + index[above % 12])


def line_surprise(
    pitches: Sequence[int],
    harmonies: Sequence[Harmony],
    strengths: Sequence[float],
    *,
    corpus: str,
) -> float | None:
    """Return the mean surprise of a line in bits per note.

    Parameters
    ----------
    pitches, harmonies, strengths : sequence
        MIDI pitch, harmony and metrical weight of each note.
    corpus : str
        ``slow`` or ``folk``: whose tunes are expected.

    Returns
    -------
    float or None
        None where less than half of the moves stand in scales of seven tones.
    """
    places: list[Place] = []
    steps: list[int] = []
    last = NO_STEP
    notes = list(zip(pitches, harmonies, strengths, strict=True))
    for (pitch, harmony, leaving), (to, under, coming) in itertools.pairwise(notes):
        if not (is_stepwise(harmony) and is_stepwise(under)):
            last = NO_STEP
            continue
        start, end = _height(pitch, harmony), _height(to, under)
        places.append(
            Place(
                minor=under.minor,
                degree=start % _TONES,
                last=last,
                coming=weight_class(coming),
                leaving=weight_class(leaving),
            )
        )
        last = clipped(end - start)
        steps.append(last)
    return surprise(corpus, places, steps) if 2 * len(steps) >= len(notes) > 1 else None


def _height(pitch: int, harmony: Harmony) -> int:
    return int(_ladder(harmony.scale, harmony.tonic)[pitch])
