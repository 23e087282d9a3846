"""Whether a part of a cue's record has the shape that its module reads.

A record can be damaged by hand, by a newer version, or by a project that was merged as text. A part
that is not what its module wrote is left out before anybody reads it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

Shape = Callable[[Any], bool]
_RATE = re.compile(r"[1-9]\d{0,9}/[1-9]\d{0,9}")


def text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def number(value: Any) -> bool:
    """Whether a value is a number that can be counted with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def positive(value: Any) -> bool:
    """Whether a value is a number above 0."""
    return number(value) and value > 0


def within(low: float, high: float) -> Shape:
    """Return the shape of a number between two others."""
    return lambda value: number(value) and low <= value <= high


def whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def many(shape: Shape) -> Shape:
    """Return the shape of a list whose members all have one shape."""
    return lambda value: isinstance(value, list) and all(map(shape, value))


def row(*shapes: Shape) -> Shape:
    """Return the shape of a list with one member for each shape."""

    def fits(value: Any) -> bool:
        if not isinstance(value, list) or len(value) != len(shapes):
            return False
        return all(shape(member) for shape, member in zip(shapes, value, strict=True))

    return fits


def named(shape: Shape) -> Shape:
    """Return the shape of an object whose values all have one shape."""
    return lambda value: isinstance(value, dict) and all(map(shape, value.values()))


def known(*needed: str, **shapes: Shape) -> Shape:
    """Return the shape of an object by its keys; others may be there, ``needed`` have to be."""

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or not all(name in value for name in needed):
            return False
        return all(shape(value[name]) for name, shape in shapes.items() if name in value)

    return fits


def _rate(value: Any) -> bool:
    return isinstance(value, str) and _RATE.fullmatch(value) is not None


def _is_note(value: Any) -> bool:
    """Whether a value is the lower number of a time signature."""
    return whole(value) and value in (1, 2, 4, 8, 16)


_FACE = (number, number, text, text)
_SHOWN = row(text, whole, number, *_FACE)
_SAID = row(text, whole, number, *_FACE, *_FACE)
_POINT = row(number, positive, *(number,) * 5, text)


def _points_and_length(value: Any) -> bool:
    """Whether it is a map as a session has it: rows of five numbers, and one with the length."""
    five = many(row(within(0.0, 1e6), within(5.0, 960.0), number, within(1, 64), _is_note))
    return many(many(number))(value) and five(value[:-1]) and all(map(row(number), value[-1:]))


def _entry(value: Any) -> bool:
    return _SHOWN(value) or _SAID(value)


_TOLD = known(
    "gone",
    "moved",
    "added",
    gone=many(text),
    moved=named(row(number, text)),
    added=many(_entry),
)
_MARKERS = known(
    hits=named(_entry),
    regions=named(_entry),
    foreign=many(row(text, whole, number, text)),
    told=_TOLD,
    beats=known(hits=named(many(number)), regions=named(many(number))),
)
_MAP = known(
    choice=text,
    written=many(_POINT),
    replaced=many(_POINT),
    body=many(_POINT),
    held=many(_POINT),
    map=_points_and_length,
    beats=many(number),
    start_s=number,
    end_s=number,
    turn=number,
    video=named(number),
)
_SPAN = known("start_s", "end_s")


def _tempo(value: Any) -> bool:
    """Whether it is a part of the tempo: points that were written lie in a span."""
    return _MAP(value) and ("written" not in value or _SPAN(value))


_TRACK = known(guid=text, parent=text, kind=text, name=text, takes=many(whole))
_TRACKS = known(
    tracks=named(_TRACK), taken=named(named(text)), laid_s=number, title=text, number=whole
)

#: The parts by name, what each is for the user, and its shape.
PARTS: dict[str, tuple[str, Shape]] = {
    "film": ("the film", known(fps=_rate, kept=many(text), run=text)),
    "markers": ("the markers", _MARKERS),
    "place": ("the picture's place", known(near_s=number, home=text, path=text, length_s=number)),
    "tempo": ("the tempo map", _tempo),
    "tracks": ("the tracks", _TRACKS),
    "wishes": ("your wishes", known(brief=text, seed=whole, by=text)),
}


def broken(parts: dict[str, Any]) -> list[str]:
    """Return the names of the parts that are not what they should be, in order.

    Examples
    --------
    >>> broken({"film": {"fps": "24/1"}, "tracks": [], "later": 3})
    ['tracks']
    """
    return [name for name in sorted(parts) if name in PARTS and not PARTS[name][1](parts[name])]
