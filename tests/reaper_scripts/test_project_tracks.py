"""Tracks of the emulated project: facts f1, i4."""

from __future__ import annotations

import pytest

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct, null


@pytest.fixture
def r() -> Direct:
    return Direct(Host())


def tracks(r: Direct, *names: str) -> list[str]:
    """Insert tracks with these names; their pointers."""
    for i, name in enumerate(names):
        r.InsertTrackAtIndex(i, False)
        r.GetSetMediaTrackInfo_String(r.GetTrack(HERE, i), "P_NAME", name, True)
    return [r.GetTrack(HERE, i) for i in range(len(names))]


def names(r: Direct) -> list[str]:
    return [r.GetTrackName(r.GetTrack(HERE, i), "", 64)[2] for i in range(r.CountTracks(HERE))]


def test_inserting_and_names(r: Direct) -> None:
    assert r.CountTracks(HERE) == 0
    assert r.GetTrack(HERE, 0) == null("MediaTrack")
    tracks(r, "Strings", "Brass")
    r.InsertTrackAtIndex(1, True)
    assert names(r) == ["Strings", "Track 2", "Brass"]
    r.InsertTrackInProject(HERE, 99, 0)
    assert names(r)[3:] == ["Track 4"]
    assert r.GetTrack(HERE, -1) == null("MediaTrack")
    assert r.GetMediaTrackInfo_Value(r.GetTrack(HERE, 2), "IP_TRACKNUMBER") == 3.0
    assert r.GetMediaTrackInfo_Value(r.GetMasterTrack(HERE), "IP_TRACKNUMBER") == -1.0
    assert r.GetTrackName(r.GetMasterTrack(HERE), "", 64)[2] == "MASTER"


def test_a_pointer_stays_with_its_track(r: Direct) -> None:
    first, second = tracks(r, "a", "b")
    r.InsertTrackAtIndex(0, False)
    assert [r.GetTrack(HERE, i) for i in (1, 2)] == [first, second]


def test_insert_in_project_is_new(r: Direct) -> None:
    with pytest.raises(KeyError):
        Direct(Host(version=(7, 17))).InsertTrackInProject(HERE, 0, 0)


def test_defaults_switch_monitoring_on(r: Direct) -> None:
    for wanted in (True, False):
        r.InsertTrackAtIndex(0, wanted)
        track = r.GetTrack(HERE, 0)
        assert r.GetMediaTrackInfo_Value(track, "I_RECMON") == float(wanted)
        assert r.GetMediaTrackInfo_Value(track, "I_RECINPUT") == 0.0


@pytest.mark.parametrize(
    ("key", "default", "value"),
    [
        ("D_VOL", 1, 0.25),
        ("D_PAN", 0, -0.5),
        ("D_PANLAW", -1, 1),
        ("B_MUTE", 0, 1),
        ("I_SOLO", 0, 2),
        ("B_PHASE", 0, 1),
        ("I_AUTOMODE", 0, 1),
        ("I_NCHAN", 2, 4),
        ("I_FXEN", 1, 0),
        ("I_FOLDERCOMPACT", 0, 2),
        ("B_SHOWINMIXER", 1, 0),
        ("B_SHOWINTCP", 1, 0),
        ("B_MAINSEND", 1, 0),
        ("I_RECARM", 0, 1),
        ("C_BEATATTACHMODE", -1, 0),
        ("I_CUSTOMCOLOR", 0, 0x1FF8000),
    ],
)
def test_values(r: Direct, key: str, default: float, value: float) -> None:
    (track,) = tracks(r, "a")
    assert r.GetMediaTrackInfo_Value(track, key) == default
    assert r.SetMediaTrackInfo_Value(track, key, value) == 1
    assert r.GetMediaTrackInfo_Value(track, key) == value


def test_the_masters_values(r: Direct) -> None:
    master = r.GetMasterTrack(HERE)
    r.SetMediaTrackInfo_Value(master, "D_VOL", 0.5)
    assert r.GetMediaTrackInfo_Value(master, "D_VOL") == 0.5
    assert "MASTER_VOLUME 0.5 0 -1 -1 1" in r.host.project.state()


def test_a_key_that_is_not_modelled_is_a_gap(r: Direct) -> None:
    (track,) = tracks(r, "a")
    with pytest.raises(Gap, match="I_NOSUCH"):
        r.GetMediaTrackInfo_Value(track, "I_NOSUCH")


def test_folders(r: Direct) -> None:
    pointers = tracks(r, "cue", "strings", "violin", "viola", "other")
    for track, depth in zip(pointers, (1, 1, 0, -2, 0), strict=True):
        r.SetMediaTrackInfo_Value(track, "I_FOLDERDEPTH", depth)
    assert [r.GetTrackDepth(t) for t in pointers] == [0, 1, 2, 2, 0]
    parents = [r.GetParentTrack(t) for t in pointers]
    assert parents[1:4] == [pointers[0], pointers[1], pointers[1]]
    assert parents[0] == parents[4] == null("MediaTrack")
    buses = [line for line in r.host.project.state().split("\n") if line.startswith("ISBUS")]
    assert buses == ["ISBUS 1 1", "ISBUS 1 1", "ISBUS 0 0", "ISBUS 2 -2", "ISBUS 0 0"]


def test_selection(r: Direct) -> None:
    a, b, c = tracks(r, "a", "b", "c")
    r.SetTrackSelected(a, True)
    r.SetMediaTrackInfo_Value(c, "I_SELECTED", 1)
    assert [r.GetSelectedTrack(HERE, i) for i in range(r.CountSelectedTracks(HERE))] == [a, c]
    r.SetOnlyTrackSelected(b)
    assert [r.IsTrackSelected(t) for t in (a, b, c)] == [0, 1, 0]


def test_own_ext_state_and_guid(r: Direct) -> None:
    (track,) = tracks(r, "a")
    untouched = r.host.project.state()
    assert r.GetSetMediaTrackInfo_String(track, "P_EXT:fc_cue", "", False)[0] == 0
    value = '{"id": "it\'s 1"}'
    r.GetSetMediaTrackInfo_String(track, "P_EXT:fc_cue", value, True)
    r.GetSetMediaTrackInfo_String(track, "P_EXT:fc_part", "violin", True)
    assert r.GetSetMediaTrackInfo_String(track, "P_EXT:fc_cue", "", False)[3] == value
    for key in ("fc_cue", "fc_part"):
        r.GetSetMediaTrackInfo_String(track, f"P_EXT:{key}", "", True)
    assert r.host.project.state() == untouched
    guid = r.GetSetMediaTrackInfo_String(track, "GUID", "", False)[3]
    assert f"<TRACK {guid}" in untouched


def test_a_name_with_a_line_break_would_break_the_file(r: Direct) -> None:
    (track,) = tracks(r, "a")
    with pytest.raises(Misuse, match="line break"):
        r.GetSetMediaTrackInfo_String(track, "P_NAME", "a\nb", True)


def test_chunks_round_trip_and_end_the_pointers_below(r: Direct) -> None:
    (track,) = tracks(r, "a")
    item = r.AddMediaItemToTrack(track)
    before = r.host.project.state()
    chunk = r.GetTrackStateChunk(track, "", 4194303, False)[2]
    assert chunk.startswith("<TRACK {")
    assert chunk.endswith(">\n")
    assert r.SetTrackStateChunk(track, chunk, False) == 1
    assert r.host.project.state() == before
    assert r.GetTrack(HERE, 0) == track
    assert r.ValidatePtr2(HERE, item, "MediaItem*") == 0
    with pytest.raises(Misuse, match="is dead"):
        r.GetMediaItemInfo_Value(item, "D_POSITION")


def test_broken_chunks_are_misuse(r: Direct) -> None:
    (track,) = tracks(r, "a")
    chunk = r.GetTrackStateChunk(track, "", 4194303, False)[2]
    with pytest.raises(Misuse, match="not closed"):
        r.SetTrackStateChunk(track, chunk[:-2], False)
    with pytest.raises(Misuse, match="ITEM"):
        r.SetTrackStateChunk(track, "<ITEM\n>\n", False)


def test_dead_wrong_and_null_pointers_raise(r: Direct) -> None:
    a, b = tracks(r, "a", "b")
    item = r.AddMediaItemToTrack(b)
    r.DeleteTrack(a)
    assert names(r) == ["b"]
    with pytest.raises(Misuse, match="is dead"):
        r.GetTrackName(a, "", 64)
    with pytest.raises(Misuse, match=r"is a MediaItem\*"):
        r.GetTrackName(item.replace("MediaItem", "MediaTrack"), "", 64)
    with pytest.raises(Misuse, match="NULL"):
        r.GetTrackName(null("MediaTrack"), "", 64)
    r.DeleteTrack(b)
    with pytest.raises(Misuse, match="is dead"):  # what it held died with it
        r.GetActiveTake(item)


def test_receives_follow_the_numbers_of_their_tracks(r: Direct) -> None:
    tracks(r, "dry", "wet")
    text = r.host.project.state()
    wet = text.rindex("MIDIOUT")
    r.host.project.load(f"{text[:wet]}AUXRECV 0 0 0.35 0 0 0 0 0 0 -1:U 0 -1 ''\n{text[wet:]}")
    r.InsertTrackAtIndex(0, False)
    assert "AUXRECV 1 0 0.35 0 0 0 0 0 0 -1:U 0 -1 ''" in r.host.project.state()
    r.DeleteTrack(r.GetTrack(HERE, 0))
    assert "AUXRECV 0 0 0.35" in r.host.project.state()
    r.DeleteTrack(r.GetTrack(HERE, 0))
    assert "AUXRECV" not in r.host.project.state()
