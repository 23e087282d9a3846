"""All voicings of a chord for bass, tenor, alto and top, with what each costs on its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.harmony import QUALITIES, Chord

Grid = NDArray[np.int64]
Costs = NDArray[np.float64]

#: Range of each voice, lowest first; nothing is written between the bass and MIDI 48.
RANGES = ((38, 53), (48, 65), (51, 70), (55, 77))
#: Voicings kept per chord after the cost of each alone.
KEPT = 90
#: Every pair of voices, lower first; the first is the outer pair.
PAIRS = ((0, 3), (0, 1), (0, 2), (1, 2), (1, 3), (2, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicings:
    """Voicings of one chord in one key.

    Attributes
    ----------
    pitches : ndarray, shape (voicings, 4), MIDI, bass first
    costs : ndarray, shape (voicings,), cost of each alone
    leading, tonic : int
        Pitch class of the leading tone if the chord has it and pulls to the tonic, else -1.
    seventh : int
        Pitch class of the chord's seventh, -1 without one.
    """

    pitches: Grid
    costs: Costs
    leading: int
    tonic: int
    seventh: int


def voicings(chord: Chord, tonic: int, *, inversions: bool) -> Voicings:
    """Return the cheapest voicings of a chord.

    Parameters
    ----------
    tonic : int
        Pitch class of the key, for the leading tone.
    inversions : bool
        Whether a chord in root position may also stand on its third.
    """
    return _voicings(chord, tonic, inversions)


@cache
def _voicings(chord: Chord, tonic: int, inversions: bool) -> Voicings:
    leading = _leading_tone(chord, tonic)
    steps = QUALITIES[chord.quality]
    seventh = (chord.root + steps[3]) % 12 if len(steps) > 3 and steps[3] in (9, 10, 11) else -1
    pitches = _all(chord, inversions, leading)
    costs = _own_cost(pitches, chord, leading, seventh)
    best = np.argsort(costs, kind="stable")[:KEPT]
    return Voicings(
        pitches=pitches[best], costs=costs[best], leading=leading, tonic=tonic, seventh=seventh
    )


def _leading_tone(chord: Chord, tonic: int) -> int:
    leading = (tonic + 11) % 12
    dominant = (chord.root - tonic) % 12 in (7, 11)
    return leading if dominant and leading in chord.pitch_classes else -1


def _all(chord: Chord, inversions: bool, leading: int) -> Grid:
    tones = sorted(set(chord.pitch_classes))
    basses = [chord.bass]
    steps = QUALITIES[chord.quality]
    if inversions and chord.bass == chord.root and steps[1] in (3, 4) and len(steps) == 3:
        third = (chord.root + steps[1]) % 12
        basses += [third] if third != leading else []
    choices = []
    for voice, (low, high) in enumerate(RANGES):
        wanted = basses if voice == 0 else tones
        choices.append([p for p in range(low, high + 1) if p % 12 in wanted])
    grid = np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1).reshape(-1, 4)
    rising = (np.diff(grid[:, 1:], axis=1) > 0).all(axis=1) & (grid[:, 1] - grid[:, 0] >= 3)
    found: Grid = grid[rising].astype(np.int64)
    return found


def _own_cost(pitches: Grid, chord: Chord, leading: int, seventh: int) -> Costs:
    classes = pitches % 12
    cost = _missing(classes, chord) + _doubling(classes, chord, leading, seventh)
    gaps = np.diff(pitches, axis=1)
    wide = np.maximum(gaps[:, 1:] - 12, 0)
    cost += ((wide > 0) * 12 + 2 * wide).sum(axis=1)
    low = np.maximum(gaps[:, 0] - 19, 0)
    cost += (low > 0) * 4 + low
    for low_voice, high_voice in PAIRS:
        bottom = pitches[:, low_voice]
        gap = pitches[:, high_voice] - bottom
        cost += 15.0 * (((gap < 7) & (bottom < 48)) | ((gap < 4) & (bottom < 55)))
    cost += 15.0 * (gaps[:, 1:] == 1).any(axis=1)
    cost += 2.0 * (classes[:, 0] != chord.bass)
    return np.asarray(cost, dtype=np.float64)


def _missing(classes: Grid, chord: Chord) -> Costs:
    weights = (6.0, 25.0, 1.0, 15.0, 8.0)
    cost = np.zeros(len(classes))
    for degree, tone in enumerate(chord.pitch_classes):
        cost += weights[degree] * ~(classes == tone).any(axis=1)
    return cost


def _doubling(classes: Grid, chord: Chord, leading: int, seventh: int) -> Costs:
    cost = np.zeros(len(classes))
    for tone in (leading, seventh):
        if tone >= 0:
            cost += 40.0 * ((classes == tone).sum(axis=1) > 1)
    third = chord.pitch_classes[1]
    major = (third - chord.root) % 12 == 4
    cost += (5.0 if major else 2.0) * ((classes == third).sum(axis=1) > 1)
    if len(chord.pitch_classes) > 2:
        cost += 2.0 * ((classes == chord.pitch_classes[2]).sum(axis=1) > 1)
    return cost
