"""Laying a cue's tracks: the first time, with instruments, with themes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from filmcomposer_reaper.chunks.track import split_track
from filmcomposer_reaper.tracks.wanted import has_instrument
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import items
from tests.reaper_scripts.laid_cues import (
    FIRST,
    ORDER,
    PARTS,
    SECOND,
    depths,
    foreigners,
)
from tests.reaper_scripts.laying import (
    CUE,
    Desk,
    desk,
    foreign,
    session,
    text_of,
)

# --- the first time -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(6, 80), (7, 78)])
def test_a_cue_is_laid_behind_the_users_tracks_and_undone_to_the_byte(
    version: tuple[int, int],
) -> None:
    with desk(version=version) as d:
        foreign(d, "drums", "bass")
        before, strangers = d.state(), foreigners(d)
        assert d.lay(FIRST) == []
        after = d.state()
        assert d.parts() == ["", "", *ORDER]
        assert depths(d) == [0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0]
        assert foreigners(d) == strangers
        d.r.Undo_DoUndo2(HERE)
        assert d.state() == before
        d.r.Undo_DoRedo2(HERE)
        assert d.state() == after


def test_tracks_and_items_carry_our_tags() -> None:
    with desk() as d:
        d.lay(FIRST)
        for part in ORDER:
            block = d.block(part)
            assert block.block("EXT").read("fc_cue", 1) == CUE  # type: ignore[union-attr]
            for item in block.blocks("ITEM"):
                held = item.block("EXT")
                assert held is not None
                assert (held.read("fc_cue", 1), held.read("fc_part", 1)) == (CUE, part)


def test_laying_twice_changes_nothing_and_makes_no_step() -> None:
    with desk() as d:
        foreign(d, "drums")
        d.lay(FIRST)
        state, made = d.state(), d.host.project.history.made
        d.reopen()
        d.host.calls.clear()
        assert d.lay(FIRST) == []
        assert (d.state(), d.host.project.history.made) == (state, made)
        writes = {"SetTrackStateChunk", "SetMediaTrackInfo_Value", "InsertTrackInProject"}
        assert not writes & {name for name, _ in d.host.calls}


def test_sends_count_the_projects_tracks() -> None:
    with desk() as d:
        foreign(d, "a", "b", "c")
        d.lay(FIRST)
        places = [d.parts().index(part) for part in PARTS]
        lines = [line.word(1) for line in d.block("@reverb").lines("AUXRECV")]
        assert lines == [str(place) for place in places]
        d.lay(SECOND)
        assert [x.word(1) for x in d.block("@reverb").lines("AUXRECV")] == lines


def test_open_folders_at_the_end_send_a_new_cue_to_the_top() -> None:
    with desk() as d:
        foreign(d, "folder", "child")
        d.r.SetMediaTrackInfo_Value(d.r.GetTrack(HERE, 0), "I_FOLDERDEPTH", 1)
        before = foreigners(d)
        d.lay(FIRST)
        assert d.parts() == [*ORDER, "", ""]
        assert depths(d)[-3:] == [0, 1, 1]
        assert foreigners(d) == before


def test_a_second_cue_shares_nothing_with_the_first() -> None:
    with desk() as d:
        d.lay(FIRST)
        first = {part: text_of(d.block(part)) for part in ORDER}
        record, d.record = d.record, replace_id(d, "11223344")
        d.lay(session(cue="11223344", anchor_s=40.0))
        assert d.parts() == ORDER + ORDER
        d.record = record
        assert {part: text_of(d.block(part)) for part in ORDER} == first
        ids = [t.word(1) for t in d.host.project.tracks()]
        assert len({*ids}) == len(ids)
        lines = d.state().split("\n")
        guids = [x for x in lines if x.startswith(("IGUID", "FXID", "POOLEDEVTS", "GUID", "EGUID"))]
        assert len({*guids}) == len(guids)


def replace_id(d: Desk, ident: str) -> object:
    return replace(d.record, id=ident, parts={})


def test_a_session_without_tracks_changes_nothing() -> None:
    with desk() as d:
        d.lay(FIRST)
        before = d.state()
        d.lay(replace(FIRST, tracks=()))
        assert d.state() == before


def test_stems_without_a_file_are_tracks_without_an_item() -> None:
    with desk() as d:
        d.lay(FIRST)
        assert [d.block(f"stem/{p}").blocks("ITEM") for p in PARTS] == [[], [], []]


def test_a_stem_appears_when_its_file_does(tmp_path: Path) -> None:
    made = session(folder=str(tmp_path))
    with desk() as d:
        d.lay(made)
        stems = tmp_path / "stems"
        stems.mkdir()
        (stems / "01_violins.wav").write_bytes(b"RIFF")
        d.lay(made)
        counts = [len(d.block(f"stem/{p}").blocks("ITEM")) for p in PARTS]
        assert counts == [1, 0, 0]


def test_colours_are_those_of_the_system() -> None:
    made = {}
    for native in ("rgb", "bgr"):
        with desk(native=native) as d:
            d.lay(FIRST)
            made[native] = int(d.block("@cue").read("PEAKCOL", 1))
    assert made == {"rgb": 0x13F6C8F, "bgr": 0x18F6C3F}


# --- instruments ----------------------------------------------------------------------------------


def mutes(d: Desk, part: str) -> tuple[str, str]:
    return d.block(part).read("MUTESOLO", 1), d.block(f"stem/{part}").read("MUTESOLO", 1)


def test_a_part_with_an_instrument_sounds_and_its_stem_does_not() -> None:
    with desk() as d:
        d.lay(FIRST)
        assert mutes(d, "horns") == ("1", "0")
        d.r.TrackFX_AddByName(d.track("horns"), "ReaSynth", False, -1)
        d.r.TrackFX_AddByName(d.track("violins"), "ReaComp", False, -1)
        d.user()
        said = d.lay(FIRST)
        assert [mutes(d, part) for part in PARTS] == [("1", "0"), ("0", "1"), ("1", "0")]
        assert said == [
            "Track 'Horns' plays from the instrument that you put on it: "
            "the track is unmuted now and its printed stem is muted now."
        ]
        assert d.lay(FIRST) == []
        d.r.TrackFX_Delete(d.track("horns"), d.r.TrackFX_GetCount(d.track("horns")) - 1)
        d.user()
        said = d.lay(FIRST)
        assert mutes(d, "horns") == ("1", "0")
        assert said == [
            "Track 'Horns' has no instrument of yours any more: "
            "the track is muted now and its printed stem is unmuted now."
        ]


def test_mutes_that_the_user_set_stay() -> None:
    with desk() as d:
        d.lay(FIRST)
        d.r.TrackFX_AddByName(d.track("horns"), "ReaSynth", False, -1)
        d.r.SetMediaTrackInfo_Value(d.track("stem/horns"), "B_MUTE", 1)
        d.user()
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "I_SOLO", 2)
        said = d.lay(FIRST)
        assert mutes(d, "horns") == ("0", "1")
        assert said == [
            "Track 'Horns' plays from the instrument that you put on it: the track is unmuted now."
        ]
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "B_MUTE", 1)
        d.user()
        for _ in range(2):
            assert d.lay(SECOND) == ["Track 'Horns' keeps what you changed: its mute."]
            assert mutes(d, "horns") == ("1", "1")
            assert d.block("horns").read("MUTESOLO", 2) == "2"


@pytest.mark.parametrize(
    ("head", "sounds"),
    [
        ('<VST "VSTi: ReaSamplOmatic5000 (Cockos)" reasamplomatic.dll 0 Horn 1', True),
        ('<VST "VST3i: Kontakt" x 0', True),
        ('<AU "AUi: Alchemy" x', True),
        ('<CLAP "CLAPi: Surge XT" x', True),
        ('<VST "VST: ReaEQ (Cockos)" reaeq.dll 0', False),
        ('<JS loser/3BandEQ ""', False),
    ],
)
@pytest.mark.parametrize("bypass", ["0 0 0", "1 0 0", "0 1 0"])
def test_what_counts_as_an_instrument(head: str, sounds: bool, bypass: str) -> None:

    text = f"<TRACK\n<FXCHAIN\nBYPASS {bypass}\n{head}\nAAAA\n>\nFXID {{1}}\nWAK 0 0\n>\n>"
    pieces = split_track(text)
    assert has_instrument(pieces, []) == (sounds and bypass == "0 0 0")
    assert not has_instrument(pieces, ["fx:{1}"])


# --- the theme ------------------------------------------------------------------------------------


def active(d: Desk) -> int:
    item = d.block("@theme").blocks("ITEM")[0]
    return items.takes(item).index(items.active(item))  # type: ignore[arg-type]


def test_the_take_that_the_user_chose_stays_active() -> None:
    with desk() as d:
        d.lay(FIRST)
        assert active(d) == 1
        take = d.r.GetTake(d.r.GetTrackMediaItem(d.track("@theme"), 0), 2)
        d.r.SetActiveTake(take)
        d.user()
        d.lay(session(anchor_s=1.0))
        assert active(d) == 2
        assert d.block("@theme").blocks("ITEM")[0].read_number("POSITION", 1) == 3.0
        d.lay(session(anchor_s=1.0), keep=False)
        assert active(d) == 1


# --- deleted and copied ---------------------------------------------------------------------------


def test_a_deleted_part_is_not_heard() -> None:
    """Its printed stem goes with it, and comes back when the part does."""
    with desk() as d:
        d.lay(FIRST)
        part = next(p for p in PARTS if f"stem/{p}" in ORDER)
        d.r.DeleteTrack(d.track(part))
        d.user()
        said = d.lay(FIRST)
        assert [sentence for sentence in said if "stays deleted" in sentence] == said
        assert part not in d.parts()
        assert f"stem/{part}" not in d.parts()
        assert d.lay(FIRST, keep=False) == []
        assert d.parts() == ORDER


def test_a_copy_of_a_deleted_track_stays_the_users() -> None:
    with desk() as d:
        d.lay(FIRST)
        part = PARTS[0]
        (copy,) = foreign(d, "my copy")
        row = d.r.GetTrack(HERE, d.r.CountTracks(HERE) - 1)
        for key, value in (("fc_cue", CUE), ("fc_part", part)):
            d.r.GetSetMediaTrackInfo_String(row, f"P_EXT:{key}", value, True)
        d.r.DeleteTrack(d.track(part))
        d.user()
        before = text_of(d.block(part))
        d.lay(FIRST)
        assert d.block(part).read("TRACKID", 1) == copy
        assert text_of(d.block(part)) == before
