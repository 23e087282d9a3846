"""How loud the notes of a text without velocities are."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Final

from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from filmcomposer_core.contracts.score import Melody

DEFAULT_DYNAMIC: Final = "mf"
_BASE, _SPAN = 22, 92
_LOWEST, _HIGHEST = 12, 124
#: Two notes are the same if they begin within this many beats: half the grid of ABC.
_SAME_BEATS: Final = 1 / 96 + 1e-9


def metric_velocity(dynamic: str, *, place: Fraction, num: int, den: int) -> int:
    """Return a velocity from a dynamic mark and the place in the bar.

    Parameters
    ----------
    dynamic : str
        ``ppp`` to ``fff``.
    place : Fraction
        Quarter notes from the bar line.
    num, den : int
        Signature of the bar; 0 for music without metre.

    Returns
    -------
    int
        12 to 124: 8 more on the downbeat, 5 on the half bar, 2 on a beat, 4 less on places finer
        than half a beat.
    """
    level = _BASE + _SPAN * DYNAMIC_LEVELS[dynamic]
    accent = _accent(place, num=num, den=den) if num else 0
    return max(_LOWEST, min(_HIGHEST, round(level + accent)))


def _accent(place: Fraction, *, num: int, den: int) -> int:
    bar = Fraction(4 * num, den)
    compound = den >= 8 and num % 3 == 0 and num > 3
    beat = Fraction(12 if compound else 4, den)
    if place == 0:
        return 8
    if num % 2 == 0 and place * 2 == bar:
        return 5
    if place % beat == 0:
        return 2
    return 0 if place % (beat / (3 if compound else 2)) == 0 else -4


def carry_velocities(edited: Melody, *, original: Melody) -> Melody:
    """Give the notes that an edit left alone their old velocities.

    Parameters
    ----------
    edited : Melody
        Read from text that keeps no velocities.
    original : Melody
        The theme from which that text was written.

    Returns
    -------
    Melody
        The edited theme; a note that also stands in the original (same pitch, same place within
        1/96 beat) has that velocity.
    """
    notes = []
    index = 0
    for note in edited.notes:
        while index < len(original.notes) and original.notes[index].beat < note.beat - _SAME_BEATS:
            index += 1
        match = original.notes[index] if index < len(original.notes) else None
        same = (
            match is not None
            and match.pitch == note.pitch
            and match.beat <= note.beat + _SAME_BEATS
        )
        velocity = match.velocity if match is not None and same else note.velocity
        notes.append(dataclasses.replace(note, velocity=velocity))
    return dataclasses.replace(edited, notes=tuple(notes))
