"""One part for each instrument: the laws of bringing roles and techniques together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from filmcomposer_core.arrangement.chairs import Chair, Entry, fits
from filmcomposer_core.arrangement.company import MOST_PARTS, hosts
from filmcomposer_core.arrangement.ground import Ground, Tone
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.settle import rehome, settle
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.labels import IDIOMS
from filmcomposer_core.contracts.score import Note, Score
from tests.core.arrangement import measures
from tests.core.arrangement.cues import ALL_ROLES, Cue, random_cue, sample, with_texture

FRAME_S = 1 / 24


@pytest.fixture(scope="module")
def scores() -> list[tuple[Cue, Score]]:
    cues = [random_cue(100 + n, idiom=name) for n, name in enumerate(IDIOMS)]
    full = [replace(with_texture(c, ALL_ROLES)) for c in cues[::3]]
    return [(cue, cue.arranged(seed=n)) for n, cue in enumerate([*cues, *full])]


@pytest.fixture(scope="module")
def ground() -> Ground:
    cue = with_texture(sample(), ALL_ROLES)
    return lay_ground(
        plan=cue.plan,
        melody=cue.melody,
        tempo_map=cue.tempo_map,
        curves=cue.curves,
        duration_s=cue.duration_s,
    )


def entry(beat: float, length: float, pitch: int, role: str, rank: int, how: str = "") -> Entry:
    note = Note(beat=beat, length=length, pitch=pitch, velocity=80) if rank == 0 else None
    return Entry(Tone(beat, length, pitch), role, how or "sustain", rank, note)


def test_an_instrument_has_one_part_and_gives_it_its_name(scores):
    for _, score in scores:
        seats = [p.instrument for p in score.parts]
        seats += [d.instrument for p in score.parts for d in p.duplicates]
        assert max(Counter(seats).values()) == 1
        for part, player in measures.players(score):
            assert (part.id, part.name) == (player.id, player.name)


def test_there_are_at_most_sixteen_parts_with_their_duplicates(scores):
    counts = [len(s.parts) + sum(len(p.duplicates) for p in s.parts) for _, s in scores]
    assert max(counts) <= MOST_PARTS == 16
    assert max(counts) > 12


def test_the_theme_keeps_every_note(scores):
    for cue, score in scores:
        assert measures.differs_from_theme(cue, score) == []


def test_hands_and_ranges_hold_after_merging(scores):
    for _, score in scores:
        assert measures.outside_range(score) == []
        for part, player in measures.players(score):
            assert measures.most_together(part) <= player.polyphony, part.id


def test_strong_hits_keep_their_onsets_after_merging(scores):
    seen = 0
    for cue, score in scores:
        onsets = measures.onsets_s(cue, score)
        for item in cue.spots:
            beat = cue.timeline.beat_at(item.time_s)
            section = measures.section_of(cue, beat)
            first = cue.timeline.bars_until(9)[cue.tempo_map.first_bar - 1].start_beat
            if section is None or section.silence or beat < first or not item.strong:
                continue
            if item.time_s < cue.duration_s - 1:
                seen += 1
                assert measures.distance_s(onsets, item.time_s) <= FRAME_S + 1e-6
    assert seen > 40


def test_controllers_of_one_part_do_not_fight(scores):
    for _, score in scores:
        for part in score.parts:
            places = [(c.number, round(c.beat, 6)) for c in part.controllers]
            assert len(set(places)) == len(places), part.id


def test_a_note_names_its_technique_only_where_it_is_not_the_parts(scores):
    named = 0
    for _, score in scores:
        for part, player in measures.players(score):
            known = {technique.name for technique in player.techniques}
            for note in part.notes:
                assert note.technique in known - {part.technique} | {""}
                assert note.role != part.role
                named += bool(note.technique)
    assert named > 100


def test_a_quiet_cue_still_has_few_parts():
    cue = with_texture(sample(), "melody+pad+bass")
    sections = tuple(replace(s, tension=0.1, function="theme") for s in cue.plan.sections)
    plan = replace(cue.plan, sections=sections, bar_tension=(0.1,) * 10)
    assert 3 <= len(replace(cue, plan=plan, spots=()).arranged().parts) <= 6


def test_the_less_important_tone_ends_where_hands_are_needed(ground):
    chair = Chair("oboe", [entry(0, 4, 67, "pad", 6), entry(2, 1, 72, "melody", 0)])
    assert settle(ground, chair) == []
    assert [(e.tone.beat, e.tone.length, e.role) for e in chair.entries] == [
        (0, 2, "pad"),
        (2, 1, "melody"),
    ]


def test_a_tone_under_the_theme_goes_to_a_relative_with_room(ground):
    oboe = Chair("oboe", [entry(0, 4, 72, "melody", 0), entry(1, 1, 67, "counter", 2)])
    flute = Chair("flute", [entry(4, 1, 72, "motion", 5)])
    (loose,) = settle(ground, oboe)
    settle(ground, flute)
    assert rehome(ground, {"oboe": oboe, "flute": flute}, oboe, loose)
    assert [e.rank for e in oboe.entries] == [0]
    assert (flute.entries[0].tone.beat, flute.entries[0].tone.pitch) == (1, 67)


def test_without_a_relative_it_begins_with_the_next_onset(ground):
    notes = [entry(0, 2, 72, "melody", 0), entry(1, 5, 67, "pad", 6), entry(3, 1, 60, "pad", 6)]
    horns = Chair("violin_solo", [*notes, entry(0, 2, 64, "counter", 2)])
    (loose,) = settle(ground, horns)
    assert rehome(ground, {"violin_solo": horns}, horns, loose)
    late = next(e for e in horns.entries if e.tone.pitch == 67)
    assert (late.tone.beat, late.tone.end) == (3, 6)


def test_equal_tones_at_one_beat_are_one(ground):
    chair = Chair("piano", [entry(0, 1, 60, "pad", 6), entry(0, 1, 60, "bass", 3)])
    assert settle(ground, chair) == []
    assert [e.role for e in chair.entries] == ["bass"]


def test_a_hit_pushes_out_what_comes_too_soon_before_it(ground):
    slow = Chair("church_bell", [entry(0, 1, 60, "colour", 5), entry(1, 1, 62, "colour", 1)])
    assert [e.rank for e in settle(ground, slow)] == [5]
    assert [e.rank for e in slow.entries] == [1]


def test_fitting_means_range_speed_and_hands(ground):
    oboe = Chair("oboe", [entry(0, 2, 70, "melody", 0)])
    bell = Chair("church_bell", [entry(0, 2, 60, "colour", 5)])
    for chair in (oboe, bell):
        chair.sort()
    assert not fits(ground, oboe, Tone(1, 1, 72))
    assert fits(ground, oboe, Tone(2, 1, 72))
    assert not fits(ground, oboe, Tone(3, 1, instrument("oboe").high + 1))
    assert not fits(ground, bell, Tone(0.5, 0.1, 62))
    assert fits(ground, bell, Tone(3, 0.1, 62))


def test_a_roll_goes_only_to_who_can_roll():
    roll = Chair("cymbal_suspended", [entry(0, 4, 59, "percussion", 3, "roll")])
    clash = Chair("cymbals_clash", [entry(4, 1, 57, "percussion", 1, "hit")])
    snare = Chair("snare_concert", [entry(4, 1, 38, "percussion", 3, "hit")])
    chairs = {chair.instrument: chair for chair in (roll, clash, snare)}
    assert [chair.instrument for chair in hosts(chairs, roll)] == ["snare_concert"]
