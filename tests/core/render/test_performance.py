from __future__ import annotations

from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.render.midi_bytes import SynthControl, SynthNote, SynthScore, midi_file
from filmcomposer_core.render.performance import (
    LONGEST_NOTE_S,
    Performance,
    perform,
    without_overlap,
)
from filmcomposer_core.render.session import read_session
from tests.core.render import plans
from tests.core.render.plans import PartDraft

RATE = 48000


EVEN = plans.tempo((0.0, 120.0))


def played(*, length_s: float = 10.0, points=EVEN, **options) -> Performance:
    part = PartDraft(id="a", **options)
    session = read_session(plans.plan(part, length_s=length_s, points=points))
    item = session.parts[0].items[0]
    return perform(item, timeline=session.timeline, length=session.length)


def test_beats_become_samples_by_the_tempo_map() -> None:
    found = played(
        notes=[(0.0, 1.0, 60, 90), (4.0, 2.0, 60, 90)],
        points=plans.tempo((0.0, 120.0), (1.0, 60.0)),
    )
    assert [(n.start, n.end) for n in found.notes] == [(0, RATE // 2), (3 * RATE, 5 * RATE)]


def test_a_note_ends_where_its_key_is_struck_again() -> None:
    found = played(notes=[(0.0, 1.2, 60, 90), (1.0, 1.0, 60, 90), (1.0, 1.0, 64, 90)])
    ends = [(n.key, n.end) for n in without_overlap(found.notes)]
    assert ends == [(60, RATE // 2), (60, RATE), (64, RATE)]


def test_of_two_notes_at_once_the_longer_stays() -> None:
    found = played(notes=[(0.0, 1.0, 60, 90), (0.0, 2.0, 60, 70)])
    assert [n.end for n in without_overlap(found.notes)] == [RATE]


def test_notes_after_the_end_are_left_out() -> None:
    assert len(played(notes=[(0.0, 1.0, 60, 90), (8.0, 1.0, 60, 90)], length_s=2.0).notes) == 1


def test_the_pedal_holds_notes_to_its_release() -> None:
    pedal = [Controller(beat=0.0, number=64, value=127), Controller(beat=3.0, number=64, value=0)]
    found = played(notes=[(0.0, 1.0, 60, 90), (3.5, 0.5, 62, 90)], controllers=pedal)
    assert [n.end for n in found.notes] == [round(1.5 * RATE), 2 * RATE]
    assert not found.controls


def test_a_pedal_that_is_never_lifted_holds_nothing() -> None:
    pedal = [Controller(beat=0.0, number=64, value=127)]
    assert played(notes=[(0.0, 1.0, 60, 90)], controllers=pedal).notes[0].end == RATE // 2


def test_very_long_notes_are_struck_again() -> None:
    found = played(notes=[(0.0, 2.0 * 2.5 * LONGEST_NOTE_S, 60, 90)], length_s=1000.0)
    assert len(found.notes) == 3
    assert found.struck_again == 2
    assert found.notes[0].end == found.notes[1].start


def test_vibrato_ramps_reach_the_synthesiser_in_steps() -> None:
    moves = [
        Controller(beat=0.0, number=1, value=0, ramp=True),
        Controller(beat=2.0, number=1, value=100),
    ]
    controls = played(notes=[(0.0, 4.0, 60, 90)], controllers=moves).controls
    values = [c.value for c in controls]
    assert values == sorted(values)
    assert values[-1] == 100
    assert len(values) > 20


def test_midi_file_has_one_tick_per_sample() -> None:
    import io

    import mido

    score = SynthScore(
        length=70001,
        presets={0: 130},
        notes=(SynthNote(start=12345, end=60001, key=60, velocity=99, channel=0),),
        controls=(SynthControl(at=777, channel=0, number=1, value=5),),
    )
    read = mido.MidiFile(file=io.BytesIO(midi_file(score)))
    assert read.ticks_per_beat == 24000
    at, found = 0, {}
    for message in read.tracks[0]:
        at += message.time
        found[message.type if message.type != "control_change" else message.control] = at, message
    assert found["note_on"][0] == 12345
    assert found["note_off"][0] == 60001
    assert found[1][0] == 777
    assert found["end_of_track"][0] == 70001
    assert (found[0][1].value, found["program_change"][1].program) == (1, 2)


def test_a_note_off_comes_before_the_note_on_of_the_same_sample() -> None:
    notes = [
        SynthNote(start=0, end=100, key=60, velocity=90, channel=0),
        SynthNote(start=100, end=200, key=60, velocity=90, channel=0),
    ]
    data = midi_file(SynthScore(length=300, presets={0: 0}, notes=tuple(notes)))
    assert data.index(bytes((0x80, 60, 0, 0, 0x90, 60, 90))) > 0
