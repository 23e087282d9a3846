"""The measures on music small enough to be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from filmcomposer_core.assessment.measures import (
    bar_patterns,
    chords,
    key_clarity,
    rhythm,
    tension,
    transitions,
)
from filmcomposer_core.assessment.measures.notes import (
    Notes,
    notes_of,
)
from filmcomposer_core.contracts.harmony import parse_chord
from filmcomposer_core.contracts.score import Note
from filmcomposer_core.timeline import Bar
from tests.core.assessment import material


def bars(count: int, num: int = 4, den: int = 4) -> tuple[Bar, ...]:
    length = num * 4 / den
    return tuple(
        Bar(number=n + 1, start_s=n * length / 2, start_beat=n * length, num=num, den=den)
        for n in range(count)
    )


def notes(*rows: tuple[float, float, int]) -> Notes:
    return notes_of(Note(beat=b, length=n, pitch=p, velocity=80) for b, n, p in rows)


def spans(line: str, *, key: str = "C", mode: str = "ionian") -> tuple[chords.ChordSpan, ...]:
    plan = material.plan(line, key=key, mode=mode)
    return chords.chord_spans(plan, bars(plan.last_bar))


def test_pitch_classes_are_weighted_by_time() -> None:
    weights = key_clarity.pitch_class_weights(notes((0, 2, 60), (2, 1, 72), (3, 1, 67)))
    assert weights[0] == 3
    assert weights[7] == 1
    assert weights.sum() == 4


def test_a_profile_correlates_fully_with_its_own_key() -> None:
    weights = np.roll(key_clarity.MINOR, 9)
    scores = key_clarity.key_correlations(weights)
    assert np.argmax(scores) == 12 + 9
    assert scores.max() == pytest.approx(1.0)
    assert key_clarity.key_name(21) == "A minor"


def test_a_dorian_profile_exchanges_the_sixths() -> None:
    dorian = key_clarity.mode_profile("dorian")
    assert dorian[9] == key_clarity.MINOR[8]
    assert dorian[8] == key_clarity.MINOR[9]
    assert sorted(dorian) == sorted(key_clarity.MINOR)
    assert np.array_equal(key_clarity.mode_profile("ionian"), key_clarity.MAJOR)


def test_all_tones_alike_have_no_key() -> None:
    assert key_clarity.key_clarity(np.ones(12), tonic=0, mode="ionian").r == 0.0


def test_related_keys_of_c_major_and_d_dorian() -> None:
    names = {key_clarity.key_name(k) for k in key_clarity.related_keys(0, "ionian")}
    assert names == {"C major", "F major", "G major", "A minor", "D minor", "E minor"}
    dorian = {key_clarity.key_name(k) for k in key_clarity.related_keys(2, "dorian")}
    assert {"D minor", "C major", "A minor", "F major"} <= dorian
    assert "Ab major" not in dorian


def test_bars_repeat_by_rhythm_and_direction() -> None:
    line = notes(
        *[(0, 1, 60), (1, 1, 62), (2, 2, 64)],
        *[(4, 1, 65), (5, 1, 67), (6, 2, 69)],  # same rhythm, same directions
        *[(8, 1, 69), (9, 1, 67), (10, 2, 65)],  # same rhythm, other directions
        *[(12, 2, 60), (14, 2, 60)],
    )
    patterns = bar_patterns.bar_patterns(line, bars(4))
    keys = [(p.rhythm, p.contour) for p in patterns]
    assert bar_patterns.repeated(keys) == (False, True, False, False)
    assert bar_patterns.repeated([p.rhythm for p in patterns]) == (False, True, True, False)
    assert bar_patterns.share((False, True, True, False)) == 0.5


def test_repetition_is_forgotten_after_a_window() -> None:
    assert bar_patterns.repeated("abca", window=3) == (False, False, False, False)
    assert bar_patterns.repeated("abca", window=4) == (False, False, False, True)


def test_lines_of_long_notes_are_compared_two_bars_at_a_time() -> None:
    line = notes(*[(4.0 * i, 4.0, 60 + i % 2) for i in range(12)])
    units = bar_patterns.units_of(bar_patterns.bar_patterns(line, bars(12)))
    assert [unit.number for unit in units] == [1, 3, 5, 7, 9, 11]
    assert [unit.pitches for unit in units] == [(60, 61)] * 6
    few = bar_patterns.units_of(bar_patterns.bar_patterns(line, bars(12))[:8])
    assert few == ()


def test_a_motif_with_a_new_ending_is_still_heard() -> None:
    rows = []
    for bar, pitches in enumerate(
        [(60, 62, 64, 65, 67), (72, 71, 69, 67, 60), (60, 62, 64, 65, 60)]
    ):
        rows += [(4.0 * bar + 0.5 * i, 0.5, p) for i, p in enumerate(pitches)]
    patterns = bar_patterns.bar_patterns(notes(*rows), bars(3))
    assert bar_patterns.motif_returns(patterns) == (False, False, True)
    assert bar_patterns.repeated([p.contour for p in patterns]) == (False, False, False)


def test_entropy_of_four_equal_kinds_is_two_bits() -> None:
    assert bar_patterns.entropy("abcd") == pytest.approx(2.0)
    assert bar_patterns.entropy("aaaa") == 0.0
    assert bar_patterns.window_entropy("ab" * 16) == pytest.approx(1.0)


def test_onsets_on_beats_of_simple_and_compound_time() -> None:
    starts = np.array([0.0, 0.5, 1.0, 1.5])
    assert rhythm.on_beat(starts, bars(1)) == [True, False, True, False]
    assert rhythm.on_beat(starts, bars(1, 6, 8)) == [True, False, False, True]


def test_long_notes_on_beats_give_a_high_ratio() -> None:
    dotted = notes((0, 0.75, 60), (0.75, 0.25, 62), (1, 0.75, 64), (1.75, 0.25, 65))
    assert rhythm.strong_weak_ratio(dotted, bars(1)) == pytest.approx(3.0)
    assert math.isnan(rhythm.strong_weak_ratio(notes((0, 1, 60)), bars(1)))


def test_bars_that_repeat_correlate_fully_and_opposite_ones_do_not() -> None:
    same = np.array([0.0, 1.0, 2.5, 4.0, 5.0, 6.5])
    assert rhythm.bar_autocorrelation(same, bars(2)) == pytest.approx(1.0)
    other = np.array([0.0, 1.0, 2.5, 4.25, 5.25, 6.0])
    assert rhythm.bar_autocorrelation(other, bars(2)) < 0
    assert math.isnan(rhythm.bar_autocorrelation(np.array([0.0]), bars(1)))


def test_a_written_ritardando_is_no_unsteady_beat() -> None:
    rit = np.array([120.0] * 8 + [110.0, 100.0, 90.0])
    assert rhythm.tempo_spread(rit) < 0.01
    wavering = np.array([120.0, 100.0] * 5)
    assert rhythm.tempo_spread(wavering) > 0.05
    assert rhythm.tempo_spread(np.array([100.0])) == 0.0


def test_metre_changes_are_counted_per_sixteen_bars() -> None:
    mixed = (*bars(3), *bars(1, 3, 4), *bars(28))
    assert rhythm.metre_changes(mixed) == pytest.approx(1.0)
    words = [rhythm.metre_words(bars) for bars in (mixed, mixed[:4], mixed[:3])]
    assert words == [
        "2 changes of metre in 32 bars",
        "1 change of metre in 4 bars",
        "no changes of metre in 3 bars",
    ]


@pytest.mark.parametrize(
    ("symbol", "key", "mode", "kind"),
    [("C", "C", "ionian", "M"), ("Am7", "C", "ionian", "m"), ("Bm7b5", "C", "ionian", "o"),
     ("Gsus4", "C", "ionian", "M"), ("D5", "C", "ionian", "m"), ("Eaug", "C", "ionian", "M")],
)  # fmt: skip
def test_triads(symbol: str, key: str, mode: str, kind: str) -> None:
    assert chords.triad(parse_chord(symbol), key=key, mode=mode) == kind


def test_diversity_counts_roots_and_qualities_by_time() -> None:
    found = chords.diversity(spans("C | F G | C | Am"))
    assert found.places == 5
    assert found.distinct == 4
    assert found.top_share == pytest.approx(0.5)


def test_the_commonest_changes_cost_least() -> None:
    home, dominant, far = (0, "M"), (7, "M"), (10, "o")
    assert transitions.change_bits(dominant, home, minor=False) == pytest.approx(-math.log2(0.65))
    assert transitions.change_bits(home, dominant, minor=False) == pytest.approx(-math.log2(0.34))
    assert transitions.change_bits(home, far, minor=False) > 6
    assert transitions.change_bits((0, "m"), (6, "m"), minor=True) == transitions.FILM_BITS


def test_a_cadence_is_cheaper_than_chords_at_random() -> None:
    cadence = [bits for bits, _ in transitions.progression_bits(spans("C | F | G7 | C"))]
    random = [bits for bits, _ in transitions.progression_bits(spans("C | F#dim | Abm | Bdim"))]
    assert np.mean(cadence) < 2.6
    assert np.mean(random) > 4.5
    assert transitions.progression_bits(spans("C | C | C")) == []


def test_changes_over_a_silence_are_left_out() -> None:
    assert transitions.progression_bits(spans("C | N.C. | F#dim")) == []


def test_tension_rises_from_the_tonic_to_foreign_chords() -> None:
    values = [
        tension.chord_tension(parse_chord(s), key="C", mode="ionian")
        for s in ("C", "Am", "F", "G7", "Bdim", "F#")
    ]
    assert values[0] == 0
    assert values == sorted(values)
    assert tension.chord_tension(parse_chord("C/E"), key="C", mode="ionian") == pytest.approx(0.4)
    assert tension.chord_tension(parse_chord("N.C."), key="C", mode="ionian") == 0
