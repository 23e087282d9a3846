"""What speaks against a part of a tune: no close, nothing that returns, no shape."""

from __future__ import annotations

import itertools
from typing import Final

from filmcomposer_core.composition.tables import Style
from filmcomposer_core.composition.tune_ideas import PART, Tune

#: Degrees on which the first half of a part may stop (0 = tonic), and what others cost.
_HALF: Final = {1: 0.0, 4: 0.0, 6: 0.2, 2: 0.3, 0: 0.5}
_HALF_ELSE: Final = 1.0
#: A close that is not on the tonic, one that comes after the downbeat, one that does not rest.
_OPEN, _LATE, _RESTLESS = 6.0, 1.5, 2.0
#: Bars of a part that differ: fewer say little, more never return.
_DISTINCT: Final = (4, 6)
_LEAP, _OCTAVE = 5, 7
#: Share of notes that only repeat the one before.
_REPEATED: Final = 0.18
#: Steps from the lowest to the highest note of both parts.
_WIDEST: Final = 11
#: Steps that a tune may move from note to note in the mean: a brisk one, a slow air.
_REACH: Final = (1.75, 1.3)


def part_fault(tune: Tune, first: int, style: Style) -> float:
    """Return what speaks against eight bars of a tune; lower is better.

    Parameters
    ----------
    tune : Tune
    first : int
        The part's first bar, from 0.
    style : Style
        Manner of the idiom.
    """
    ranges = [tune.bar(first + n) for n in range(PART)]
    if any(a == b for a, b in ranges[:2]):
        return 50.0
    heights = tune.heights[ranges[0][0] : max(b for _, b in ranges)]
    return (
        _close_fault(tune, ranges)
        + _return_fault(tune, first, ranges)
        + _line_fault(heights, style)
    )


def second_fault(tune: Tune, style: Style) -> float:
    """Return what speaks against the second part of a tune: it should set out anew, and higher."""
    split = next(i for i, start in enumerate(tune.starts) if start >= PART * tune.lens.ticks)
    lead = next((i for i, start in enumerate(tune.starts) if start >= 0), 0)
    one, two = tune.heights[lead:split], tune.heights[split:]
    fault = part_fault(tune, PART, style)
    rise = sum(two) / len(two) - sum(one) / len(one)
    fault += 1.2 * max(0.0, 0.5 - rise) - 0.3 * min(2.0, max(0.0, rise))
    fault -= 0.4 * (max(two) > max(one))
    every = (*one, *two)
    fault += 1.5 * max(0, max(every) - min(every) - _WIDEST)
    fault += 1.5 * (_bar_key(tune, PART) == _bar_key(tune, 0))
    return fault - 0.5 * (_bar_key(tune, PART + 4) == _bar_key(tune, 4))


def _close_fault(tune: Tune, ranges: list[tuple[int, int]]) -> float:
    half, full = last_accent(tune, ranges[3]), last_accent(tune, ranges[7])
    if half is None or full is None or full == 0:
        return 2 * _OPEN
    beat = tune.lens.ticks // max(1, tune.lens.num if tune.lens.den == 4 else tune.lens.num // 3)
    fault = _HALF.get(tune.heights[half] % 7, _HALF_ELSE)
    fault += 0.0 if tune.heights[full] % 7 == 0 else _OPEN
    fault += 0.0 if tune.gaps[full] >= beat else 0.5 * _RESTLESS
    fault += 0.0 if full == ranges[7][0] else _LATE
    # The last note is come to, by a step or from the fifth.
    move = abs(tune.heights[full] - tune.heights[full - 1])
    return fault + (0.0 if move <= 2 or move in (3, 4) else 0.8)


def last_accent(tune: Tune, bar: tuple[int, int]) -> int | None:
    """Return the note on which a bar comes to rest: the last that begins in its first half."""
    size = tune.lens.ticks
    found = [i for i in range(*bar) if 2 * (tune.starts[i] % size) <= size]
    return found[-1] if found else None


def _return_fault(tune: Tune, first: int, ranges: list[tuple[int, int]]) -> float:
    bars = [_bar_key(tune, first + n) for n in range(len(ranges))]
    few, many = _DISTINCT
    distinct = len(set(bars))
    fault = 0.9 * max(0, few - distinct) + 0.6 * max(0, distinct - many)
    fault += 1.5 * sum(a == b for a, b in itertools.pairwise(bars))
    fault -= 1.5 * (bars[4] == bars[0]) + 0.3 * (bars[5] == bars[1])
    # A second half that only says the first again has not come anywhere.
    return fault + 1.0 * (bars[:3] == bars[4:7])


def _bar_key(tune: Tune, number: int) -> tuple[tuple[int, int], ...]:
    a, b = tune.bar(number)
    at = number * tune.lens.ticks
    return tuple((tune.starts[i] - at, tune.heights[i]) for i in range(a, b))


def _line_fault(heights: tuple[int, ...], style: Style) -> float:
    widest = round(style.span * 7 / 12) + 1
    fault = 1.2 * max(0, max(heights) - min(heights) - widest)
    fault += 0.5 * max(0, 5 - (max(heights) - min(heights)))
    repeated = sum(a == b for a, b in itertools.pairwise(heights)) / len(heights)
    fault += 12.0 * max(0.0, repeated - _REPEATED)
    moves = [abs(b - a) for a, b in itertools.pairwise(heights)]
    fault += 14.0 * max(0.0, sum(moves) / len(moves) - _REACH[style.corpus == "slow"])
    for a, b, c in zip(heights, heights[1:], heights[2:], strict=False):
        one, two = b - a, c - b
        fault += 0.25 * (one == two == 0)
        fault += 0.6 * (abs(one) >= _LEAP and one * two >= 0 and abs(two) > 1)
        fault += 0.4 * (min(abs(one), abs(two)) >= _LEAP - 1 and one * two < 0)
        fault += 2.0 * (abs(one) > _OCTAVE) + 0.8 * (abs(one) == _OCTAVE - 1)
    for a, b, c, d in zip(heights, heights[1:], heights[2:], heights[3:], strict=False):
        # There and back and there again stands still.
        fault += 0.5 * ((a, b) == (c, d) and a != b)
    top = max(heights)
    runs = [height for height, _ in itertools.groupby(heights)]
    return fault + 0.25 * max(0, runs.count(top) - 2)
