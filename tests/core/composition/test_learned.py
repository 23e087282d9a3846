"""What the composer knows of real tunes."""

import itertools
import math
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.composition.grid import Harmony, scale_over
from filmcomposer_core.composition.learned import (
    NO_STEP,
    Place,
    chance,
    figures,
    step_costs,
    surprise,
)
from filmcomposer_core.composition.steps import heights, line_surprise
from filmcomposer_core.composition.tables import (
    band,
    bar_patterns,
    contour_shares,
    end_costs,
    interval_costs,
    leap_costs,
)
from filmcomposer_core.contracts.harmony import parse_chord

C_MAJOR = (0, 2, 4, 5, 7, 9, 11)
#: First strain of a dance (O'Neill): degrees above the tonic, in eighths of 6/8 but for the ends.
JIG = [4, 2, 0, 0, 2, 4, 5, 4, 5, 7, 5, 4, 2, 4, 2, 0, 2, 0, -1, 1, 3, 2, 1, 0]


def harmony(symbol: str = "C", scale: tuple[int, ...] = C_MAJOR) -> Harmony:
    chord = parse_chord(symbol)
    tones = scale_over(scale, chord) if len(scale) == 7 else scale
    return Harmony(chord=chord, scale=tones, tonic=0, minor=False)


def bits(pitches: list[int], under: Harmony | None = None) -> float | None:
    strengths = [(1.0, 0.1, 0.1, 0.6, 0.1, 0.1)[i % 6] for i in range(len(pitches))]
    return line_surprise(pitches, [under or harmony()] * len(pitches), strengths, corpus="folk")


def pitches_of(steps: list[int]) -> list[int]:
    return [60 + 12 * (step // 7) + C_MAJOR[step % 7] for step in steps]


@pytest.mark.parametrize("corpus", ["slow", "folk"])
@pytest.mark.parametrize("minor", [True, False])
def test_the_chances_of_all_steps_sum_to_one(corpus: str, minor: bool) -> None:
    costs = step_costs(corpus, minor)
    assert np.isfinite(costs).all()
    assert np.exp(-costs).sum(axis=-1) == pytest.approx(1.0)


def test_discounting_by_hand() -> None:
    tables = [{"": {1: 6, -1: 4}}, {"2": {1: 3}}]
    # Order 0: (6 - .7) / 10 and .7 * 2 / 10 of the base 1 / 15.
    plain = 5.3 / 10 + 0.7 * 2 / 10 / 15
    assert chance(tables, ("",), 1) == pytest.approx(plain)
    assert chance(tables, ("", "2"), 1) == pytest.approx(2.3 / 3 + 0.7 / 3 * plain)
    assert chance(tables, ("", "never met"), 1) == pytest.approx(plain)
    assert chance(tables, ("", "2"), 5) == pytest.approx(0.7 / 3 * 0.14 / 15)


def test_a_leading_note_rises_and_a_leap_turns_back() -> None:
    costs = step_costs("slow", False)
    downbeat, between = 3, 0
    row = costs[downbeat, between, 1 + 7, 6]  # one step up to degree 7, on to a downbeat
    assert int(row.argmin()) - 7 == 1
    after_leap = np.exp(-costs[0, 3, 5 + 7, 2])  # up a sixth to degree 3 on the downbeat
    assert after_leap[:7].sum() > 2 * after_leap[8:].sum()


def test_a_real_tune_surprises_less_than_its_shuffled_notes() -> None:
    real = bits(pitches_of(JIG))
    low, _, high = band("folk", "surprise")
    assert real is not None
    assert low - 0.5 < real < high + 0.5
    rng = np.random.default_rng(1)
    for _ in range(5):
        shuffled = bits([int(p) for p in rng.permutation(pitches_of(JIG))])
        assert shuffled is not None
        assert shuffled > real + 0.5


@given(st.integers(-12, 12))
def test_octaves_do_not_change_the_surprise(octaves: int) -> None:
    octave = 12 * (octaves % 3)
    line = pitches_of(JIG)
    assert bits([p + octave for p in line]) == pytest.approx(bits(line))


def test_scales_that_no_tune_was_learned_in_say_nothing() -> None:
    octatonic = harmony(scale=(0, 1, 3, 4, 6, 7, 9, 10))
    assert bits([60, 61, 63, 64, 66], octatonic) is None
    assert bits([60]) is None
    assert surprise("slow", [], []) == 0.0


def test_heights_count_the_tones_of_the_scale() -> None:
    found = heights(np.array([60, 61, 62, 71, 72]), C_MAJOR, 0)
    assert (found - found[0]).tolist() == [0, 0, 1, 6, 7]
    bent = heights(np.array([60, 66, 67]), harmony("D7").scale, 0)  # F gives way to F sharp
    assert (bent - bent[0]).tolist() == [0, 3, 4]


def test_what_tunes_do_is_what_the_composer_is_told() -> None:
    for corpus in ("slow", "folk"):
        for minor in (True, False):
            eighth = end_costs(corpus, minor=minor, place="bar8")
            assert eighth[0] == 0.0
            assert min(eighth[1:]) > 1.0
        assert sum(contour_shares(corpus).values()) == pytest.approx(100, abs=0.5)
        costs = interval_costs(corpus)
        assert costs[24 + 2] < costs[24 + 5] < costs[24 + 6]
        share = sum(math.exp(-cost) for cost in costs[12:37])
        assert share == pytest.approx(1.0, abs=0.02)
    assert leap_costs(0.5)[24 + 7] > leap_costs(1.2)[24 + 7]
    assert leap_costs(1.0)[24 + 2] == 0.0


def test_bars_of_one_corpus_come_before_those_of_the_other() -> None:
    for group, close in itertools.product(("4/4", "3/4", "2/4", "6/8"), (True, False)):
        slow = bar_patterns(group, close=close, corpus="slow")
        folk = bar_patterns(group, close=close, corpus="folk")
        assert slow[0][1] == folk[0][1] == 10.0
        assert {pattern for pattern, _ in slow} == {pattern for pattern, _ in folk}
        assert [weight for _, weight in slow] == sorted((w for _, w in slow), reverse=True)


def test_the_files_are_small_and_say_where_they_are_from() -> None:
    folder = resources.files("filmcomposer_core.composition").joinpath("priors")
    texts = {item.name: item.read_text("utf-8") for item in folder.iterdir()}
    assert set(texts) == {"steps.csv", "figures.toml", "rhythms.toml", "harmony.toml", "SOURCE.md"}
    assert sum(len(text.encode()) for text in texts.values()) < 300_000
    for word in ("O'Neill", "Aird", "Jack Campin", "public domain", "essenFolksong"):
        assert word in texts["SOURCE.md"]
    assert figures()["folk"]["bands"]["surprise"][1] > figures()["slow"]["bands"]["surprise"][1]


def test_a_place_without_a_step_before() -> None:
    place = Place(minor=False, degree=0, last=NO_STEP, coming=3, leaving=1)
    assert 0.5 < surprise("folk", [place], [0]) < 8
