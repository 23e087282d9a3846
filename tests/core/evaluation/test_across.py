from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.evaluation import across
from filmcomposer_core.evaluation.audio import RATE, heard_sound, sound_chroma
from tests.core.evaluation.pieces import chords, crotchets

C, F_SHARP = (60, 64, 67), (66, 70, 73)


def test_the_same_music_has_no_diversity_and_foreign_chords_have_all() -> None:
    one = across.chroma(chords(C, C), 8.0)
    other = across.chroma(chords(F_SHARP, F_SHARP), 8.0)
    assert one.shape == (4, 12)
    assert across.diversity([one, one]) == pytest.approx(0.0)
    assert across.diversity([one, other]) == pytest.approx(1.0)
    # Three pairs, of which one is alike (Eq. 7).
    assert across.diversity([one, one, other]) == pytest.approx(2 / 3)
    assert math.isnan(across.diversity([one]))


def test_half_a_piece_alike_is_half_similar() -> None:
    one, other = chords(C, C), chords(C, F_SHARP)
    assert across.similarity(across.chroma(one, 8.0), across.chroma(other, 8.0)) == pytest.approx(
        0.5
    )


def test_a_transposed_theme_is_the_same_and_a_new_rhythm_half_of_it() -> None:
    theme = crotchets(60, 62, 64, 60, 67, 65, 64)
    up = across.theme_moves(crotchets(65, 67, 69, 65, 72, 70, 69))
    here = across.theme_moves(theme)
    assert across.theme_distance(here, up) == 0.0
    other = tuple((interval, ratio * 3) for interval, ratio in here)
    assert across.theme_distance(here, other) == pytest.approx(0.5)
    far = tuple((interval + 5, ratio * 3) for interval, ratio in here)
    assert across.theme_distance(here, far) == pytest.approx(1.0)
    assert math.isnan(across.theme_distance(here, here[:3]))


_MOVE = st.tuples(st.integers(-7, 7), st.sampled_from([0.5, 1.0, 2.0]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(_MOVE, min_size=4, max_size=8), min_size=3, max_size=3))
def test_the_distance_of_themes_is_one(themes: list[list[tuple[int, float]]]) -> None:
    for a, b in itertools.permutations(themes, 2):
        assert 0.0 <= across.theme_distance(a, b) <= 1.0
        assert across.theme_distance(a, b) == pytest.approx(across.theme_distance(b, a))
        assert across.theme_distance(a, a) == 0.0


def test_onsets_and_chroma_of_a_sound() -> None:
    time = np.arange(4 * RATE) / RATE
    sound = np.zeros(time.size)
    for begin, size in ((0.5, 0.2), (1.5, 0.8), (2.5, 0.2)):
        age = time - begin
        tone = np.sin(2 * np.pi * 440.0 * age) * np.exp(-8 * age)
        sound += np.where(age >= 0, size * tone, 0.0)
    found = heard_sound(sound)
    assert found.times_s.tolist() == pytest.approx([0.5, 1.5, 2.5], abs=0.02)
    assert found.level_db.size == 40
    assert int(np.argmax(found.level_db)) == 15
    assert np.argmax(sound_chroma(sound)[1]) == 9  # A
