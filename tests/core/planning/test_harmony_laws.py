"""Laws of the chords: any idiom, metre, length and seed, and examples worked by hand."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.harmony import Chord, parse_chords, parse_pitch_class
from filmcomposer_core.contracts.labels import DYNAMICS, IDIOMS
from filmcomposer_core.contracts.plan import MOTIFS, CuePlan, Section
from filmcomposer_core.planning import plan_cue
from filmcomposer_core.planning.cadences import CLOSES, closes_of, is_close, lead_to
from filmcomposer_core.planning.drafts import Draft, Half
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.phrases import phrase_bars, section_phrases, spread
from filmcomposer_core.planning.recipe import kind_of, load_recipe
from filmcomposer_core.planning.roman import parse_line, parse_numeral, symbol
from tests.core.planning.cases import case

METRES = ("4/4", "3/4", "2/4", "6/8", "12/8", "5/4", "7/8", "5/8")
BRIGHTNESS = {"dread": -2.0, "shock": -3.0, "grief": -1.0, "chase": -1.0, "mystery": -1.5}


def plan_of(
    idiom: str, *, meter: str = "4/4", duration_s: float = 60.0, bpm: float = 90.0, seed: int = 1
) -> CuePlan:
    given_ = case(
        idiom,
        meter=meter,
        duration_s=duration_s,
        bpm=bpm,
        brightness=BRIGHTNESS.get(idiom, 1.0),
        picture=seed % 3,
    )
    return plan_cue(**given_, seed=seed)


def sounding(section: Section) -> list[Chord]:
    return [chord for bar in parse_chords(section.chords) for chord in bar if not chord.silent]


def closes_well(section: Section, after: Section | None, idiom: str) -> bool:
    """Whether the last chord is one to stop on in its key, or leads into the next key."""
    recipe, kind, last = load_recipe(idiom), kind_of(section.mode), sounding(section)[-1]
    home = parse_pitch_class(section.key)
    step = dataclasses.replace(parse_numeral("I", kind="major"), root=(last.root - home) % 12)
    if is_close(step, recipe=recipe, kind=kind):
        return True
    return after is not None and (last.root - parse_pitch_class(after.key)) % 12 == 7


@given(
    st.sampled_from(IDIOMS),
    st.sampled_from(METRES),
    st.floats(2.0, 150.0),
    st.sampled_from([52.0, 76.0, 104.0, 144.0]),
    st.integers(0, 10_000),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_plan_keeps_the_laws(
    idiom: str, meter: str, duration_s: float, bpm: float, seed: int
) -> None:
    plan = plan_of(idiom, meter=meter, duration_s=duration_s, bpm=bpm, seed=seed)
    for before, after in itertools.pairwise(plan.sections):
        assert after.start == before.start + before.bars
    letters = [section.motif for section in plan.sections]
    assert letters[0] == "A"
    assert len(set(letters)) <= 3
    assert set(letters) <= set(MOTIFS)
    if duration_s < 37.0:
        assert set(letters) == {"A"}
    recipe = load_recipe(idiom)
    low, high = (DYNAMICS.index(mark) for mark in recipe.dynamics)
    for section, after in itertools.zip_longest(plan.sections, plan.sections[1:]):
        assert low <= DYNAMICS.index(section.dynamic) <= high
        if section.silence:
            assert not sounding(section)
            continue
        assert closes_well(section, after, idiom), (section, after)
        if section.function == "theme":
            first = sounding(section)[0]
            assert first.root == parse_pitch_class(section.key), section
        if section.motif != "A":
            assert "melody" in section.roles
    assert plan.sections[-1].key == plan.sections[0].key


@pytest.mark.parametrize("idiom", IDIOMS)
def test_two_seeds_of_a_picture_differ_in_their_progression(idiom: str) -> None:
    found = set()
    for seed in (3, 6, 9, 12):
        plan = plan_of(idiom, seed=seed)
        theme = next(s for s in plan.sections if s.function == "theme")
        home = parse_pitch_class(theme.key)
        found.add(tuple(((c.root - home) % 12, c.quality) for c in sounding(theme)))
    assert len(found) >= 3


@pytest.mark.parametrize("idiom", ["pastoral", "love", "grief", "title", "march", "travel"])
def test_functional_idioms_are_rich_and_their_bass_is_a_line(idiom: str) -> None:
    chords, leaps, moves = [], 0, 0
    for seed in range(6):
        row = [
            chord for section in plan_of(idiom, seed=seed).sections for chord in sounding(section)
        ]
        row = [chord for chord, _ in itertools.groupby(row)]
        chords += [len({c.symbol for c in row[i : i + 16]}) for i in range(max(1, len(row) - 15))]
        for before, after in itertools.pairwise(row):
            moves += 1
            leaps += (after.bass - before.bass) % 12 == 6
    assert np.median(chords) >= 7  # real music: 6.7 to 10 of 16
    assert leaps <= 0.06 * moves


def test_harmony_quickens_into_its_closes() -> None:
    """In calm sections chords come no less often in the bar before a close than in the first."""
    first, last = 0, 0
    for idiom in ("pastoral", "love", "title", "grief"):
        for seed in range(5):
            for section in plan_of(idiom, seed=seed).sections:
                if section.function == "theme" and section.bars == 8:
                    bars = parse_chords(section.chords)
                    first, last = first + len(bars[0]), last + len(bars[6])
    assert last > first


def test_lengths_of_phrases() -> None:
    for bars in range(1, 60):
        for sentence in (False, True):
            lengths = phrase_bars(bars, sentence=sentence)
            assert sum(lengths) == bars
            assert all(3 <= length <= 8 for length in lengths) or bars < 3


@given(st.integers(0, 32), st.integers(0, 32))
def test_chords_fill_their_room_and_do_not_slow_down(halves: int, count: int) -> None:
    count = min(count, halves) if halves else 0
    lengths = spread(halves, count)
    assert sum(lengths) == (halves if count else 0)
    assert all(a >= b for a, b in itertools.pairwise(lengths[:-1]))


def test_a_button_of_one_bar_is_what_the_close_before_it_comes_home_to() -> None:
    key, recipe = Key("C", "ionian"), load_recipe("march")
    theme = Draft(first=0, bars=4, function="climax", key=key)
    rng = np.random.default_rng(1)
    for bars, close in ((1, "half"), (2, "full")):
        button = Draft(first=4, bars=bars, function="button", key=key)
        found = section_phrases(theme, button, recipe=recipe, bar_s=2.0, open_end=False, rng=rng)
        assert found[-1].close == close
    last = section_phrases(theme, None, recipe=recipe, bar_s=2.0, open_end=True, rng=rng)
    assert last[-1].close == "open"


@pytest.mark.parametrize("idiom", IDIOMS)
def test_every_close_ends_where_it_may(idiom: str) -> None:
    recipe = load_recipe(idiom)
    for mode in recipe.modes:
        kind = kind_of(mode)
        for close in CLOSES:
            for steps in closes_of(close, recipe=recipe, mode=mode, kind=kind):
                assert is_close(steps[-1], recipe=recipe, kind=kind)
                if close in ("full", "plagal", "still"):
                    assert steps[-1].root == 0


def chords_of(line: str, key: Key) -> list[Half]:
    steps = parse_line(line, kind=key.kind)
    return [Half(step, key) for step in steps for _ in range(step.halves)]


def names(halves: list[Half]) -> list[str]:
    return [symbol(half.step, key=half.key.tonic) for half in halves]


def test_a_key_is_left_by_a_chord_of_both() -> None:
    """From A minor home to C: F is VI there and IV here, and D minor iv there and ii here."""
    away, home = Key("A", "aeolian"), Key("C", "ionian")
    halves = chords_of("i:1 iv:1 VI:1 V:1", away)
    lead_to(halves, end=8, first=0, old=away, new=home, rests=False)
    assert names(halves)[-3:] in (["Dm", "G7", "G7"], ["F", "G7", "G7"], ["Am", "G7", "G7"])
    assert names(halves)[:5] == ["Am", "Am", "Dm", "Dm", "F"]


def test_a_section_at_rest_is_its_own_pivot_or_is_cut() -> None:
    """C major is IV of G, but strange to E flat: there the picture's cut does it."""
    home = Key("C", "ionian")
    for tonic, last in (("G", "D7"), ("Eb", "C")):
        halves = chords_of("I:1 IV:1 V:1 I:1", home)
        lead_to(halves, end=8, first=0, old=home, new=Key(tonic, "ionian"), rests=True)
        assert names(halves)[-2:] == ["C", last]
