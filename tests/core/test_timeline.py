from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline, bar_and_beat, bar_of_beat, point_beats


def point(
    time_s: float, bpm: float, *, ramp: bool = False, num: int = 4, den: int = 4
) -> TempoPoint:
    return TempoPoint(time_s=time_s, bpm=bpm, ramp=ramp, num=num, den=den)


@st.composite
def maps(draw: st.DrawFn) -> tuple[TempoPoint, ...]:
    gaps = draw(st.lists(st.floats(0.2, 6.0), min_size=0, max_size=6))
    times = [0.0, *np.cumsum(gaps).tolist()]
    return tuple(point(t, draw(st.floats(30.0, 300.0)), ramp=draw(st.booleans())) for t in times)


@given(maps(), st.floats(0.0, 60.0))
def test_time_to_beat_and_back(points: tuple[TempoPoint, ...], time_s: float) -> None:
    timeline = Timeline(points)
    assert timeline.time_at(timeline.beat_at(time_s)) == pytest.approx(time_s, abs=1e-7)


@given(maps(), st.floats(-8.0, 100.0))
def test_beat_to_time_and_back(points: tuple[TempoPoint, ...], beat: float) -> None:
    timeline = Timeline(points)
    assert timeline.beat_at(timeline.time_at(beat)) == pytest.approx(beat, abs=1e-7)


@given(maps())
def test_beats_rise_with_time(points: tuple[TempoPoint, ...]) -> None:
    timeline = Timeline(points)
    beats = [timeline.beat_at(t) for t in np.linspace(-1.0, 40.0, 300)]
    assert np.all(np.diff(beats) > 0.0)


@given(maps(), st.floats(0.5, 40.0))
def test_closed_form_is_the_integral_of_tempo(
    points: tuple[TempoPoint, ...], time_s: float
) -> None:
    timeline = Timeline(points)
    # Midpoints of short slices never fall on a step for long.
    edges = np.unique(
        np.clip([*np.linspace(0, time_s, 2001), *[p.time_s for p in points]], 0, time_s)
    )
    middle = 0.5 * (edges[1:] + edges[:-1])
    tempo = np.array([timeline.bpm_at(float(t)) for t in middle])
    whole = float(np.sum(tempo * np.diff(edges)) / 60.0)
    assert timeline.beat_at(time_s) == pytest.approx(whole, rel=1e-9)


def test_a_ramp_by_hand() -> None:
    # From 60 to 120 in 4 s: 4 (60 + 120) / 120 = 6 beats; half way in time 60 + 90 = 2.5 of them.
    timeline = Timeline([point(0.0, 60.0, ramp=True), point(4.0, 120.0)])
    assert timeline.beat_at(4.0) == pytest.approx(6.0)
    assert timeline.beat_at(2.0) == pytest.approx(2.5)
    assert timeline.time_at(2.5) == pytest.approx(2.0)
    assert timeline.bpm_at(3.0) == pytest.approx(105.0)
    assert point_beats(timeline.points) == pytest.approx((0.0, 6.0))


def test_a_step_takes_effect_at_its_time() -> None:
    timeline = Timeline([point(0.0, 60.0), point(2.0, 120.0)])
    assert timeline.bpm_at(1.999) == 60.0
    assert timeline.bpm_at(2.0) == 120.0
    assert timeline.beat_at(3.0) == 4.0


def test_tempo_goes_on_before_the_start_and_after_the_last_point() -> None:
    timeline = Timeline([point(0.0, 60.0, ramp=True), point(1.0, 120.0, ramp=True)])
    assert timeline.beat_at(-2.0) == -2.0
    assert timeline.time_at(-2.0) == -2.0
    assert timeline.bpm_at(-1.0) == 60.0
    assert timeline.bpm_at(50.0) == 120.0
    assert timeline.beat_at(2.0) == pytest.approx(3.5)


def test_bars_change_signature_on_their_line() -> None:
    bars = Timeline([point(0.0, 120.0), point(4.0, 120.0, num=6, den=8)]).bars_until(7.1)
    assert [b.number for b in bars] == [1, 2, 3, 4, 5]
    assert [(b.num, b.den) for b in bars] == [(4, 4), (4, 4), (6, 8), (6, 8), (6, 8)]
    assert [b.start_s for b in bars] == pytest.approx([0.0, 2.0, 4.0, 5.5, 7.0])
    assert bars[-1].end_beat == 17.0


def test_a_change_of_signature_inside_a_bar_waits_for_the_next() -> None:
    bars = Timeline([point(0.0, 120.0), point(1.0, 120.0, num=3)]).bars_until(4.0)
    assert [b.num for b in bars] == [4, 3, 3]


def test_a_bar_line_at_the_end_starts_no_bar() -> None:
    assert len(Timeline([point(0.0, 120.0)]).bars_until(4.0)) == 2
    assert len(Timeline([point(0.0, 120.0)]).bars_until(0.0)) == 1


@given(maps(), st.floats(0.0, 40.0))
def test_bars_tile_the_beats(points: tuple[TempoPoint, ...], end_s: float) -> None:
    bars = Timeline(points).bars_until(end_s)
    assert all(a.end_beat == b.start_beat for a, b in pairwise(bars))
    assert all(a.start_s < b.start_s for a, b in pairwise(bars))


def test_bar_and_beat_count_from_one_in_units_of_the_denominator() -> None:
    bars = Timeline([point(0.0, 120.0), point(2.0, 120.0, num=6, den=8)]).bars_until(9.0)
    assert bar_and_beat(bars, 0.0) == (1, 1.0)
    assert bar_and_beat(bars, 3.5) == (1, 4.5)
    assert bar_and_beat(bars, 5.5) == (2, 4.0)
    assert bar_of_beat(bars, 4.0 - 1e-12).number == 2
    assert bar_of_beat(bars, 1e6).number == bars[-1].number
