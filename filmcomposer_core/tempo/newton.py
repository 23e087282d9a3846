"""Least squares with equations and bounds for the tempi of some bars.

The unknowns are ln of each tempo and, last, the shift of the start in seconds. The time of every
beat has a closed form in them (see ``path.py``), and so has its derivative; Gauss-Newton needs a
handful of steps, each a convex problem solved exactly (``quadratic.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.tempo.aims import Aims
from filmcomposer_core.tempo.hits import Array
from filmcomposer_core.tempo.quadratic import least_squares

_ROUNDS: Final = 7
#: The round in which hits at the edge of their tolerance start to pull harder.
_HARDER: Final = 3
_SMOOTH: Final = 0.4
_STAY: Final = 0.1
_START_STAY: Final = 6.0
_FIXED: Final = 1e9
#: MUST hits that are not equations pull with 1 / distance, so that most of them become exact.
_NEAREST_S: Final = 1e-6
_EXACT_S: Final = 2e-8
#: Share of the change allowed that is left for rounding.
_ROOM: Final = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Some bars of a path.

    ``first`` and ``last`` name, bar by bar, the unknowns of its first and last tempo. ``pairs``
    holds unknowns that follow each other, ``pair_limit`` ln of their greatest ratio. ``before``
    and ``following`` are the fixed tempi on either side, ``end_s`` the fixed end, where there are.
    ``earliest_s`` bounds a free start.
    """

    quarters: Array
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    origin: Array
    pairs: NDArray[np.int64]
    pair_limit: Array
    aims: Aims
    begin_s: float
    end_s: float | None
    before: float | None
    following: float | None
    free_start: bool
    earliest_s: float
    change: float
    bpm_low: float
    bpm_high: float


def times_of(problem: Problem, x: Array) -> tuple[Array, Array, float, Array]:
    """Return the times of aims and of the end, and their derivatives.

    Parameters
    ----------
    problem : Problem
    x : ndarray, shape (unknowns,)

    Returns
    -------
    at_s : ndarray, shape (aims,)
    by_x : ndarray, shape (aims, unknowns)
    end_s : float
    end_by_x : ndarray, shape (1, unknowns)
    """
    first, last, aims = problem.first, problem.last, problem.aims
    s, e = np.exp(x[first]), np.exp(x[last])
    length = 120.0 * problem.quarters / (s + e)
    slope = np.zeros((len(s) + 1, x.size))
    rows = np.arange(1, len(s) + 1)
    np.add.at(slope, (rows, first), -length * s / (s + e))
    np.add.at(slope, (rows, last), -length * e / (s + e))
    slope = np.cumsum(slope, axis=0)
    slope[:, -1] += 1.0
    start = problem.begin_s + x[-1] + np.concatenate(([0.0], np.cumsum(length)))
    s, e = s[aims.bar], e[aims.bar]
    share = aims.quarters / problem.quarters[aims.bar]
    reached = np.sqrt(s**2 + share * (e**2 - s**2))
    into = 120.0 * aims.quarters / (s + reached)
    by = slope[aims.bar]
    rows = np.arange(len(share))
    inner = -into / (s + reached)
    np.add.at(by, (rows, first[aims.bar]), inner * (1.0 + s * (1.0 - share) / reached) * s)
    np.add.at(by, (rows, last[aims.bar]), inner * (share * e / reached) * e)
    return start[aims.bar] + into, by, float(start[-1]), slope[-1:]


def solve(problem: Problem, held: NDArray[np.bool_]) -> Array | None:
    """Return the unknowns that serve the aims best, or None where equations and bounds conflict.

    Parameters
    ----------
    problem : Problem
    held : ndarray, shape (aims,), bool
        The aims to meet exactly. MUST hits that are not held are met by preference.

    Returns
    -------
    ndarray, shape (unknowns,), or None
    """
    aims = problem.aims
    bounds = _bounds(problem)
    pull = np.sqrt(aims.weight) / aims.tolerance_s
    loose = aims.exact & ~held
    x = problem.origin.copy()
    for turn in range(_ROUNDS + (5 if loose.any() else 0)):
        off = np.abs(times_of(problem, x)[0] - aims.time_s)
        pull = np.where(loose, 100.0 / np.sqrt((off + _NEAREST_S) * aims.tolerance_s), pull)
        if turn == _HARDER:
            pull = np.where(~loose & (off > 0.9 * aims.tolerance_s), pull * 3.0, pull)
        step = _step(problem, x, pull, held, bounds)
        if step is None:
            return None
        x = x + step
        if turn > _HARDER and np.abs(step).max() < 1e-12:
            break
    return x if _met(problem, x, held) else None


def missed(problem: Problem, x: Array) -> Array:
    """Return how far from its time each aim is, in seconds."""
    return np.asarray(np.abs(times_of(problem, x)[0] - problem.aims.time_s))


def _step(
    problem: Problem,
    x: Array,
    pull: Array,
    held: NDArray[np.bool_],
    bounds: tuple[Array, Array, Array],
) -> Array | None:
    """Return a Gauss-Newton step inside the bounds."""
    at, by, end, end_by = times_of(problem, x)
    off = problem.aims.time_s - at
    calm, calm_right = _calm(problem, x)
    rows = np.vstack((by[~held] * pull[~held, np.newaxis], calm))
    right = np.concatenate((off[~held] * pull[~held], calm_right))
    equal, goal = by[held], off[held]
    if problem.end_s is not None:
        equal, goal = np.vstack((equal, end_by)), np.append(goal, problem.end_s - end)
    rules, low, high = bounds
    value = rules @ x
    return least_squares(
        rows,
        right,
        equal=equal,
        goal=goal,
        above=np.vstack((rules, -rules)),
        least=np.concatenate((low - value, value - high)),
    )


def _calm(problem: Problem, x: Array) -> tuple[Array, Array]:
    """Return rows and right sides that ask for steady tempo, and for the tempi found before."""
    stay = np.full(x.size, _STAY / problem.change)
    stay[-1] = _START_STAY if problem.free_start else _FIXED
    rows = _differences(problem, x.size) * (_SMOOTH / problem.change)
    right = np.concatenate(((problem.origin - x) * stay, -rows @ x))
    return np.vstack((np.diag(stay), rows)), right


def _differences(problem: Problem, size: int) -> Array:
    rows = np.zeros((len(problem.pairs), size))
    number = np.arange(len(problem.pairs))
    rows[number, problem.pairs[:, 0]] = -1.0
    rows[number, problem.pairs[:, 1]] = 1.0
    return rows


def _bounds(problem: Problem) -> tuple[Array, Array, Array]:
    """Return rows of unknowns with the least and greatest value that each may have."""
    size = problem.origin.size
    unit = np.eye(size)
    rows = [_differences(problem, size), unit[:-1]]
    limit = (1.0 - _ROOM) * problem.pair_limit
    change = (1.0 - _ROOM) * problem.change
    low = [-limit, np.full(size - 1, math.log(problem.bpm_low))]
    high = [limit, np.full(size - 1, math.log(problem.bpm_high))]
    for bpm, number in (
        (problem.before, problem.first[0]),
        (problem.following, problem.last[-1]),
    ):
        if bpm is not None:
            rows.append(unit[number : number + 1])
            low.append(np.array([math.log(bpm) - change]))
            high.append(np.array([math.log(bpm) + change]))
    rows.append(unit[-1:])
    low.append(np.array([problem.earliest_s - problem.begin_s if problem.free_start else -1e-6]))
    high.append(np.array([1e6]))
    return np.vstack(rows), np.concatenate(low), np.concatenate(high)


def _met(problem: Problem, x: Array, held: NDArray[np.bool_]) -> bool:
    at, _, end, _ = times_of(problem, x)
    if np.any(np.abs(at - problem.aims.time_s)[held] > _EXACT_S):
        return False
    rules, low, high = _bounds(problem)
    value = rules @ x
    if np.any(value < low - 1e-7) or np.any(value > high + 1e-7):
        return False
    return problem.end_s is None or abs(end - problem.end_s) < _EXACT_S
