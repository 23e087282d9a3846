"""Sends and MIDI of the emulated project: facts e, f2."""

from __future__ import annotations

import pytest

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import midi
from tests.fakes.reaper.project.tree import Block


@pytest.fixture
def r() -> Direct:
    r = Direct(Host())
    for i in range(2):
        r.InsertTrackAtIndex(i, False)
    return r


def track(r: Direct, index: int = 0) -> str:
    return str(r.GetTrack(HERE, index))


# --- sends ----------------------------------------------------------------------------------------


def test_sends(r: Direct) -> None:
    r.InsertTrackAtIndex(2, False)
    a, b, c = (track(r, i) for i in range(3))
    assert r.CreateTrackSend(b, c) == 0
    assert r.CreateTrackSend(b, a) == 1  # in the order of making
    assert [r.GetTrackNumSends(t, 0) for t in (a, b, c)] == [0, 2, 0]
    assert [r.GetTrackNumSends(t, -1) for t in (a, b, c)] == [1, 0, 1]
    assert r.SetTrackSendInfo_Value(b, 0, 0, "D_VOL", 0.35) == 1
    assert r.SetTrackSendInfo_Value(b, 0, 0, "I_SENDMODE", 3) == 1
    assert "AUXRECV 1 3 0.35 0 0 0 0 0 0 -1:U 0 -1 ''" in r.host.project.state()
    assert r.GetTrackSendInfo_Value(c, -1, 0, "D_VOL") == 0.35
    assert r.GetTrackSendInfo_Value(b, 0, 0, "P_DESTTRACK") == int(c.split("0x")[1], 16)
    assert r.GetTrackSendName(b, 1, "", 64)[3] == "Track 1"
    assert r.SetTrackSendInfo_Value(b, 0, 7, "D_VOL", 1) == 0
    assert r.RemoveTrackSend(b, 0, 7) == 0
    assert r.RemoveTrackSend(b, 0, 0) == 1
    assert r.GetTrackSendName(b, 0, "", 64)[3] == "Track 1"
    with pytest.raises(Gap, match="hardware"):
        r.CreateTrackSend(b, 0)


def test_a_sends_envelope_stands_after_it(r: Direct) -> None:
    a, b = track(r, 0), track(r, 1)
    r.CreateTrackSend(a, b)
    assert r.GetTrackSendInfo_Value(a, 0, 0, "P_ENV:<VOLENV") == 0.0
    chunk = r.GetTrackStateChunk(b, "", 65536, False)[2]
    line = "AUXRECV 0 0 1 0 0 0 0 0 0 -1:U 0 -1 ''\n"
    assert line in chunk
    r.SetTrackStateChunk(b, chunk.replace(line, f"{line}<AUXVOLENV\nACT 1\nPT 0 0.5 0\n>\n"), False)
    address = int(r.GetTrackSendInfo_Value(a, 0, 0, "P_ENV:<VOLENV"))
    made = f"(TrackEnvelope*)0x{address:016X}"
    assert r.GetEnvelopePoint(made, 0, 0, 0, 0, 0, 0)[4] == 0.5
    r.RemoveTrackSend(a, 0, 0)
    assert "AUXVOLENV" not in r.host.project.state()


# --- MIDI -----------------------------------------------------------------------------------------


def take(r: Direct, start: float = 2.0, end: float = 6.0) -> str:
    item, *more = r.CreateNewMIDIItemInProj(track(r), start, end, 0)
    assert more == [track(r), start, end, 0]
    return str(r.GetActiveTake(item))


def test_a_new_midi_item(r: Direct) -> None:
    made = take(r)
    assert r.TakeIsMIDI(made) == 1
    source = r.GetMediaItemTake_Source(made)
    assert r.GetMediaSourceLength(source, 0)[::2] == (8.0, 1)  # 4 s at 120 BPM
    assert r.GetMediaSourceFileName(source, "", 64)[1] == ""
    assert r.MIDI_CountEvts(made, 0, 0, 0) == (0, made, 0, 0, 0)
    assert "E 7680 b0 7b 00" in r.host.project.state()


def test_notes_and_controllers(r: Direct) -> None:
    made = take(r)
    r.MIDI_InsertNote(made, False, False, 960, 1920, 0, 64, 100, True)
    r.MIDI_InsertNote(made, True, False, 0, 960, 1, 60, 90, True)
    with pytest.raises(Misuse, match="MIDI_Sort"):
        r.MIDI_GetNote(made, 0, 0, 0, 0, 0, 0, 0, 0)
    r.MIDI_Sort(made)
    r.MIDI_InsertCC(made, False, False, 480, 0xB0, 0, 11, 77)
    assert r.MIDI_CountEvts(made, 0, 0, 0) == (3, made, 2, 1, 0)
    first = r.MIDI_GetNote(made, 0, 0, 0, 0, 0, 0, 0, 0)
    assert first == (1, made, 0, 1, 0, 0.0, 960.0, 1, 60, 90)
    assert r.MIDI_GetCC(made, 0, 0, 0, 0, 0, 0, 0, 0)[5:] == (480.0, 0xB0, 0, 11, 77)
    text = r.host.project.state()
    assert "e 0 91 3c 5a\nE 480 b0 0b 4d\ne 480 81 3c 00\nE 0 90 40 64\nE 960 80 40 00" in text
    assert r.MIDI_DeleteNote(made, 0) == 1
    assert r.MIDI_CountEvts(made, 0, 0, 0)[2] == 1


@pytest.mark.parametrize(("channel", "pitch", "velocity"), [(16, 60, 90), (0, 128, 90), (0, 60, 0)])
def test_what_reaper_would_wrap_is_misuse(
    r: Direct, channel: int, pitch: int, velocity: int
) -> None:
    with pytest.raises(Misuse):
        r.MIDI_InsertNote(take(r), False, False, 0, 9, channel, pitch, velocity, False)


def test_positions_go_through_the_tempo_map(r: Direct) -> None:
    r.SetTempoTimeSigMarker(HERE, -1, 0.0, -1, -1, 60, 0, 0, True)
    r.SetTempoTimeSigMarker(HERE, -1, 4.0, -1, -1, 120, 0, 0, False)
    made = take(r)  # at 2 s, quarter 2.5 of the ramp
    assert r.MIDI_GetPPQPosFromProjTime(made, 4.0) == pytest.approx(3.5 * 960)
    assert r.MIDI_GetProjTimeFromPPQPos(made, 3.5 * 960) == pytest.approx(4.0)
    assert r.MIDI_GetPPQPosFromProjQN(made, 3.5) == pytest.approx(960)
    assert r.MIDI_GetProjQNFromPPQPos(made, 960) == pytest.approx(3.5)


def test_the_right_part_of_a_split_counts_from_the_same_source(r: Direct) -> None:
    made = take(r)
    right = r.SplitMediaItem(r.GetMediaItemTake_Item(made), 3.0)
    cut = r.GetActiveTake(right)
    assert r.MIDI_GetPPQPosFromProjTime(cut, 3.0) == pytest.approx(1920)


def test_the_buffer_of_all_events(r: Direct) -> None:
    made = take(r, 0.0, 0.25)
    r.MIDI_InsertNote(made, False, False, 0, 480, 0, 60, 100, False)
    source = next(b for b in r.host.project.root.walk() if b.text == "SOURCE MIDI")
    assert isinstance(source, Block)
    data = midi.pack(source)
    assert len(data) == 36  # a note of 480 ticks: three events of 12 bytes (e, file seen)
    before = r.host.project.state()
    midi.unpack(source, data)
    assert r.host.project.state() == before
    for call in (lambda: r.MIDI_GetAllEvts(made, "", 0), lambda: r.MIDI_SetAllEvts(made, "", 0)):
        with pytest.raises(Misuse, match="C address"):
            call()


def test_a_new_midi_item_alone_makes_no_undo_step(r: Direct) -> None:
    r.Undo_BeginBlock2(HERE)
    take(r)
    r.Undo_EndBlock2(HERE, "MIDI", -1)
    with pytest.raises(AttributeError):
        r.Undo_CanUndo2(HERE)
    r.Undo_OnStateChange2(HERE, "MIDI")
    assert r.Undo_CanUndo2(HERE) == "MIDI"


def test_text_and_muted_events_come_back_as_they_were(r: Direct) -> None:
    made = take(r)
    chunk = r.GetItemStateChunk(r.GetMediaItem(HERE, 0), "", 65536, False)[2]
    text = "Em 10 9a 45 51 8\n<X 5 0\n/wNhYmM=\n>\nem 20 8a 45 00 8\nE 7680 b0 7b 00"
    r.SetItemStateChunk(r.GetMediaItem(HERE, 0), chunk.replace("E 7680 b0 7b 00", text), False)
    made = r.GetActiveTake(r.GetMediaItem(HERE, 0))
    assert r.MIDI_CountEvts(made, 0, 0, 0) == (2, made, 1, 0, 1)
    assert r.MIDI_GetNote(made, 0, *[0] * 7)[3:] == (0, 1, 10.0, 35.0, 10, 0x45, 0x51)
    before = r.host.project.state()
    r.MIDI_InsertCC(made, False, False, 12, 0xB0, 0, 1, 1)
    after = r.host.project.state()
    assert after.replace("E 2 b0 01 01\n<X 3 0", "<X 5 0") == before


def test_ten_thousand_notes_are_read_one_by_one(r: Direct) -> None:
    made = take(r)
    chunk = r.GetItemStateChunk(r.GetMediaItem(HERE, 0), "", 65536, False)[2]
    notes = "\n".join(["E 0 90 3c 60", "E 10 80 3c 00"] * 10_000)
    chunk = chunk.replace("E 7680 b0 7b 00", f"{notes}\nE 0 b0 7b 00")
    r.SetItemStateChunk(r.GetMediaItem(HERE, 0), chunk, False)
    made = r.GetActiveTake(r.GetMediaItem(HERE, 0))
    total = r.MIDI_CountEvts(made, 0, 0, 0)[2]
    starts = [r.MIDI_GetNote(made, i, *[0] * 7)[5] for i in range(total)]
    assert starts == [10.0 * i for i in range(10_000)]
