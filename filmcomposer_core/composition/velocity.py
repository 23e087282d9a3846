"""How loud each note of the theme is struck (craft 5)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from filmcomposer_core.composition.manner import Sung

_SOFTEST, _LOUDEST = 12, 124
#: What a rhythm point's strength adds or takes away.
_ACCENT = 7


def velocities(
    notes: Sequence[Sung],
    levels: Sequence[float],
    rng: np.random.Generator,
    accents: Mapping[int, int] | None = None,
) -> list[int]:
    """Return MIDI velocities: dynamic level, metre, place in the phrase, hits, a little chance.

    Parameters
    ----------
    notes : sequence of Sung
        The theme.
    levels : sequence of float
        Dynamic level (0 to 1) under each note.
    rng : numpy.random.Generator
        Source of the small differences between notes.
    accents : mapping of int to int or None
        Strength (0 weak, 2 accented) of rhythm points by tick; other notes are plain.
    """
    out = []
    chance = rng.normal(0.0, 2.5, len(notes))
    for i, (note, level, extra) in enumerate(zip(notes, levels, chance, strict=True)):
        metre = 8 if note.strength >= 1 else 5 if note.strength >= 0.6 else 0
        metre = 2 if 0.3 <= note.strength < 0.6 else metre
        phrase = 10.0 * (math.sin(math.pi * min(1.0, note.place) ** 0.8) - 0.5)
        hit = 22 if note.hit >= 7 else 12 if note.hit > 0 else 0
        repeated = -3 if i and notes[i - 1].pitch == note.pitch and not hit else 0
        value = 22 + 92 * level + metre + phrase + hit + repeated + float(extra)
        value += _ACCENT * ((accents or {}).get(note.start, 1) - 1)
        out.append(int(min(_LOUDEST, max(_SOFTEST, round(value)))))
    return out
