"""Laying a cue again: what the user changed stays, all else is the session's."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_reaper.tracks.changes import user_changes
from tests.fakes.reaper.direct import HERE
from tests.reaper_scripts.laid_cues import (
    FIRST,
    SECOND,
    all_said,
    foreigners,
    fresh,
)
from tests.reaper_scripts.laying import (
    Desk,
    desk,
    foreign,
    moving_plan,
    session,
    text_of,
    with_text,
)

# --- again ----------------------------------------------------------------------------------------


def test_a_second_session_is_laid_as_if_it_were_the_first() -> None:
    with desk() as d:
        foreign(d, "drums")
        before = foreigners(d)
        d.lay(FIRST)
        d.reopen()
        assert d.lay(SECOND) == []
        assert all_said(d) == fresh(SECOND)
        assert foreigners(d) == before


def user_fader(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.123)


def user_pan(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_PAN", 0.77)


def user_name(d: Desk) -> None:
    d.r.GetSetMediaTrackInfo_String(d.track("violins"), "P_NAME", 'My "V"', True)


def user_mute(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("basses"), "B_MUTE", 0)


def user_note(d: Desk) -> None:
    take = d.r.GetActiveTake(d.r.GetTrackMediaItem(d.track("violins"), 0))
    d.r.MIDI_InsertNote(take, False, False, 0.0, 100.0, 0, 61, 99, False)


def user_moves_item(d: Desk) -> None:
    d.r.SetMediaItemInfo_Value(d.r.GetTrackMediaItem(d.track("basses"), 0), "D_POSITION", 3.25)


def user_deletes_item(d: Desk) -> None:
    track = d.track("horns")
    d.r.DeleteTrackMediaItem(track, d.r.GetTrackMediaItem(track, 0))


def user_adds_item(d: Desk) -> None:
    d.r.CreateNewMIDIItemInProj(d.track("basses"), 17.0, 19.0, 0)


def user_splits(d: Desk) -> None:
    d.r.SplitMediaItem(d.r.GetTrackMediaItem(d.track("violins"), 0), 6.0)


def user_effect(d: Desk) -> None:
    d.r.TrackFX_AddByName(d.track("horns"), "ReaComp", False, -1)


def user_removes_effect(d: Desk) -> None:
    d.r.TrackFX_Delete(d.track("@reverb"), 0)


def user_send_gain(d: Desk) -> None:
    d.r.SetTrackSendInfo_Value(d.track("basses"), 0, 0, "D_VOL", 0.9)


def user_send(d: Desk) -> None:
    d.r.CreateTrackSend(d.r.GetTrack(HERE, 0), d.track("violins"))


def user_point(d: Desk) -> None:
    envelope = d.r.GetTrackEnvelopeByChunkName(d.track("horns"), "<VOLENV2")
    d.r.InsertEnvelopePoint(envelope, 3.0, 0.2, 0, 0.0, False, False)


def user_envelope(d: Desk) -> None:
    d.r.SetOnlyTrackSelected(d.track("violins"))
    d.r.Main_OnCommand(40406, 0)


def user_theme_note(d: Desk) -> None:
    take = d.r.GetTake(d.r.GetTrackMediaItem(d.track("@theme"), 0), 0)
    d.r.MIDI_InsertNote(take, False, False, 0.0, 100.0, 0, 61, 99, False)


def user_effect_value(d: Desk) -> None:
    d.r.TrackFX_SetParam(d.track("@reverb"), 0, 2, 0.9)


EDITS: list[Callable[[Desk], None]] = [
    user_fader, user_pan, user_name, user_mute, user_note, user_moves_item, user_deletes_item,
    user_adds_item, user_splits, user_effect, user_removes_effect, user_send_gain, user_send,
    user_point, user_envelope, user_theme_note, user_effect_value,
]  # fmt: skip


def family(aspect: str, of: dict[str, str]) -> set[str]:
    kind, _, rest = aspect.partition(":")
    if kind not in ("item", "notes", "events", "take"):
        return {aspect}
    name = rest.rpartition(":")[0] if kind in ("notes", "events") else rest
    return {a for a in of if f":{name}" in a and not a.startswith(("fx:", "send"))}


@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=6, unique=True), st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_the_user_changed_stays_and_all_else_is_the_sessions(
    edits: list[Callable[[Desk], None]], reopened: bool
) -> None:
    if user_splits in edits and user_note in edits:
        edits = [e for e in edits if e is not user_note]
    wanted = fresh(SECOND)
    with desk() as d:
        foreign(d, "drums")
        d.lay(FIRST)
        laid = all_said(d)
        for edit in edits:
            edit(d)
        d.user()
        edited, strangers = all_said(d), foreigners(d)
        if reopened:
            d.reopen()
        d.lay(SECOND)
        after = all_said(d)
        assert foreigners(d) == strangers
        for part, now in after.items():
            users = {
                a
                for a in {**laid[part], **edited[part]}
                if laid[part].get(a) != edited[part].get(a)
            }
            users = {b for a in users for b in family(a, {**laid[part], **edited[part]})}
            expected = {a: m for a, m in wanted[part].items() if a not in users}
            expected |= {a: m for a, m in edited[part].items() if a in users}
            assert now == expected, part
        state, made = d.state(), d.host.project.history.made
        d.lay(SECOND)  # and once more: the user's stays the user's, and nothing moves
        assert (d.state(), d.host.project.history.made) == (state, made)
        d.lay(SECOND, keep=False)
        for part, now in all_said(d).items():
            assert {a: m for a, m in now.items() if a in wanted[part]} == wanted[part]
            extra = [i for i in d.block(part).blocks("ITEM") if i.block("EXT") is None]
            drawn = user_adds_item in edits and part == "basses"
            assert len(extra) == drawn
            count = sum(a.startswith("item:") for a in wanted[part])
            assert len(d.block(part).blocks("ITEM")) == count + drawn


def test_it_is_said_what_was_kept() -> None:
    with desk() as d:
        d.lay(FIRST)
        user_name(d)
        user_note(d)
        d.user()
        assert d.lay(SECOND) == ["Track 'Violins' keeps what you changed: its name, its notes."]


def test_the_view_and_the_selection_stay() -> None:
    with desk() as d:
        d.lay(FIRST)
        horns = d.track("horns")
        d.r.SetTrackSelected(horns, True)
        d.r.SetMediaTrackInfo_Value(horns, "I_HEIGHTOVERRIDE", 120)
        d.r.SetMediaTrackInfo_Value(horns, "I_SOLO", 2)
        d.r.SetMediaItemInfo_Value(d.r.GetTrackMediaItem(horns, 0), "B_UISEL", 1)
        d.r.SetMediaTrackInfo_Value(d.track("@cue"), "I_FOLDERCOMPACT", 2)
        d.r.GetSetEnvelopeInfo_String(
            d.r.GetTrackEnvelopeByChunkName(horns, "<VOLENV2"), "VISIBLE", "0", True
        )
        d.user()
        assert (
            d.lay(with_text(session(plan=moving_plan(), anchor_s=2.0), "horns", "0.5", "0.6")) == []
        )
        horns = d.track("horns")
        assert d.r.IsTrackSelected(horns) == 1
        assert d.r.GetMediaTrackInfo_Value(horns, "I_HEIGHTOVERRIDE") == 120
        assert d.r.GetMediaTrackInfo_Value(horns, "I_SOLO") == 2
        assert d.r.GetMediaTrackInfo_Value(d.track("@cue"), "I_FOLDERCOMPACT") == 2
        item = d.block("horns").blocks("ITEM")[0]
        assert (item.read("SEL", 1), item.read_number("POSITION", 1) >= 2) == ("1", True)
        assert d.block("horns").block("VOLENV2").read("VIS", 1) == "0"  # type: ignore[union-attr]


def test_controllers_drawn_by_hand_stay_with_new_notes() -> None:
    with desk() as d:
        d.lay(FIRST)
        take = d.r.GetActiveTake(d.r.GetTrackMediaItem(d.track("violins"), 0))
        d.r.MIDI_InsertCC(take, False, False, 480.0, 0xB0, 0, 1, 77)
        d.user()
        other = with_text(FIRST, "violins", " 90 43 50", " 90 45 50")
        assert other != FIRST
        d.lay(other)
        text = text_of(d.block("violins"))
        assert "b0 01 4d" in text
        assert " 90 45 50" in text


def test_what_the_user_did_and_the_session_says_too_is_ours_again() -> None:
    with desk() as d:
        d.lay(FIRST)
        item = d.r.GetTrackMediaItem(d.track("basses"), 0)
        place = d.r.GetMediaItemInfo_Value(item, "D_POSITION")
        d.r.SetMediaItemInfo_Value(item, "D_POSITION", place + 1.5)  # along with the picture
        d.user()
        assert d.lay(session(anchor_s=1.5)) == []
        assert user_changes(d.reaper, d.record) == ()
        assert all_said(d) == fresh(session(anchor_s=1.5))
