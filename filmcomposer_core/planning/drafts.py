"""What a section is before its chords are written, and what sounds in half a bar."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts.plan import MAIN_MOTIF
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.roman import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A section before its chords: ``first`` counts bars from 0, ``wave`` repeated forms."""

    first: int
    bars: int
    function: str
    key: Key
    wave: int = 0
    silence: bool = False
    motif: str = MAIN_MOTIF

    @property
    def end(self) -> int:
        """First bar after the section."""
        return self.first + self.bars


@dataclass(frozen=True, slots=True)
class Half:
    """What sounds in half a bar: the chord and its key; ``fixed`` chords keep their colour."""

    step: Step
    key: Key
    fixed: bool = False
