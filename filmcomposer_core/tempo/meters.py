"""Metres: how long a bar is, where its beats lie, and which other metres stand near it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.felt_tempo import felt_quarters

#: Metres worth trying beside the preferred one, likeliest first.
ALTERNATIVES: Final = {
    "4/4": ("2/4", "3/4"),
    "3/4": ("4/4", "2/4"),
    "2/4": ("4/4", "3/4"),
    "6/8": ("12/8", "3/4"),
    "12/8": ("6/8", "4/4"),
    "5/4": ("4/4", "3/4"),
    "7/8": ("4/4", "3/4"),
    "5/8": ("4/4", "3/4"),
}

#: The odd bars that may close a phrase, by the metre of the cue.
ODD_BARS: Final = {
    "4/4": ((2, 4), (3, 4)),
    "3/4": ((2, 4), (4, 4)),
    "2/4": ((3, 4),),
    "6/8": ((3, 8), (9, 8)),
    "12/8": ((6, 8), (9, 8)),
    "5/4": ((3, 4), (2, 4)),
    "7/8": ((5, 8),),
    "5/8": ((7, 8),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A time signature; every length is in quarter notes."""

    num: int
    den: int

    @property
    def name(self) -> str:
        """The signature as written, e.g. ``6/8``."""
        return f"{self.num}/{self.den}"

    @property
    def bar(self) -> float:
        """Length of a bar."""
        return self.num * 4.0 / self.den

    @property
    def compound(self) -> bool:
        """Whether the beat is a dotted quarter (3/8, 6/8, 9/8, 12/8)."""
        return self.den == 8 and self.num % 3 == 0

    @property
    def felt(self) -> float:
        """Length of the felt beat, in which a description gives its tempo."""
        return felt_quarters(self.num, self.den)

    @property
    def beat(self) -> float:
        """Length of the beat that a hit may meet: the felt beat, or the eighth of 5/8 and 7/8."""
        return 1.5 if self.compound else 4.0 / self.den

    @property
    def half(self) -> float:
        """Length of half a bar where a bar has a middle beat (2/4, 4/4, 6/8, 12/8), else a bar."""
        beats = round(self.bar / self.beat)
        return self.bar / 2.0 if beats in (2, 4) else self.bar


def parse_meter(text: str) -> Meter:
    """Return the metre written as ``num/den``."""
    num, den = text.split("/")
    return Meter(num=int(num), den=int(den))


#: Cost of counting the same beat in longer or shorter bars, and of another feel altogether.
METER_COST: Final = (1.0, 3.0)


def meter_cost(meter: Meter, asked: Meter) -> float:
    """Return the cost of a metre other than the one asked for, in hits of full weight."""
    if meter == asked:
        return 0.0
    duple = meter.beat == asked.beat and meter.num % 2 == 0 and asked.num % 2 == 0
    return METER_COST[0] if duple else METER_COST[1]
