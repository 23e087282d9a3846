"""The text rules of REAPER project files: words, numbers, ids and nested blocks.

A file is made of lines: ``<TAG words`` opens a block, a lone ``>`` closes it, anything else is
``KEY words``. There are no escapes: a word with blanks or quotes stands in whichever of the three
quote marks it does not hold.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

_BARE = re.compile(r"[A-Za-z0-9_.{}:+/\\()-]+")
#: Everything that any reader may take for the end of a line, and other control characters.
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "filmcomposer.rpp")
#: What a word may be quoted with.
MARKS = "\"'`"
#: REAPER writes times with this many decimals.
DECIMALS = 12

Lines = list[str]


def quoted(text: str) -> str:
    """Return a text as one word of a line.

    Line breaks and control characters become blanks; a text that holds all three quote marks has
    its backticks turned into apostrophes, as REAPER does itself.

    Examples
    --------
    >>> quoted("Violins + Flute")
    '"Violins + Flute"'
    """
    text = readable(text)
    if _BARE.fullmatch(text):
        return text
    mark = next(mark for mark in MARKS if mark not in text)
    return f"{mark}{text}{mark}"


def readable(text: str) -> str:
    """Return a text as REAPER reads it back from a line: see :func:`quoted`."""
    text = _BREAKS.sub(" ", text)
    return text.replace("`", "'") if all(mark in text for mark in MARKS) else text


def number(value: float) -> str:
    """Return a number in plain decimals, without an exponent or trailing zeros."""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def guid(*names: str | int) -> str:
    """Return the id of a thing, always the same for the same names.

    Examples
    --------
    >>> guid("track", "violins") == guid("track", "violins")
    True
    """
    return f"{{{uuid.uuid5(_NAMESPACE, '/'.join(map(str, names)))}}}".upper()


def line(key: str, *words: str | float) -> str:
    """Return ``KEY word word``; numbers are written plainly, texts quoted where they need it."""
    shown = (quoted(word) if isinstance(word, str) else number(word) for word in words)
    return " ".join([key, *shown])


def block(tag: str, words: Iterable[str | float], body: Iterable[str]) -> Lines:
    """Return a block with its body indented by two blanks."""
    return [f"<{line(tag, *words)}", *(f"  {item}" for item in body), ">"]


def color(text: str) -> int:
    """Return ``#RRGGBB`` as REAPER keeps it: 0x1RRGGBB, and 0 for no colour."""
    return int(text.removeprefix("#"), 16) | 0x1000000 if text else 0
