"""The outline's values: units of one or two bars, and the phrases that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.plan import MAIN_MOTIF

#: Kinds in which the theme is silent.
RESTS: Final = "Rr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One or two bars with one task; ``first`` is an index into the grid.

    ``tune`` holds the bars of the tune that it states, if it states any.
    """

    kind: str
    first: int
    bars: int
    again: bool = False
    inverted: bool = False
    lift: int = 0
    tune: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase: its units, the function of its section, how it ends, and its lift in semitones.

    ``motif`` is the letter of its motif; phrases with the same ``name`` are statements of the same
    melody.
    """

    units: tuple[Unit, ...]
    function: str
    goal: str
    lift: float = 0.0
    motif: str = MAIN_MOTIF
    name: str = ""

    @property
    def first(self) -> int:
        """Grid index of the first bar."""
        return self.units[0].first

    @property
    def bars(self) -> int:
        """Number of bars."""
        return sum(unit.bars for unit in self.units)

    @property
    def closes(self) -> bool:
        """Whether it comes to a full close."""
        return self.goal in ("home", "close")
