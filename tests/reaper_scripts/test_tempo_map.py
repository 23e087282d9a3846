"""The project's tempo map as numbers: by hand, and beside the emulation's own arithmetic."""

from __future__ import annotations

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.errors import DawError
from filmcomposer_core.timeline import Timeline
from filmcomposer_reaper.tempo.fill import lay_filled
from filmcomposer_reaper.tempo.layout import EDGE_S, cut_ramp, lay
from filmcomposer_reaper.tempo.map import (
    NO_TEMPO,
    PARTIAL,
    SIGNATURE,
    MapPoint,
    ProjectMap,
    from_json,
    to_json,
)
from filmcomposer_reaper.tempo.own import own_points
from tests.fakes.reaper.project.tempo import Point, TempoMap


def at(time: float, bpm: float, *, ramp: bool = False, sign: tuple[int, int] = (0, 0)) -> MapPoint:
    flags = SIGNATURE if sign[0] else 0
    return MapPoint(time_s=time, bpm=bpm, ramp=ramp, num=sign[0], den=sign[1], flags=flags)


def first(bpm: float, *, ramp: bool = False, sign: tuple[int, int] = (4, 4)) -> MapPoint:
    return at(0.0, bpm, ramp=ramp, sign=sign)


def test_a_ramp() -> None:
    # 60 to 120 BPM in 4 s: 15 BPM a second. After 2 s 60*2 + 15*2²/2 = 150 BPM s = 2.5 quarters,
    # after 4 s six; the first quarter: 60 d + 7.5 d² = 60, d = sqrt(24) - 4.
    found = ProjectMap([first(60, ramp=True), at(4, 120)])
    assert [found.quarters(t) for t in (2, 4, 5.5)] == pytest.approx([2.5, 6, 9])
    assert found.time_at(1) == pytest.approx(math.sqrt(24) - 4)
    assert [found.bpm_at(t) for t in (0, 1, 4, 9)] == [60, 75, 120, 120]
    assert [found.ramps_at(t) for t in (0, 3.9, 4)] == [True, True, False]


def test_a_point_without_a_tempo_bends_nothing() -> None:
    signed = MapPoint(time_s=2, bpm=999, num=3, den=4, flags=SIGNATURE | NO_TEMPO)
    found = ProjectMap([first(60, ramp=True), signed, at(4, 120)])
    assert found.bpm_at(3) == 105
    assert found.quarters(4) == pytest.approx(6)


def test_bar_lines() -> None:
    # 120 BPM in 4/4: bars of 2 s; from 6 s on 7/8: bars of 1.75 s; at 10 s a bar cut short by 3/4.
    found = ProjectMap([first(120), at(6, 120, sign=(7, 8)), at(10, 120, sign=(3, 4))])
    after = [found.bar_line(t, after=True).time_s for t in (0, 0.1, 6, 6.1, 9.6, 10, 10.1)]
    assert after == pytest.approx([0, 2, 6, 7.75, 10, 10, 11.5])
    before = [found.bar_line(t, after=False).time_s for t in (0, 5.9, 6, 9.9, 11.4)]
    assert before == pytest.approx([0, 4, 6, 9.5, 10])
    assert [found.starts_bar(t) for t in (7.75, 8, 10)] == [True, False, True]


def test_json() -> None:
    point = MapPoint(
        time_s=1.5, bpm=99.5, ramp=True, num=3, den=4, flags=5, selected=True, tail='0 "" 0 1 0 ABB'
    )
    found = from_json(to_json(point))
    assert found == point
    assert (found.selected, found.tail) == (True, point.tail)


bpms = st.floats(20, 400)


@given(
    st.lists(st.tuples(st.floats(0.01, 30), bpms, st.booleans()), max_size=8),
    bpms,
    st.floats(0, 200),
)
def test_as_the_emulation_has_it(
    steps: list[tuple[float, float, bool]], bpm: float, time: float
) -> None:
    times = accumulate((s for s, _, _ in steps))
    rest = [(t, b, r) for t, (_, b, r) in zip(times, steps, strict=True)]
    theirs = TempoMap(
        (Point(0, bpm, linear=True), *(Point(t, b, r) for t, b, r in rest)), 120, 4, 4
    )
    ours = ProjectMap([first(bpm, ramp=True), *(at(t, b, ramp=r) for t, b, r in rest)])
    assert ours.quarters(time) == pytest.approx(theirs.qn(time), abs=1e-9)
    assert ours.time_at(ours.quarters(time)) == pytest.approx(time, abs=1e-7)
    line = ours.bar_line(time, after=False)
    measure, beats = theirs.measure_at(theirs.qn(time))
    if 1e-4 < beats < 4 - 1e-4:
        assert line.time_s == pytest.approx(theirs.time(theirs.measure(measure)[0]), abs=1e-6)


# --- laying a cue in ------------------------------------------------------------------------------


def test_a_ramp_that_is_cut_off_keeps_tempo_and_beats() -> None:
    # 60 to 120 BPM in 6 s: 10 BPM a second.
    whole = ProjectMap([first(60, ramp=True), at(6, 120)])
    found = cut_ramp([whole.points[0]], whole, 3.0)
    assert [p.time_s for p in found] == pytest.approx([0, 3 - 2 * EDGE_S, 3 - EDGE_S])
    cut = ProjectMap([*found, at(3, 200)])
    assert cut.quarters(3) == pytest.approx(whole.quarters(3), abs=1e-12)
    assert cut.bpm_at(2.9) == pytest.approx(89)


@pytest.mark.parametrize("time", [0.003, 0.0045, 0.0065, 0.1])
def test_so_does_a_short_one(time: float) -> None:
    whole = ProjectMap([first(60, ramp=True), at(6, 120)])
    found = cut_ramp([whole.points[0]], whole, time)
    assert ProjectMap([*found, at(time, 200)]).quarters(time) == pytest.approx(
        whole.quarters(time), abs=1e-12
    )


def test_only_a_bar_that_is_cut_short_is_marked() -> None:
    base = ProjectMap([first(120)])
    on_line = lay(base, [at(4, 60, sign=(4, 4))], 4.0, 8.0)
    assert [p.flags & PARTIAL for p in on_line] == [0, 0, 0]
    off_line = lay(base, [at(5, 90, sign=(4, 4))], 5.0, 8.0)
    assert [p.flags & PARTIAL for p in off_line] == [0, PARTIAL, PARTIAL]


def test_after_the_cue_a_ramp_goes_on() -> None:
    base = ProjectMap([first(60, ramp=True), at(60, 120)])
    found = ProjectMap(lay(base, [at(10, 200, sign=(3, 4))], 10.0, 20.0))
    assert [found.bpm_at(t) for t in (5, 15, 20, 40, 70)] == pytest.approx([65, 200, 80, 100, 120])


def test_a_signature_that_comes_back_by_itself_is_not_written() -> None:
    # 120 BPM throughout: after 4 s of it the project's bars fall on the cue's.
    found = lay(ProjectMap([first(120)]), [at(4, 120, sign=(4, 4))], 4.0, 8.0)
    assert [p.num for p in found] == [4, 4, 0]


def test_whole_beats_up_to_a_bar_line() -> None:
    # From the bar line at 4 s to 7 s at 120 BPM there are 6 beats, so they stay; to 6.6 s 5.2.
    base = ProjectMap([first(120, sign=(6, 4))])
    found = lay_filled(base, [at(8.6, 90, sign=(4, 4))], 8.6, 20.0)
    assert found.bars == ((pytest.approx(6.0), pytest.approx(5 * 60 / 2.6)),)
    assert [(p.time_s, p.num, p.den) for p in found.points[1:3]] == [
        (pytest.approx(6.0), 5, 4),
        (8.6, 4, 4),
    ]


def test_a_rest_too_short_for_a_tempo_goes_with_the_bar_before() -> None:
    # 120 BPM in 4/4: the cue begins 0.02 s behind the bar line at 4 s, where a sixteenth would
    # take 750 BPM; four beats from 2 s to 4.02 s take 118.8.
    found = lay_filled(ProjectMap([first(120)]), [at(4.02, 90, sign=(4, 4))], 4.02, 20.0)
    assert found.bars == ((pytest.approx(2.0), pytest.approx(240 / 2.02)),)
    line = ProjectMap(found.points)
    assert line.starts_bar(4.02)
    assert all(30 <= p.bpm <= 260 for p in found.points)


def test_a_signature_at_the_bar_line_is_never_joined_away() -> None:
    base = ProjectMap([first(120), at(4, 120, sign=(3, 4))])
    found = lay_filled(base, [at(4.02, 90, sign=(4, 4))], 4.02, 20.0)
    assert found.bars == ((pytest.approx(4.0), pytest.approx(750)),)


def test_no_tempo_puts_a_beat_there() -> None:
    base = ProjectMap([first(120)])
    with pytest.raises(DawError, match=r"cannot begin a bar at 0\.010 s"):
        lay_filled(base, [at(0.01, 90, sign=(4, 4))], 0.01, 20.0)


# --- the project's own map ------------------------------------------------------------------------


def test_from_a_bar_line_on_it_is_told_as_it_is() -> None:
    found = own_points(ProjectMap([first(90, sign=(3, 4))]), 4.0, 20.0)
    (only,) = found
    assert (only.time_s, only.bpm, only.num, only.den) == (0, 90, 3, 4)


def test_a_bar_that_has_begun_is_told_as_whole_beats() -> None:
    # 7/8 at 120 BPM: bars of 1.75 s. From 5 s on 0.25 s are left, one eighth; so it is exact.
    found = own_points(ProjectMap([first(120, sign=(7, 8))]), 5.0, 20.0)
    assert [(p.time_s, p.bpm, p.num, p.den) for p in found] == [
        (0, pytest.approx(120), 1, 8),
        (pytest.approx(0.25), 120, 7, 8),
    ]


def test_the_picture_within_a_ramp() -> None:
    # 60 to 120 BPM in 60 s. At 10 s 650 BPM s = 10.83 beats have gone by: 1.17 are left of the bar,
    # to 60 t + t²/2 = 720, t = -60 + sqrt(5040); they are told as one, slower by 1.17.
    base = ProjectMap([first(60, ramp=True), at(60, 120)])
    points = own_points(base, 10.0, 40.0)
    line = math.sqrt(5040) - 60
    assert (points[0].num, points[0].den) == (1, 4)
    assert points[0].bpm == pytest.approx(70 / (12 - 650 / 60))
    bars = Timeline(points).bars_until(29.9)
    assert bars[1].start_s == pytest.approx(line - 10, abs=1e-9)
    times = [base.time_at(12 + 4 * n) - 10 for n in range(len(bars) - 1)]
    assert [b.start_s for b in bars[1:]] == pytest.approx(times, abs=1e-6)


def test_partial_measures_of_the_project() -> None:
    # 3/4 begins at 5 s, after half of the third bar of 4/4: told as 2/4.
    base = ProjectMap([first(120), at(5, 120, sign=(3, 4))])
    found = own_points(base, 2.0, 10.0)
    assert [(p.time_s, p.bpm, p.num, p.den) for p in found] == [
        (0, 120, 4, 4),
        (2, 120, 2, 4),
        (3, 120, 3, 4),
    ]


def test_what_is_too_short_for_a_tempo_is_one_with_the_next_bar() -> None:
    # 2 ms before a bar line; with the bar after it 2.002 s, 4.004 beats told as four.
    found = own_points(ProjectMap([first(120)]), 3.998, 20.0)
    assert [(p.time_s, p.num, p.den) for p in found] == [
        (0, 4, 4),
        (pytest.approx(2.002), 4, 4),
    ]
    assert found[0].bpm == pytest.approx(120 * 4 / 4.004)


@pytest.mark.parametrize("seconds", [0.001, 0.003, 0.02])
def test_the_ramp_before_the_one_that_is_cut_off_stays(seconds: float) -> None:
    whole = ProjectMap([first(50, ramp=True), at(4, 200, ramp=True), at(6, 180)])
    found = ProjectMap([*cut_ramp(whole.points[:2], whole, 4 + seconds), at(4 + seconds, 70)])
    assert found.bpm_at(2) == 125
    assert found.quarters(4) == whole.quarters(4)
    assert found.quarters(4 + seconds) == pytest.approx(whole.quarters(4 + seconds), abs=1e-7)
