"""Lines of ABC music to events: one small reader per sign."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from filmcomposer_core.contracts.labels import DYNAMICS
from filmcomposer_core.notation.abc_events import BarLine, Place, Sound, refuse
from filmcomposer_core.notation.abc_fields import SIGNS
from filmcomposer_core.notation.abc_scan import Scan, read_field
from filmcomposer_core.notation.spelling import pitch_of

_NOTE_SIGN: Final = r"(\^\^|\^|__|_|=)?([A-Ga-g])([',]*)"
_LENGTH_SIGN: Final = r"(\d*)(/*)(\d*)"
_NOTE: Final = re.compile(_NOTE_SIGN + _LENGTH_SIGN)
_REST: Final = re.compile(r"([zx])" + _LENGTH_SIGN)
_LONG_REST: Final = re.compile(r"[ZX](\d*)")
_CHORD: Final = re.compile(r"\[((?:(?:\^\^|\^|__|_|=)?[A-Ga-g][',]*[\d/]*-?\s*)+)\]" + _LENGTH_SIGN)
_TUPLET: Final = re.compile(r"\(\s*([2-9])(?::(\d*))?(?::(\d*))?")
_FIELD: Final = re.compile(r"\[([A-Za-z]):([^\]]*)\]")
_BAR: Final = re.compile(
    r"(:+\|{1,2}:+|::|:+\|{1,2}\]?|\|{1,2}:+|\[\|\]?:*|\|\]:*|\|{1,2})(?:\s*\[?(\d[\d,-]*))?"
)
_ENDING: Final = re.compile(r"\[(\d[\d,-]*)")
_BROKEN: Final = re.compile(r"(>{1,3}|<{1,3})")
_TIE: Final = re.compile(r"\.?-")
_DECORATION: Final = re.compile(r"!([^!\s]+)!|\+([a-z0-9.()<>]+)\+")
#: Letters for decorations; which one means what is of no interest here.
_SHORT_DECORATIONS: Final = frozenset(".~HIJKLMNOPQRSTUVWhijklmnopqrstuvw")
_NOTHING: Final = re.compile(r'"[^"]*"|\{[^{}]*\}|y[\d/]*|[\s`$)\\]+|\(')

Reader = Callable[[Scan, "re.Match[str]", Place], None]


def read_line(scan: Scan, line: str, number: int) -> None:
    """Read a line of music into the state's events.

    Raises
    ------
    InputError
        Naming line and column of the first sign that is not understood.
    """
    column = 0
    while column < len(line):
        place = Place(number, column + 1)
        for pattern, reader in _READERS:
            match = pattern.match(line, column)
            if match and match.end() > column:
                reader(scan, match, place)
                column = match.end()
                break
        else:
            if line[column] not in _SHORT_DECORATIONS:
                _refuse_sign(scan, line[column], place)
            column += 1


def _refuse_sign(scan: Scan, sign: str, place: Place) -> None:
    known = {
        "&": "a second voice in the bar (&) is not supported",
        '"': "a chord symbol without its closing quote",
        "{": "grace notes without their closing brace",
        "!": "a decoration without its closing !",
    }
    refuse(scan.where, place, known.get(sign, f"{sign!r} is not understood"))


def _factor(scan: Scan, top: str, slashes: str, bottom: str, place: Place) -> Fraction:
    if (bottom and len(slashes) != 1) or int(top or 1) == 0 or int(bottom or 1) == 0:
        refuse(scan.where, place, f"{top}{slashes}{bottom} is not a length")
    down = int(bottom) if bottom else 2 ** len(slashes)
    return Fraction(int(top or 1), down)


def _add(scan: Scan, pitch: int | None, factor: Fraction, place: Place) -> None:
    beats = factor * scan.unit_beats
    if scan.tuplet_left:
        beats *= scan.tuplet_factor
        scan.tuplet_left -= 1
    if scan.broken is not None:
        beats *= scan.broken
        scan.broken = None
    sound = Sound(pitch=pitch, beats=beats, place=place, dynamic=scan.dynamic)
    scan.events.append(sound)
    scan.last = sound


def _pitch(scan: Scan, sign: str | None, letter: str, marks: str) -> tuple[str, int, int]:
    octave = (5 if letter.islower() else 4) + marks.count("'") - marks.count(",")
    name = letter.upper()
    if sign is not None:
        alteration = SIGNS[sign]
        scan.altered[name, octave] = alteration
    elif scan.tied is not None and scan.tied[:2] == (name, octave):
        alteration = scan.tied[2]
    else:
        alteration = scan.altered.get((name, octave), scan.key.get(name, 0))
    return name, octave, alteration


def _note(scan: Scan, match: re.Match[str], place: Place) -> None:
    sign, letter, marks, top, slashes, bottom = match.groups()
    name, octave, alteration = _pitch(scan, sign, letter, marks)
    pitch = pitch_of(name, alteration, octave)
    if not 0 <= pitch <= 127:
        refuse(scan.where, place, f"{match[0]} lies outside MIDI's range")
    scan.tied = None
    scan.last_name = (name, octave, alteration)
    _add(scan, pitch, _factor(scan, top, slashes, bottom, place), place)


def _rest(scan: Scan, match: re.Match[str], place: Place) -> None:
    scan.tied = None
    _add(scan, None, _factor(scan, match[2], match[3], match[4], place), place)


def _long_rest(scan: Scan, match: re.Match[str], place: Place) -> None:
    if not scan.meter.num:
        refuse(scan.where, place, "a rest of whole bars needs a metre")
    count = int(match[1] or 1)
    if not 1 <= count <= 100_000:
        refuse(scan.where, place, f"{match[0]} is not a number of bars")
    scan.tied = None
    for index in range(count):
        if index:
            scan.events.append(BarLine(place=place))
        scan.events.append(Sound(pitch=None, beats=scan.meter.beats, place=place))
    scan.last = None


def _chord(scan: Scan, match: re.Match[str], place: Place) -> None:
    """Take the highest note, with the length of the chord's first note."""
    notes = list(_NOTE.finditer(match[1]))
    names = [_pitch(scan, note[1], note[2], note[3]) for note in notes]
    top = max(names, key=lambda name: pitch_of(name[0], name[2], name[1]))
    pitch = pitch_of(top[0], top[2], top[1])
    if not 0 <= pitch <= 127:
        refuse(scan.where, place, f"{match[0]} lies outside MIDI's range")
    inner = _factor(scan, notes[0][4], notes[0][5], notes[0][6], place)
    outer = _factor(scan, match[2], match[3], match[4], place)
    scan.tied = None
    scan.last_name = top
    _add(scan, pitch, inner * outer, place)
    if "-" in match[1]:
        _tie(scan, match, place)


def _tie(scan: Scan, match: re.Match[str], place: Place) -> None:
    if scan.last is None or scan.last.pitch is None or scan.last is not _newest(scan):
        refuse(scan.where, place, "a tie without a note before it")
    scan.last.tied = True
    scan.tied = scan.last_name


def _newest(scan: Scan) -> Sound | None:
    newest = scan.events[-1] if scan.events else None
    return newest if isinstance(newest, Sound) else None


def _tuplet(scan: Scan, match: re.Match[str], place: Place) -> None:
    count = int(match[1])
    compound = scan.meter.den >= 8 and scan.meter.num % 3 == 0 and scan.meter.num > 3
    odd = 3 if compound else 2
    usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(count, odd)
    time = int(match[2]) if match[2] else usual
    notes = int(match[3]) if match[3] else count
    if not time or not notes:
        refuse(scan.where, place, f"{match[0]} is not a tuplet")
    scan.tuplet_left = notes
    scan.tuplet_factor = Fraction(time, count)


def _broken(scan: Scan, match: re.Match[str], place: Place) -> None:
    if scan.last is None or scan.last is not _newest(scan) or scan.broken is not None:
        refuse(scan.where, place, f"{match[0]} needs a note before and after it")
    small = Fraction(1, 2 ** len(match[0]))
    first, second = (2 - small, small) if match[0][0] == ">" else (small, 2 - small)
    scan.last.beats *= first
    scan.broken = second


def _bar(scan: Scan, match: re.Match[str], place: Place) -> None:
    signs = match[1]
    if "::" in signs and signs != "::" and signs.strip(":"):
        refuse(scan.where, place, "a passage played more than twice; write it out")
    _refuse_broken(scan, place)
    scan.altered.clear()
    scan.events.append(
        BarLine(
            place=place,
            repeat_end=signs.startswith(":"),
            repeat_start=signs.endswith(":"),
            heavy=signs != "|",
            endings=_numbers(match[2]),
        )
    )


def _ending(scan: Scan, match: re.Match[str], place: Place) -> None:
    scan.events.append(BarLine(place=place, endings=_numbers(match[1])))


def _numbers(text: str | None) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in (text or "").strip(",-").split(","):
        low, _, high = part.partition("-")
        if low.isdigit():
            top = int(high) if high.isdigit() else int(low)
            numbers += range(int(low), min(top, int(low) + 9) + 1)
    return tuple(numbers)


def _refuse_broken(scan: Scan, place: Place) -> None:
    if scan.broken is not None:
        refuse(scan.where, place, "a broken rhythm (> or <) without a note after it")


def _inline_field(scan: Scan, match: re.Match[str], place: Place) -> None:
    read_field(scan, match[1], match[2], place, in_body=True)


def _decoration(scan: Scan, match: re.Match[str], place: Place) -> None:
    if match[1] in DYNAMICS:
        scan.dynamic = match[1]


def _nothing(scan: Scan, match: re.Match[str], place: Place) -> None:
    """Pass over spaces, slurs, chord symbols and grace notes."""


_READERS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (_FIELD, _inline_field),
    (_BAR, _bar),
    (_ENDING, _ending),
    (_CHORD, _chord),
    (_NOTE, _note),
    (_REST, _rest),
    (_LONG_REST, _long_rest),
    (_TUPLET, _tuplet),
    (_TIE, _tie),
    (_BROKEN, _broken),
    (_DECORATION, _decoration),
    (_NOTHING, _nothing),
)
