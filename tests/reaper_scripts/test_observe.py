from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.daw_plan import MidiItemOp, TempoOp, TrackOp
from filmcomposer_core.contracts.observed import ObservedTheme, ObservedTrack
from filmcomposer_core.contracts.session import Session
from filmcomposer_core.observed.tracks import edited_plan
from filmcomposer_core.timeline import Timeline
from filmcomposer_reaper.tracks.observe import observe_tracks
from filmcomposer_reaper.tracks.observe_envelopes import envelope_points, is_plain_send
from filmcomposer_reaper.tracks.observe_notes import Clock, Sounding, alike, item_notes
from tests.core.execution.cases import built, ops, scheme_with
from tests.fakes.reaper.direct import HERE
from tests.reaper_scripts.laying import Desk, desk, foreign, moving_plan, picture, session, text_of

ANCHOR = 10.0
PLAN = moving_plan()
FIRST = session(plan=PLAN, anchor_s=ANCHOR)


@pytest.fixture
def d() -> Iterator[Desk]:
    with desk() as made:
        foreign(made, "drums")
        made.lay_tempo(FIRST)
        made.lay(FIRST)
        yield made


def seen(d: Desk) -> tuple[tuple[ObservedTrack, ...], ObservedTheme | None]:
    return observe_tracks(d.reaper, d.record, picture(ANCHOR))


def only(d: Desk) -> ObservedTrack:
    (track,), theme = seen(d)
    assert theme is None
    return track


def item(d: Desk, part: str, number: int = 0) -> str:
    return str(d.r.GetTrackMediaItem(d.track(part), number))


def planned(part: str) -> list[tuple[float, float, int, int, int]]:
    """A part's notes in cue seconds, as the plan has them."""
    line = Timeline(ops(PLAN, TempoOp)[0].points)
    (op,) = [op for op in ops(PLAN, MidiItemOp) if op.track == part]
    end = line.time_at(op.end_beat)
    return [
        (
            line.time_at(n.beat),
            min(line.time_at(n.beat + n.length), end),
            n.pitch,
            n.velocity,
            n.channel,
        )
        for n in op.notes
    ]


def told(track: ObservedTrack) -> list[tuple[float, float, int, int, int]]:
    assert track.notes is not None
    return [(n.start_s, n.end_s, n.pitch, n.velocity, n.channel) for n in track.notes]


def close(one: list[tuple[float, ...]], other: list[tuple[float, ...]]) -> bool:
    return alike(
        [Sounding(*x) for x in one],  # type: ignore[arg-type]
        [Sounding(*x) for x in other],  # type: ignore[arg-type]
        0.001,
    )


def test_nothing_is_seen_of_an_untouched_cue(d: Desk) -> None:
    assert seen(d) == ((), None)
    assert d.record.parts["tracks"]["taken"] == {}


def test_fader_pan_and_name(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_VOL", 0.25)
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_PAN", -0.5)
    d.r.GetSetMediaTrackInfo_String(d.track("violins"), "P_NAME", "Solo fiddle", True)
    laid = {"volume": 1.0, "pan": -0.5}
    assert only(d) == ObservedTrack(
        id="violins", name="Solo fiddle", volume=0.25, pan=-0.5, laid=laid
    )


def test_the_gain_of_a_send(d: Desk) -> None:
    d.r.SetTrackSendInfo_Value(d.track("basses"), 0, 0, "D_VOL", 0.75)
    laid = {"send": 0.3}
    assert only(d) == ObservedTrack(id="basses", send=0.75, laid=laid)
    d.r.SetTrackSendInfo_Value(d.track("basses"), 0, 0, "B_MUTE", 1)
    assert only(d) == ObservedTrack(id="basses", send=0.0, laid=laid)


def test_a_deleted_track_leaves_no_edit_of_its_send(d: Desk) -> None:
    d.r.DeleteTrack(d.track("basses"))
    d.user()
    assert seen(d) == ((), None)


def test_a_fader_set_while_the_cue_was_made_anew_is_a_change_to_what_the_user_saw(d: Desk) -> None:
    """The user set it on 0 dB, the envelope of the new scheme goes: what comes is half of that."""
    plain = built(scheme=scheme_with("horns", volume_envelope={"measure1": 0.4}))
    level = next(op.volume for op in ops(plain, TrackOp) if op.id == "horns")
    assert level != 1.0
    d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.5)
    d.user()
    d.lay(session(plan=plain, anchor_s=ANCHOR))
    assert d.block("horns").read("VOLPAN", 1) == "0.5"
    tracks, _ = seen(d)
    assert (tracks[0].volume, tracks[0].laid["volume"]) == (0.5, 1.0)
    plan, said = edited_plan(tracks, plan=plain)
    d.lay(session(plan=plan, anchor_s=ANCHOR))
    assert d.block("horns").read_number("VOLPAN", 1) == pytest.approx(level / 2, abs=1e-6)
    assert said == ()
    assert seen(d) == ((), None)


def test_envelopes_have_the_plans_seconds_unit_and_sign(d: Desk) -> None:
    track = d.track("horns")
    volume = d.r.GetTrackEnvelopeByChunkName(track, "<VOLENV2")
    d.r.InsertEnvelopePoint(volume, ANCHOR + 3.0, 0.5, 0, 0.0, False, False)
    pan = d.r.GetTrackEnvelopeByChunkName(track, "<PANENV2")
    d.r.InsertEnvelopePoint(pan, ANCHOR + 3.0, 0.25, 0, 0.0, False, False)
    found = only(d)
    assert (3.0, 0.5) in found.envelopes["volume"]
    assert (3.0, -0.25) in found.envelopes["pan"]
    assert found.envelopes["pan"][0] == (0.0, -1.0)


def test_gains_are_told_also_of_an_envelope_with_fader_scaling(d: Desk) -> None:
    track = d.track("basses")
    d.block("basses").block("VOLENV2").write("VOLTYPE", 1, "1")  # type: ignore[union-attr]
    volume = d.r.GetTrackEnvelopeByChunkName(track, "<VOLENV2")
    raw = d.r.ScaleToEnvelopeMode(d.r.GetEnvelopeScalingMode(volume), 0.5)
    d.r.InsertEnvelopePoint(volume, ANCHOR + 2.0, raw, 0, 0.0, False, False)
    assert dict(only(d).envelopes["volume"])[2.0] == pytest.approx(0.5, abs=1e-6)


def test_a_moved_note(d: Desk) -> None:
    take = d.r.GetActiveTake(item(d, "violins"))
    was = planned("violins")
    first = d.r.MIDI_GetNote(take, 0, 0, 0, 0, 0, 0, 0, 0)
    d.r.MIDI_DeleteNote(take, 0)
    d.r.MIDI_InsertNote(take, False, False, first[5] + 480, first[6] + 480, first[7], 72, 99, False)
    found = told(only(d))
    line = Timeline(ops(PLAN, TempoOp)[0].points)
    later = [line.time_at(line.beat_at(t) + 0.5) for t in was[0][:2]]
    assert close(found, [(later[0], later[1], 72, 99, was[0][4]), *was[1:]])


def test_an_item_split_in_two_sounds_as_before(d: Desk) -> None:
    before = planned("violins")
    cut = ANCHOR + before[3][0]
    d.r.SplitMediaItem(item(d, "violins"), cut)
    found = told(only(d))
    expected = [
        (a, min(b, cut - ANCHOR) if a < cut - ANCHOR - 1e-6 else b, *rest) for a, b, *rest in before
    ]
    assert close(found, expected)  # type: ignore[arg-type]


def test_a_muted_item_says_nothing_of_its_notes(d: Desk) -> None:
    d.r.SetMediaItemInfo_Value(item(d, "basses"), "B_MUTE", 1)
    d.r.MIDI_DeleteNote(d.r.GetActiveTake(item(d, "basses")), 0)
    assert seen(d) == ((), None)


def test_a_deleted_item_leaves_no_notes(d: Desk) -> None:
    d.r.DeleteTrackMediaItem(d.track("basses"), item(d, "basses"))
    assert only(d).notes == ()


def test_another_take_of_the_theme(d: Desk) -> None:
    d.r.SetActiveTake(d.r.GetTake(item(d, "@theme"), 2))
    assert seen(d) == ((), ObservedTheme(candidate=3))


def test_the_active_take_with_edited_notes(d: Desk) -> None:
    take = d.r.GetTake(item(d, "@theme"), 1)
    d.r.MIDI_DeleteNote(take, 0)
    _, theme = seen(d)
    assert theme is not None
    assert theme.candidate == 2
    assert theme.notes is not None
    assert [n.pitch for n in theme.notes] == [62, 64]


def test_an_edit_of_a_take_that_is_not_active_is_not_told(d: Desk) -> None:
    d.r.MIDI_DeleteNote(d.r.GetTake(item(d, "@theme"), 2), 0)
    assert seen(d) == ((), None)


# --- what was told may be written over ------------------------------------------------------------


def transposed(made: Session, part: str) -> Session:
    """The session with other music in one part, as after a regeneration."""
    tracks = []
    for t in made.tracks:
        text = t.text
        if t.id == part:
            lines = []
            for line in text.split("\n"):
                w = line.split()
                if w and w[0] == "E" and w[2][0] in "89":
                    line = " ".join([*w[:3], f"{int(w[3], 16) + 1:02x}", *w[4:]])
                lines.append(line)
            text = "\n".join(lines)
        tracks.append(replace(t, text=text))
    return replace(made, tracks=tuple(tracks))


def test_what_the_core_was_told_gives_way_to_the_session(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_VOL", 0.25)
    d.r.SplitMediaItem(item(d, "violins"), ANCHOR + 6.0)
    d.user()
    seen(d)
    d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.3)  # after the core was told
    d.user()
    said = d.lay(transposed(FIRST, "violins"))
    assert said == ["Track 'Horns' keeps what you changed: its fader or pan."]
    assert d.block("violins").read("VOLPAN", 1) == "1"
    (laid,) = d.block("violins").blocks("ITEM")
    assert text_of(laid).count(" 90 44 ")
    assert d.block("horns").read("VOLPAN", 1) == "0.3"
    assert d.record.parts["tracks"]["taken"] == {}


def test_items_that_sound_like_the_session_stay_as_the_user_cut_them(d: Desk) -> None:
    cut = ANCHOR + planned("horns")[1][1]
    d.r.SplitMediaItem(item(d, "basses"), ANCHOR + planned("basses")[2][0])
    d.user()
    seen(d)
    d.lay(FIRST)
    assert len(d.block("basses").blocks("ITEM")) == 2
    assert cut > ANCHOR


def test_without_having_been_told_nothing_gives_way(d: Desk) -> None:
    d.r.SplitMediaItem(item(d, "violins"), ANCHOR + 6.0)
    d.user()
    d.lay(transposed(FIRST, "violins"))
    assert len(d.block("violins").blocks("ITEM")) == 2


def test_curves_are_told_as_far_as_they_go_and_stay(d: Desk) -> None:
    volume = d.r.GetTrackEnvelopeByChunkName(d.track("horns"), "<VOLENV2")
    d.r.InsertEnvelopePoint(volume, ANCHOR + 3.0, 0.5, 1, 0.0, False, False)
    d.user()
    found = only(d).envelopes["volume"]
    assert (3.0, 0.5) in found
    assert any(time == pytest.approx(found[-1][0] - 0.001) for time, _ in found)
    before = text_of(d.block("horns").block("VOLENV2"))  # type: ignore[arg-type]
    d.lay(session(plan=PLAN, anchor_s=ANCHOR + 1))
    assert text_of(d.block("horns").block("VOLENV2")) == before  # type: ignore[arg-type]


def test_the_core_takes_over_what_is_observed(d: Desk) -> None:
    """From REAPER to the plan and back: the session says what the user did."""
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_VOL", 0.25)
    take = d.r.GetActiveTake(item(d, "basses"))
    d.r.MIDI_DeleteNote(take, 0)
    d.user()
    tracks, _ = seen(d)
    plan, said = edited_plan(tracks, plan=PLAN)
    assert said == ()
    state = d.state()
    d.lay(session(plan=plan, anchor_s=ANCHOR))
    assert d.block("violins").read("VOLPAN", 1) == "0.25"
    assert text_of(d.block("basses")).count("E ") == text_of_part(state, d, "basses")


def drawn(d: Desk, part: str, start_s: float) -> str:
    """An item of the user's own with one note, on a track of ours; returns its text."""
    r, track = d.r, d.track(part)
    made = r.CreateNewMIDIItemInProj(track, start_s, start_s + 1.5, False)[0]
    r.MIDI_InsertNote(r.GetActiveTake(made), False, False, 0, 480, 0, 56, 91, False)
    d.user()
    return text_of(next(b for b in d.block(part).blocks("ITEM") if "90 38 5b" in text_of(b)))


def test_an_item_of_the_users_own_sounds_once(d: Desk) -> None:
    """The core takes its note over; as long as the item stands, ours does not play it too."""
    own = drawn(d, "violins", ANCHOR + 7.0)
    (ours, _) = d.block("violins").blocks("ITEM")
    before = text_of(ours)
    plan = PLAN
    for _ in range(3):
        tracks, _ = seen(d)
        plan, said = edited_plan(tracks, plan=plan)
        assert said == ()
        d.lay(session(plan=plan, anchor_s=ANCHOR))
        items = [text_of(block) for block in d.block("violins").blocks("ITEM")]
        assert sorted(items) == sorted([before, own])
        (violins,) = [op for op in ops(plan, MidiItemOp) if op.track == "violins"]
        assert sum(note.pitch == 56 and note.velocity == 91 for note in violins.notes) == 1


def test_an_item_of_the_users_own_stays_where_new_music_has_not_its_notes(d: Desk) -> None:
    own = drawn(d, "violins", ANCHOR + 7.0)
    tracks, _ = seen(d)
    new = transposed(FIRST, "violins")  # other notes, in which the user's did not find a place
    (said,) = d.lay(new)
    assert said.startswith("Track 'Violins' keeps your item at 00:00:17:00")
    items = [text_of(block) for block in d.block("violins").blocks("ITEM")]
    assert len(items) == 2
    assert own in items
    assert any(" 90 44 " in text for text in items)
    # Seen beside the new music it is told once more, to be played in it.
    (track,) = seen(d)[0]
    assert [n for n in told(track) if n[2:4] == (56, 91)] == [
        n for n in told(tracks[0]) if n[2:4] == (56, 91)
    ]


def test_an_item_of_the_users_own_gives_way_to_music_that_has_its_notes(d: Desk) -> None:
    drawn(d, "violins", ANCHOR + 7.0)
    drawn(d, "violins", ANCHOR + 7.0)  # pasted twice at the same place: one note
    tracks, _ = seen(d)
    plan, _ = edited_plan(tracks, plan=PLAN)
    (violins,) = [op for op in ops(plan, MidiItemOp) if op.track == "violins"]
    assert sum(note.pitch == 56 and note.velocity == 91 for note in violins.notes) == 1
    shorter = replace(violins, notes=violins.notes[1:])
    others = [shorter if op is violins else op for op in plan.operations]
    new = session(plan=replace(plan, operations=tuple(others)), anchor_s=ANCHOR)
    assert d.lay(new) == []
    (ours,) = d.block("violins").blocks("ITEM")
    assert text_of(ours).count("90 38 5b") == 1


def test_an_item_outside_of_the_picture_is_left_alone(d: Desk) -> None:
    own = drawn(d, "violins", ANCHOR + 21.0)
    assert close(told(only(d)), planned("violins"))
    d.lay(transposed(FIRST, "violins"))
    items = [text_of(block) for block in d.block("violins").blocks("ITEM")]
    assert len(items) == 2
    assert own in items
    assert any(" 90 44 " in text for text in items)


def text_of_part(state: str, d: Desk, part: str) -> int:
    return text_of(d.block(part)).count("E ")


# --- notes by hand --------------------------------------------------------------------------------

#: 120 BPM.
CLOCK = Clock(lambda t: t * 2.0, lambda q: q / 2.0)


def block(*events: str, position: float = 4.0, length: float = 4.0, **lines: str) -> list[str]:
    head = [f"POSITION {position}", f"LENGTH {length}"]
    head += [f"{name} {value}" for name, value in lines.items()]
    return ["<ITEM", *head, "<SOURCE MIDI", "HASDATA 1 960 QN", *events, ">", ">"]


A = ("E 0 90 3c 50", "E 960 80 3c 00")
B = ("E 1920 90 3c 50", "E 960 80 3c 00")
END = "E 2880 b0 7b 00"  # four quarter notes in all


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (block(*A, END), [(4.0, 4.5)]),
        (block("E 0 90 3c 50", "E 960 90 3c 00", END), [(4.0, 4.5)]),  # velocity 0 ends a note
        (block("Em 0 90 3c 50", "Em 960 80 3c 00", END), []),
        (block("e 0 90 3c 50", "e 960 80 3c 00", END), [(4.0, 4.5)]),
        (block("E 0 90 3c 50", END), [(4.0, 5.5)]),  # never ended
        (block(*A, END, MUTE="1 0"), []),
        (block(*A, END, PLAYRATE="2 1 0"), [(4.0, 4.25)]),
        (block(*B, END, SOFFS="1"), [(4.0, 4.5)]),
        (block(*B, END, SOFFS="1", PLAYRATE="2 1 0"), [(4.0, 4.25)]),
        (block(*A, END, SOFFS="0.25"), []),  # it begins before the item's edge
        (block(*A, END, length=0.3), [(4.0, 4.3)]),
        (block(*A, END, LOOP="1"), [(4.0, 4.5), (6.0, 6.5)]),
        (block(*A, END, LOOP="0"), [(4.0, 4.5)]),
        (block(*A, END, LOOP="1", SOFFS="1", length=3.0), [(5.0, 5.5)]),
        (block(*A, "IGNTEMPO 1 60 4 4", END), [(4.0, 5.0)]),
        (block(*A, "E 10 90 zz", "E x y z", "E", END), [(4.0, 4.5)]),
        (["<ITEM", "POSITION 1", "LENGTH 1", ">"], []),
        (["<ITEM", "LENGTH 1", "<SOURCE WAVE", 'FILE "a.wav"', ">", ">"], []),
    ],
)  # fmt: skip
def test_where_notes_sound(made: list[str], expected: list[tuple[float, float]]) -> None:
    found = [(n.start_s, n.end_s) for n in item_notes(made, CLOCK)]
    assert [t for pair in found for t in pair] == pytest.approx([t for p in expected for t in p])
    assert len(found) == len(expected)


def test_only_the_active_take_sounds() -> None:
    other = ["TAKE SEL", "NAME b", "<SOURCE MIDI", "HASDATA 1 480 QN", *A, END, ">"]
    made = [*block(*A, END, position=0.0)[:-1], *other, ">"]
    assert [(n.start_s, n.end_s) for n in item_notes(made, CLOCK)] == [(0.0, 1.0)]


@given(
    st.lists(
        st.tuples(st.integers(0, 3800), st.integers(1, 900), st.integers(58, 62)),
        max_size=12,
        unique_by=lambda n: n[2],
    ),
    st.floats(4.1, 7.9),
    st.sampled_from([0.5, 1.0, 2.0]),
)
@settings(max_examples=40, deadline=None)
def test_what_is_read_is_what_reaper_says(
    notes: list[tuple[int, int, int]], cut: float, rate: float
) -> None:
    """The starts of notes, cut and at other rates, are where REAPER's own conversion puts them."""
    with desk() as d:
        d.r.InsertTrackAtIndex(0, False)
        made = d.r.CreateNewMIDIItemInProj(d.r.GetTrack(HERE, 0), 4.0, 8.0, 0)[0]
        take = d.r.GetActiveTake(made)
        for start, length, pitch in notes:
            d.r.MIDI_InsertNote(take, False, False, start, start + length, 0, pitch, 80, False)
        d.r.SetMediaItemTakeInfo_Value(take, "D_PLAYRATE", rate)
        right = d.r.SplitMediaItem(made, cut)
        for piece in (made, right):
            chunk = d.r.GetItemStateChunk(piece, "", 4194303, False)[2].rstrip("\n").split("\n")
            take = d.r.GetActiveTake(piece)
            start = d.r.GetMediaItemInfo_Value(piece, "D_POSITION")
            end = start + d.r.GetMediaItemInfo_Value(piece, "D_LENGTH")
            expected = []
            for n in range(d.r.MIDI_CountEvts(take, 0, 0, 0)[2]):
                tick = d.r.MIDI_GetNote(take, n, 0, 0, 0, 0, 0, 0, 0)[5]
                time = d.r.MIDI_GetProjTimeFromPPQPos(take, tick)
                if start - 1e-6 <= time < end - 1e-6:
                    expected.append(max(time, start))
            found = sorted(n.start_s for n in item_notes(chunk, CLOCK))
            # A loop goes on after the source's end, which REAPER's notes do not list.
            assert found[: len(expected)] == pytest.approx(sorted(expected), abs=1e-6)


def test_points_of_envelopes_by_hand() -> None:
    made = ["<VOLENV2", "ACT 1 -1", "VOLTYPE 1", "PT 2 0.5 1", "PT 0 1 0", "PT 4 0.25 0 0 1", ">"]
    assert envelope_points(made) == ([(0, 1), (2, 0.5), (3.999, 0.5), (4, 0.25)], False)
    assert envelope_points(["<PANENV2", "PT 0 1 0", ">"]) == ([(0, 1)], True)
    assert envelope_points(["<PANENV2", "ACT 0 -1", "PT 0 1 0", ">"]) == ([], False)


def test_a_plain_send() -> None:
    assert is_plain_send("AUXRECV 5 0 0.35 0 0 0 0 0 0 -1:U 0 -1 ''")
    assert not is_plain_send("AUXRECV 5 0 0.35 0.5 0 0 0 0 0 -1:U 0 -1 ''")
    assert not is_plain_send("AUXRECV 5 3 0.35 0 0 0 0 0 0 -1:U 0 -1 ''")
