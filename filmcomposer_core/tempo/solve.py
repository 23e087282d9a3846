"""Stage C: the exact tempi of a path, so that MUST hits are met to the microsecond.

The search fixes which hit falls on which beat of which bar; what is left is smooth (see
``newton.py``). MUST hits are equations. Hits that need not be exact pull towards their frame,
neighbouring tempi towards each other. Long cues are solved some bars at a time, between bar lines
that stay where the search put them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.tempo.aims import Aims, aims_of
from filmcomposer_core.tempo.hits import Array, Hit
from filmcomposer_core.tempo.moves import WRITTEN_LIMIT
from filmcomposer_core.tempo.newton import Problem, missed, solve
from filmcomposer_core.tempo.path import Path, least_offset_s

_BARS_AT_ONCE: Final = 64
#: MUST hits that come this close without being equations are then made exact.
_CLOSE_S: Final = (1e-4,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What tempi may do: ln of the change per bar, and the range in quarter notes per minute."""

    change: float
    bpm_low: float
    bpm_high: float


def solve_path(path: Path, hits: tuple[Hit, ...], limits: Limits, *, split: bool) -> Path:
    """Return the path with exact tempi; bars stay as they were where no solution keeps the limits.

    Parameters
    ----------
    path : Path
        From the scan or the search.
    hits : tuple of Hit
    limits : Limits
    split : bool
        Whether a run of bars in one tempo may be divided to meet MUST hits.

    Returns
    -------
    Path
    """
    aims = aims_of(path, hits)
    begin, bars = 0, len(path.num)
    changes = np.count_nonzero(np.diff(path.start_bpm)) + np.count_nonzero(path.ramp)
    at_once = _BARS_AT_ONCE if changes > _BARS_AT_ONCE else bars
    while begin < bars:
        end = bars if bars - begin < 1.5 * at_once else begin + at_once
        path = _solve_bars(path, (begin, end), aims.within(begin, end), limits, split)
        begin = end
    return path


def _solve_bars(path: Path, span: tuple[int, int], aims: Aims, limits: Limits, split: bool) -> Path:
    """Return a path with some of its bars solved, all others where they were."""
    every = np.arange(span[1] - span[0])
    cuts = [every[:0], aims.bar[aims.exact], every] if split else [every[:0]]
    for own in cuts if aims.exact.any() else cuts[:1]:
        problem = _problem(path, span, aims, limits, set(own.tolist()))
        found = solve(problem, aims.exact)
        if found is not None:
            return _with(path, span, problem, found)
    return _nearly(path, span, problem) if aims.exact.any() else path


def _nearly(path: Path, span: tuple[int, int], problem: Problem) -> Path:
    """Return a path with as many MUST hits exact as can be at the same time."""
    best = found = solve(problem, np.zeros_like(problem.aims.exact))
    for close_s in _CLOSE_S:
        if found is None:
            break
        held = problem.aims.exact & (missed(problem, found) < close_s)
        found = solve(problem, held)
        best = best if found is None else found
    return path if best is None else _with(path, span, problem, best)


def _with(path: Path, span: tuple[int, int], problem: Problem, found: Array) -> Path:
    """Return a path with the solution for some of its bars."""
    start_bpm, end_bpm = path.start_bpm.copy(), path.end_bpm.copy()
    start_bpm[slice(*span)] = np.exp(found[problem.first])
    end_bpm[slice(*span)] = np.exp(found[problem.last])
    moved = float(found[-1]) if problem.free_start else 0.0
    return replace(path, start_bpm=start_bpm, end_bpm=end_bpm, offset_s=path.offset_s + moved)


def _problem(
    path: Path, span: tuple[int, int], aims: Aims, limits: Limits, cuts: set[int]
) -> Problem:
    bars = slice(*span)
    starts = path.starts_s
    whole = span[1] == len(path.num)
    first, last, tempi = _unknowns(path.start_bpm[bars], path.end_bpm[bars], cuts)
    pairs, limit = _pairs(first, last, path.written[bars], limits.change)
    return Problem(
        quarters=path.quarters[bars],
        first=first,
        last=last,
        origin=np.append(np.log(tempi), 0.0),
        pairs=pairs,
        pair_limit=limit,
        aims=aims,
        begin_s=float(starts[span[0]]),
        end_s=None if whole else float(starts[span[1]]),
        before=float(path.end_bpm[span[0] - 1]) if span[0] else None,
        following=None if whole else float(path.start_bpm[span[1]]),
        # The start can move only where a lead-in exists.
        free_start=span[0] == 0 and path.offset_s > 0.0,
        earliest_s=_earliest_s(path, limits),
        change=limits.change,
        bpm_low=limits.bpm_low,
        bpm_high=limits.bpm_high,
    )


def _earliest_s(path: Path, limits: Limits) -> float:
    """Return how early a start may become: half a beat of the slowest tempo, or as it is."""
    slowest = float(least_offset_s(path.meter, np.asarray(limits.bpm_low)))
    return min(path.offset_s, slowest)


def _unknowns(
    start: Array, end: Array, cuts: set[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Return the unknowns of each bar and their values; equal tempi in a row are one unknown.

    At the bars in ``cuts`` a new one begins all the same, unless the tempo glides there.
    """
    first = np.zeros(len(start), dtype=np.int64)
    last = np.zeros(len(start), dtype=np.int64)
    tempi: list[float] = []
    for i in range(len(start)):
        glided, glides = i > 0 and end[i - 1] != start[i - 1], end[i] != start[i]
        if not tempi or start[i] != tempi[-1] or (i in cuts and not glides and not glided):
            tempi.append(float(start[i]))
        first[i] = len(tempi) - 1
        if glides:
            tempi.append(float(end[i]))
        last[i] = len(tempi) - 1
    return first, last, np.array(tempi)


def _pairs(
    first: NDArray[np.int64], last: NDArray[np.int64], written: NDArray[np.bool_], change: float
) -> tuple[NDArray[np.int64], Array]:
    """Return neighbouring unknowns, shape (pairs, 2), and ln of their greatest ratio."""
    rows = [(last[i], first[i + 1], change) for i in range(len(first) - 1)]
    rows += [
        (first[i], last[i], WRITTEN_LIMIT if written[i] else change) for i in range(len(first))
    ]
    rows = [row for row in rows if row[0] != row[1]]
    pairs = np.array([row[:2] for row in rows], dtype=np.int64).reshape(-1, 2)
    return pairs, np.array([row[2] for row in rows], dtype=np.float64)
