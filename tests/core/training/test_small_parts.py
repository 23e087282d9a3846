"""Order, words, learning rate, pieces, onsets: laws and examples worked by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import mir_eval
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.training.onsets import WINDOW_S, agreement, heard_onsets
from filmcomposer_core.training.optimiser import make_optimiser, ratio_at, set_rate
from filmcomposer_core.training.order import chosen
from filmcomposer_core.training.pieces import Piece, cut, strokes_in
from filmcomposer_core.training.prompts import words_at
from filmcomposer_core.training.recipe import read_recipe
from filmcomposer_core.training.samples import Words
from tests.core.training.conftest import short
from tests.fakes.percussion import RATE, Percussion

WORDS = Words(
    music={"genre": "waltz", "instrumentation": "harp", "mood": "sad", "tempo": "slow, 60 bpm"},
    picture={"setting": "beach", "emotion": "Calm", "theme": "drama", "hue": ""},
)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 5))
def test_every_piece_comes_once_before_any_comes_again(count: int, batch: int, seed: int) -> None:
    seen = [i for step in range(count) for i in chosen(step, count=count, batch=batch, seed=seed)]
    for first in range(0, len(seen), count):
        assert sorted(seen[first : first + count]) == list(range(count))


def test_order_follows_from_seed_and_update() -> None:
    again = [chosen(7, count=50, batch=8, seed=s) for s in (1, 1, 2)]
    assert again[0] == again[1]
    assert again[0] != again[2]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (0, "sad waltz film music, harp, slow, 60 bpm."),
        (2, "sad waltz film music, harp, slow, 60 bpm. For a film scene: beach, Calm, drama."),
        (4, "sad waltz film music, slow, 60 bpm. For a film scene: beach, Calm, drama."),
        (6, "sad film music. For a film scene: beach, Calm, drama."),
        (9, "For a film scene: beach, Calm, drama."),
    ],
)
def test_words_of_the_stages(step: int, said: str) -> None:
    recipe = short(epochs=1, updates_per_epoch=10, keep_music=0.0)
    assert words_at(WORDS, recipe, step, rng_for(0)) == said


def test_a_share_keeps_the_whole_music_description() -> None:
    recipe = short(epochs=1, updates_per_epoch=10, keep_music=0.2)
    chance = rng_for(0, "words")
    kept = sum("harp" in words_at(WORDS, recipe, 9, chance) for _ in range(2000))
    assert 330 < kept < 470


def test_nothing_known_is_no_words() -> None:
    assert words_at(Words(), read_recipe(), 0, rng_for(0)) == ""


def test_the_rate_rises_and_falls() -> None:
    recipe = read_recipe()
    assert ratio_at(0, recipe) == 1 / 4000
    assert ratio_at(4000, recipe) == 1.0
    # A quarter of the way down: (1 + cos 45°) / 2.
    assert ratio_at(4000 + 296_000 // 4, recipe) == pytest.approx((1 + math.sqrt(0.5)) / 2)
    ratios = [ratio_at(step, recipe) for step in range(4000, 300_000, 1000)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratio_at(299_999, short(minimum_ratio=0.1, epochs=150, updates_per_epoch=2000)) > 0.1


@pytest.mark.parametrize("optimiser_name", ["dadam", "dadapt_adam"])
def test_d_adaptation_finds_a_step_that_the_rate_multiplies(
    capsys: pytest.CaptureFixture[str], optimiser_name: str
) -> None:
    weight = torch.nn.Parameter(torch.tensor([10.0]))
    recipe = short(optimiser=optimiser_name, learning_rate=1.0, warmup_steps=0, epochs=400)
    optimiser = make_optimiser([weight], recipe)
    worth, far = [], []
    for step in range(200):
        worth.append(set_rate(optimiser, step, recipe))
        (weight - 2.0).abs().sum().backward()
        optimiser.step()
        optimiser.zero_grad()
        far.append(abs(float(weight.detach()) - 2.0))
    # It begins at a millionth and comes by itself into the order of the way to go, which is 8.
    assert worth[0] == pytest.approx(1e-6)
    assert 0.1 < worth[-1] < 100.0
    assert min(far) < 1.0
    assert capsys.readouterr().out == ""


@given(st.floats(0.3, 500.0), st.floats(0.5, 60.0))
def test_pieces_cover_the_music_once(duration_s: float, window_s: float) -> None:
    pieces = cut("x", duration_s, window_s=window_s)
    assert pieces[0].begin_s == 0.0
    assert pieces[-1].end_s == pytest.approx(duration_s)
    for one, other in pairwise(pieces):
        assert one.end_s == other.begin_s
    assert all(p.end_s - p.begin_s <= window_s + 0.051 for p in pieces)


def test_strokes_are_counted_from_the_begin_of_their_piece() -> None:
    strokes = [Stroke(time_s=t, strength=0.5, pitches=(3,)) for t in (1.0, 10.0, 19.5, 20.0)]
    found = strokes_in(strokes, Piece(sample="x", begin_s=10.0, end_s=20.0))
    assert [s.time_s for s in found] == [0.0, 9.5]
    assert found[0].pitches == (3,)


@given(st.lists(st.floats(0.0, 9.0), max_size=12), st.lists(st.floats(0.0, 9.0), max_size=12))
def test_agreement_is_the_f_measure_of_mir_eval(one: list[float], other: list[float]) -> None:
    # Times on a grid of 5 ms, off the edge of the window where rounding decides.
    one, other = (
        [round(t * 200) / 200 + shift for t in ts] for ts, shift in ((one, 0), (other, 0.001))
    )
    if not one or not other:
        assert agreement(one, other) == 0.0
        return
    theirs = mir_eval.onset.f_measure(np.sort(one), np.sort(other), window=WINDOW_S)[0]
    assert agreement(one, other) == pytest.approx(theirs)


def test_onsets_are_heard_where_strokes_sound() -> None:
    samples = Percussion(4, seed=5)
    for name in samples.ids():
        heard = heard_onsets(*samples.sound(name))
        assert agreement(samples.times(name), heard) > 0.95
    assert heard_onsets(np.zeros(RATE, np.float32), RATE).size == 0
