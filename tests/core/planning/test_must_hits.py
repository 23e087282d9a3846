"""Every MUST hit that leaves a last note the time to speak has music, wherever it falls."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from filmcomposer_core.arrangement import arrange
from filmcomposer_core.composition import compose_theme
from filmcomposer_core.contracts.closing import least_s
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.planning import plan_cue
from filmcomposer_core.planning.bars import playable_bars
from filmcomposer_core.planning.drafts import Draft
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.silence import with_silence
from filmcomposer_core.tempo import fit_tempo
from filmcomposer_core.timeline import Timeline
from tests.core.planning.cases import FPS, case, tempo_map
from tests.core.tempo.lists import spot

Given = dict[str, Any]


def timeline(bpm: float, meter: str) -> Timeline:
    return Timeline(tempo_map(bpm, meter).points)


@pytest.mark.parametrize(
    ("must_s", "bars"),
    [
        # 3/4 at 61: bar lines at 0, 2.95, 5.90 s; 8 s leave 2.5 s for the release: two bars.
        ((), 2),
        ((6.88,), 3),
        ((5.9016,), 3),
        ((7.4,), 3),
        # 0.52 s are needed: 0.32 s to let go and 0.2 s to speak.
        ((7.5,), 2),
        ((1.0,), 2),
    ],
)
def test_the_form_reaches_to_the_last_must_hit(must_s: tuple[float, ...], bars: int) -> None:
    found = playable_bars(timeline(61.0, "3/4"), first_bar=1, duration_s=8.0, must_s=must_s)
    assert len(found) == bars


def music_of(given: Given, spots: tuple[Spot, ...], seed: int) -> tuple[TempoMap, Score]:
    duration_s = given["analysis"].clip.duration_s
    given = {**given, "spots": spots}
    music = given["description"].music
    tempo = fit_tempo(spots, music=music, duration_s=duration_s, fps=Fraction(FPS)).map
    given["tempo_map"] = tempo
    plan = plan_cue(**given, seed=seed)
    shared = {name: given[name] for name in ("spots", "curves", "tempo_map")}
    melody = compose_theme(plan=plan, duration_s=duration_s, seed=seed, **shared)
    score = arrange(
        plan=plan,
        melody=melody,
        description=given["description"],
        duration_s=duration_s,
        seed=seed,
        **shared,
    )
    return tempo, score


@pytest.mark.parametrize("seed", range(10))
def test_must_hits_sound_to_the_frame_until_the_end_needs_its_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    duration_s = float(rng.choice([2.5, 4.0, 8.0, 13.0, 25.0]))
    idiom = str(rng.choice(["love", "slapstick", "dread", "chase", "mystery"]))
    meter = str(rng.choice(["4/4", "3/4", "6/8"]))
    given = case(idiom, duration_s=duration_s, meter=meter, picture=seed)
    last_s = duration_s - least_s(duration_s)
    times = (last_s - float(rng.uniform(0, 1.5)), float(rng.uniform(0.4, 0.5)) * last_s)
    must = tuple(
        spot(900 + i, int(max(0.1, t) * FPS) / FPS, "MUST", str(rng.choice(["downbeat", "beat"])))
        for i, t in enumerate(times)
    )
    tempo, score = music_of(given, (*given["spots"], *must), seed)
    line = Timeline(tempo.points)
    onsets = np.array([line.time_at(n.beat) for part in score.parts for n in part.notes])
    for hit in must:
        assert np.min(np.abs(onsets - hit.time_s)) * FPS < 0.31, (hit.time_s, duration_s)


def test_no_silence_is_laid_over_a_strong_hit() -> None:
    """Eight bars of 2 s, the climax from 16 s on; a door slams at 15 s."""
    key = Key("C", "ionian")
    drafts = [
        Draft(first=0, bars=8, function="build", key=key, wave=0),
        Draft(first=8, bars=4, function="climax", key=key, wave=0),
    ]
    line = timeline(120.0, "4/4")
    bars = line.bars_until(23.9)
    climax, door = spot(1, 16.0, 9.0), spot(2, 15.0, 7.0)
    assert [d.silence for d in with_silence(drafts, bars, line, [climax])] == [False, True, False]
    assert with_silence(drafts, bars, line, [climax, door]) == drafts
    weak = dataclasses.replace(door, weight=5.0)
    assert len(with_silence(drafts, bars, line, [climax, weak])) == 3


@pytest.mark.parametrize(
    ("ending", "until_s"),
    [("cadence", 11.52), ("open", 11.52), ("evaporate", 11.52), ("button", 10.0)],
)
def test_a_held_ending_lasts_until_the_picture_is_over(ending: str, until_s: float) -> None:
    """Bars of 2.5 s in 12 s: the last chord begins at 7.5 s, for a bar at 10 s is too late."""
    given = case("love", duration_s=12.0, bpm=72.0, meter="3/4")
    given["spots"] = ()
    plan = dataclasses.replace(plan_cue(**given, seed=3), ending=ending)
    assert plan.last_bar == 4
    shared = {name: given[name] for name in ("spots", "curves", "tempo_map")}
    melody = compose_theme(plan=plan, duration_s=12.0, seed=3, **shared)
    score = arrange(
        plan=plan,
        melody=melody,
        description=given["description"],
        duration_s=12.0,
        seed=3,
        **shared,
    )
    line = Timeline(given["tempo_map"].points)
    notes = [note for part in score.parts for note in part.notes]
    assert max(line.time_at(note.beat) for note in notes) <= 12.0 - 2.5 + 1e-6
    end_s = max(line.time_at(note.end) for note in notes)
    if ending == "button":
        assert end_s <= until_s + 1e-6
    else:
        assert until_s - 0.2 <= end_s < 12.0
