"""Motifs: an idea of one or two bars with a face, and the idea that answers it.

A motif is found apart from picture and chords, from idiom, mode, metre and seed alone, so that it
stays itself when hits or bars move. It lives in steps of the scale; each statement finds its place
on the chords that it meets.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.composition.rhythm import Onsets

#: Nearest step of a seven-note scale to a move in semitones.
_STEPS_OF: Final = {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 5, 9: 5, 10: 6, 12: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Motif:
    """A motif: rhythm by bar and diatonic steps to each note, the first None.

    ``upbeat`` holds the lengths in ticks of notes before the first bar line and ``rise`` the steps
    from each of them to the next note.
    """

    bars: tuple[Onsets, ...]
    ticks: int
    steps: tuple[int | None, ...]
    upbeat: tuple[int, ...] = ()
    rise: tuple[int, ...] = ()

    @property
    def head(self) -> int:
        """Number of notes in the first bar."""
        return len(self.bars[0])

    @property
    def key(self) -> str:
        """A name that two statements share if they are made of the same motif."""
        text = repr((self.bars, self.ticks, self.steps, self.upbeat, self.rise))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def heights(self) -> list[int]:
        """Return the height of each note above the first, in steps."""
        return list(itertools.accumulate(step or 0 for step in self.steps))


def steps_of(move: int) -> int:
    """Return the steps of a seven-note scale that are nearest to a move in semitones."""
    return _STEPS_OF.get(abs(move), 4) * (1 if move > 0 else -1)
