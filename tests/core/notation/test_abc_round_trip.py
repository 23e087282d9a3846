from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.notation import abc_to_melody, carry_velocities, melody_to_abc
from filmcomposer_core.notation.grid import UNITS_PER_BEAT
from tests import samples
from tests.core.notation import material


def written(melody: Melody, **changes: object) -> str:
    given_plan = changes.get("plan") or samples.cue_plan()
    assert isinstance(given_plan, CuePlan)
    tempo_map = samples.tempo_plan().map
    return melody_to_abc(melody, tempo_map=tempo_map, plan=given_plan, title="Theme")


def test_the_sample_theme_reads_as_a_musician_would_write_it() -> None:
    text = written(samples.melody())
    assert '"C"!mf!G2 E2 G2 c2 | "F"A2 F2 A2 c2 | "Am"c2 A2 E2 A2 | "G"B2 G2 D2 G2 |' in text
    assert "% bar 5, section B (climax), phrase" in text
    assert text.startswith("X:1\nT:Theme\nM:4/4\nL:1/8\n")
    assert "Q:" not in text


def test_the_sample_theme_comes_back() -> None:
    back = abc_to_melody(written(samples.melody()), where="melody.abc")
    assert material.sounding(back) == material.sounding(samples.melody())
    assert back.phrase_starts == samples.melody().phrase_starts


@settings(max_examples=120, deadline=None)
@given(melody=material.melodies(), plan=material.plans(), odd=st.booleans())
def test_every_note_comes_back(melody: Melody, plan: CuePlan, odd: bool) -> None:
    tempo_map = material.changing_map() if odd else material.waltz_map()
    text = melody_to_abc(melody, tempo_map=tempo_map, plan=plan, title="100 % \\ any\ntitle")
    back = abc_to_melody(text, where="melody.abc")
    assert material.sounding(back) == material.sounding(melody)
    again = melody_to_abc(back, tempo_map=tempo_map, plan=plan, title="100 % \\ any\ntitle")
    assert again == text


@settings(max_examples=60, deadline=None)
@given(melody=material.melodies(per_beat=960))
def test_any_place_moves_by_at_most_half_the_grid(melody: Melody) -> None:
    long_enough = all(note.length >= 1 / UNITS_PER_BEAT for note in melody.notes)
    back = abc_to_melody(written(melody), where="melody.abc")
    assert [note.pitch for note in back.notes] == [note.pitch for note in melody.notes]
    if long_enough:
        half = 0.5 / UNITS_PER_BEAT + 1e-9
        for new, old in zip(back.notes, melody.notes, strict=True):
            assert abs(new.beat - old.beat) <= half
            assert abs(new.end - old.end) <= half


def test_notes_shorter_than_the_grid_are_kept() -> None:
    notes = tuple(Note(beat=i * 0.001, length=0.001, pitch=60 + i, velocity=80) for i in range(5))
    back = abc_to_melody(written(Melody(notes=notes)), where="melody.abc")
    assert [note.pitch for note in back.notes] == [60, 61, 62, 63, 64]


def test_lengths_have_denominators_of_powers_of_two() -> None:
    thirds = tuple(Note(beat=i / 12, length=1 / 12, pitch=60, velocity=80) for i in range(0, 24, 5))
    text = written(Melody(notes=thirds))
    music = "".join(line for line in text.splitlines() if line[0] in '"([zA-Ga-g')
    assert "(3" in music
    for part in music.split("/")[1:]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        assert digits in ("", "2", "4", "8", "16", "32")


def test_a_letter_once_altered_is_always_marked_in_that_bar() -> None:
    pitches = [66, 77, 65, 78]  # F sharp 4, F 5, F 4, F sharp 5: all in one bar of C major
    notes = [Note(beat=float(i), length=1.0, pitch=p, velocity=80) for i, p in enumerate(pitches)]
    notes.append(Note(beat=4.0, length=1.0, pitch=65, velocity=80))
    text = written(Melody(notes=tuple(notes)))
    assert '"C"!mf!^F2 =f2 =F2 ^f2 | "F"F2 ' in text


def test_silent_bars_are_written_as_rests() -> None:
    plan = material.plan(start=3)
    melody = Melody(notes=(Note(beat=8.0, length=4.0, pitch=72, velocity=80),))
    text = written(melody, plan=plan)
    assert 'z8 | z8 |\n% bar 3, section A (theme)\n"C"!mp!c8 | "F"z4 "G"z4 |' in text


def test_triplets_use_the_short_form() -> None:
    notes = tuple(Note(beat=i / 3, length=1 / 3, pitch=60 + i, velocity=80) for i in range(3))
    assert '(3"C"!mf!C^CD z6 |' in written(Melody(notes=notes))


def test_a_chord_change_inside_a_note_is_shown_by_a_tie() -> None:
    melody = Melody(notes=(Note(beat=4.0, length=4.0, pitch=72, velocity=80),))
    assert '"F"!mp!c4- "G"c4 |' in written(melody, plan=material.plan())


@pytest.mark.parametrize("notes", [(), (Note(beat=0.0, length=0.5, pitch=60, velocity=1),)])
def test_an_empty_theme_and_a_single_note(notes: tuple[Note, ...]) -> None:
    back = abc_to_melody(written(Melody(notes=notes)), where="melody.abc")
    assert material.sounding(back) == material.sounding(Melody(notes=notes))


def test_dynamics_and_metre_give_velocities() -> None:
    back = abc_to_melody("X:1\nM:4/4\nL:1/4\nK:C\n!ff!C D !pp!E/2 E/2 F|", where="m.abc")
    assert [note.velocity for note in back.notes] == [109, 103, 47, 42, 44]


def test_notes_left_alone_keep_their_velocity() -> None:
    original = samples.melody()
    edited = abc_to_melody(written(original).replace("G2 E2", "^G2 E2", 1), where="melody.abc")
    carried = carry_velocities(edited, original=original)
    assert [n.velocity for n in carried.notes[1:]] == [n.velocity for n in original.notes[1:]]
    assert carried.notes[0].velocity == edited.notes[0].velocity != original.notes[0].velocity


def test_two_hours_are_written_and_read_in_time() -> None:
    notes = tuple(
        Note(beat=2.0 * i, length=1.5, pitch=60 + i % 12, velocity=80) for i in range(7200)
    )
    text = written(Melody(notes=notes))
    assert len(abc_to_melody(text, where="melody.abc").notes) == 7200
