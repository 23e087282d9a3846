from __future__ import annotations

import time

import numpy as np
import pytest

from filmcomposer_core.tempo.constant import (
    Field,
    best_constants,
    scan,
    start_cost,
    starts_of,
)
from filmcomposer_core.tempo.hits import hits_of
from filmcomposer_core.tempo.judge import path_cost
from filmcomposer_core.tempo.meters import parse_meter
from filmcomposer_core.tempo.path import constant_path
from tests.core.tempo.lists import FPS, random_spots, spot


def field(spots: list, duration_s: float = 60.0, meter: str = "4/4") -> Field:  # type: ignore[type-arg]
    return Field(
        meter=parse_meter(meter),
        meter_cost=0.0,
        bpm_low=100.0,
        bpm_high=140.0,
        centre_bpm=120.0,
        halfwidth_bpm=20.0,
        duration_s=duration_s,
        latest_s=4.0,
        hits=hits_of(spots, fps=FPS, duration_s=duration_s),
    )


def test_scan_agrees_with_the_cost_of_the_whole_path() -> None:
    """Two routes to one figure: the grid of stage A and the judge of finished paths."""
    search = field(random_spots(5))
    bpm, start, cost = scan(search)
    for i, j in ((0, 0), (17, 5), (120, 30), (len(bpm) - 1, len(start) - 1)):
        path = constant_path(
            meter=search.meter, bpm=float(bpm[i]), offset_s=float(start[j]), duration_s=60.0
        )
        # The path's last bar may end after the clip, which only the centre term can notice.
        centre = start[j] * 0.006 * ((bpm[i] - 120.0) / 20.0) ** 2
        assert path_cost(path, search) + centre == pytest.approx(cost[i, j], abs=1e-9)


def test_scan_covers_the_range_and_the_start() -> None:
    bpm, start, cost = scan(field(random_spots(1)))
    assert (bpm[0], bpm[-1]) == (pytest.approx(100.0), pytest.approx(140.0))
    assert 120.0 in bpm
    assert start[0] == 0.0
    assert start[-1] == pytest.approx(4.0)
    assert cost.shape == (bpm.size, start.size)
    assert bpm.size >= 400
    assert start.size >= 48


def test_scan_of_twenty_hits_is_quick() -> None:
    search = field(random_spots(1)[:20])
    scan(search)
    took = []
    for _ in range(5):
        begin = time.process_time()
        scan(search)
        took.append(time.process_time() - begin)
    assert min(took) < 0.05


def test_hits_every_two_seconds_want_120() -> None:
    bpm, start_s = best_constants(
        field([spot(i, 2.0 * i, 8.0, "downbeat") for i in range(1, 29)]), 1
    )[0]
    assert bpm == pytest.approx(120.0, abs=0.1)
    assert start_s == 0.0


def test_best_constants_stand_apart() -> None:
    found = best_constants(field(random_spots(2)), 6)
    tempi = np.sort([bpm for bpm, _ in found])
    assert np.all(np.diff(np.log(tempi)) > 0.05)


def test_a_late_start_costs_and_less_on_a_strong_hit() -> None:
    search = field([spot(1, 1.0, 9.0), spot(2, 20.0)])
    assert start_cost(0.0, search) == 0.0
    assert start_cost(0.5, search) < start_cost(2.0, search) < start_cost(4.0, search)
    assert start_cost(1.0, search) < start_cost(0.9, search)
    assert 1.0 in starts_of(search)
