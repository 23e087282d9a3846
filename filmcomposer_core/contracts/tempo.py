"""Tempo maps: how bars and beats lie on the picture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from filmcomposer_core.contracts._check import STRICT, in_range, one_of

#: No bar of a map that is fitted is slower or faster (quarter notes per minute).
TEMPI: Final = (30.0, 260.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoPoint:
    """A tempo from ``time_s`` on, as REAPER keeps it.

    ``bpm`` counts quarter notes per minute whatever the signature. With ``ramp`` the tempo moves
    linearly in time to the next point, else it steps there. ``num``/``den`` is the time signature;
    a change of signature falls on a bar line.
    """

    __pydantic_config__ = STRICT

    time_s: float
    bpm: float
    ramp: bool
    num: int
    den: int

    def __post_init__(self) -> None:
        in_range("time_s", self.time_s, 0.0, 1e6)
        in_range("bpm", self.bpm, 5.0, 960.0)
        in_range("num", self.num, 1, 64)
        one_of("den", str(self.den), ("1", "2", "4", "8", "16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedHit:
    """Where a spot falls in a map: bar and beat count from 1, beat in units of the denominator.

    ``frames_off`` is grid minus picture in frames at the nearest place its class allows:
    positive = the music is late. A downbeat hit with no bar line near is measured at the nearest
    beat, so that ``beat`` is then not 1.
    """

    __pydantic_config__ = STRICT

    spot: str
    time_s: float
    bar: int
    beat: float
    frames_off: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoMap:
    """One candidate map, best rank 1.

    ``first_bar`` is the bar where the music may begin: bars before it are a silent lead-in that
    places its downbeat. ``kind`` is ``constant``, ``piecewise``, or ``given`` where the map was not
    fitted to the hits but taken as it is.
    """

    __pydantic_config__ = STRICT

    rank: int
    kind: str
    first_bar: int
    cost: float
    points: tuple[TempoPoint, ...]
    hits: tuple[MappedHit, ...]

    def __post_init__(self) -> None:
        one_of("kind", self.kind, ("constant", "piecewise", "given"))
        if not self.points or self.points[0].time_s != 0:
            msg = "the first tempo point must stand at 0 s"
            raise ValueError(msg)
        times = [p.time_s for p in self.points]
        if any(b <= a for a, b in pairwise(times)):
            msg = "tempo points must be in rising order of time"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoPlan:
    """The ranked maps and the chosen one: ``tempo.json``. ``chosen`` is a rank."""

    __pydantic_config__ = STRICT

    maps: tuple[TempoMap, ...]
    chosen: int

    def __post_init__(self) -> None:
        if self.chosen not in [m.rank for m in self.maps]:
            msg = f"chosen is {self.chosen}, but no map has that rank"
            raise ValueError(msg)

    @property
    def map(self) -> TempoMap:
        """The chosen map."""
        return next(m for m in self.maps if m.rank == self.chosen)
