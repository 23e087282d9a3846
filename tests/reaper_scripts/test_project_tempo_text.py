"""The emulated tempo map as one text, and its flags: facts d, i3, and what SWS does."""

from __future__ import annotations

import pytest

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import tempo_map, tree


@pytest.fixture
def r() -> Direct:
    r = Direct(Host())
    r.SetTempoTimeSigMarker(HERE, -1, 0, -1, -1, 120, 4, 4, False)
    return r


def envelope(r: Direct) -> str:
    return str(r.GetTrackEnvelopeByChunkName(r.GetMasterTrack(HERE), "<TEMPOENVEX"))


def write(r: Direct, *points: str) -> None:
    text = "<TEMPOENVEX\nACT 1 -1\n" + "".join(f"PT {p}\n" for p in points) + ">\n"
    assert r.SetEnvelopeStateChunk(envelope(r), text, False) == 1


def test_it_is_read_as_it_stands(r: Direct) -> None:
    text = r.GetEnvelopeStateChunk(envelope(r), "", 1024, False)[2]
    assert "PT 0.000000000000 120.0000000000 1 262148 0 1\n" in text


def test_a_text_counts_once_a_tempo_call_follows(r: Direct) -> None:
    r.AddProjectMarker2(HERE, False, 6, 0, "hit", -1, 0)
    write(r, "0 120 1 262148 0 1", "4 60 1")
    r.host.faults.clear()
    with pytest.raises(Misuse, match="next tempo call"):
        r.TimeMap2_timeToQN(HERE, 5.0)
    with pytest.raises(Misuse, match="next tempo call"):
        r.GetTempoTimeSigMarker(HERE, 0, *[0] * 7)
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 120, 4, 4, False)
    # The marker keeps its beat, 12: four seconds of 120 BPM, then four beats of 60.
    assert r.EnumProjectMarkers3(HERE, 0, 0, 0, 0, "", 0, 0)[4] == 8.0


def test_its_times_are_taken_as_they_are(r: Direct) -> None:
    """Also of later points, with a tempo map whose own timebase is beats."""
    write(r, "0 120 1 262148 0 1", "4 60 1")
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 120, 4, 4, False)
    write(r, "0 90 1 262148 0 1", "4 60 1")
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 90, 4, 4, False)
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3] == 4.0


def test_texts_that_reaper_would_not_take(r: Direct) -> None:
    with pytest.raises(Misuse, match="order of time"):
        write(r, "0 120 1 262148 0 1", "4 60 1", "3 60 1")
    empty = Direct(Host())
    with pytest.raises(Misuse, match="where there is none"):
        write(empty, "0 120 1 262148 0 1", "4 60 1")


def test_a_bar_that_is_cut_short(r: Direct) -> None:
    write(r, "0 120 1 262148 0 1", "3 120 1 262147 0 5")
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 120, 4, 4, False)
    # 4/4 bars of 2 s: the second is cut at 3 s, and the third is measure 2.
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3:6] == (3.0, 2, 0.0)
    assert r.TimeMap_timeToQN_abs(HERE, 4.0) == 8.0
    assert r.TimeMap_QNToTime_abs(HERE, 8.0) == 4.0
    assert r.TimeMap2_timeToQN(HERE, 2.0) == 4.0
    with pytest.raises(Gap, match="partial measure"):
        r.TimeMap2_timeToQN(HERE, 4.0)


def test_a_reaper_that_cuts_no_bar_short(r: Direct) -> None:
    r.host.project.partial_measures = False
    write(r, "0 120 1 262148 0 1", "3 120 1 262147 0 5")
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 120, 4, 4, False)
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3:6] == (2.0, 1, 0.0)


def test_flags(r: Direct) -> None:
    r.SetTempoTimeSigMarker(HERE, -1, 3.0, -1, -1, 90, 0, 0, False)
    assert r.GetSetTempoTimeSigMarkerFlag(HERE, 1, 0, False) == 0
    assert r.GetSetTempoTimeSigMarkerFlag(HERE, 1, 5, True) == 1
    r.SetTempoTimeSigMarker(HERE, 1, 3.0, -1, -1, 90, 3, 4, False)
    assert r.GetSetTempoTimeSigMarkerFlag(HERE, 1, 0, False) == 5
    assert r.GetTempoTimeSigMarker(HERE, 1, *[0] * 7)[3:9] == (3.0, 2, 0.0, 90.0, 3, 4)
    assert r.GetSetTempoTimeSigMarkerFlag(HERE, 9, 1, True) == 0


def test_a_point_that_sets_no_tempo(r: Direct) -> None:
    r.SetTempoTimeSigMarker(HERE, -1, 4.0, -1, -1, 60, 3, 4, False)
    r.GetSetTempoTimeSigMarkerFlag(HERE, 1, 3, True)
    assert r.TimeMap_timeToQN_abs(HERE, 6.0) == 12.0
    assert r.TimeMap_GetTimeSigAtTime(HERE, 6.0, 0, 0, 0)[2:] == (3, 4, 120.0)


def test_an_older_reaper_has_no_flags() -> None:
    assert "RPR_GetSetTempoTimeSigMarkerFlag" not in Host(version=(7, 18)).functions


def test_the_masters_envelopes_follow_the_projects_timebase(r: Direct) -> None:
    root = r.host.project.root
    root.add(tree.parse("<MASTERVOLENV2\nEGUID {1}\nACT 1 -1\nPT 8 1 0\n>"), 30)
    master = r.GetMasterTrack(HERE)
    assert r.CountTrackEnvelopes(master) == 2  # the tempo map is one
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 60, 0, 0, False)
    held = root.block("MASTERVOLENV2")
    assert held is not None
    assert next(held.lines("PT")).number(1) == 16


@pytest.mark.parametrize(("follow", "time"), [("track", 8), ("project", 16)])
def test_whose_timebase_envelopes_follow_is_open(r: Direct, follow: str, time: float) -> None:
    r.host.project.envelopes_follow = follow  # type: ignore[assignment]
    r.InsertTrackAtIndex(0, False)
    track = r.GetTrack(HERE, 0)
    r.SetMediaTrackInfo_Value(track, "C_BEATATTACHMODE", 0)
    r.SetOnlyTrackSelected(track)
    r.Main_OnCommand(40406, 0)
    volume = r.GetTrackEnvelopeByChunkName(track, "<VOLENV2")
    r.InsertEnvelopePoint(volume, 8.0, 500.0, 0, 0.0, False, False)
    r.SetTempoTimeSigMarker(HERE, 0, 0.0, -1, -1, 60, 0, 0, False)
    assert r.GetEnvelopePoint(volume, 1, 0, 0, 0, 0, 0)[3] == time
    assert r.CountAutomationItems(volume) == 0


def test_an_item_that_follows_its_track_has_no_timebase_of_its_own(r: Direct) -> None:
    r.InsertTrackAtIndex(0, False)
    item = r.AddMediaItemToTrack(r.GetTrack(HERE, 0))
    state = r.host.project.state()
    r.SetMediaItemInfo_Value(item, "C_BEATATTACHMODE", 0)
    assert r.GetMediaItemInfo_Value(item, "C_BEATATTACHMODE") == 0
    r.SetMediaItemInfo_Value(item, "C_BEATATTACHMODE", -1)
    assert r.GetMediaItemInfo_Value(item, "C_BEATATTACHMODE") == -1
    assert r.host.project.state() == state
    assert len(tempo_map.lines(r.host.project)) == 1
