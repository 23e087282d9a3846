"""Items, takes and sources of the emulated project: facts c, f1, i6."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct, null

CLIP = "/films/night train.mp4"


@pytest.fixture
def r() -> Direct:
    host = Host()
    host.media[CLIP] = 60.0
    r = Direct(host)
    r.InsertTrackAtIndex(0, False)
    return r


def video(r: Direct, position: float = 4.0, length: float = 20.0) -> tuple[str, str]:
    """Put the clip on the first track; its item and take."""
    item = r.AddMediaItemToTrack(r.GetTrack(HERE, 0))
    take = r.AddTakeToMediaItem(item)
    r.SetMediaItemTake_Source(take, r.PCM_Source_CreateFromFile(CLIP))
    r.SetMediaItemInfo_Value(item, "D_POSITION", position)
    r.SetMediaItemInfo_Value(item, "D_LENGTH", length)
    return item, take


def value(r: Direct, item: str, key: str) -> float:
    return r.GetMediaItemInfo_Value(item, key)


def test_a_video_item_as_a_script_makes_one(r: Direct) -> None:
    item, take = video(r)
    source = r.GetMediaItemTake_Source(take)
    assert r.GetMediaSourceType(source, "", 64) == (source, "VIDEO", 64)
    assert r.GetMediaSourceFileName(source, "", 512)[1] == CLIP
    assert r.GetMediaSourceLength(source, 0) == (60.0, source, 0)
    assert r.GetMediaSourceParent(source) == null("PCM_source")
    assert r.TakeIsMIDI(take) == 0
    assert r.GetActiveTake(item) == take
    track = r.GetTrack(HERE, 0)
    assert r.GetMediaItemInfo_Value(item, "P_TRACK") == int(track.split("0x")[1], 16)
    assert [r.GetMediaItemTrack(item), r.GetMediaItemTake_Track(take)] == [track, track]
    assert f'FILE "{CLIP}"' in r.GetItemStateChunk(item, "", 65536, False)[2]


def test_a_take_has_no_source_at_first(r: Direct) -> None:
    item = r.AddMediaItemToTrack(r.GetTrack(HERE, 0))
    assert r.GetActiveTake(item) == null("MediaItem_Take")
    take = r.AddTakeToMediaItem(item)
    assert r.GetMediaItemTake_Source(take) == null("PCM_source")


def test_files_that_are_not_there(r: Direct) -> None:
    assert r.PCM_Source_CreateFromFile("/films/gone.mp4") == null("PCM_source")
    item, _ = video(r)
    chunk = r.GetItemStateChunk(item, "", 65536, False)[2].replace("night", "day")
    r.SetItemStateChunk(item, chunk, False)
    take = r.GetActiveTake(r.GetMediaItem(HERE, 0))
    assert r.GetMediaSourceLength(r.GetMediaItemTake_Source(take), 0)[0] == 0.0


def test_the_length_of_a_wave_file_is_read(r: Direct, tmp_path: Path) -> None:
    file = tmp_path / "stem.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(2 * 2000))
    source = r.PCM_Source_CreateFromFile(str(file))
    assert r.GetMediaSourceLength(source, 0)[0] == 0.25
    assert r.GetMediaSourceType(source, "", 64)[1] == "WAVE"


def test_items_are_in_order_of_time_at_once(r: Direct) -> None:
    a, _ = video(r, position=1)
    b, _ = video(r, position=2)
    r.SetMediaItemInfo_Value(a, "D_POSITION", 3)
    track = r.GetTrack(HERE, 0)
    assert [r.GetTrackMediaItem(track, i) for i in range(2)] == [b, a]
    assert value(r, a, "IP_ITEMNUMBER") == 1.0


def test_numbers_have_fourteen_decimals_as_in_the_file(r: Direct) -> None:
    item, _ = video(r)
    r.SetMediaItemInfo_Value(item, "D_POSITION", 1 / 3)
    assert value(r, item, "D_POSITION") == 0.33333333333333


def test_takes(r: Direct) -> None:
    item, first = video(r)
    second = r.AddTakeToMediaItem(item)
    assert r.CountTakes(item) == 2
    assert [r.GetTake(item, i) for i in (0, 1)] == [first, second]
    assert r.GetActiveTake(item) == first
    r.SetActiveTake(second)
    assert r.GetActiveTake(item) == second
    assert value(r, item, "I_CURTAKE") == 1.0
    r.GetSetMediaItemTakeInfo_String(second, "P_NAME", "theme B", True)
    assert r.GetTakeName(second) == "theme B"
    with pytest.raises(AttributeError):  # a4
        r.GetTakeName(null("MediaItem_Take"))
    r.SetMediaItemTakeInfo_Value(second, "D_VOL", 0.5)
    r.SetMediaItemTakeInfo_Value(first, "D_PAN", -1)
    r.SetMediaItemInfo_Value(item, "D_VOL", 0.25)
    lines = r.GetItemStateChunk(item, "", 65536, False)[2].split("\n")
    assert "VOLPAN 0.25 -1 1 -1" in lines
    assert "TAKEVOLPAN 0 0.5 -1" in lines
    assert lines.index("TAKE SEL") + 1 == lines.index('NAME "theme B"')


def test_own_texts_of_items_and_takes(r: Direct) -> None:
    item, take = video(r)
    r.GetSetMediaItemInfo_String(item, "P_EXT:fc_cue", "cue 1", True)
    r.GetSetMediaItemTakeInfo_String(take, "P_EXT:fc_theme", "2", True)
    state = r.host.project.state()
    r.host.project.load(state)
    assert r.host.project.state() == state
    item = r.GetMediaItem(HERE, 0)
    assert r.GetSetMediaItemInfo_String(item, "P_EXT:fc_cue", "", False)[3] == "cue 1"
    assert r.GetSetMediaItemInfo_String(item, "P_EXT:fc_theme", "", False)[0] == 0
    take = r.GetActiveTake(item)
    assert r.GetSetMediaItemTakeInfo_String(take, "P_EXT:fc_theme", "", False)[3] == "2"
    guid = r.GetSetMediaItemInfo_String(item, "GUID", "", False)[3]
    assert f"IGUID {guid}" in state


def test_selection(r: Direct) -> None:
    a, _ = video(r, position=0)
    b, _ = video(r, position=30)
    r.SetMediaItemSelected(b, True)
    assert r.CountSelectedMediaItems(HERE) == 1
    assert r.GetSelectedMediaItem(HERE, 0) == b
    assert r.GetSelectedMediaItem(HERE, 1) == null("MediaItem")
    r.SelectAllMediaItems(HERE, True)
    assert [r.IsMediaItemSelected(i) for i in (a, b)] == [1, 1]
    r.SetMediaItemInfo_Value(a, "B_UISEL", 0)
    assert r.GetSelectedMediaItem(HERE, 0) == b


def test_splitting(r: Direct) -> None:
    item, take = video(r, position=4, length=20)
    r.SetMediaItemTakeInfo_Value(take, "D_STARTOFFS", 1.5)
    r.SetMediaItemTakeInfo_Value(take, "D_PLAYRATE", 2)
    r.GetSetMediaItemInfo_String(item, "P_EXT:fc_cue", "x", True)
    assert r.SplitMediaItem(item, 4) == null("MediaItem")
    right = r.SplitMediaItem(item, 10)
    assert [value(r, item, k) for k in ("D_POSITION", "D_LENGTH")] == [4, 6]
    assert [value(r, right, k) for k in ("D_POSITION", "D_LENGTH")] == [10, 14]
    cut = r.GetActiveTake(right)
    assert r.GetMediaItemTakeInfo_Value(take, "D_STARTOFFS") == 1.5
    assert r.GetMediaItemTakeInfo_Value(cut, "D_STARTOFFS") == 13.5  # 1.5 + 6 s at twice the rate
    guids = {r.GetSetMediaItemInfo_String(i, "GUID", "", False)[3] for i in (item, right)}
    assert len(guids) == 2
    assert r.GetSetMediaItemInfo_String(right, "P_EXT:fc_cue", "", False)[3] == "x"


def test_sections_have_their_file_in_the_parent(r: Direct) -> None:
    item, _ = video(r)
    inner = f'<SOURCE VIDEO\nFILE "{CLIP}"\n>'
    section = f"<SOURCE SECTION\nLENGTH 12.5\nSTARTPOS 10\nOVERLAP 0\n{inner}\n>"
    chunk = r.GetItemStateChunk(item, "", 65536, False)[2].replace(inner, section)
    r.SetItemStateChunk(item, chunk, False)
    source = r.GetMediaItemTake_Source(r.GetActiveTake(r.GetMediaItem(HERE, 0)))
    assert r.GetMediaSourceType(source, "", 64)[1] == "SECTION"
    assert r.GetMediaSourceFileName(source, "", 64)[1] == ""
    assert r.GetMediaSourceLength(source, 0)[0] == 12.5
    assert r.PCM_Source_GetSectionInfo(source, 0, 0, 0)[2:] == (10.0, 12.5, 0)
    parent = r.GetMediaSourceParent(source)
    assert r.GetMediaSourceFileName(parent, "", 64)[1] == CLIP
    assert r.PCM_Source_GetSectionInfo(parent, 0, 0, 0)[0] == 0


def test_midi_is_as_long_as_its_events_in_quarters(r: Direct) -> None:
    item, _ = video(r)
    events = "<SOURCE MIDI\nHASDATA 1 960 QN\nE 480 90 3c 60\ne 480 80 3c 00\nE 960 b0 7b 00\n>"
    inner = f'<SOURCE VIDEO\nFILE "{CLIP}"\n>'
    chunk = r.GetItemStateChunk(item, "", 65536, False)[2].replace(inner, events)
    r.SetItemStateChunk(item, chunk, False)
    take = r.GetActiveTake(r.GetMediaItem(HERE, 0))
    assert r.TakeIsMIDI(take) == 1
    assert r.GetMediaSourceLength(r.GetMediaItemTake_Source(take), 0)[::2] == (2.0, 1)


def test_a_source_is_owned_by_one_take(r: Direct) -> None:
    item, take = video(r)
    source = r.GetMediaItemTake_Source(take)
    with pytest.raises(Misuse, match="still plays"):
        r.PCM_Source_Destroy(source)
    other = r.AddTakeToMediaItem(item)
    r.SetMediaItemTake_Source(other, source)
    assert r.GetMediaItemTake_Source(take) == source
    assert r.GetMediaItemTake_Source(other) != source
    r.SetMediaItemTake_Source(take, r.PCM_Source_CreateFromFile(CLIP))
    r.PCM_Source_Destroy(source)  # the one that was replaced is the caller's
    assert r.ValidatePtr2(HERE, source, "PCM_source*") == 0


def test_deleting_and_moving(r: Direct) -> None:
    item, take = video(r)
    r.InsertTrackAtIndex(1, False)
    first, second = (r.GetTrack(HERE, i) for i in (0, 1))
    r.MoveMediaItemToTrack(item, second)
    assert [r.CountTrackMediaItems(t) for t in (first, second)] == [0, 1]
    with pytest.raises(Misuse, match="another track"):
        r.DeleteTrackMediaItem(first, item)
    r.DeleteTrackMediaItem(second, item)
    assert r.CountMediaItems(HERE) == 0
    with pytest.raises(Misuse, match="is dead"):
        r.GetTakeName(take)


def test_what_is_not_known_is_a_gap(r: Direct) -> None:
    with pytest.raises(Gap, match="in-project MIDI"):
        r.PCM_Source_CreateFromFile("/x.mid")
