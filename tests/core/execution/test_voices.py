from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.daw_plan import DawPlan, EnvelopeOp, MidiItemOp, TrackOp
from filmcomposer_core.contracts.scheme import MeasureScheme
from filmcomposer_core.contracts.score import Duplicate, Note
from tests import samples
from tests.core.execution.cases import built, op_for, ops, range_notes, scheme_with


def midi(plan: DawPlan, track: str) -> MidiItemOp:
    item: MidiItemOp = op_for(plan, MidiItemOp, track)
    return item


def test_the_scheme_chooses_instrument_and_technique() -> None:
    plan = built(scheme=scheme_with("violins", instrument="flute", technique="staccato"))
    item = midi(plan, "violins")
    assert item.instrument == "flute"
    assert [(s.bank, s.program, s.technique) for s in item.sounds] == [(0, 73, "staccato")]
    assert item.notes[0].length == pytest.approx(0.4)
    assert op_for_name(plan, "violins") == "Violins (Flute)"


def op_for_name(plan: DawPlan, track: str) -> str:
    return next(t.name for t in ops(plan, TrackOp) if t.id == track)


def test_filters_of_a_technique_reach_the_sound() -> None:
    (sound,) = midi(built(scheme=scheme_with("horns", technique="sordino")), "horns").sounds
    assert sound.lowpass_hz == 1600
    assert sound.attack_ms == 65


def test_a_drum_kit_has_channel_9() -> None:
    scheme = scheme_with("basses", instrument="snare_concert", technique="roll")
    item = midi(built(scheme=scheme), "basses")
    assert [(s.channel, s.bank, s.program) for s in item.sounds] == [(9, 128, 48)]
    assert {n.channel for n in item.notes} == {9}
    assert {n.pitch for n in item.notes} == {40}


def test_a_layered_sound_plays_on_two_channels() -> None:
    scheme = scheme_with("basses", instrument="taiko", technique="ensemble")
    item = midi(built(scheme=scheme), "basses")
    assert [(s.channel, s.bank, s.program) for s in item.sounds] == [(0, 0, 116), (1, 8, 116)]
    assert len(item.notes) == 2 * len(samples.score().parts[2].notes)


def test_a_changed_instrument_moves_notes_into_its_range_and_says_so() -> None:
    scheme = scheme_with("basses", instrument="piccolo", technique="sustain")
    item = midi(built(scheme=scheme), "basses")
    written = samples.score().parts[2].notes
    assert [n.pitch % 12 for n in item.notes] == [n.pitch % 12 for n in written]
    assert all(74 <= n.pitch <= 108 for n in item.notes)
    (sentence,) = range_notes(scheme=scheme)
    assert sentence.startswith("basses: 10 notes in measures 1 to 10 moved up by 4 octaves")
    assert range_notes() == ()


def test_soften_is_one_step_softer_in_its_measures_only() -> None:
    notes = midi(built(scheme=scheme_with("violins", soften=(2,))), "violins").notes
    assert {n.velocity for n in notes if 4 <= n.beat < 8} == {60}
    assert {n.velocity for n in notes if n.beat < 4 or 8 <= n.beat < 30} == {80}


def test_an_edited_dynamic_scales_the_velocity() -> None:
    scheme = samples.scheme()
    louder = (MeasureScheme(measure=1, dynamic="ff"), *scheme.measures[1:])
    notes = midi(built(scheme=replace(scheme, measures=louder)), "violins").notes
    assert {n.velocity for n in notes if n.beat < 4} == {119}  # 80 * .86 / .58
    assert {n.velocity for n in notes if 4 <= n.beat < 30} == {80}


def test_a_duplicate_is_a_track_of_its_own() -> None:
    doubled = scheme_with(
        "violins", duplicates=(Duplicate(instrument="flute", semitones=12, gain=0.5),)
    )
    plan = built(scheme=doubled)
    parts = [t.id for t in ops(plan, TrackOp) if t.kind == "part"]
    assert parts == ["violins", "violins_dup1", "horns", "basses"]
    own, copy = midi(plan, "violins"), midi(plan, "violins_dup1")
    assert copy.instrument == "flute"
    assert [n.beat for n in copy.notes] == [n.beat for n in own.notes]
    assert copy.notes[0].pitch == own.notes[0].pitch + 12
    assert copy.sounds[0].technique == "legato"
    volume = next(e for e in ops(plan, EnvelopeOp) if e.track == "violins_dup1")
    assert [p.value for p in volume.points] == pytest.approx([0.3, 0.45, 0.25])


@pytest.mark.parametrize(("semitones", "fits"), [(36, 127), (-36, 0)])
def test_a_duplicate_beyond_midi_keeps_its_pitch_class(semitones: int, fits: int) -> None:
    score = samples.score()
    edge = (Note(beat=0.0, length=1.0, pitch=fits, velocity=80),)
    score = replace(score, parts=(replace(score.parts[0], notes=edge), *score.parts[1:]))
    duplicate = Duplicate(instrument="flute", semitones=semitones, gain=0.5)
    scheme = scheme_with("violins", duplicates=(duplicate,))
    (note,) = midi(built(score=score, scheme=scheme), "violins_dup1").notes
    assert note.pitch % 12 == fits % 12
    assert 60 <= note.pitch <= 98


def test_an_empty_volume_table_is_full_level() -> None:
    plan = built(scheme=scheme_with("violins", volume_envelope={}))
    assert next(t for t in ops(plan, TrackOp) if t.id == "violins").volume == 1.0
