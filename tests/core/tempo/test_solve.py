from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from filmcomposer_core.tempo.aims import Aims, aims_of
from filmcomposer_core.tempo.hits import hits_of
from filmcomposer_core.tempo.newton import Problem, solve, times_of
from filmcomposer_core.tempo.path import constant_path, points_of
from filmcomposer_core.tempo.quadratic import least_squares
from filmcomposer_core.tempo.solve import Limits, solve_path
from filmcomposer_core.timeline import Timeline
from tests.core.tempo.lists import FPS, spot
from tests.core.tempo.test_path import path

LIMITS = Limits(change=math.log(1.03), bpm_low=100.0, bpm_high=140.0)
NONE = np.zeros((0, 2))
NOTHING = np.zeros(0)


def problem() -> Problem:
    """Three bars: constant, ramp, constant at the ramp's end."""
    return Problem(
        quarters=np.array([4.0, 4.0, 3.0]),
        first=np.array([0, 0, 1]),
        last=np.array([0, 1, 1]),
        origin=np.array([math.log(110.0), math.log(116.0), 0.0]),
        pairs=np.array([[0, 1]]),
        pair_limit=np.array([0.1]),
        aims=Aims(
            bar=np.array([0, 1, 2, 2]),
            quarters=np.array([2.0, 3.0, 0.0, 1.5]),
            time_s=np.array([1.4, 4.2, 4.8, 5.6]),
            tolerance_s=np.full(4, 0.035),
            weight=np.ones(4),
            exact=np.array([False, True, False, True]),
        ),
        begin_s=0.3,
        end_s=None,
        before=None,
        following=None,
        free_start=True,
        earliest_s=0.2,
        change=0.05,
        bpm_low=100.0,
        bpm_high=140.0,
    )


def test_times_are_those_of_the_timeline() -> None:
    found = path([110.0, 110.0, 116.0], [110.0, 116.0, 116.0], offset_s=0.3)
    points, _ = points_of(found)
    timeline = Timeline(points)
    first = timeline.beat_at(0.3)
    at_s, _, end_s, _ = times_of(problem(), problem().origin)
    beats = [2.0, 7.0, 8.0, 9.5]
    assert at_s == pytest.approx([timeline.time_at(first + b) for b in beats], abs=1e-8)
    assert end_s == pytest.approx(timeline.time_at(first + 11.0), abs=1e-8)


def test_derivatives_are_those_of_small_differences() -> None:
    small = 1e-6
    base = problem().origin
    _, by, _, end_by = times_of(problem(), base)
    for k in range(3):
        step = np.eye(3)[k] * small
        up, down = times_of(problem(), base + step), times_of(problem(), base - step)
        assert by[:, k] == pytest.approx((up[0] - down[0]) / (2 * small), abs=1e-7)
        assert end_by[0, k] == pytest.approx((up[2] - down[2]) / (2 * small), abs=1e-7)


def test_held_aims_are_met_inside_the_bounds() -> None:
    task = problem()
    found = solve(task, task.aims.exact)
    assert found is not None
    at_s = times_of(task, found)[0]
    assert np.abs(at_s - task.aims.time_s)[task.aims.exact].max() < 1e-8
    assert abs(found[1] - found[0]) <= 0.1


def test_contradicting_aims_have_no_solution() -> None:
    task = problem()
    task.aims.time_s[3] = task.aims.time_s[1] + 0.05
    assert solve(task, task.aims.exact) is None


def test_least_squares_without_bounds_is_the_normal_solution() -> None:
    rng = np.random.default_rng(4)
    rows, right = rng.normal(size=(6, 2)), rng.normal(size=6)
    found = least_squares(rows, right, equal=NONE, goal=NOTHING, above=NONE, least=NOTHING)
    assert found == pytest.approx(np.linalg.lstsq(rows, right, rcond=None)[0])


@pytest.mark.parametrize("seed", range(6))
def test_least_squares_agrees_with_trying_every_active_set(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, right = rng.normal(size=(7, 3)), rng.normal(size=7)
    equal, goal = rng.normal(size=(1, 3)), rng.normal(size=1)
    above, least = rng.normal(size=(4, 3)), rng.normal(size=4) - 0.2
    best, value = None, math.inf
    for count in range(3):
        for active in itertools.combinations(range(4), count):
            fixed = np.vstack((equal, above[list(active)]))
            to = np.concatenate((goal, least[list(active)]))
            size = 3 + len(to)
            system = np.zeros((size, size))
            system[:3, :3] = rows.T @ rows
            system[:3, 3:], system[3:, :3] = fixed.T, fixed
            x = np.linalg.solve(system, np.concatenate((rows.T @ right, to)))[:3]
            cost = float(np.sum((rows @ x - right) ** 2))
            if np.all(above @ x >= least - 1e-9) and cost < value:
                best, value = x, cost
    found = least_squares(rows, right, equal=equal, goal=goal, above=above, least=least)
    assert best is not None
    assert found == pytest.approx(best, abs=1e-7)


def test_least_squares_says_when_bounds_contradict() -> None:
    rows, right = np.eye(2), np.zeros(2)
    above, least = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([1.0, 1.0])
    assert least_squares(rows, right, equal=NONE, goal=NOTHING, above=above, least=least) is None
    equal, goal = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, 1.0])
    assert least_squares(rows, right, equal=equal, goal=goal, above=NONE, least=NOTHING) is None


def test_one_must_hit_sets_a_constant_tempo_exactly() -> None:
    hits = hits_of([spot(1, 8.01, "MUST", "downbeat")], fps=FPS, duration_s=20.0)
    steady = constant_path(meter=path([1.0], [1.0]).meter, bpm=120.0, offset_s=0.0, duration_s=20.0)
    found = solve_path(steady, hits, LIMITS, split=False)
    # Four bars of four quarter notes in 8.01 s.
    assert found.start_bpm == pytest.approx(np.full(10, 960.0 / 8.01), abs=1e-9)


def test_split_runs_meet_more_must_hits_than_tempi() -> None:
    spots = [spot(i, t, "MUST", "downbeat") for i, t in enumerate((4.005, 8.0, 12.004))]
    hits = hits_of(spots, fps=FPS, duration_s=20.0)
    steady = constant_path(meter=path([1.0], [1.0]).meter, bpm=120.0, offset_s=0.0, duration_s=20.0)
    whole = solve_path(steady, hits, LIMITS, split=False)
    split = solve_path(steady, hits, LIMITS, split=True)
    assert abs(whole.starts_s[4] - 8.0) > 1e-6
    assert split.starts_s[[2, 4, 6]] == pytest.approx([4.005, 8.0, 12.004], abs=1e-8)


def test_long_paths_are_solved_in_parts_that_fit_together() -> None:
    tempi = [120.0 * 1.02 ** (i % 2) for i in range(200)]
    long = path(tempi, tempi)
    spots = [spot(i, float(round(t * 24) / 24), 8.0) for i, t in enumerate(long.starts_s[3:-3:7])]
    hits = hits_of(spots, fps=FPS, duration_s=500.0)
    found = solve_path(long, hits, LIMITS, split=True)
    aims, before = aims_of(found, hits), aims_of(long, hits)
    starts, raw = found.starts_s, long.starts_s
    off = np.abs(starts[aims.bar] - aims.time_s)
    assert len(aims.bar) == len(before.bar)
    assert off.max() < np.abs(raw[before.bar] - before.time_s).max()
    ratio = np.abs(np.log(found.start_bpm[1:] / found.end_bpm[:-1]))
    assert ratio.max() <= math.log(1.03)
    assert starts[64] == pytest.approx(raw[64], abs=1e-7)


def test_aims_leave_out_missed_and_avoided_hits() -> None:
    steady = path([120.0] * 8, [120.0] * 8)
    spots = [spot(1, 2.0, 8.0), spot(2, 4.125, 8.0), spot(3, 6.0, 8.0, "avoid")]
    aims = aims_of(steady, hits_of(spots, fps=FPS, duration_s=16.0))
    assert aims.time_s.tolist() == [2.0]
    assert aims.bar.tolist() == [1]
    assert aims.within(1, 3).bar.tolist() == [0]
    assert aims.within(2, 3).bar.tolist() == []
