"""Items of the user's in the place of ours, frozen tracks, and what stays of an item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from filmcomposer_core.contracts.session import Session, SessionTrack
from filmcomposer_reaper.tracks.changes import user_changes
from filmcomposer_reaper.tracks.observe import observe_tracks
from tests.fakes.reaper.project import tree
from tests.fakes.reaper.project.tree import Block
from tests.reaper_scripts.laid_cues import FIRST, ORDER, all_said, fresh
from tests.reaper_scripts.laying import Desk, desk, picture, session, text_of
from tests.reaper_scripts.test_observe import transposed

LATER = transposed(FIRST, "violins")


@pytest.fixture
def d() -> Iterator[Desk]:
    with desk() as made:
        made.lay_tempo(FIRST)
        made.lay(FIRST)
        yield made


def item(d: Desk, part: str = "violins", number: int = 0) -> str:
    return str(d.r.GetTrackMediaItem(d.track(part), number))


def items(d: Desk, part: str = "violins") -> list[Block]:
    return d.block(part).blocks("ITEM")


def rewrite(d: Desk, part: str, old: str, new: str) -> None:
    """Change a track's chunk as REAPER does in an edit of its own."""
    chunk = str(d.r.GetTrackStateChunk(d.track(part), "", 4194303, False)[2])
    changed = re.sub(old, lambda match: new or d.host.project.guid(), chunk, flags=re.DOTALL)
    assert changed != chunk
    d.r.SetTrackStateChunk(d.track(part), changed, False)
    d.user()


def told(d: Desk) -> object:
    return observe_tracks(d.reaper, d.record, picture())


def new_ids(d: Desk, part: str = "violins") -> None:
    """Glue, or cut and paste: other ids, and glued without our tags."""
    rewrite(d, part, r"(?<=IGUID )\{[^}]*\}", "")
    d.block(part).blocks("ITEM")[0].remove_child(items(d, part)[0].block("EXT"))  # type: ignore[arg-type]
    d.user()


# --- another item in the place of ours ------------------------------------------------------------


def test_a_glued_item_is_ours_again(d: Desk) -> None:
    new_ids(d)
    assert user_changes(d.reaper, d.record) == ()
    assert told(d) == ((), None)
    assert d.lay(LATER) == []
    assert all_said(d) == fresh(LATER)
    held = items(d)[0].block("EXT")
    assert held is not None
    assert held.read("fc_part", 1) == "violins"


def test_without_anything_new_it_only_gets_its_id_back(d: Desk) -> None:
    new_ids(d)
    d.lay(FIRST)
    assert all_said(d) == fresh(FIRST)
    state = d.state()
    d.lay(FIRST)
    assert d.state() == state


def test_notes_of_a_glued_item_that_was_edited_are_told_and_give_way(d: Desk) -> None:
    d.r.MIDI_DeleteNote(d.r.GetActiveTake(item(d)), 0)
    new_ids(d)
    (track,), _ = observe_tracks(d.reaper, d.record, picture())
    assert track.notes
    assert d.lay(LATER) == []
    assert all_said(d) == fresh(LATER)


def test_a_pasted_theme_is_ours_with_all_its_takes(d: Desk) -> None:
    new_ids(d, "@theme")
    assert user_changes(d.reaper, d.record) == ()
    d.lay(FIRST)
    assert all_said(d) == fresh(FIRST)


def test_where_our_item_cannot_be_written_the_users_items_stay(d: Desk) -> None:
    """Glued of several, with controllers drawn: nothing may vanish."""
    d.r.SplitMediaItem(item(d), 6.0)
    d.user()
    observe_tracks(d.reaper, d.record, picture())
    take = d.r.GetActiveTake(item(d))
    d.r.MIDI_InsertCC(take, False, False, 480.0, 0xB0, 0, 1, 77)  # after the core was told
    d.user()
    moved = replace(LATER, anchor_s=3.0)
    d.lay(replace(moved, tracks=tuple(shifted(LATER))))
    assert len(items(d)) == 2


def shifted(made: Session) -> Iterator[SessionTrack]:
    """The session with the violins' item elsewhere, where controllers cannot follow."""
    for track in made.tracks:
        text = track.text
        if track.id == "violins":
            text = re.sub(r"POSITION \S+", "POSITION 3.5", text)
        yield replace(track, text=text)


def test_items_in_three_pieces_with_ours_gone_give_way_to_the_session(d: Desk) -> None:
    d.r.SplitMediaItem(item(d), 6.0)
    rewrite(d, "violins", r"(?<=IGUID )\{[^}]*\}", "")  # both have another id: ours is gone
    d.user()
    (track,), _ = observe_tracks(d.reaper, d.record, picture())
    assert track.notes
    d.lay(LATER)
    assert all_said(d) == fresh(LATER)


def test_audio_and_items_with_takes_of_the_users_are_never_dropped(d: Desk) -> None:
    d.r.SplitMediaItem(item(d), 6.0)
    audio = AUDIO.replace("IGUID", f"IGUID {d.host.project.guid()}")
    rewrite(d, "violins", r">\s*$", f"{audio}>\n")
    observe_tracks(d.reaper, d.record, picture())
    d.lay(LATER)
    kinds = [re.findall(r"<SOURCE (\w+)", text_of(block)) for block in items(d)]
    assert sorted(kinds) == [["MIDI"], ["WAVE"]]


AUDIO = """<ITEM
POSITION 1
LENGTH 2
MUTE 0 0
IGUID
NAME "guitar.wav"
<SOURCE WAVE
FILE "/x/guitar.wav"
>
>
"""


# --- what the core cannot hold of an item ---------------------------------------------------------


def test_volume_fades_lock_colour_and_mute_stay_while_the_music_changes(d: Desk) -> None:
    values = {"D_VOL": 0.5, "C_LOCK": 1.0, "D_FADEINLEN": 1.5, "B_MUTE": 1.0}
    for name, value in values.items():
        d.r.SetMediaItemInfo_Value(item(d), name, value)
    d.user()
    assert [c.words for c in user_changes(d.reaper, d.record)] == [
        "Violins: the settings of an item"
    ]
    assert told(d) == ((), None)
    wanted = fresh(LATER)["violins"]
    for _ in range(2):
        assert d.lay(LATER) == ["Track 'Violins' keeps what you changed: the settings of an item."]
        assert {n: d.r.GetMediaItemInfo_Value(item(d), n) for n in values} == values
        now = all_said(d)["violins"]
        assert {a: m for a, m in now.items() if not a.startswith("frame:")} == {
            a: m for a, m in wanted.items() if not a.startswith("frame:")
        }
        state = d.state()
    d.lay(LATER)
    assert d.state() == state
    d.lay(LATER, keep=False)
    assert all_said(d) == fresh(LATER)


def test_a_take_of_the_users_is_told_while_it_plays_and_stays(d: Desk) -> None:
    mine = "TAKE SEL\nNAME mine\nTAKEVOLPAN 0 1 -1\nSOFFS 0\nPLAYRATE 1 1 0\n<SOURCE MIDI\n"
    mine += "HASDATA 1 960 QN\nE 0 90 40 60\nE 960 80 40 00\nE 9600 b0 7b 00\n>"
    chunk = str(d.r.GetTrackStateChunk(d.track("violins"), "", 4194303, False)[2])
    start = chunk.index("<SOURCE MIDI")
    end = chunk.index("\n>", start) + 2
    d.r.SetTrackStateChunk(d.track("violins"), f"{chunk[:end]}\n{mine}{chunk[end:]}", False)
    d.user()
    (track,), _ = observe_tracks(d.reaper, d.record, picture())
    assert [n.pitch for n in track.notes or ()] == [64]
    d.lay(LATER)
    assert d.r.CountTakes(item(d)) == 2
    assert "90 40 60" in text_of(d.block("violins"))
    assert " 90 44 " in text_of(d.block("violins"))
    active = d.r.GetActiveTake(item(d))
    assert active == d.r.GetTake(item(d), 0)
    # Chosen again it is what the part plays.
    assert told(d) == ((), None)
    d.r.SetActiveTake(d.r.GetTake(item(d), 1))
    d.user()
    (track,), _ = observe_tracks(d.reaper, d.record, picture())
    assert [n.pitch for n in track.notes or ()] == [64]


# --- frozen ---------------------------------------------------------------------------------------


def frozen(d: Desk, part: str = "violins", *, block: bool) -> None:
    """Put items and effects away as freezing does."""
    chunk = str(d.r.GetTrackStateChunk(d.track(part), "", 4194303, False)[2])
    root = tree.parse(chunk)
    for child in [*root.blocks("ITEM"), *root.blocks("FXCHAIN")]:
        root.remove_child(child)
    audio = AUDIO.replace("IGUID", f"IGUID {d.host.project.guid()}")
    kept = "<FREEZE 1\nBYPASS 0 0 0\n>\n" if block else ""
    text = tree.dump(root).rstrip().removesuffix(">") + kept + audio + ">\n"
    d.r.SetTrackStateChunk(d.track(part), text, False)
    d.user("freeze")


@pytest.mark.parametrize("block", [True, False])
def test_a_frozen_track_says_nothing_of_its_notes_and_goes_on_sounding(
    d: Desk, block: bool
) -> None:
    d.r.TrackFX_AddByName(d.track("violins"), "ReaSynth", False, -1)
    d.user()
    d.lay(FIRST)
    assert mutes(d) == ("0", "1")
    frozen(d, block=block)
    assert told(d) == ((), None)
    before = text_of(d.block("violins"))
    said = d.lay(LATER)
    assert mutes(d) == ("0", "1")
    assert text_of(d.block("violins")) == before
    if block:
        assert said == ["Track 'Violins' is frozen; unfreeze it for what is new to be laid on it."]
        d.lay(LATER, keep=False)
        assert text_of(d.block("violins")) == before
    else:
        assert said == ["Track 'Violins' keeps what you changed: an item that is gone."]


def test_audio_on_a_part_that_was_muted_changes_no_mute(d: Desk) -> None:
    frozen(d, block=False)
    d.lay(LATER)
    assert mutes(d) == ("1", "0")


def mutes(d: Desk, part: str = "violins") -> tuple[str, str]:
    return d.block(part).read("MUTESOLO", 1), d.block(f"stem/{part}").read("MUTESOLO", 1)


# --- what was asked about -------------------------------------------------------------------------


def test_only_what_was_shown_is_taken_back(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_VOL", 0.5)
    d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.5)
    d.r.DeleteTrack(d.track("basses"))
    d.user()
    shown = user_changes(d.reaper, d.record)
    # While the bridge works:
    d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.25)
    d.r.MIDI_DeleteNote(d.r.GetActiveTake(item(d, "horns")), 0)
    d.r.DeleteTrack(d.track("stem/basses"))
    d.user()
    notes = len(re.findall(r"\bE \d+ 90 ", text_of(d.block("horns"))))
    said = d.lay(FIRST, keep=False, shown=shown)
    wanted = fresh(FIRST)
    after = all_said(d)
    assert after["violins"] == wanted["violins"]
    assert after["basses"] == wanted["basses"]
    assert {a for a, m in after["@reverb"].items() if m != wanted["@reverb"].get(a)} == set()
    assert d.block("horns").read("VOLPAN", 1) == "0.25"
    assert len(re.findall(r"\bE \d+ 90 ", text_of(d.block("horns")))) == notes
    assert "stem/basses" not in d.parts()
    assert said == [
        "Track 'Horns' keeps what you changed: its fader or pan, its notes.",
        "The printed stem of 'Basses' stays deleted; its part is muted, so it is not heard.",
    ]


def test_an_item_that_was_cut_off_later_stays(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_VOL", 0.5)
    d.user()
    shown = user_changes(d.reaper, d.record)
    d.r.SplitMediaItem(item(d), 6.0)
    d.user()
    d.lay(LATER, keep=False, shown=shown)
    assert len(items(d)) == 2
    again = user_changes(d.reaper, d.record)
    d.lay(LATER, keep=False, shown=again)
    assert all_said(d) == fresh(LATER)


# --- names and colours ----------------------------------------------------------------------------


def test_a_stem_is_told_from_its_part(d: Desk) -> None:
    d.r.DeleteTrack(d.track("stem/horns"))
    d.r.SetMediaTrackInfo_Value(d.track("stem/violins"), "D_VOL", 0.5)
    d.user()
    assert [c.words for c in user_changes(d.reaper, d.record)] == [
        "Printed stem of Violins: its fader or pan",
        "Printed stem of Horns: you deleted the track; its part is muted, so it is not heard",
    ]


def name(d: Desk, part: str) -> str:
    return str(d.r.GetSetMediaTrackInfo_String(d.track(part), "P_NAME", "", False)[3])


def test_cues_of_one_film_are_numbered_and_keep_their_numbers(d: Desk) -> None:
    first = d.record
    common = ("@theme", "@cue", "@reverb", "@stems")
    assert name(d, "@theme") == "Theme: Door"
    d.record = replace(first, id="11223344", parts={})
    other = relaid("11223344")
    d.lay(other)
    assert [name_in(d, "11223344", part) for part in (*common, "horns")] == [
        "Theme: Door (2)", "FilmComposer cue: Door (2)", "Reverb: Door (2)",
        "FilmComposer printed stems: Door (2)", "Horns",
    ]  # fmt: skip
    d.lay(other)
    assert name_in(d, "11223344", "@theme") == "Theme: Door (2)"
    second, d.record = d.record, first
    d.lay(LATER)
    assert name(d, "@theme") == "Theme: Door"
    d.record = second
    assert user_changes(d.reaper, d.record) == ()


def relaid(cue: str) -> Session:
    return session(cue=cue, anchor_s=40.0)


def name_in(d: Desk, cue: str, part: str) -> str:
    for block in d.host.project.tracks():
        held = block.block("EXT")
        if held and (held.read("fc_cue", 1), held.read("fc_part", 1)) == (cue, part):
            return block.read("NAME", 1)
    raise AssertionError(part)


def grey(track: SessionTrack) -> SessionTrack:
    return replace(track, text=re.sub(r"PEAKCOL \d+", "PEAKCOL 16777300", track.text, count=1))


def test_a_part_gets_its_colour_when_its_track_is_made(d: Desk) -> None:
    before = {p: d.block(p).read("PEAKCOL", 1) for p in ORDER}
    assert before["violins"] == str(0x1A8846A)
    other = replace(FIRST, tracks=tuple(map(grey, FIRST.tracks)))
    d.lay(other)
    assert d.block("violins").read("PEAKCOL", 1) == before["violins"]
    assert d.block("@reverb").read("PEAKCOL", 1) != before["@reverb"]
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "I_CUSTOMCOLOR", 0x1123456)
    d.user()
    assert d.lay(other) == ["Track 'Violins' keeps what you changed: its colour."]
    mine = d.block("violins").read("PEAKCOL", 1)
    assert mine != before["violins"]
    d.lay(FIRST, keep=False)
    assert d.block("violins").read("PEAKCOL", 1) == before["violins"]
