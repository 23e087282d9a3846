"""What is asked of each note of a line, and what counts how much."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.composition.grid import Harmony


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A note to be: where it stands and what is wanted of it.

    ``target`` is the register wanted (MIDI), ``step`` the diatonic step from the note before that
    the motif has and ``firm`` how firmly it is kept, ``pitch`` an exact pitch to return to,
    ``ceiling`` the peak that only the peak note may reach, ``goal`` costs by scale degree (1 to 7)
    at a phrase end, ``own`` how much more a chord note is wanted than elsewhere. ``lean`` marks a
    note that leans from above on the next, ``anchor`` one that begins a statement, ``sure`` one of
    a tune, whose ``pitch`` gives way only where it clashes with its chord.
    """

    start: int
    length: int
    strength: float
    harmony: Harmony
    target: float
    bar: int
    step: int | None = None
    firm: float = 1.0
    lean: int = 0
    anchor: bool = False
    pitch: int | None = None
    ceiling: float | None = None
    peak: bool = False
    goal: tuple[float, ...] = ()
    hit: float = 0.0
    summit: bool = False
    own: float = 1.0
    sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWeights:
    """What counts how much in a line; wishes of the assessor shift them."""

    chord: float = 1.0
    motif: float = 1.0
    leap: float = 1.0
    home: float = 0.5
