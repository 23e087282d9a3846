"""A map that is given is measured and not fitted."""

from __future__ import annotations

from fractions import Fraction

import pytest

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.tempo import given_tempo
from filmcomposer_core.tempo.given import first_bar_of
from tests.core.tempo.lists import spot


def point(time_s: float, bpm: float, num: int = 4, den: int = 4, *, ramp: bool = False):
    return TempoPoint(time_s=time_s, bpm=bpm, ramp=ramp, num=num, den=den)


@pytest.mark.parametrize(
    ("points", "bar"),
    [
        ([point(0, 120)], 1),
        # 1.9 s of a bar of 2 s: eight eighths, a little faster.
        ([point(0, 240 / 1.9), point(1.9, 120)], 2),
        # One quarter of the project's own tempo.
        ([point(0, 120, 1), point(0.5, 120)], 2),
        # The project changes its tempo inside the bar that is left.
        ([point(0, 120, 3), point(0.5, 240, 3), point(1.0, 60)], 2),
        # A quarter bar that is no shorter than the next one.
        ([point(0, 60, 1), point(1, 120, 2)], 1),
        # The change comes after two bars, inside one, or behind a ramp.
        ([point(0, 120), point(4, 100)], 1),
        ([point(0, 120), point(1, 100)], 1),
        ([point(0, 100, ramp=True), point(2.4, 100)], 1),
        # The project slows down bar by bar: the first bar is as much a bar as any.
        ([point(0, 120, 3), point(1.5, 240, 6)], 1),
    ],
)
def test_where_the_music_may_begin(points: list[TempoPoint], bar: int) -> None:
    assert first_bar_of(points) == bar


def test_hits_are_measured_on_the_map_and_counted_from_its_bars() -> None:
    # Bar 2 begins at 0.5 s, bar 3 at 2.5 s; a frame is 1/24 s.
    points = (point(0, 120, 1), point(0.5, 120))
    spots = [spot(1, 2.5 - 1 / 48, 9.0, "downbeat"), spot(2, 1.0, 5.0, "beat")]
    plan = given_tempo(points, spots, fps=Fraction(24))
    assert (plan.chosen, len(plan.maps)) == (1, 1)
    found = plan.map
    assert (found.kind, found.rank, found.first_bar, found.points) == ("given", 1, 2, points)
    assert [(h.bar, h.beat, h.frames_off) for h in found.hits] == [(3, 1.0, 0.5), (2, 2.0, 0.0)]
