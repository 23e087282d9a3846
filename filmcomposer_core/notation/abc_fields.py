"""The values of ABC fields: key, metre, unit length."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from filmcomposer_core.notation.abc_events import Meter

_LINE: Final = "FCGDAEB"
_MODES: Final = {
    "": 0, "maj": 0, "ion": 0, "m": -3, "min": -3, "aeo": -3, "mix": -1, "dor": -2, "phr": -4,
    "lyd": 1, "loc": -5,
}  # fmt: skip
_KEY: Final = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)")
_SIGN: Final = re.compile(r"(\^\^|\^|__|_|=)([A-Ga-g])")
SIGNS: Final = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
#: Settings of a key or voice that would move every note.
_MOVING: Final = re.compile(r"\b(octave|transpose|t)\s*=\s*([-+]?\d+)|\b\w+([-+]8)\b")


def parse_key(text: str) -> dict[str, int]:
    """Read a K: field.

    Parameters
    ----------
    text : str
        E.g. ``Bbmix``, ``F# dorian``, ``none``, ``D exp _b ^f``, with or without a clef.

    Returns
    -------
    dict of str to int
        Letter C to B -> 1 or -1 (2 or -2) for those that the signature alters.

    Raises
    ------
    ValueError
        Saying what is wrong.
    """
    refuse_moving(text)
    text = text.strip()
    key: dict[str, int] = {}
    rest = text
    if text.startswith(("HP", "Hp")):
        key = {"F": 1, "C": 1} if text.startswith("Hp") else {}
        rest = text[2:]
    elif not text or re.match(r"none\b|clef\b|\w+\s*=", text):
        rest = text.removeprefix("none")
    elif match := _KEY.match(text):
        rest = text[match.end() :]
        word = match[3].lower()
        mode = word if word == "m" else word[:3]
        if word == "exp":
            key = {}
        elif mode in _MODES:
            key = _signature(match[1], match[2], _MODES[mode])
        elif word in ("treble", "bass", "alto", "tenor"):
            key = _signature(match[1], match[2], 0)
        else:
            msg = f"{match[3]!r} is not a mode"
            raise ValueError(msg)
    else:
        msg = f"{text!r} is not a key"
        raise ValueError(msg)
    rest = rest.removeprefix(" exp")
    for sign, letter in _SIGN.findall(rest):
        key[letter.upper()] = SIGNS[sign]
    return {letter: step for letter, step in key.items() if step}


def _signature(letter: str, sign: str, offset: int) -> dict[str, int]:
    sharps = _LINE.index(letter) - 1 + {"#": 7, "b": -7}.get(sign, 0) + offset
    if abs(sharps) > 7:
        msg = f"a key with {abs(sharps)} accidentals does not exist"
        raise ValueError(msg)
    if sharps >= 0:
        return dict.fromkeys(_LINE[:sharps], 1)
    return dict.fromkeys(_LINE[sharps:], -1)


def refuse_moving(text: str) -> None:
    """Raise ValueError for ``octave=``, ``transpose=`` or a clef with +8 or -8."""
    match = _MOVING.search(text)
    if match and match[2] not in ("0", "+0", "-0"):
        msg = f"{match[0]!r} would move all notes and is not supported"
        raise ValueError(msg)


def parse_meter(text: str) -> Meter:
    """Read an M: field such as ``4/4``, ``C|``, ``2+3/8`` or ``none``; ValueError otherwise."""
    word = text.strip()
    if word in ("C", "C|"):
        return Meter(num=4, den=4) if word == "C" else Meter(num=2, den=2)
    if word in ("none", ""):
        return Meter(num=0, den=1)
    match = re.fullmatch(r"\(?\s*(\d+(?:\s*\+\s*\d+)*)\s*\)?\s*/\s*(\d+)", word)
    num = sum(int(part) for part in match[1].split("+")) if match else 0
    if match is None or not 1 <= num <= 64 or int(match[2]) not in (1, 2, 4, 8, 16, 32, 64):
        msg = f"{word!r} is not a metre such as 4/4 or 6/8"
        raise ValueError(msg)
    return Meter(num=num, den=int(match[2]))


def parse_unit(text: str) -> Fraction:
    """Read an L: field such as ``1/8``; return beats = quarter notes; ValueError otherwise."""
    match = re.fullmatch(r"\s*(\d+)\s*(?:/\s*(\d+))?\s*", text)
    if match is None or int(match[1]) == 0 or int(match[2] or 1) == 0:
        msg = f"{text.strip()!r} is not a note length such as 1/8"
        raise ValueError(msg)
    return Fraction(4 * int(match[1]), int(match[2] or 1))


def default_unit(meter: Meter) -> Fraction:
    """Return the unit length that holds without an L: field."""
    short = meter.num and Fraction(meter.num, meter.den) < Fraction(3, 4)
    return Fraction(1, 4) if short else Fraction(1, 2)
