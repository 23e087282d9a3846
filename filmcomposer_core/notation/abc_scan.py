"""From ABC text to events: headers, fields and comments; the music itself is in abc_music."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from filmcomposer_core.notation.abc_events import Event, Meter, PhraseStart, Place, Sound, refuse
from filmcomposer_core.notation.abc_fields import (
    default_unit,
    parse_key,
    parse_meter,
    parse_unit,
    refuse_moving,
)

_FIELD: Final = re.compile(r"([A-Za-z+]):(.*)$")
_PHRASE: Final = re.compile(r"%\s*bar\s+\d+.*\bphrase\s*$")
_COMMENT: Final = re.compile(r"(?<!\\)%.*$")
#: In the music, ``C:|`` is a note before a repeat sign, not a field.
_NOTE_LETTERS: Final = frozenset("ABCDEFG")
#: Fields that say nothing about the notes.
_SILENT: Final = frozenset("ABCDFGHINOQRSTUWZrsw+")


@dataclass(slots=True, kw_only=True)
class Scan:
    """The state of reading: settings that fields change, and what has been read."""

    where: str
    key: dict[str, int] = field(default_factory=dict)
    meter: Meter = field(default_factory=lambda: Meter(num=0, den=1))
    unit: Fraction | None = None
    voice: str = ""
    dynamic: str = ""
    #: Alterations written in this bar, by letter and octave.
    altered: dict[tuple[str, int], int] = field(default_factory=dict)
    #: Letter, octave and alteration of a note whose tie is open.
    tied: tuple[str, int, int] | None = None
    #: Notes still to come in a tuplet and the factor of their lengths.
    tuplet_left: int = 0
    tuplet_factor: Fraction = Fraction(1)
    #: Factor that broken rhythm (> or <) puts on the next note.
    broken: Fraction | None = None
    #: The last note or rest, and letter, octave and alteration of the last note.
    last: Sound | None = None
    last_name: tuple[str, int, int] | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def unit_beats(self) -> Fraction:
        """Unit length in beats."""
        return self.unit if self.unit is not None else default_unit(self.meter)


def music_lines(text: str, scan: Scan) -> Iterator[tuple[int, str]]:
    """Read header, fields and comments into the state; yield the lines of music.

    Parameters
    ----------
    text : str
        One tune.
    scan : Scan
        Changed by every field.

    Yields
    ------
    number : int
        Line number from 1.
    line : str
        The line without its comment.

    Raises
    ------
    InputError
        For a missing key, a second tune, or a field that cannot be read.
    """
    in_body = False
    numbered = 0
    lines = text.removeprefix("\ufeff").splitlines()
    for number, raw in enumerate(lines, start=1):
        place = Place(number, 1)
        if _PHRASE.match(raw.strip()) and in_body:
            scan.events.append(PhraseStart())
        line = _COMMENT.sub("", raw).rstrip()
        if not line.strip():
            continue
        match = _FIELD.match(line)
        if match is None or (in_body and match[1] in _NOTE_LETTERS):
            if not in_body:
                refuse(scan.where, place, "music before the key", "Begin with X:1, M:, L: and K:.")
            yield number, line
            continue
        name, value = match.groups()
        if name == "X":
            numbered += 1
            if numbered > 1:
                refuse(scan.where, place, "a second tune begins", "Keep one tune in the file.")
        read_field(scan, name, value, place, in_body=in_body)
        in_body = in_body or name == "K"
    if not in_body:
        refuse(scan.where, Place(len(lines) or 1, 1), "there is no K: field", "Add K:C.")


def read_field(scan: Scan, name: str, value: str, place: Place, *, in_body: bool) -> None:
    """Take over a field, from a line of its own or from brackets.

    Raises
    ------
    InputError
        For a value that cannot be read and for fields that would change the notes in ways that
        are not supported (macros, part orders, further voices).
    """
    try:
        _read_value(scan, name, value.strip(), in_body=in_body)
    except ValueError as exc:
        refuse(scan.where, place, f"field {name}: {exc}")


def _read_value(scan: Scan, name: str, value: str, *, in_body: bool) -> None:
    if name == "K":
        scan.key = parse_key(value)
    elif name == "M":
        scan.meter = parse_meter(value)
        scan.events.append(scan.meter)
    elif name == "L":
        scan.unit = parse_unit(value)
    elif name == "V":
        _read_voice(scan, value)
    elif name == "P":
        if not in_body and len(value) > 1:
            msg = "an order of parts is not supported; write the parts out"
            raise ValueError(msg)
    elif name == "m":
        msg = "macros are not supported; write the notes out"
        raise ValueError(msg)
    elif name not in _SILENT and name != "X":
        msg = "unknown field"
        raise ValueError(msg)


def _read_voice(scan: Scan, value: str) -> None:
    name = value.split()[0] if value.split() else ""
    refuse_moving(value)
    if scan.voice and name != scan.voice:
        msg = f"a second voice ({name}); keep the melody only"
        raise ValueError(msg)
    scan.voice = name
