from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from filmcomposer_core.catalogue import Technique, catalogue, instrument
from filmcomposer_core.contracts.score import Controller, Note
from filmcomposer_core.execution.grid import Grid, make_grid
from filmcomposer_core.execution.techniques import realise, without_collisions
from filmcomposer_core.execution.voice import Voice
from filmcomposer_core.timeline import Timeline
from tests import samples

EVERY = [(i.id, t.name) for i in catalogue().values() for t in i.techniques]


@pytest.fixture(scope="module")
def grid() -> Grid:
    return make_grid(samples.tempo_plan().map, plan=samples.cue_plan(), duration_s=20.0)


def note(beat: float, length: float, pitch: int, velocity: int = 80) -> Note:
    return Note(beat=beat, length=length, pitch=pitch, velocity=velocity)


def play(
    grid: Grid, who: str, how: str, *notes: Note, controllers: tuple[Controller, ...] = ()
) -> Voice:
    player = instrument(who)
    voice = Voice(notes=notes, controllers=controllers)
    return realise(voice, instrument=player, technique=player.technique(how), grid=grid)


def test_gate_and_velocity_of_a_staccato(grid: Grid) -> None:
    (sent,) = play(grid, "violins1", "staccato", note(2.0, 2.0, 70)).notes
    assert sent == note(2.0, 0.7, 70, 88)


def test_a_quick_staccato_speaks(grid: Grid) -> None:
    """At 2 beats a second a sixteenth lasts 125 ms: a third of that would be a click."""
    (sent,) = play(grid, "violins1", "staccato", note(2.0, 0.25, 70)).notes
    assert sent.length == pytest.approx(2 * 1.6 * 0.070)
    (low,) = play(grid, "tuba", "staccato", note(2.0, 0.5, 40)).notes
    assert low.length >= 2 * 0.139
    (grace,) = play(grid, "flute", "staccato", note(2.0, 0.1, 80)).notes
    assert grace.length <= 0.1 * 0.92 + 1e-9


def test_a_drum_plays_its_key(grid: Grid) -> None:
    (sent,) = play(grid, "snare_concert", "hit", note(0.0, 1.0, 60)).notes
    assert sent.pitch == 38


def test_a_roll_of_22_strokes_a_second_for_one_second(grid: Grid) -> None:
    strokes = play(grid, "snare_concert", "roll", note(0.0, 2.0, 38)).notes  # 2 beats at 120 = 1 s
    assert len(strokes) == 22
    gaps = [b.beat - a.beat for a, b in pairwise(strokes)]
    assert gaps == pytest.approx([2.0 / 22] * 21)
    assert strokes[0].beat == 0.0
    assert {s.velocity for s in strokes} == {80, 74}


def test_strokes_are_even_in_seconds_where_the_tempo_moves() -> None:
    points = samples.tempo_plan().map.points
    ramp = (replace(points[0], ramp=True), replace(points[0], time_s=4.0, bpm=60.0))
    tempo = replace(samples.tempo_plan().map, points=ramp)
    moving = make_grid(tempo, plan=samples.cue_plan(), duration_s=20.0)
    strokes = play(moving, "timpani", "roll", note(0.0, 4.0, 45)).notes
    times = [Timeline(ramp).time_at(s.beat) for s in strokes]
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == pytest.approx([gaps[0]] * len(gaps))


def test_a_trill_takes_turns_with_the_next_degree(grid: Grid) -> None:
    on_e = play(grid, "flute", "trill", note(0.0, 2.0, 76)).notes  # C major: E-F
    on_f = play(grid, "flute", "trill", note(0.0, 2.0, 77)).notes  # F-G
    assert {n.pitch for n in on_e} == {76, 77}
    assert {n.pitch for n in on_f} == {77, 79}
    assert on_e[0].pitch == 76


def test_a_trill_at_the_top_turns_downward(grid: Grid) -> None:
    high = instrument("flute").high
    pitches = {n.pitch for n in play(grid, "flute", "trill", note(0.0, 2.0, high)).notes}
    assert max(pitches) == high
    assert len(pitches) == 2


def test_a_glissando_runs_up_the_scale_to_its_note(grid: Grid) -> None:
    run = play(grid, "harp", "glissando", note(0.0, 1.0, 72)).notes  # .5 s at 24 a second
    assert len(run) == 12
    pitches = [n.pitch for n in run]
    assert pitches[-1] == 72
    assert pitches == sorted(pitches)
    assert all(p % 12 in {0, 2, 4, 5, 7, 9, 11} for p in pitches)


def test_a_rolled_chord_begins_on_the_beat_and_rises(grid: Grid) -> None:
    chord = (note(4.0, 4.0, 67), note(4.0, 4.0, 60), note(4.0, 4.0, 64))
    sent = play(grid, "harp", "arpeggio", *chord).notes
    assert [n.pitch for n in sent] == [60, 64, 67]
    assert [n.beat for n in sent] == pytest.approx([4.0, 4.12, 4.24])  # 60 ms at 120
    assert [n.end for n in sent] == pytest.approx([8.0] * 3)


def test_a_grace_note_comes_before_the_beat(grid: Grid) -> None:
    grace, main = play(grid, "flute", "grace", note(4.0, 1.0, 72)).notes
    assert main == note(4.0, 1.0, 72)
    assert grace.pitch == 74
    assert grace.beat == pytest.approx(4.0 - 0.14)  # 70 ms at 120
    assert grace.velocity < main.velocity


def test_no_grace_note_before_the_beginning(grid: Grid) -> None:
    assert len(play(grid, "flute", "grace", note(0.0, 1.0, 72)).notes) == 1


def test_a_swell_moves_its_controller_and_leaves_the_others(grid: Grid) -> None:
    own = (Controller(beat=0.0, number=11, value=90), Controller(beat=0.0, number=1, value=40))
    voice = play(grid, "horns_a4", "swell", note(0.0, 4.0, 60), controllers=own)
    assert [(c.number, c.value, c.ramp) for c in voice.controllers] == [
        (1, 40, False),
        (11, 30, True),
        (11, 120, False),
    ]
    assert voice.controllers[-1].beat < 4.0


def test_a_sforzando_falls_at_once(grid: Grid) -> None:
    voice = play(grid, "horns_a4", "sforzando", note(0.0, 4.0, 60))
    values = [(c.beat, c.value) for c in voice.controllers]
    assert values[1][0] == pytest.approx(0.3)  # .15 s at 120
    assert [v for _, v in values] == [127, 60, 110]


def test_the_pedal_is_lifted_before_the_next_measure(grid: Grid) -> None:
    voice = play(grid, "piano", "pedal", note(0.0, 1.0, 60), note(5.0, 1.0, 60))
    assert [(c.beat, c.value) for c in voice.controllers] == [
        (0.0625, 127),
        (3.875, 0),
        (4.0625, 127),
        (7.875, 0),
    ]


def test_a_crescendo_roll_grows(grid: Grid) -> None:
    strokes = play(grid, "cymbal_suspended", "roll", note(0.0, 4.0, 59, 100)).notes
    velocities = [s.velocity for s in strokes]
    assert velocities == sorted(velocities)
    assert (velocities[0], velocities[-1]) == (20, 100)


def test_no_note_lasts_into_the_next_on_its_key_or_past_the_picture() -> None:
    notes = [
        note(0.0, 2.0, 60),
        note(1.0, 9.0, 60, 90),
        note(1.0, 1.0, 60, 50),
        note(12.0, 1.0, 60),
    ]
    assert without_collisions(notes, end_beat=8.0) == (note(0.0, 1.0, 60), note(1.0, 7.0, 60, 90))


@pytest.mark.parametrize(("who", "how"), EVERY, ids=[f"{w}-{h}" for w, h in EVERY])
def test_every_technique_plays_inside_the_range(grid: Grid, who: str, how: str) -> None:
    player = instrument(who)
    technique: Technique = player.technique(how)
    pitches = sorted({player.low, player.comfort_low, player.comfort_high, player.high})
    notes = [note(4.0 * i + off, 1.5, p) for i, p in enumerate(pitches) for off in (0.0, 1.5)]
    sent = play(grid, who, how, *notes).notes
    assert len(sent) >= len(notes)
    for one in sent:
        assert one.length > 0
        assert one.end <= grid.end_beat + 1e-9
        if technique.key is None:
            assert player.low <= one.pitch <= player.high
        else:
            assert one.pitch == technique.key
    if not technique.roll_ms and not technique.grace_ms:
        assert {n.beat for n in notes} <= {n.beat for n in sent}
