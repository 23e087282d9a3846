"""Rhythm points: what a bar is asked for, and when its notes begin, how long, how strong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts._check import in_range

#: Ticks of a quarter note.
TICKS: Final = 96
#: Who makes the rhythm of the bars between motifs: drawn from common bars, CMT's rules on the
#: picture's motion, or the transformer.
DRAWN, CMT, TRANSFORMER = "drawn", "cmt", "transformer"
RHYTHMS: Final = (DRAWN, CMT, TRANSFORMER)
#: Strengths of a point: weak, plain, accented.
LEVELS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmPoint:
    """A note without pitch: offset in its bar and length in ticks; ``level`` 0 weak, 2 accented."""

    start: int
    length: int
    level: int = 1

    def __post_init__(self) -> None:
        in_range("start", self.start, 0, 1e6)
        in_range("length", self.length, 1, 1e6)
        in_range("level", self.level, 0, LEVELS - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarAsked:
    """A bar for which rhythm is wanted.

    ``notes`` is how many onsets its idiom and task want where the picture moves as usual; ``place``
    the bar in its phrase of eight, from 0; ``close`` whether the bar ends a phrase. ``hits`` are
    offsets in ticks that carry an onset. ``given`` is a rhythm (offset and length in ticks) that is
    kept and only gets its strengths, empty = none.
    """

    number: int
    num: int
    den: int
    start_s: float
    end_s: float
    notes: float
    place: int
    close: bool = False
    hits: tuple[int, ...] = ()
    given: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        in_range("end_s", self.end_s, self.start_s, 1e6)
        in_range("place", self.place, 0, 7)

    @property
    def ticks(self) -> int:
        """Length in ticks."""
        return TICKS * 4 * self.num // self.den

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


#: Writes the rhythm of bars in order.
RhythmWriter = Callable[[Sequence[BarAsked]], Sequence[tuple[RhythmPoint, ...]]]
