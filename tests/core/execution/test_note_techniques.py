"""Notes of one part that are played by techniques of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.daw_plan import MidiItemOp
from filmcomposer_core.contracts.score import Controller, Note, Score
from filmcomposer_core.errors import InputError
from filmcomposer_core.execution.sounds import DRUM_CHANNEL, sounds_of
from tests import samples
from tests.core.execution.cases import built, op_for, scheme_with


def score_with(
    track: str, *notes: Note, controllers: tuple[Controller, ...] = (), instrument: str = ""
) -> Score:
    score = samples.score()
    parts = tuple(
        replace(p, notes=notes, controllers=controllers, instrument=instrument or p.instrument)
        if p.id == track
        else p
        for p in score.parts
    )
    return replace(score, parts=parts)


def note(beat: float, pitch: int, technique: str = "", length: float = 1.0) -> Note:
    return Note(beat=beat, length=length, pitch=pitch, velocity=80, technique=technique)


def played(track: str, score: Score, **scheme: object) -> MidiItemOp:
    plan = built(score=score, scheme=scheme_with(track, **scheme))
    item: MidiItemOp = op_for(plan, MidiItemOp, track)
    return item


MIXED = (note(0, 70), note(1, 72, "pizzicato"), note(2, 74, "staccato"), note(3, 76))


def test_each_technique_has_a_channel_of_its_own_in_one_item():
    item = played("violins", score_with("violins", *MIXED))
    names = {sound.channel: sound.technique for sound in item.sounds}
    assert [names[n.channel] for n in item.notes] == ["legato", "pizzicato", "staccato", "legato"]
    assert len({sound.channel for sound in item.sounds}) == 3
    programs = {sound.technique: (sound.bank, sound.program) for sound in item.sounds}
    assert programs["pizzicato"] != programs["legato"]
    assert item.notes[2].length < item.notes[3].length


def test_an_edited_technique_replaces_the_usual_one_only():
    item = played("violins", score_with("violins", *MIXED), technique="tremolo")
    names = {sound.channel: sound.technique for sound in item.sounds}
    sounding = [names[n.channel] for n in item.notes]
    assert set(sounding) == {"tremolo", "pizzicato", "staccato"}
    assert "legato" not in sounding


def test_another_instrument_plays_what_it_has_and_the_rest_as_usual():
    item = played("violins", score_with("violins", *MIXED), instrument="flute", technique="sustain")
    names = {sound.channel: sound.technique for sound in item.sounds}
    found = [names[n.channel] for n in item.notes]
    assert found == ["sustain", "sustain", "staccato", "sustain"]


def test_an_unknown_technique_names_file_part_and_note():
    score = score_with("violins", note(0, 70), note(6.5, 71, "growl"))
    with pytest.raises(InputError, match=r"score.json: part 'violins': note at beat 6.5.*growl"):
        built(score=score)


def test_techniques_of_one_drum_kit_share_its_channel():
    notes = (note(0, 38), note(1, 40, "roll"), note(2, 37, "rim"))
    score = score_with("basses", *notes, instrument="snare_concert")
    item = played("basses", score, instrument="snare_concert", technique="hit")
    assert {sound.channel for sound in item.sounds} == {DRUM_CHANNEL}
    assert len(item.sounds) == 1
    assert {n.pitch for n in item.notes} == {38, 40, 37}


def test_no_instrument_runs_out_of_channels():
    for player in catalogue().values():
        taken = []
        for technique in player.techniques:
            taken += [s for s in sounds_of(technique, taken=taken) if s not in taken]
        channels = [sound.channel for sound in taken]
        assert len(set(channels)) == len(channels) <= 15, player.id


def test_a_layered_technique_keeps_both_sounds_beside_another():
    score = score_with("basses", note(0, 40), note(2, 40, "ensemble"), instrument="taiko")
    item = played("basses", score, instrument="taiko", technique="hit")
    assert [n.beat for n in item.notes] == [0, 2, 2]
    assert len({n.channel for n in item.notes}) == 3


def test_a_swell_owns_its_controller_only_while_it_lasts():
    own = (Controller(beat=0.0, number=11, value=90), Controller(beat=7.0, number=11, value=70))
    score = score_with("horns", note(0, 60), note(4, 60, "swell", 2.0), controllers=own)
    item = played("horns", score)
    moves = [(c.beat, c.value) for c in item.controllers if c.number == 11]
    inside = [beat for beat, _ in moves if 4 <= beat < 6]
    assert moves[0] == (0, 90)
    assert len(inside) >= 2
    assert (6.0, 90) in moves
    assert moves[-1] == (7, 70)
