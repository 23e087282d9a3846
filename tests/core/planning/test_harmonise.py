"""Chords under tunes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from filmcomposer_core.composition.grid import TICKS
from filmcomposer_core.contracts.harmony import MODES, QUALITIES, parse_chords, parse_pitch_class
from filmcomposer_core.planning.cadences import closes_of
from filmcomposer_core.planning.harmonise import Stretch, half_split, harmonised
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.recipe import Recipe, load_recipe
from filmcomposer_core.planning.roman import Step
from tests.core.composition.support import theme

C = Key("C", "ionian")
A = Key("A", "aeolian")


def stretch(*bars: str, beats: int = 4) -> Stretch:
    """Return a stretch of one word a bar: heights, evenly spread."""
    size = beats * TICKS
    notes = []
    for number, bar in enumerate(bars):
        row = [int(height) for height in bar.split()]
        for place, height in enumerate(row):
            notes.append((number * size + place * size // len(row), size // len(row), height))
    return Stretch(
        notes=tuple(notes),
        bars=((beats, 4, 2.4),) * len(bars),
        wanted=(2.0,) * (2 * len(bars)),
    )


def chords(
    given: Stretch,
    *,
    key: Key = C,
    idiom: str = "pastoral",
    seed: int = 0,
    begins: tuple[int, ...] = (0,),
) -> list[Step]:
    recipe: Recipe = load_recipe(idiom)
    closes = closes_of("full", recipe=recipe, mode=key.mode, kind=key.kind)
    return harmonised(
        given, closes, key=key, recipe=recipe, before=None, chord_s=2.4, begins=begins,
        rng=np.random.default_rng(seed),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_broken_chords_are_heard_as_such(seed: int) -> None:
    found = chords(stretch("0 2 4 7", "3 5 7 5", "0 2 4 2", "4 6 8 6", "0"), seed=seed)
    assert len(found) == 10
    assert [step.root for step in found[::2]] == [0, 5, 0, 7, 0]


def test_a_minor_tune_has_a_leading_note_over_its_dominant() -> None:
    found = chords(stretch("0 2 4 2", "3 5 7 5", "4 6 8 6", "0"), key=A, idiom="grief")
    assert found[0].root == 0
    assert found[4].root == 7
    assert 4 in QUALITIES[found[4].quality]


def test_it_begins_at_home_where_it_has_to() -> None:
    away = stretch("3 5 7 3", "3 5 7 3", "4 6 8 4", "0")
    assert chords(away)[0].root == 0
    assert chords(away, begins=())[0].root == 5


@pytest.mark.parametrize("idiom", ["love", "wonder", "mystery", "slapstick", "title"])
def test_no_chord_alters_a_note_that_sounds(idiom: str) -> None:
    """Wherever a tune is stated no chord has the note beside one of its, foreign to the key."""
    wrong = sounding = 0
    for seed in range(3):
        plan, melody, _ = theme(idiom, seed, seed, bpm=92)
        for section in plan.sections:
            if section.function not in ("theme", "climax") or len(MODES[section.mode]) != 7:
                continue
            tonic = parse_pitch_class(section.key)
            scale = {(tonic + step) % 12 for step in MODES[section.mode]} | {(tonic - 1) % 12}
            bars = list(parse_chords(section.chords))
            for note in melody.notes:
                place = (note.beat - 4.0 * (section.start - 1)) / 4.0
                if not 0 <= place < section.bars:
                    continue
                cell = bars[int(place)]
                own = set(cell[int((place % 1) * len(cell))].pitch_classes)
                altered = own - scale
                tone = note.pitch % 12
                near = {(tone + 1) % 12, (tone - 1) % 12}
                wrong += tone not in own and bool(altered & near)
                sounding += 1
    assert sounding > 60
    assert wrong <= 0.04 * sounding


def test_a_phrase_of_four_bars_has_three_chords() -> None:
    found = chords(stretch("0 0 0 0", "0 0 4 4", "0 0 0 0", "0"))
    assert len({step.root for step in found}) >= 3


@pytest.mark.parametrize("seed", range(3))
def test_the_last_chord_waits_for_a_tonic_that_comes_late(seed: int) -> None:
    soon = chords(stretch("0 2 4 2", "3 5 3 1", "4 1 -1 1", "0"), seed=seed)
    late = chords(stretch("0 2 4 2", "3 5 3 1", "4 1 -1 1", "1 0"), seed=seed)
    assert [step.root for step in soon[-2:]] == [0, 0]
    assert [step.root for step in late[-2:]] == [7, 0]


@pytest.mark.parametrize(("num", "den"), list(itertools.product(range(1, 13), (4, 8))))
def test_halves_make_up_a_bar(num: int, den: int) -> None:
    first, second = half_split(num, den)
    assert first >= 1
    assert second >= 1
    assert max(first, second) <= 3 * min(first, second)
