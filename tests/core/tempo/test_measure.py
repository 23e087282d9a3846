from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.tempo import MappedHit, TempoPoint
from filmcomposer_core.tempo import measure_hits
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.tempo.lists import FPS, spot

STEADY = (TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4),)
LED = (
    TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=1, den=4),
    TempoPoint(time_s=0.5, bpm=120.0, ramp=False, num=4, den=4),
)


def measure(
    time_s: float, hit_class: str, points: tuple[TempoPoint, ...] = STEADY, first_bar: int = 1
) -> MappedHit:
    (hit,) = measure_hits(points, [spot(1, time_s, 8.0, hit_class)], fps=FPS, first_bar=first_bar)
    return hit


def test_the_sample_cue_measures_as_written() -> None:
    plan = samples.tempo_plan()
    assert measure_hits(plan.map.points, samples.spots(), fps=FPS, first_bar=1) == plan.map.hits


def test_late_music_is_positive() -> None:
    early = measure(3.97, "downbeat")
    assert (early.bar, early.beat) == (3, 1.0)
    assert early.frames_off == pytest.approx(0.72)
    late = measure(4.03, "downbeat")
    assert (late.bar, late.beat) == (3, 1.0)
    assert late.frames_off == pytest.approx(-0.72)


def test_a_downbeat_far_from_every_bar_line_is_listed_at_its_beat() -> None:
    hit = measure(4.51, "downbeat")
    assert (hit.bar, hit.beat) == (3, 2.0)
    assert hit.frames_off == pytest.approx(-0.24)


def test_a_downbeat_near_a_bar_line_stays_there() -> None:
    hit = measure(4.08, "downbeat")
    assert (hit.bar, hit.beat) == (3, 1.0)
    assert hit.frames_off == pytest.approx(-1.92)


def test_beat_and_any_use_beats_and_sixteenths() -> None:
    assert measure(4.2, "beat").beat == 1.0
    assert measure(4.2, "beat").frames_off == pytest.approx(-4.8)
    anywhere = measure(4.14, "any")
    assert anywhere.beat == 1.25
    assert anywhere.frames_off == pytest.approx(-0.36)


def test_compound_beats_are_dotted_and_counted_in_eighths() -> None:
    six = (TempoPoint(time_s=0.0, bpm=90.0, ramp=False, num=6, den=8),)
    hit = measure(3.0, "beat", six)
    assert (hit.bar, hit.beat, hit.frames_off) == (2, 4.0, 0.0)


def test_nothing_before_the_first_bar_is_a_place() -> None:
    hit = measure(0.25, "beat", LED, first_bar=2)
    assert (hit.bar, hit.beat) == (2, 1.0)
    assert hit.frames_off == pytest.approx(6.0)


def test_first_bar_may_lie_beyond_every_hit() -> None:
    hit = measure(1.0, "beat", STEADY, first_bar=4)
    assert (hit.bar, hit.beat, hit.frames_off) == (4, 1.0, 120.0)


def test_avoid_is_clear_of_beats_or_says_how_far_it_would_have_to_move() -> None:
    clear = measure(4.25, "avoid")
    assert (clear.bar, clear.beat, clear.frames_off) == (3, 1.5, 0.0)
    on_beat = measure(4.0, "avoid")
    assert abs(on_beat.frames_off) == pytest.approx(1.0)
    beside = measure(4.02, "avoid")
    assert beside.frames_off == pytest.approx(0.52)


def test_no_spots_no_hits() -> None:
    assert measure_hits(STEADY, [], fps=FPS, first_bar=1) == ()


@given(
    st.floats(0.0, 30.0),
    st.sampled_from(["downbeat", "beat", "any", "avoid"]),
    st.floats(60.0, 120.0),
)
def test_bar_and_beat_name_the_measured_time(time_s: float, hit_class: str, bpm: float) -> None:
    points = (
        TempoPoint(time_s=0.0, bpm=bpm, ramp=True, num=4, den=4),
        TempoPoint(time_s=16.0 * 120.0 / (bpm + 90.0), bpm=90.0, ramp=False, num=3, den=4),
    )
    hit = measure(time_s, hit_class, points)
    timeline = Timeline(points)
    bar = timeline.bars_until(60.0)[hit.bar - 1]
    at_s = timeline.time_at(bar.start_beat + (hit.beat - 1.0) * 4.0 / bar.den)
    assert (at_s - time_s) * 24.0 == pytest.approx(hit.frames_off, abs=2e-4)
    assert 1.0 <= hit.beat < bar.num + 1.0


@given(st.floats(0.0, 30.0))
def test_a_finer_class_is_never_further_away(time_s: float) -> None:
    beat, anywhere = measure(time_s, "beat"), measure(time_s, "any")
    assert abs(anywhere.frames_off) <= abs(beat.frames_off) + 1e-6
    assert abs(beat.frames_off) <= 6.0 + 1e-6


def test_frames_follow_the_frame_rate() -> None:
    (hit,) = measure_hits(STEADY, [spot(1, 0.98)], fps=Fraction(30000, 1001), first_bar=1)
    assert hit.frames_off == pytest.approx(0.02 * 30000 / 1001, abs=1e-6)
