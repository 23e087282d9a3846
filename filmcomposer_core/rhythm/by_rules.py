"""Rhythm by CMT's rules alone: the picture's motion says how many onsets, and where."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.rhythm import LEVELS, TICKS, BarAsked, RhythmPoint
from filmcomposer_core.rhythm.motion import BarMotion, Floats, increases, motion_per_bar

_SIXTEENTH: Final = TICKS // 4
#: Shortest distance of two onsets in seconds.
SHORTEST_S: Final = 0.11


def by_rules(bars: Sequence[BarAsked], curves: Curves) -> tuple[tuple[RhythmPoint, ...], ...]:
    """Return the rhythm of each bar by rules.

    Parameters
    ----------
    bars : sequence of BarAsked
        The bars; what idiom and phrase want counts for nothing.
    curves : Curves
        Motion of the picture.

    Returns
    -------
    tuple of tuple of RhythmPoint

    Notes
    -----
    After CMT (Di et al. 2021): the density of a bar follows its speed by rank, and its onsets stand
    on the sixteenths where the motion rises most (the visual beats). Their strength follows the
    bar's saliency by rank, one less where the motion rises less than half of the bar's most. The
    downbeat and the hits always carry an onset.
    """
    rises = increases(curves)
    return tuple(
        _bar(bar, moved, rises, curves)
        for bar, moved in zip(bars, motion_per_bar(curves, bars), strict=True)
    )


def _bar(bar: BarAsked, moved: BarMotion, rises: Floats, curves: Curves) -> tuple[RhythmPoint, ...]:
    if bar.given:
        level = min(LEVELS - 1, int(LEVELS * moved.saliency_rank))
        return tuple(
            RhythmPoint(start=start, length=length, level=max(0, level - (start > 0)))
            for start, length in bar.given
        )
    places = range(0, bar.ticks, _SIXTEENTH)
    seen = [_rise(bar, place, rises, curves) for place in places]
    most = max(1, min(len(places), int(bar.seconds / (2 * SHORTEST_S))))
    wanted = 1 + round(moved.speed_rank * (most - 1))
    starts = {0, *bar.hits}
    for i in sorted(range(len(places)), key=lambda i: (-seen[i], _evenness(places[i]))):
        near = any(abs(places[i] - start) < _SIXTEENTH for start in starts)
        if len(starts) < wanted and not near:
            starts.add(places[i])
    edges = [*sorted(starts), bar.ticks]
    top, loudest = max(seen), min(LEVELS - 1, int(LEVELS * moved.saliency_rank))
    return tuple(
        RhythmPoint(
            start=start,
            length=end - start,
            level=2
            if start in bar.hits
            else max(0, loudest - (2 * seen[start // _SIXTEENTH] < top)),
        )
        for start, end in pairwise(edges)
    )


def _rise(bar: BarAsked, place: int, rises: Floats, curves: Curves) -> float:
    tick_s = bar.seconds / bar.ticks
    begin = bar.start_s + (place - _SIXTEENTH / 2) * tick_s
    low, high = np.searchsorted(curves.time_s, [begin, begin + _SIXTEENTH * tick_s])
    return float(rises[low:high].max(initial=0.0))


def _evenness(place: int) -> tuple[bool, bool, int]:
    """Beats come before eighths, those before sixteenths, earlier places before later ones."""
    return (place % TICKS != 0, place % (TICKS // 2) != 0, place)
