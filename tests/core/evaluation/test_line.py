from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.assessment.measures.bar_patterns import bar_patterns
from filmcomposer_core.assessment.measures.notes import Notes
from filmcomposer_core.evaluation import form, intervals, pitch
from filmcomposer_core.evaluation.controls import random_notes
from filmcomposer_core.evaluation.piece import notes_from, piece_of_lines
from filmcomposer_core.evaluation.symbolic import measure_line, measure_voices
from filmcomposer_core.seeding import rng_for
from tests.core.evaluation.pieces import AIR, crotchets, tune

PROFILE = np.full(25, 1 / 25)


def up(notes: Notes, by: int) -> Notes:
    return Notes(notes.start, notes.end, notes.pitch + by, notes.velocity)


def test_three_of_four_leaps_turn_back_by_step() -> None:
    # Up 7 and back 2, up 7 and back 1, down 7 and back 1, up 7 and on by 4.
    line = crotchets(60, 67, 65, 72, 71, 64, 65, 72, 76)
    assert intervals.leap_recovery(line) == pytest.approx(3 / 4)


def test_turning_back_by_a_leap_or_repeating_the_note_is_no_recovery() -> None:
    assert intervals.leap_recovery(crotchets(60, 67, 60, 67, 67, 60, 60)) == 0.0


def test_two_leaps_are_too_few_to_say() -> None:
    assert math.isnan(intervals.leap_recovery(crotchets(60, 67, 65, 72, 71)))


def test_the_shares_of_moves_by_size() -> None:
    # 0, +2, -1, +3, -4, +5, -12, +1: one repeated, three steps, two thirds, two leaps.
    found = intervals.shares(crotchets(60, 60, 62, 61, 64, 60, 65, 53, 54))
    assert [found[k] for k in ("repeated", "step", "third", "leap")] == [1 / 8, 3 / 8, 2 / 8, 2 / 8]
    assert found["size"] == pytest.approx((0 + 2 + 1 + 3 + 4 + 5 + 12 + 1) / 8)


def test_a_profile_lies_at_no_distance_from_itself_and_far_from_another() -> None:
    scale, leaps = crotchets(*range(60, 70)), crotchets(*[60, 72] * 5)
    assert intervals.profile_distance(scale, intervals.profile(scale)) == pytest.approx(0.0)
    assert intervals.profile_distance(scale, intervals.profile(leaps)) == pytest.approx(1.0)


def test_the_range_of_four_bars() -> None:
    assert intervals.phrase_range(crotchets(*[60, 64, 67, 72] * 4), np.arange(0, 20, 4.0)) == 12


def test_bars_that_come_again() -> None:
    a, b = (60, 62, 64, 65), (67, 64, 62, 59)
    piece = tune(crotchets(*a, *b, *a, *a))
    patterns = bar_patterns(piece.line, piece.bars)
    assert form.line_loops(patterns) == pytest.approx(2 / 4)
    assert form.rhythm_reuse(patterns) == pytest.approx(3 / 4)


def test_a_motif_that_moves_up_is_the_motif_but_not_an_identical_bar() -> None:
    piece = tune(crotchets(60, 62, 64, 60, 62, 64, 65, 62, 64, 65, 67, 64, 67, 60, 59, 72))
    patterns = bar_patterns(piece.line, piece.bars)
    assert form.motif_recurrence(patterns) == pytest.approx(2 / 4)
    assert form.line_loops(patterns) == 0.0


def test_one_voice_that_differs_makes_another_bar() -> None:
    line, bass = crotchets(*[60, 62, 64, 65] * 4), crotchets(*[48] * 12, *[47] * 4)
    bars = tune(line).bars
    assert form.whole_loops([line], bars) == pytest.approx(3 / 4)
    assert form.whole_loops([line, bass], bars) == pytest.approx(2 / 4)


def test_phrases_of_two_bars_that_close_with_a_long_note() -> None:
    rows = [
        (8.0 * phrase + place, 2.0 if place == 6 else 1.0, 60 + place)
        for phrase in range(4)
        for place in range(7)
    ]
    lengths = form.phrase_lengths(notes_from(rows), np.arange(0, 36, 4.0))
    assert lengths.tolist() == pytest.approx([2, 2, 2, 2])
    assert form.square_share(lengths) == 1.0
    assert form.square_share(np.array([3.0, 2.0, 8.2, 5.0])) == pytest.approx(0.5)
    assert form.planned_lengths([1, 5, 9], 16).tolist() == [4, 4, 8]


def test_a_line_that_never_pauses_is_one_phrase() -> None:
    assert form.phrase_lengths(crotchets(*AIR), np.arange(0, 68, 4.0)).tolist() == [16]


def test_entropy_of_two_and_of_four_equal_classes() -> None:
    lines = np.arange(0, 12, 4.0)
    assert pitch.entropy(crotchets(60, 72, 67, 55), lines) == pytest.approx(1.0)
    assert pitch.entropy(crotchets(60, 62, 64, 65), lines) == pytest.approx(2.0)


def test_the_share_of_notes_in_the_best_scale() -> None:
    lines = np.arange(0, 12, 4.0)
    # C major but for one C sharp, which no other scale mends.
    notes = crotchets(60, 62, 64, 65, 67, 69, 71, 61)
    assert pitch.scale_share(notes, lines) == pytest.approx(7 / 8)


def test_a_key_that_changes_after_sixteen_bars_is_still_clear() -> None:
    first = crotchets(*AIR)
    second = Notes(first.start + 64, first.end + 64, first.pitch + 6, first.velocity)
    both = notes_from(
        [(b, 1.0, p) for n in (first, second) for b, p in zip(n.start, n.pitch, strict=True)]
    )
    alone = pitch.clarity(first, np.arange(0, 68, 4.0))
    assert pitch.clarity(both, np.arange(0, 132, 4.0)) == pytest.approx(alone)


@settings(max_examples=25, deadline=None)
@given(by=st.integers(-12, 12))
def test_transposing_changes_nothing_that_is_heard_within_a_line(by: int) -> None:
    line = crotchets(*AIR)
    here, there = (measure_line(tune(n), profile=PROFILE) for n in (line, up(line, by)))
    assert there == pytest.approx(here, nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_random_notes_are_less_of_everything_that_makes_a_tune(seed: int) -> None:
    line = crotchets(*AIR)
    drawn = random_notes(line, rng=rng_for(seed, "test"), single=True)
    assert len(drawn) == len(line)
    assert np.all(np.diff(drawn.start) > 0)
    real, control = (measure_line(tune(n), profile=PROFILE) for n in (line, drawn))
    for name in ("line_clarity", "line_scale", "step", "rhythm_reuse"):
        assert control[name] < real[name], name
    assert control["line_entropy"] > real["line_entropy"]


def test_a_tune_has_no_figures_of_voices_and_a_pickup_stands_before_the_bar() -> None:
    piece = piece_of_lines([crotchets(67, *AIR)], num=4, den=4, lead=1.0)
    assert measure_voices(piece) == {}
    assert piece.line.start[:2].tolist() == [3.0, 4.0]
    assert len(piece.bars) == 17


def test_a_line_of_one_note_or_none_has_no_figures() -> None:
    for notes in (crotchets(60), crotchets()):
        found = measure_line(tune(notes), profile=PROFILE)
        assert math.isnan(found["step"])
        assert math.isnan(found["motif_recurrence"])
