from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filmcomposer_core.tempo.judge import hits_cost, path_cost
from filmcomposer_core.tempo.meters import parse_meter
from filmcomposer_core.tempo.moves import moves_of
from filmcomposer_core.tempo.path import Path
from filmcomposer_core.tempo.search import find_path, search_of
from tests.core.tempo.lists import random_spots, spot
from tests.core.tempo.test_constant import field


def sought(spots: list, *, ramps: bool = False, odd: bool = False, **other: float) -> Path:  # type: ignore[type-arg]
    place = replace(field(spots), **other)  # type: ignore[arg-type]
    return find_path(search_of(place, max_change=0.03, ramps=ramps, odd_bars=odd, frame_s=1 / 24))


@pytest.mark.parametrize("ramps", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_bars_cover_the_clip_and_tempo_keeps_the_limit(seed: int, ramps: bool) -> None:
    found = sought(random_spots(seed), ramps=ramps)
    assert found.starts_s[-1] >= 60.0
    assert found.starts_s[-2] < 60.0
    steps = np.abs(np.log(found.start_bpm[1:] / found.end_bpm[:-1]))
    glides = np.abs(np.log(found.end_bpm / found.start_bpm))
    assert steps.max() <= np.log(1.03)
    assert glides[~found.written].max() <= (np.log(1.03) if ramps else 0.0)
    assert np.all(found.ramp == (glides > 0.0))
    # After a ramp the tempo goes on from where it led.
    assert np.all(steps[found.ramp[:-1]] == 0.0)


def test_the_search_beats_any_single_tempo() -> None:
    from filmcomposer_core.tempo.constant import scan

    for seed in range(3):
        place = field(random_spots(seed))
        found = find_path(
            search_of(place, max_change=0.03, ramps=False, odd_bars=False, frame_s=1 / 24)
        )
        assert path_cost(found, place) < scan(place)[2].min()


def test_without_hits_the_tempo_does_not_move() -> None:
    found = sought([])
    assert np.ptp(found.start_bpm) == 0.0
    assert found.start_bpm[0] == pytest.approx(120.0, rel=0.02)
    assert found.offset_s == 0.0


def test_tempo_stays_in_its_range() -> None:
    found = sought(random_spots(3), bpm_low=118.0, bpm_high=122.0)
    assert found.start_bpm.min() >= 118.0
    assert found.start_bpm.max() <= 122.0


def test_odd_bars_come_only_when_asked_and_only_after_whole_phrases() -> None:
    # Seventeen quarter notes, then whole bars: one beat has to be lost or won.
    times = [8.0, 16.0, 25.0, 33.0, 41.0, 49.0]
    spots = [spot(i, t, 9.0, "downbeat") for i, t in enumerate(times)]
    narrow = {"bpm_low": 119.0, "bpm_high": 121.0, "latest_s": 0.0}
    plain, odd = sought(spots, **narrow), sought(spots, odd=True, **narrow)
    assert set(plain.num.tolist()) == {4}
    short = np.flatnonzero(odd.num != 4)
    assert short.size > 0
    runs = np.diff([-1, *short.tolist()]) - 1
    assert np.all(runs > 0)
    assert np.all(runs % 4 == 0)
    place = replace(field(spots), **narrow)  # type: ignore[arg-type]
    assert hits_cost(odd, place) < hits_cost(plain, place)


def test_a_long_clip_takes_time_in_proportion() -> None:
    spots = random_spots(4, duration_s=600.0, weak=0.0)
    found = sought(spots, duration_s=600.0)
    assert 230 <= len(found.num) <= 360


def test_written_ramps_go_down_at_the_end_or_anywhere_for_must_hits() -> None:
    four = parse_meter("4/4")
    ending = moves_of(four, reach=4, ramps=False, odd=(), written_anywhere=False, step=0.007)
    assert np.all(ending.steps[ending.written] < 0)
    assert np.all(ending.ramp[ending.written])
    late, early = np.array([58.0]), np.array([30.0])
    length = np.array([2.0])
    rit = np.flatnonzero(ending.written)[:1]
    assert ending.fits(rit, late, length, 60.0).tolist() == [True]
    assert ending.fits(rit, early, length, 60.0).tolist() == [False]
    # No ramp may lead to a point after the clip.
    assert ending.fits(rit, np.array([60.5]), length, 60.0).tolist() == [False]
    must = moves_of(four, reach=4, ramps=False, odd=(), written_anywhere=True, step=0.007)
    assert np.any(must.steps[must.written] > 0)
    assert must.fits(rit, early, length, 60.0).tolist() == [True]
    assert np.abs(must.steps).max() * 0.007 <= np.log(1.12)
