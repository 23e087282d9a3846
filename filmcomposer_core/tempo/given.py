"""A tempo map that is given: the hits are measured on it, and nothing is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap, TempoPlan, TempoPoint
from filmcomposer_core.tempo.measure import measure_hits
from filmcomposer_core.timeline import Timeline

_SAME_S: Final = 1e-6


def given_tempo(points: Sequence[TempoPoint], spots: Sequence[Spot], *, fps: Fraction) -> TempoPlan:
    """Return the one map that is given.

    Parameters
    ----------
    points : sequence of TempoPoint
        The first at 0 s. Where the picture begins inside a bar, they begin with a bar that fills
        the time to the next bar line.
    spots : sequence of Spot
    fps : Fraction
        Frames per second.

    Returns
    -------
    TempoPlan
        One map of kind ``given``.
    """
    first_bar = first_bar_of(points)
    hits = measure_hits(points, spots, fps=fps, first_bar=first_bar)
    given = TempoMap(
        rank=1, kind="given", first_bar=first_bar, cost=0.0, points=tuple(points), hits=hits
    )
    return TempoPlan(maps=(given,), chosen=1)


def first_bar_of(points: Sequence[TempoPoint]) -> int:
    """Return the bar where the music may begin: 2 behind a lead-in, else 1.

    A lead-in is what is left of a bar in which the picture begins: a first bar that is shorter in
    seconds than the second, where a point of the map stands at the line between them.
    """
    timeline = Timeline(points)
    second_beat = 4.0 * points[0].num / points[0].den
    line_s = timeline.time_at(second_beat)
    if all(abs(point.time_s - line_s) > _SAME_S for point in points[1:]):
        return 1
    second = timeline.bars_until(line_s + _SAME_S)[1]
    return 2 if line_s < timeline.time_at(second.end_beat) - line_s - _SAME_S else 1
