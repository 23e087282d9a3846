"""Music to compare with: random notes, and the same music at another time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Notes
from filmcomposer_core.evaluation.heard import Heard
from filmcomposer_core.evaluation.piece import Piece
from filmcomposer_core.seeding import rng_for

_GRID: Final = 0.25
#: How many shifts the shifted control takes the mean of.
SHIFTS: Final = 7


def random_notes(notes: Notes, *, rng: np.random.Generator, single: bool) -> Notes:
    """Return as many notes at random places and pitches.

    Parameters
    ----------
    notes : Notes
        Range, lengths, velocities and the stretch of time are kept.
    rng : Generator
        Where chance comes from.
    single : bool
        Whether the notes are one line: then no two begin together, and each ends with the next.

    Returns
    -------
    drawn : Notes
        On sixteenths, pitches even over the range.
    """
    if not len(notes):
        return notes
    low, high = round(float(notes.start.min()) / _GRID), round(float(notes.start.max()) / _GRID)
    places = np.arange(low, high + 1)
    start = np.sort(
        rng.choice(places, size=len(notes), replace=not single or len(notes) > places.size)
    )
    begin = start * _GRID
    end = begin + rng.permutation(notes.length)
    if single:
        end[:-1] = np.maximum(begin[:-1] + 0.01, np.minimum(end[:-1], begin[1:]))
    pitch = rng.integers(int(notes.pitch.min()), int(notes.pitch.max()) + 1, size=len(notes))
    return Notes(begin, end, pitch.astype(np.int64), rng.permutation(notes.velocity))


def random_piece(piece: Piece, *, seed: int) -> Piece:
    """Return a piece of random notes with the parts, bars, chords and automation of another.

    Its notes lie on the sixteenths of the tempo map, which was fitted to the hits: what it meets
    beyond chance is due to the map alone, as its loudness is to faders and controllers.

    Parameters
    ----------
    piece : Piece
        What it is drawn after.
    seed : int
        Of the draw.
    """
    rng = rng_for(seed, "evaluation", "random")
    line = random_notes(piece.line, rng=rng, single=True)
    voices = []
    for voice in piece.voices:
        drawn = random_notes(voice.notes, rng=rng, single=False)
        if not voice.pitched:
            drawn = replace(drawn, pitch=rng.permutation(voice.notes.pitch))
        voices.append(replace(voice, notes=drawn))
    roles = {
        role: random_notes(notes, rng=rng, single=role == "melody")
        for role, notes in piece.roles.items()
    }
    return replace(piece, line=line, voices=tuple(voices), roles=roles, phrases=())


def shifted(heard: Heard) -> tuple[Heard, ...]:
    """Return the same music at seven other times, evenly around the picture."""
    return tuple(
        heard.shifted(heard.duration_s * number / (SHIFTS + 1)) for number in range(1, SHIFTS + 1)
    )
