"""Tunes of two parts: how they are made up, closed, stated and varied."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.composition.diminution import TuneNote, changed
from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.rhythm import Metre
from filmcomposer_core.composition.tables import style_of
from filmcomposer_core.composition.tune_faults import part_fault, second_fault
from filmcomposer_core.composition.tune_form import (
    BROADER,
    Statement,
    cue_statements,
    stated_notes,
    statements,
)
from filmcomposer_core.composition.tune_ideas import PART, Tune, at_rest, gone_on, make_up, settled
from filmcomposer_core.composition.tune_lens import Lens, lens_of, tonic_for
from filmcomposer_core.composition.tune_motifs import idea_of
from filmcomposer_core.contracts.harmony import MODES

WALTZ = lens_of(3, 4, notes=4.0, broad=False, slow=True)


def tune(*bars: str, lens: Lens = WALTZ) -> Tune:
    """Return a tune of heights, one word a bar, its notes spread evenly."""
    starts, gaps, heights = [], [], []
    for number, bar in enumerate(bars):
        row = [int(height) for height in bar.split()]
        size = lens.ticks // len(row)
        for place, height in enumerate(row):
            starts.append(number * lens.ticks + place * size)
            gaps.append(size)
            heights.append(height)
    return Tune(
        lens=lens,
        starts=tuple(starts),
        gaps=tuple(gaps),
        heights=tuple(heights),
        chords=(0,) * (2 * len(bars)),
        likely=-0.5,
    )


AIR = tune(
    "0 2 4", "4 3 2", "1 1 4", "4 3 1", "0 2 4", "4 3 2", "1 4 -1", "0",
    "4 5 4", "7 6 5", "4 2 4", "1 2 1", "4 5 4", "7 6 4", "3 1 -1", "0",
)  # fmt: skip


def test_a_second_part_goes_on_from_the_first() -> None:
    rng = np.random.default_rng(3)
    first = make_up(WALTZ, minor=False, upbeat=0, count=1, rng=rng)[0]
    for whole in gone_on(first, minor=False, count=4, rng=rng):
        count = len(first.starts)
        assert whole.starts[:count] == first.starts
        assert whole.heights[:count] == first.heights
        assert whole.starts[count] >= PART * WALTZ.ticks
        assert whole.starts[-1] < 2 * PART * WALTZ.ticks <= whole.starts[-1] + whole.gaps[-1]
        assert len(whole.chords) == 4 * PART


@pytest.mark.parametrize("seed", range(6))
def test_parts_come_to_rest_on_their_tonic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = make_up(WALTZ, minor=True, upbeat=0, count=1, rng=rng)[0]
    closed = at_rest(gone_on(first, minor=True, count=1, rng=rng)[0], minor=True)
    for part in (1, 2):
        begin = (part * PART - 1) * WALTZ.ticks
        inside = [i for i, start in enumerate(closed.starts) if 0 <= start - begin < WALTZ.ticks]
        assert closed.heights[inside[-1]] % 7 == 0
        assert closed.starts[inside[-1]] + closed.gaps[inside[-1]] == begin + WALTZ.ticks
        assert 2 * closed.gaps[inside[-1]] >= WALTZ.ticks
    ends = [start + gap for start, gap in zip(closed.starts, closed.gaps, strict=True)]
    assert all(end <= after for end, after in zip(ends, closed.starts[1:], strict=False))


def test_a_tonic_that_comes_late_is_waited_for_where_that_is_sweet() -> None:
    sighing = (*_words(AIR, 0)[:7], "1 0 0", *_words(AIR, 1)[:7], "5 0 4")
    major, minor = (at_rest(tune(*sighing), minor=which) for which in (False, True))
    assert _words(major, 0)[7:] == ["1 0"]
    assert _words(minor, 0)[7:] == ["0"]
    assert _words(major, 1)[7:] == _words(minor, 1)[7:] == ["0"]
    assert _words(settled(major), 0)[7:] == ["0"]
    assert _words(settled(major), 0)[:7] == _words(major, 0)[:7]


def test_what_speaks_against_a_part() -> None:
    style = style_of("love")
    open_end = tune("0 2 4", "4 3 2", "1 1 4", "4 3 1", "0 2 4", "4 3 2", "1 4 -1", "1")
    one_bar = tune(*["0 2 4"] * 7, "0")
    good = part_fault(AIR, 0, style)
    assert good < part_fault(open_end, 0, style)
    assert good < part_fault(one_bar, 0, style)
    deep = ["-3 -2 -1", "0 -1 -2", "-3 -2 -3", "-3", "-3 -2 -1", "0 -1", "-2 -1", "0"]
    lower = tune(*_words(AIR, 0), *deep)
    again = tune(*_words(AIR, 0), *_words(AIR, 0))
    assert second_fault(AIR, style) < second_fault(lower, style)
    assert second_fault(AIR, style) < second_fault(again, style)


def _words(of: Tune, part: int) -> list[str]:
    spans = [of.bar(part * PART + number) for number in range(PART)]
    return [" ".join(str(height) for height in of.heights[a:b]) for a, b in spans]


def test_the_motif_opens_the_tune_and_the_answer_is_its_own_as_a_rule() -> None:
    style, own = style_of("travel"), 0
    for seed in range(4):
        idea = idea_of(
            Metre(num=6, den=8, seconds=1.6),
            lens_of(6, 8, notes=5.0, broad=False, slow=False),
            style=style,
            scale=MODES["ionian"],
            bars=2,
            density=style.density,
            unlike=(),
            rng=np.random.default_rng(seed),
        )
        assert idea.tune is not None
        assert idea.motif.bars == (idea.tune.onsets(0), idea.tune.onsets(1))
        rhythms = [idea.tune.onsets(n) for n in range(2 * PART)]
        own += any(idea.answer.bars == (a, b) for a, b in itertools.pairwise(rhythms))
    assert own >= 3


@dataclass(frozen=True)
class Asked:
    function: str
    bars: int
    motif: str = "A"
    silence: bool = False


@given(
    st.sampled_from(["theme", "climax", "aftermath", "button"]),
    st.integers(1, 60),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=150)
def test_statements_fill_their_section(
    function: str, bars: int, heard: int, opens: bool, broad: bool
) -> None:
    found = statements(function, bars, heard=heard, opens=opens, broad=broad)
    assert [each.first for each in found] == [
        sum(len(before.bars) for before in found[:n]) for n in range(len(found))
    ]
    assert sum(len(each.bars) for each in found) == bars
    whole = 4 if broad else 8
    for each in found:
        known = [bar for bar in each.bars if bar is not None and bar != BROADER]
        assert known
        assert all(0 <= bar < 2 * whole for bar in known)
        if each.closes and len(each.bars) > 1:
            assert each.bars[-1] in (whole - 1, 2 * whole - 1)
    if function not in ("aftermath", "button"):
        assert found[-1].closes is not opens


def test_a_run_of_themes_goes_through_both_parts_and_a_new_run_begins_again() -> None:
    rows = [Asked("theme", 8), Asked("theme", 8), Asked("build", 8), Asked("theme", 8),
            Asked("turn", 4), Asked("turn", 4, "B"), Asked("theme", 4, silence=True)]  # fmt: skip
    found = cue_statements(rows, broad=False)
    heads = [row[0].bars[0] if row else None for row in found]
    assert heads == [0, 8, None, 0, None, 0, None]
    assert [row[0].closes for row in found if row] == [True, True, True, False]


def test_a_close_before_the_button_stays_open() -> None:
    found = cue_statements([Asked("theme", 8), Asked("button", 1)], broad=False)
    assert not found[0][0].closes
    assert found[1][0].bars == (7,)


def test_bars_of_a_tune_one_after_the_other() -> None:
    ticks = WALTZ.ticks
    found = stated_notes(AIR, (4, None, 7), per=1)
    assert [(start, height) for start, _, height in found] == [
        (0, 0), (96, 2), (192, 4), (2 * ticks, 0),
    ]  # fmt: skip
    broader = stated_notes(AIR, (0, BROADER), per=1)
    assert broader == [(0, 192, 0), (192, 192, 2), (384, 192, 4)]


def test_statements_say_what_they_are() -> None:
    assert statements("theme", 12, heard=0, opens=False, broad=False) == (
        Statement(first=0, bars=(0, 1, 2, 3, 4, 5, 6, 7), closes=True),
        Statement(first=8, bars=(12, 13, 14, 15), closes=True),
    )


BAR = GridBar(
    number=1, start=0, length=4 * TICKS, num=4, den=4, seconds=2.0, section=0, harmonies=(),
    tension=0.5, motion=0.5,
)  # fmt: skip


@given(
    st.lists(st.sampled_from([24, 48, 72, 96, 144, 192]), min_size=1, max_size=8),
    st.lists(st.integers(-5, 12), min_size=8, max_size=8),
    st.integers(-3, 3),
)
@settings(max_examples=200)
def test_a_changed_bar_sounds_as_long_and_keeps_its_beats(
    lengths: list[int], heights: list[int], more: int
) -> None:
    notes: list[TuneNote] = []
    at = 0
    for length, height in zip(lengths, heights, strict=False):
        if at + length > BAR.length:
            break
        notes.append((at, length, height))
        at += length
    found = changed(notes, BAR, more)
    assert sum(length for _, length, _ in found) == at
    assert all(a[0] + a[1] == b[0] for a, b in itertools.pairwise(found))
    assert len(found) - len(notes) in range(min(0, more), max(0, more) + 1)
    before = {start: height for start, _, height in notes}
    after = {start: height for start, _, height in found}
    if more >= 0:
        assert before.items() <= after.items()
        assert all(length >= 24 for _, length, _ in found)
    else:
        kept = {start: height for start, height in before.items() if start % TICKS == 0}
        assert kept.items() <= after.items()


def test_a_long_note_leads_to_the_next_by_step() -> None:
    assert changed([(0, 192, 2), (192, 192, 4)], BAR, 1) == [(0, 96, 2), (96, 96, 3), (192, 192, 4)]
    assert changed([(0, 144, 2), (144, 48, 4), (192, 192, 0)], BAR, -1) == [
        (0, 192, 2),
        (192, 192, 0),
    ]


@given(
    st.lists(st.integers(-4, 9), min_size=3, max_size=40), st.integers(0, 11), st.booleans(),
    st.floats(-6, 4),
)  # fmt: skip
@settings(max_examples=100)
def test_the_tonic_is_its_own_pitch_class_and_near_the_middle(
    heights: list[int], tonic: int, minor: bool, centre: float
) -> None:
    found = tonic_for(heights, tonic, minor=minor, centre=centre)
    assert found % 12 == tonic
    assert 36 <= found <= 84


def test_a_tune_comes_home_to_a_tonic_that_can_be_sung() -> None:
    high = (4, 6, 5, 6, 5, 4, 5, 6)
    assert tonic_for((0, *high, 0), 7, minor=False, centre=0.0) == 67
    assert tonic_for(high, 7, minor=False, centre=0.0) == 55
