"""What a theme is made with, what it has used, and a note that has been placed."""

from __future__ import annotations

from dataclasses import dataclass, field

from filmcomposer_core.composition.line import LineWeights
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.rhythm import Onsets
from filmcomposer_core.composition.tables import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a theme is made with.

    ``fresh`` is the cost of a new bar rhythm, ``same`` the chance of an exact return, ``vary``
    that of a changed bar in a restatement, ``reuse`` that a bar outside the motif takes the rhythm
    of its like; ``pickup`` is the length of the upbeat in ticks, ``density`` a factor, and
    ``contrast`` how much it follows the motion of the picture.
    """

    style: Style
    weights: LineWeights
    motif: Motif
    pickup: int
    fresh: float
    same: float
    vary: float
    reuse: float
    density: float
    contrast: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sung:
    """A note of the theme with its place and its phrase."""

    start: int
    length: int
    pitch: int
    strength: float
    bar: int
    phrase: int
    place: float
    hit: float


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a theme has used so far, so that it can return to it."""

    bars: list[Onsets] = field(default_factory=list)
    free: dict[tuple[str, int, int, int], Onsets] = field(default_factory=dict)
    statements: int = 0
