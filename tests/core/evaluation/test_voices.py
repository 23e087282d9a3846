from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from filmcomposer_core.catalogue import instrument
from filmcomposer_core.evaluation import harmony
from filmcomposer_core.evaluation.controls import random_piece
from filmcomposer_core.evaluation.piece import Voice, piece_of_lines
from filmcomposer_core.evaluation.playing import playing_faults
from filmcomposer_core.evaluation.symbolic import measure_voices
from tests.core.evaluation.pieces import chords, crotchets, cue, tune

C, F, G, A_MINOR = (48, 60, 64, 67), (41, 60, 65, 69), (43, 59, 62, 67), (45, 60, 64, 69)


def test_triads_are_heard_and_a_lone_note_is_none() -> None:
    heard = harmony.heard_chords(chords(C, A_MINOR, (60,)), 12)
    major, minor = heard[0], heard[4]
    assert heard == [major] * 4 + [minor] * 4 + [-1] * 4
    assert (major % 12, minor % 12) == (0, 9)
    assert major // 12 != minor // 12


def test_a_passing_note_does_not_change_the_chord() -> None:
    plain = harmony.heard_chords(chords(C), 4)
    moving = chords(C, beats=4.0)
    passing = crotchets(72, 74, 76, 77)
    rows = [moving, passing]
    piece = piece_of_lines(rows, num=4, den=4)
    assert harmony.heard_chords(piece.pitched, 4) == plain


def test_two_chords_in_turn_are_two_in_sixteen_changes_and_held_four_beats() -> None:
    heard = harmony.heard_chords(chords(*[C, G] * 8), 64)
    assert harmony.distinct_chords(heard) == 2
    assert harmony.chord_beats(heard) == 4
    assert math.isnan(harmony.distinct_chords(harmony.heard_chords(chords(C, G), 8)))


def test_octaves_that_move_together_are_parallel_and_contrary_motion_is_not() -> None:
    places = np.arange(4.0)
    top, bass = crotchets(72, 74, 76, 77), crotchets(48, 50, 52, 53)
    assert harmony.parallel_share(top, bass, places, 4) == 1.0
    assert harmony.parallel_share(top, crotchets(53, 52, 48, 45), places, 4) == 0.0
    assert math.isnan(harmony.parallel_share(top, crotchets(48, 48, 48, 48), places, 4))


def test_strong_beats_of_four_three_and_six() -> None:
    four = tune(crotchets(*range(60, 68))).bars
    assert harmony.strong_beats(four, 8).tolist() == [0, 2, 4, 6]
    three = piece_of_lines([crotchets(*range(60, 66))], num=3, den=4).bars
    assert harmony.strong_beats(three, 6).tolist() == [0, 3]


def test_a_semitone_on_one_of_four_strong_beats() -> None:
    bars = tune(crotchets(*[60] * 8)).bars
    low = crotchets(*[60] * 8)
    high = crotchets(67, 61, 67, 67, 73, 67, 67, 67)  # a semitone on beat 1, a ninth on beat 4
    notes = piece_of_lines([high, low], num=4, den=4).pitched
    assert harmony.clash_share(notes, [], bars, 8) == pytest.approx(1 / 4)


def test_a_legato_note_that_reaches_into_the_next_does_not_clash() -> None:
    line = crotchets(60, 60, 60, 60, 61, 61, 61, 61)
    long = type(line)(line.start, line.end + 0.08, line.pitch, line.velocity)
    assert harmony.clash_share(long, [], tune(line).bars, 8) == 0.0


def test_notes_that_a_piccolo_does_not_have_are_counted() -> None:
    piece = tune(crotchets(30, 80, 81, 31))
    piccolo = Voice(name="p", notes=piece.line, player=instrument("piccolo"))
    assert playing_faults(dataclasses.replace(piece, voices=(piccolo,)))["range_faults"] == 2
    assert math.isnan(playing_faults(piece)["range_faults"])


def test_a_random_cue_is_less_clear_and_clashes_more() -> None:
    real = cue()
    for seed in range(3):
        here, there = measure_voices(real), measure_voices(random_piece(real, seed=seed))
        assert there["clarity"] < here["clarity"]
        assert there["entropy"] > here["entropy"]
        assert there["clashes"] >= here["clashes"]


def test_a_random_cue_is_the_same_again_with_its_seed() -> None:
    one, two, other = (random_piece(cue(), seed=seed) for seed in (1, 1, 2))
    assert one.line.pitch.tolist() == two.line.pitch.tolist()
    assert one.line.pitch.tolist() != other.line.pitch.tolist()


def test_planing_idioms_move_in_parallel_on_purpose() -> None:
    piece = dataclasses.replace(cue(), idioms=("dream",))
    assert math.isnan(measure_voices(piece)["parallels"])
