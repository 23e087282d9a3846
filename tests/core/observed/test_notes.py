"""Notes in seconds to beats, and which of them are the written ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.daw_plan import MidiItemOp, PlayedNote, Sound
from filmcomposer_core.contracts.observed import ObservedNote
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.observed.notes import placed_notes
from filmcomposer_core.observed.part_notes import edited_item
from filmcomposer_core.timeline import Timeline
from tests.core.observed.daw import seen_notes

STEADY = Timeline([TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4)])
SOUNDS = tuple(
    Sound(channel=channel, technique=name, bank=0, program=48)
    for channel, name in ((0, "sustain"), (2, "pizzicato"))
)


def item(*notes: tuple[float, float, int], timeline: Timeline = STEADY) -> MidiItemOp:
    played = [PlayedNote(beat=b, length=n, pitch=p, velocity=80, channel=0) for b, n, p in notes]
    return MidiItemOp(
        track="violins", name="Violins", instrument="violins", start_beat=0.0, end_beat=16.0,
        sounds=SOUNDS, notes=tuple(played),
    )  # fmt: skip


ITEM = item((0.0, 0.98, 60), (1.01, 0.5, 62), (4.0, 4.0, 64))


def note(start_s: float, end_s: float, pitch: int = 60, **more: int) -> ObservedNote:
    return ObservedNote(
        start_s=start_s, end_s=end_s, pitch=pitch, **({"velocity": 80, "channel": 0} | more)
    )


def test_what_was_written_is_the_same_object() -> None:
    assert edited_item(ITEM, seen_notes(ITEM, STEADY), timeline=STEADY) == (ITEM, ())


def test_ticks_are_no_change_but_more_than_1_5_ms_is() -> None:
    seen = list(seen_notes(ITEM, STEADY))
    seen[2] = replace(seen[2], start_s=2.0014, end_s=3.9986)
    assert edited_item(ITEM, seen, timeline=STEADY)[0] is ITEM
    seen[2] = replace(seen[2], start_s=2.0016)
    made, _ = edited_item(ITEM, seen, timeline=STEADY)
    assert made.notes[:2] == ITEM.notes[:2]
    assert made.notes[2].beat == pytest.approx(4.0032)
    # The end was left alone (1.4 ms are ticks), so it keeps its beat.
    assert made.notes[2].beat + made.notes[2].length == pytest.approx(8.0, abs=1e-9)


def test_a_new_pitch_or_velocity_keeps_the_written_place() -> None:
    seen = list(seen_notes(ITEM, STEADY))
    seen[1] = replace(seen[1], pitch=63, velocity=20)
    made, _ = edited_item(ITEM, seen, timeline=STEADY)
    assert made.notes[1] == replace(ITEM.notes[1], pitch=63, velocity=20)


def test_an_item_grows_by_whole_bars() -> None:
    seen = [*seen_notes(ITEM, STEADY), note(8.1, 8.9)]
    made, _ = edited_item(ITEM, seen, timeline=STEADY)
    assert (made.start_beat, made.end_beat) == (0.0, 20.0)
    late = replace(ITEM, start_beat=8.0, notes=())
    made, _ = edited_item(late, [note(2.1, 2.4)], timeline=STEADY)
    assert (made.start_beat, made.end_beat) == (4.0, 16.0)


def test_a_strange_channel_goes_to_the_nearest_sound_and_is_told() -> None:
    seen = [replace(n, channel=9) for n in seen_notes(ITEM, STEADY)]
    made, said = edited_item(ITEM, seen, timeline=STEADY)
    assert {n.channel for n in made.notes} == {2}
    assert "no sound on MIDI channel 10" in said[0]
    seen = [replace(n, channel=1) for n in seen_notes(ITEM, STEADY)]
    assert edited_item(ITEM, seen, timeline=STEADY)[0] is ITEM  # nearest and first: unchanged


def test_a_note_from_before_the_picture_begins_with_it() -> None:
    made, _ = edited_item(ITEM, [note(-0.5, 0.25)], timeline=STEADY)
    assert (made.notes[0].beat, made.notes[0].length) == (0.0, 0.5)
    made, _ = edited_item(ITEM, [note(3.0, 2.9)], timeline=STEADY)
    assert made.notes[0].length == pytest.approx(1 / 960)


def test_two_equal_notes_are_two() -> None:
    twice = item((0.0, 1.0, 60), (0.0, 1.0, 60))
    seen = seen_notes(twice, STEADY)
    assert edited_item(twice, seen, timeline=STEADY)[0] is twice
    assert len(edited_item(twice, seen[:1], timeline=STEADY)[0].notes) == 1


BPM = st.floats(30.0, 300.0)
POINTS = st.lists(
    st.tuples(st.floats(0.5, 8.0), BPM, st.booleans()), min_size=0, max_size=5
).flatmap(lambda rows: st.tuples(st.just(rows), BPM, st.booleans()))


def timeline_from(drawn: tuple) -> Timeline:
    rows, bpm, ramp = drawn
    points = [TempoPoint(time_s=0.0, bpm=bpm, ramp=ramp, num=4, den=4)]
    for step, tempo, ramps in rows:
        points.append(
            TempoPoint(time_s=points[-1].time_s + step, bpm=tempo, ramp=ramps, num=4, den=4)
        )
    return Timeline(points)


@given(POINTS, st.floats(0.0, 200.0), st.floats(0.01, 20.0))
def test_seconds_come_back_as_the_beats_they_were(drawn, beat: float, length: float) -> None:
    timeline = timeline_from(drawn)
    seen = [note(timeline.time_at(beat), timeline.time_at(beat + length))]
    found = placed_notes(seen, (), timeline=timeline)[0]
    assert found.beat == pytest.approx(beat, abs=1e-6)
    assert found.beat + found.length == pytest.approx(beat + length, abs=1e-6)


NOTES = st.lists(
    st.tuples(st.floats(0.0, 15.0), st.floats(0.05, 1.0), st.integers(40, 90)), max_size=20
)


@given(POINTS, NOTES, st.permutations(range(20)))
def test_seeing_what_was_written_changes_nothing(drawn, rows, order) -> None:
    timeline, written = timeline_from(drawn), item(*rows)
    seen = seen_notes(written, timeline)
    mixed = [seen[i] for i in order if i < len(seen)]
    assert edited_item(written, mixed, timeline=timeline)[0] is written
