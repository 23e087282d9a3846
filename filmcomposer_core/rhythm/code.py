"""How the rhythm transformer reads bars: tokens of onsets and rests, and what is known of a bar.

A bar is the token ``BAR`` and then its events in order: an onset (place and strength) or a rest
(the place where sound ends). Places are sixteenths and triplet eighths, in bars of up to six
quarters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Final

from filmcomposer_core.contracts.rhythm import LEVELS, TICKS, RhythmPoint

_IN_QUARTER: Final = (0, 24, 32, 48, 64, 72)
_QUARTERS: Final = 6
#: Offsets in ticks on which events may stand.
PLACES: Final = tuple(TICKS * q + p for q in range(_QUARTERS) for p in _IN_QUARTER)
BAR: Final = 0
_FIRST_REST: Final = 1 + LEVELS * len(PLACES)
TOKENS: Final = _FIRST_REST + len(PLACES)
_METRES: Final = ((4, 4), (2, 4), (3, 4), (6, 8), (9, 8), (12, 8), (3, 8))
#: Onsets for each quarter from which a bar counts as of the next density, and mean strengths from
#: which it counts as of the next strength. Quantiles would not do: most bars of a jig have six.
_DENSITIES: Final = (0.6, 0.84, 1.2, 1.7, 2.4, 3.1)
_STRENGTHS: Final = (0.34, 0.67, 1.01)
#: Bars ago at which is looked what came next after the same place.
BACK: Final = (1, 2, 4)
#: What is known before an event, and how many classes each has.
FEATURES: Final = {
    "event before": TOKENS,
    "metre": len(_METRES) + 1,
    "density": len(_DENSITIES) + 2,
    "strength": len(_STRENGTHS) + 2,
    "bar of eight": 8,
    "close": 2,
    **{f"next, {bars} bars ago": len(PLACES) + 2 for bars in BACK},
}
Bar = tuple[int, ...]


def onset(place: int, level: int) -> int:
    """Return the token of an onset on a place (index of :data:`PLACES`)."""
    return 1 + LEVELS * place + level


def rest(place: int) -> int:
    """Return the token of a rest that begins on a place."""
    return _FIRST_REST + place


def is_onset(token: int) -> bool:
    """Whether a token is an onset."""
    return BAR < token < _FIRST_REST


def place_of(token: int) -> int:
    """Return the place of an event; -1 for ``BAR``."""
    if token == BAR:
        return -1
    return (token - 1) // LEVELS if token < _FIRST_REST else token - _FIRST_REST


def level_of(token: int) -> int:
    """Return the strength of an onset."""
    return (token - 1) % LEVELS


@cache
def nearest_place(tick: int) -> int:
    """Return the place nearest to an offset in ticks."""
    return min(range(len(PLACES)), key=lambda place: abs(PLACES[place] - tick))


def places_in(ticks: int) -> int:
    """Return how many places lie in a bar of so many ticks."""
    return sum(place < ticks for place in PLACES)


def metre_class(num: int, den: int) -> int:
    """Return the class of a metre; 0 for one that is rare, halves count as quarters."""
    if (num, den) in ((2, 2), (4, 4)):
        return 1
    return _METRES.index((num, den)) + 1 if (num, den) in _METRES else 0


def density_class(onsets: float, ticks: int) -> int:
    """Return the density of a bar, 1 sparse to 7 dense.

    Examples
    --------
    >>> density_class(1, 384), density_class(4, 384), density_class(8, 384)
    (1, 3, 5)
    """
    return 1 + bisect_right(_DENSITIES, onsets * TICKS / ticks)


def strength_class(level: float) -> int:
    """Return the strength of a bar with a mean level of onsets, 1 weak to 4 accented."""
    return 1 + bisect_right(_STRENGTHS, level)


def bar_classes(events: Bar, ticks: int) -> tuple[int, int]:
    """Return density and strength of a bar as it is."""
    levels = [level_of(token) for token in events if is_onset(token)]
    return (
        density_class(len(levels), ticks),
        strength_class(sum(levels) / len(levels)) if levels else 1,
    )


def row(before: int, known: tuple[int, int, int, int, int], bars: Sequence[Bar]) -> tuple[int, ...]:
    """Return the classes of :data:`FEATURES` before an event.

    Parameters
    ----------
    before : int
        The last token.
    known : tuple of int
        Metre, density, strength, bar of eight and close of the bar of the event that comes.
    bars : sequence of tuple of int
        Events of the bars before this one.
    """
    place = place_of(before)
    back = (_next(bars[-ago], place) if len(bars) >= ago else 0 for ago in BACK)
    return (before, *known, *back)


def _next(events: Bar, place: int) -> int:
    later = (place_of(token) for token in events if place_of(token) > place)
    return 1 + next(later, len(PLACES))


def points_of(events: Bar, ticks: int) -> tuple[RhythmPoint, ...]:
    """Return the events of a bar as rhythm points: each lasts to the next event or the bar line.

    Examples
    --------
    >>> [(p.start, p.length) for p in points_of((onset(0, 1), onset(6, 2), rest(12)), 288)]
    [(0, 96), (96, 96)]
    """
    ends = [*(PLACES[place_of(token)] for token in events[1:]), ticks]
    return tuple(
        RhythmPoint(
            start=PLACES[place_of(token)],
            length=end - PLACES[place_of(token)],
            level=level_of(token),
        )
        for token, end in zip(events, ends, strict=True)
        if is_onset(token)
    )
