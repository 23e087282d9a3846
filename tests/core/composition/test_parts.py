"""Hand-worked examples of the composer's parts."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.composition.grid import (
    TICKS,
    Harmony,
    group_lengths,
    metric_strength,
    scale_over,
)
from filmcomposer_core.composition.hits import Hit, Note, melody_hits, with_hits
from filmcomposer_core.composition.outline import _BARS, _BROAD, _FORMS, phrase_lengths
from filmcomposer_core.composition.rhythm import Metre, metre_bars, metre_groups, parse_pattern
from filmcomposer_core.composition.tables import _data, band, style_of
from filmcomposer_core.composition.tune_form import REMEMBERS, STATES
from filmcomposer_core.composition.wishes import leaning
from filmcomposer_core.contracts.harmony import parse_chord
from filmcomposer_core.contracts.labels import FUNCTIONS, IDIOMS
from filmcomposer_core.contracts.tempo import MappedHit
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.planning.cases import tempo_map

C_MAJOR = (0, 2, 4, 5, 7, 9, 11)


def harmony(symbol: str, scale: tuple[int, ...] = C_MAJOR) -> Harmony:
    chord = parse_chord(symbol)
    return Harmony(chord=chord, scale=scale_over(scale, chord), tonic=0, minor=False)


@pytest.mark.parametrize(
    ("symbol", "added", "removed"),
    [
        ("Ab", {8, 3}, {9, 4}),  # bVI: Lydian on Ab, G stays
        ("Fm", {8}, {9}),
        ("E7", {8}, {7}),
        ("Bb", {10}, {11}),
        ("C7", {10}, {11}),
        ("F#dim7", {6, 3}, {5, 4}),
        ("G7", set(), set()),
    ],
)
def test_the_scale_bends_to_the_chord(symbol: str, added: set[int], removed: set[int]) -> None:
    scale = set(scale_over(C_MAJOR, parse_chord(symbol)))
    assert scale - set(C_MAJOR) == added
    assert set(C_MAJOR) - scale == removed


def test_minor_keeps_its_leading_note_for_the_dominant() -> None:
    a_minor = (9, 11, 0, 2, 4, 5, 7)
    assert 8 in scale_over(a_minor, parse_chord("E7"))
    assert 7 in scale_over(a_minor, parse_chord("Em"))


@pytest.mark.parametrize(
    ("num", "den", "accent"),
    [(4, 4, 192), (6, 8, 144), (12, 8, 288), (5, 4, 288), (7, 8, 192), (5, 8, 96)],
)
def test_second_accent_of_a_metre(num: int, den: int, accent: int) -> None:
    assert metric_strength(0, num=num, den=den) == 1.0
    assert metric_strength(accent, num=num, den=den) == 0.6
    assert metric_strength(accent + 24, num=num, den=den) == 0.1


@given(st.integers(1, 21), st.sampled_from([2, 4, 8, 16]))
@settings(max_examples=60, deadline=None)
def test_any_metre_has_bars_that_fill_it(num: int, den: int) -> None:
    assert sum(group_lengths(num, den)) == num
    ticks = TICKS * 4 * num // den
    for close in (False, True):
        for onsets, weight in metre_bars(num, den, close):
            assert weight > 0
            assert onsets
            assert onsets[-1][0] + onsets[-1][1] <= ticks
            assert all(a[0] + a[1] <= b[0] for a, b in itertools.pairwise(onsets))


def test_groups_of_odd_metres() -> None:
    assert metre_groups(7, 8) == ("2/4", "3/8")
    assert metre_groups(5, 8) == ("1/4", "3/8")
    assert metre_groups(4, 4) == ("4/4",)


def test_patterns_are_as_long_as_their_metre() -> None:
    lengths = {"4/4": 16, "3/4": 12, "2/4": 8, "6/8": 12, "3/8": 6, "1/4": 4}
    for group, length in lengths.items():
        for kind in ("flow", "close"):
            for pattern, _ in _data("rhythms.toml")[group][kind]:
                assert len(pattern) == length, (group, pattern)
                assert parse_pattern(pattern)[0][0] == 0


def test_every_idiom_has_a_style_and_every_form_its_bars() -> None:
    for idiom in IDIOMS:
        style = style_of(idiom)
        assert band(style.corpus, "steps")[0] < band(style.corpus, "steps")[2]
    assert set(FUNCTIONS) == {*_FORMS, *STATES, *REMEMBERS}
    assert set(_BROAD) == set(_FORMS)
    for by_length in _FORMS.values():
        assert set(by_length) == set(range(1, 9))
        for bars, options in by_length.items():
            for words in options.split("/"):
                assert sum(_BARS[word[0]] for word in words.split()) == bars, words
    for by_length in _BROAD.values():
        assert set(by_length) == {1, 2, 3, 4, 5}
        for bars, options in by_length.items():
            assert all(len(words.split()) == bars for words in options.split("/")), options


def test_a_return_has_something_to_return_to() -> None:
    for forms in (_FORMS, _BROAD):
        for by_length in forms.values():
            for options in by_length.values():
                for words in options.split("/"):
                    row = words.split()
                    for place, word in enumerate(row):
                        if "=" in word:
                            assert any(w[0] in "MH" for w in row[:place]) or row[0][0] == "K"


@given(st.integers(1, 200), st.sampled_from([4, 8]))
@settings(max_examples=60)
def test_phrases_fill_a_section(bars: int, whole: int) -> None:
    lengths = phrase_lengths(bars, whole=whole)
    assert sum(lengths) == bars
    assert max(lengths) <= max(5, whole)
    even = [length for length in lengths if length in (2, 4, 8)]
    assert len(even) >= len(lengths) - 2


def note(start: int, length: int) -> Note:
    return Note(start=start, length=length, bar=1)


def hit(tick: int, strength: float = 8.0) -> Hit:
    return Hit(tick=tick, strength=strength, strong=strength >= 7)


def test_a_hit_takes_the_onset_nearby() -> None:
    notes = with_hits([note(0, 96), note(96, 96), note(192, 192)], [hit(120)], end=384)
    assert [(n.start, n.length) for n in notes] == [(0, 120), (120, 72), (192, 192)]
    assert notes[1].hit == 8.0


def test_a_hit_cuts_a_long_note_and_breaks_a_rest() -> None:
    notes = with_hits([note(0, 288)], [hit(144), hit(320)], end=384)
    assert [(n.start, n.length) for n in notes] == [(0, 144), (144, 144), (320, 64)]


def test_a_weak_hit_only_marks_what_is_there() -> None:
    notes = with_hits([note(0, 96), note(96, 288)], [hit(96, 4.0), hit(200, 4.0)], end=384)
    assert [(n.start, n.hit) for n in notes] == [(0, 0.0), (96, 4.0)]


@given(st.lists(st.integers(0, 383), max_size=6, unique=True), st.integers(0, 2**31))
@settings(max_examples=80, deadline=None)
def test_hits_never_make_notes_overlap(ticks: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    onsets = sorted(rng.choice(16, size=5, replace=False) * 24)
    ends = [*onsets[1:], 384]
    row = [note(int(a), int(b - a)) for a, b in zip(onsets, ends, strict=True)]
    notes = with_hits(row, [hit(tick) for tick in ticks], end=384)
    starts = {n.start for n in notes}
    assert all(tick in starts for tick in ticks)
    assert all(a.end <= b.start for a, b in itertools.pairwise(notes))
    assert all(n.length >= 1 for n in notes)
    assert notes[-1].end <= 384


def test_a_hit_stands_on_the_plainest_grid_within_tolerance() -> None:
    given_map = tempo_map(120, "4/4")
    bars = Timeline(given_map.points).bars_until(20)
    spot = dataclasses.replace(samples.spots()[0], time_s=8.02)
    near = melody_hits((spot,), tempo_map=given_map, bars=bars, fps=24.0)
    assert near[0].tick == 16 * TICKS  # half a frame from the downbeat
    triplet = dataclasses.replace(spot, time_s=8.0 + 1 / 6, early_frames=0, late_frames=0)
    found = melody_hits((triplet,), tempo_map=given_map, bars=bars, fps=24.0)
    assert found[0].tick == 16 * TICKS + TICKS // 3
    avoided = dataclasses.replace(spot, hit_class="avoid")
    assert melody_hits((avoided,), tempo_map=given_map, bars=bars, fps=24.0) == ()


def test_the_map_s_own_place_for_a_hit_comes_first() -> None:
    given_map = tempo_map(120, "4/4")
    spot = dataclasses.replace(samples.spots()[0], time_s=8.02)
    place = MappedHit(spot=spot.id, time_s=8.02, bar=5, beat=1.0625, frames_off=0.3)
    given_map = dataclasses.replace(given_map, hits=(place,))
    bars = Timeline(given_map.points).bars_until(20)
    found = melody_hits((spot,), tempo_map=given_map, bars=bars, fps=24.0)
    assert found[0].tick == 16 * TICKS + 6


def test_wishes_are_read_by_number_and_words() -> None:
    assert leaning(["6: restate the motif in bars 5, 9"]).restate == (5, 9)
    assert leaning(["7: foreign notes"]).chord > leaning([]).chord
    assert leaning(["5: range too wide"]).span < 0
    assert leaning(["13: one rhythm only"]).fresh < leaning([]).fresh < leaning(["14: none"]).fresh
    assert leaning(["18: brass too soft"]) == leaning([])


def test_metre_length() -> None:
    assert Metre(num=7, den=8, seconds=2.0).ticks == 336
