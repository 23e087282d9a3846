"""The emulated project's tempo map, worked by hand: facts d, i3, reapy.md."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project.tempo import Point, TempoMap

CLIP = "/films/a.mp4"


@pytest.fixture
def r() -> Direct:
    host = Host()
    host.media[CLIP] = 60.0
    return Direct(host)


def point(
    r: Direct, time: float, bpm: float, *, index: int = -1, sig: tuple[int, int] = (0, 0),
    linear: bool = False,
) -> None:  # fmt: skip
    assert r.SetTempoTimeSigMarker(HERE, index, time, -1, -1, bpm, *sig, linear) == 1


def item(r: Direct, position: float, length: float, mode: int = -1) -> str:
    if not r.CountTracks(HERE):
        r.InsertTrackAtIndex(0, False)
    made = r.AddMediaItemToTrack(r.GetTrack(HERE, 0))
    take = r.AddTakeToMediaItem(made)
    r.SetMediaItemTake_Source(take, r.PCM_Source_CreateFromFile(CLIP))
    for key, value in (("D_POSITION", position), ("D_LENGTH", length), ("C_BEATATTACHMODE", mode)):
        r.SetMediaItemInfo_Value(made, key, value)
    return str(made)


def extent(r: Direct, item: str) -> tuple[float, float, float]:
    """Position, length and rate of the take."""
    position, length = (r.GetMediaItemInfo_Value(item, k) for k in ("D_POSITION", "D_LENGTH"))
    return position, length, r.GetMediaItemTakeInfo_Value(r.GetActiveTake(item), "D_PLAYRATE")


# --- arithmetic -----------------------------------------------------------------------------------


def test_a_project_without_points_has_its_own_tempo(r: Direct) -> None:
    assert r.CountTempoTimeSigMarkers(HERE) == 0
    assert r.TimeMap2_timeToQN(HERE, 3.0) == 6.0  # 120 BPM
    assert r.TimeMap_QNToTime(5.0) == 2.5
    r.SetCurrentBPM(HERE, 90, False)
    assert r.Master_GetTempo() == 90.0
    assert r.TimeMap2_timeToQN(HERE, 2.0) == 3.0


def test_a_ramp_is_the_integral_of_bpm_over_time(r: Direct) -> None:
    point(r, 0, 60, linear=True)
    point(r, 4, 120)
    # 60 to 120 BPM in 4 s: 15 BPM a second. 2 s: 60*2 + 15*2²/2 = 150 BPM s = 2.5 quarters.
    assert r.TimeMap2_timeToQN(HERE, 2.0) == pytest.approx(2.5, abs=1e-12)
    # 4 s at 90 BPM on average are 6 quarters; then 120 BPM: two a second.
    assert r.TimeMap2_timeToQN(HERE, 4.0) == pytest.approx(6.0, abs=1e-12)
    assert r.TimeMap2_timeToQN(HERE, 5.5) == pytest.approx(9.0, abs=1e-12)
    # The first quarter: 60 d + 7.5 d² = 60, d = -4 + sqrt(24).
    assert r.TimeMap2_QNToTime(HERE, 1.0) == pytest.approx(math.sqrt(24) - 4, abs=1e-12)
    assert r.TimeMap_GetTimeSigAtTime(HERE, 1.0, 0, 0, 0) == (HERE, 1.0, 4, 4, 75.0)


def test_a_step_holds_until_the_next_point(r: Direct) -> None:
    point(r, 0, 60)
    point(r, 4, 120)
    assert r.TimeMap2_timeToQN(HERE, 3.0) == 3.0
    assert r.TimeMap2_timeToQN(HERE, 5.0) == 6.0


bpms = st.floats(20, 400)


@given(
    st.lists(st.tuples(st.floats(0.01, 30), bpms, st.booleans()), max_size=8),
    bpms,
    st.floats(-10, 200),
)
def test_seconds_and_quarters_are_each_others_inverse(
    steps: list[tuple[float, float, bool]], first: float, time: float
) -> None:
    points, at = [Point(0.0, first, linear=True)], 0.0
    for step, bpm, linear in steps:
        at += step
        points.append(Point(at, bpm, linear))
    found = TempoMap(tuple(points), 120, 4, 4)
    assert found.time(found.qn(time)) == pytest.approx(time, abs=1e-7)


# --- measures -------------------------------------------------------------------------------------


def test_beats_and_measures_over_changes_of_signature(r: Direct) -> None:
    point(r, 0, 120, sig=(3, 4))
    point(r, 3, 120, sig=(7, 8))  # 6 quarters: two measures of 3/4
    # 5 s: 10 quarters, 4 into 7/8 with 3.5 a measure: measure 3, 0.5 quarters = 1 eighth in.
    beats, _, _, measure, cml, full, den = r.TimeMap2_timeToBeats(HERE, 5.0, 0, 0, 0, 0)
    assert (measure, cml, den) == (3, 7, 8)
    assert (beats, full) == pytest.approx((1.0, 6 + 8))
    assert r.TimeMap2_beatsToTime(HERE, 1.0, 3)[0] == pytest.approx(5.0)
    assert r.TimeMap2_beatsToTime(HERE, 2.0, 0)[0] == pytest.approx(1.0)
    time, *_, start, end, num, den, bpm = r.TimeMap_GetMeasureInfo(HERE, 3, 0, 0, 0, 0, 0)
    assert (time, start, end) == pytest.approx((4.75, 9.5, 13.0))
    assert (num, den, bpm) == (7, 8, 120.0)
    assert r.TimeMap2_GetDividedBpmAtTime(HERE, 4.0) == 240.0
    assert r.TimeMap_QNToMeasures(HERE, 10.0, 0, 0)[::3] == (4, 9.5)


def test_points_by_measure_and_beat(r: Direct) -> None:
    point(r, 0, 120)
    assert r.SetTempoTimeSigMarker(HERE, -1, -1, 2, 1, 60, 0, 0, False) == 1
    # 4/4 at 120: measure 2 starts at 4 s, its second beat at 4.5 s.
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3:6] == (4.5, 2, 1.0)
    for time, measure, beat in ((1, 2, 0), (-1, -1, -1)):
        with pytest.raises(Misuse, match="or measure and beat"):
            r.SetTempoTimeSigMarker(HERE, -1, time, measure, beat, 60, 0, 0, False)


def test_a_signature_off_a_measures_start_is_a_gap_and_changes_nothing(r: Direct) -> None:
    point(r, 0, 120)
    before = r.host.project.state()
    with pytest.raises(Gap, match="off a measure's start"):
        r.SetTempoTimeSigMarker(HERE, -1, 1.0, -1, -1, 120, 3, 4, False)
    assert r.host.project.state() == before


# --- points ---------------------------------------------------------------------------------------


def test_points_as_they_come_back(r: Direct) -> None:
    point(r, 0, 75, sig=(4, 4))
    point(r, 8, 140, linear=True)
    assert r.CountTempoTimeSigMarkers(HERE) == 2
    assert r.GetTempoTimeSigMarker(HERE, 0, *[0] * 7)[3:] == (0.0, 0, 0.0, 75.0, 4, 4, 0)
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3:] == (8.0, 2, 2.0, 140.0, 0, 0, 1)
    assert r.GetTempoTimeSigMarker(HERE, 2, *[0] * 7)[0] == 0
    found = [r.FindTempoTimeSigMarker(HERE, t) for t in (0, 7.9, 8, 99)]
    assert found == [0, 0, 1, 1]
    assert [r.TimeMap2_GetNextChangeTime(HERE, t) for t in (0, 8)] == [8.0, -1.0]
    state = r.host.project.state()
    assert "PT 0.000000000000 75.0000000000 1 262148 0 1\nPT 8.000000000000 140.0" in state


def test_a_later_first_point_brings_one_at_zero(r: Direct) -> None:
    point(r, 4, 90)
    assert r.CountTempoTimeSigMarkers(HERE) == 2
    assert r.GetTempoTimeSigMarker(HERE, 0, *[0] * 7)[3:] == (0.0, 0, 0.0, 120.0, 4, 4, 0)


def test_the_point_at_zero_survives(r: Direct) -> None:
    point(r, 0, 75)
    point(r, 4, 90)
    assert r.DeleteTempoTimeSigMarker(HERE, 1) == 1
    assert r.DeleteTempoTimeSigMarker(HERE, 0) == 0
    assert r.CountTempoTimeSigMarkers(HERE) == 1
    r.SetCurrentBPM(HERE, 100, False)  # without effect while it stands
    assert r.Master_GetTempo() == 75.0
    point(r, 0, 100, index=0)
    assert r.Master_GetTempo() == 100.0


def test_one_function_scales_the_tempo_by_the_denominator(r: Direct) -> None:
    point(r, 0, 60, sig=(7, 8))
    assert r.GetProjectTimeSignature2(HERE, 0, 0) == (HERE, 120.0, 7.0)
    assert r.TimeMap_GetTimeSigAtTime(HERE, 0, 0, 0, 0)[2:] == (7, 8, 60.0)


def test_a_second_point_at_one_time_is_misuse(r: Direct) -> None:
    point(r, 0, 75)
    with pytest.raises(Misuse, match="by its index"):
        r.SetTempoTimeSigMarker(HERE, -1, 0.0, -1, -1, 80, 0, 0, False)


def test_a_tempo_write_does_not_mark_the_project(r: Direct) -> None:
    point(r, 0, 75)
    assert r.IsProjectDirty(HERE) == 0
    r.MarkProjectDirty(HERE)
    assert r.IsProjectDirty(HERE) == 1


# --- what is attached to beats --------------------------------------------------------------------


def test_items_attached_to_beats_move_and_stretch(r: Direct) -> None:
    default, fixed, only_position = (item(r, 4, 2, mode) for mode in (-1, 0, 2))
    point(r, 0, 60)  # the project's default is beats: 8 quarters are now 8 s, 4 quarters 4 s
    assert extent(r, default) == (8.0, 4.0, 0.5)
    assert extent(r, fixed) == (4.0, 2.0, 1.0)
    assert extent(r, only_position) == (8.0, 2.0, 1.0)
    track = r.GetTrack(HERE, 0)
    assert r.GetTrackMediaItem(track, 0) == fixed  # and the list is in order of time


def test_the_tracks_timebase_comes_before_the_projects(r: Direct) -> None:
    made = item(r, 4, 2)
    r.SetMediaTrackInfo_Value(r.GetTrack(HERE, 0), "C_BEATATTACHMODE", 0)
    point(r, 0, 60)
    assert extent(r, made) == (4.0, 2.0, 1.0)


def test_markers_and_regions_move_with_the_beats(r: Direct) -> None:
    r.AddProjectMarker2(HERE, False, 2, 0, "hit", -1, 0)
    r.AddProjectMarker2(HERE, True, 3, 4, "cue", -1, 0)
    point(r, 0, 240)
    assert r.EnumProjectMarkers3(HERE, 0, 0, 0, 0, "", 0, 0)[4] == 1.0
    assert r.EnumProjectMarkers3(HERE, 1, 0, 0, 0, "", 0, 0)[4:6] == (1.5, 2.0)


def test_with_the_timebase_of_seconds_nothing_moves(r: Direct) -> None:
    project = r.host.project
    project.load(project.state().replace("TIMELOCKMODE 1", "TIMELOCKMODE 0"))
    made = item(r, 4, 2)
    r.AddProjectMarker2(HERE, False, 2, 0, "hit", -1, 0)
    point(r, 0, 60)
    assert extent(r, made) == (4.0, 2.0, 1.0)
    assert r.EnumProjectMarkers3(HERE, 0, 0, 0, 0, "", 0, 0)[4] == 2.0


def test_what_lies_before_a_new_point_stays(r: Direct) -> None:
    point(r, 0, 120)
    before, across = item(r, 1, 2), item(r, 3, 2)
    point(r, 4, 60)
    assert extent(r, before) == (1.0, 2.0, 1.0)
    assert extent(r, across) == pytest.approx((3.0, 3.0, 2 / 3))  # 2 quarters in 1 s, 2 in 2 s


def test_a_change_before_later_points_is_a_gap_where_they_are_on_beats(r: Direct) -> None:
    point(r, 0, 120)
    point(r, 4, 60)
    before = r.host.project.state()
    with pytest.raises(Gap, match="write points in order of time"):
        r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 90, 0, 0, False)
    assert r.host.project.state() == before
    r.host.project.load(before.replace("TEMPOENVLOCKMODE 1", "TEMPOENVLOCKMODE 0"))
    point(r, 0, 90, index=0)
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3] == 4.0


# --- frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "rate", "drop"),
    [(0, 24000 / 1001, 0), (1, 24.0, 0), (2, 25.0, 0), (3, 30000 / 1001, 1), (4, 30000 / 1001, 0)],
)
def test_frame_rates(r: Direct, preset: int, rate: float, drop: int) -> None:
    project = r.host.project
    project.load(project.state().replace("TIMEMODE 1 5", f"TIMEMODE 1 {preset}"))
    assert r.TimeMap_curFrameRate(HERE, 0) == (rate, HERE, drop)


def test_the_projects_start(r: Direct) -> None:
    project = r.host.project
    project.load(project.state().replace("PROJOFFS 0", "PROJOFFS 3600.01"))
    assert r.GetProjectTimeOffset(HERE, False) == 3600.01
    assert r.GetProjectTimeOffset(HERE, True) == 3600.0  # 30 frames a second
