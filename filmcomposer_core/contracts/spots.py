"""Hit points: where the picture asks for something in the music (Sec. 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty, one_of

KINDS = ("cut", "motion", "user")
HIT_CLASSES = ("downbeat", "beat", "any", "avoid")
STRONG_WEIGHT = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A hit point; one row of ``spots.csv``.

    ``weight`` is 0 to 10 or ``"MUST"``. The tolerance is ``early_frames`` before and
    ``late_frames`` after the frame. ``hit_class`` (column ``class``) says what of the music
    may meet it.
    """

    __pydantic_config__ = STRICT

    id: str
    time_s: float
    frame: int
    timecode: str
    name: str
    weight: float | Literal["MUST"]
    kind: str
    hit_class: str
    early_frames: int
    late_frames: int
    locked: bool = False

    def __post_init__(self) -> None:
        not_empty("id", self.id)
        in_range("time_s", self.time_s, 0.0, 1e6)
        one_of("kind", self.kind, KINDS)
        one_of("class", self.hit_class, HIT_CLASSES)
        in_range("early_frames", self.early_frames, 0, 1000)
        in_range("late_frames", self.late_frames, 0, 1000)
        if self.weight != "MUST":
            in_range("weight", self.weight, 0.0, 10.0)

    @property
    def must(self) -> bool:
        """Whether the hit has to be met exactly."""
        return self.weight == "MUST"

    @property
    def strength(self) -> float:
        """The weight as a number, MUST being 10."""
        return 10.0 if self.weight == "MUST" else float(self.weight)

    @property
    def strong(self) -> bool:
        """Whether a listener should notice the hit (weight 7 and over, or MUST), unless avoided."""
        return self.strength >= STRONG_WEIGHT and self.hit_class != "avoid"
