"""How a cue comes in, how loud its sections are, and how it ends."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from filmcomposer_core.contracts.labels import DYNAMICS
from filmcomposer_core.planning import plan_cue
from filmcomposer_core.planning.entry import at_once, ending, sounding_bars
from filmcomposer_core.planning.recipe import load_recipe
from filmcomposer_core.planning.texture import dynamics
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.planning.cases import case, tempo_map
from tests.core.tempo.lists import spot


def _bars(until_s: float) -> tuple[object, ...]:
    return Timeline(tempo_map(120.0, "4/4").points).bars_until(until_s)


def _film(*cuts_s: float, duration_s: float = 40.0) -> object:
    edges = [0.0, *cuts_s, duration_s]
    shots = tuple(
        samples._shot(a, b, "cut" if a else "start", 0.1) for a, b in itertools.pairwise(edges)
    )
    clip = dataclasses.replace(samples.clip(), duration_s=duration_s, frames=round(24 * duration_s))
    return dataclasses.replace(samples.analysis(), clip=clip, shots=shots)


@pytest.mark.parametrize(
    ("idiom", "cut_s", "hit_s", "starts"),
    [
        ("dread", 2.0, 30.0, {1, 2}),  # out of silence on the first cut, at times
        ("dread", 3.0, 30.0, {1}),  # inside a bar of two seconds: no
        ("dread", 2.0, 1.0, {1}),  # a strong hit before has to sound
        ("dread", 6.0, 30.0, {1}),  # too long to wait
        ("march", 2.0, 30.0, {1}),  # a march is there at once
    ],
)
def test_some_idioms_come_in_out_of_silence_on_a_first_cut(
    idiom: str, cut_s: float, hit_s: float, starts: set[int]
) -> None:
    found = {
        sounding_bars(
            _bars(38.0),  # type: ignore[arg-type]
            analysis=_film(cut_s),  # type: ignore[arg-type]
            spots=[spot(1, hit_s, 9.0)],
            recipe=load_recipe(idiom),
            rng=rng_for(seed),
        )[0].number
        for seed in range(12)
    }
    assert found == starts


def test_a_tense_opening_asks_for_the_theme_at_once() -> None:
    calm, tense = np.linspace(0, 1, 100), np.linspace(1, 0, 100)
    assert at_once(calm) < -0.8
    assert at_once(tense) > 0.8


def _ending(
    idiom: str, *, hit: bool = False, fades: bool = False, seed: int = 0, rest_s: float = 1.5
) -> str:
    curves = samples.curves()
    last_bar_s = float(curves.time_s[-1]) - rest_s
    luma = np.where(curves.time_s > curves.time_s[-1] - 1.0, 0.0, 0.5) if fades else curves.luma
    return ending(
        load_recipe(idiom),
        duration_s=float(curves.time_s[-1]),
        curves=dataclasses.replace(curves, luma=luma),
        last_bar_s=last_bar_s,
        spots=[spot(1, last_bar_s + (0.05 if hit else -3.0), 9.0)],
        rng=rng_for(seed),
    )


def test_the_picture_says_how_a_cue_ends_if_the_idiom_knows_how() -> None:
    seeds = range(12)
    assert {_ending("chase", hit=True, seed=s) for s in seeds} == {"cut-off"}
    assert {_ending("travel", hit=True, seed=s) for s in seeds} == {"button"}
    assert {_ending("grief", fades=True, seed=s) for s in seeds} == {"evaporate"}
    assert {_ending("pastoral", hit=True, seed=s) for s in seeds} == {"cadence"}
    assert {_ending("travel", seed=s) for s in seeds} == {"cadence", "button"}


def test_a_chord_far_from_the_end_is_held_unless_it_stands_on_a_hit() -> None:
    seeds = range(12)
    assert {_ending("chase", seed=s) for s in seeds} == {"cut-off", "button"}
    assert {_ending("chase", seed=s, rest_s=3.0) for s in seeds} == {"cadence"}
    assert {_ending("chase", hit=True, seed=s, rest_s=3.0) for s in seeds} == {"cut-off"}


def test_sections_span_two_marks_however_even_the_picture() -> None:
    functions = ["establish", "theme", "climax", "aftermath"]
    marks = dynamics(load_recipe("pastoral"), functions, [0.38, 0.4, 0.46, 0.36], duration_s=30.0)
    places = [DYNAMICS.index(mark) for mark in marks]
    assert max(places) - min(places) >= 2
    assert places[2] == max(places)
    assert places[3] <= places[1]
    alone = dynamics(load_recipe("pastoral"), ["button"], [0.3], duration_s=2.0)
    assert alone[0] in ("p", "mp")


@pytest.mark.parametrize("idiom", ["pastoral", "love", "slapstick", "chase", "grief", "mystery"])
def test_a_cue_of_half_a_minute_has_a_dynamic_shape(idiom: str) -> None:
    for seed in range(4):
        plan = plan_cue(**case(idiom, duration_s=30.0, bpm=90.0, picture=seed), seed=seed)
        places = [DYNAMICS.index(s.dynamic) for s in plan.sections if not s.silence]
        assert max(places) - min(places) >= 2, plan.sections


def test_tension_breathes_with_the_picture_inside_a_section() -> None:
    from scipy.stats import spearmanr

    found = []
    for picture in range(8):
        given = case("pastoral", duration_s=60.0, bpm=100.0, picture=picture)
        plan = plan_cue(**given, seed=picture)
        bars = Timeline(given["tempo_map"].points).bars_until(60.0)
        curves = given["curves"]
        motion = [
            float(curves.motion[(curves.time_s >= a.start_s) & (curves.time_s < b.start_s)].mean())
            for a, b in itertools.pairwise(bars[: plan.last_bar])
        ]
        found.append(spearmanr(motion, plan.bar_tension[: len(motion)]).statistic)
    assert np.median(found) > 0.4
