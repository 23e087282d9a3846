"""What an ABC tune is made of, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from filmcomposer_core.errors import InputError


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column in the text, both from 1."""

    line: int
    column: int


@dataclass(slots=True, kw_only=True)
class Sound:
    """A note, or a rest (``pitch`` None), with its length in beats = quarter notes."""

    pitch: int | None
    beats: Fraction
    place: Place
    dynamic: str = ""
    tied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BarLine:
    """A bar line; ``endings`` are the numbers of an ending that begins here."""

    place: Place
    repeat_end: bool = False
    repeat_start: bool = False
    heavy: bool = False
    endings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A time signature from here on; ``num`` 0 for music without metre."""

    num: int
    den: int

    @property
    def beats(self) -> Fraction:
        """Length of a bar in quarter notes."""
        return Fraction(4 * self.num, self.den)


@dataclass(frozen=True, slots=True)
class PhraseStart:
    """A comment that says that a phrase begins with the next bar."""


Event = Sound | BarLine | Meter | PhraseStart


def refuse(where: str, place: Place, fault: str, hint: str = "Correct this place.") -> NoReturn:
    """Raise InputError for a place in the text."""
    msg = f"{where}: line {place.line}, column {place.column}: {fault}."
    raise InputError(msg, hint)
