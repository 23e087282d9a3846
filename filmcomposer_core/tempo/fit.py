"""Find-tempo: ranked tempo maps for a list of hit points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np

from filmcomposer_core.contracts.description import MusicDescription
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TEMPI, TempoMap, TempoPlan
from filmcomposer_core.tempo.constant import Field, best_constants
from filmcomposer_core.tempo.hits import Hit, ending_of, hits_of
from filmcomposer_core.tempo.judge import path_cost
from filmcomposer_core.tempo.measure import measure_hits
from filmcomposer_core.tempo.meters import ALTERNATIVES, Meter, meter_cost, parse_meter
from filmcomposer_core.tempo.path import (
    LEAST_OFFSET_S,
    Path,
    constant_path,
    points_of,
    trimmed,
)
from filmcomposer_core.tempo.search import find_path, search_of
from filmcomposer_core.tempo.solve import Limits, solve_path

_MAPS: Final = 5
#: A range narrower than this about its centre still leaves a piecewise map room to breathe.
_BREATH: Final = 0.025
#: How far MUST hits may drive the tempo out of the range.
_MUST_STRETCH: Final = 0.08
#: Longer clips are searched once: their cost is linear, but no one compares five maps of an hour.
_LONG_S: Final = 900.0
_SHORT_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    hits: tuple[Hit, ...]
    music: MusicDescription
    duration_s: float
    frame_s: float
    odd_bars: bool
    max_change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    path: Path
    cost: float

    @property
    def constant(self) -> bool:
        tempi = self.path.start_bpm
        return bool(np.all(tempi == tempi[0]) and np.all(self.path.end_bpm == tempi[0]))


def fit_tempo(
    spots: Sequence[Spot],
    *,
    music: MusicDescription,
    duration_s: float,
    fps: Fraction,
    odd_bars: bool = False,
    max_change: float = 0.03,
) -> TempoPlan:
    """Lay bars and beats on the picture so that the hits fall on them.

    Parameters
    ----------
    spots : sequence of Spot
        The hit points; without any the maps keep to the middle of the range.
    music : MusicDescription
        Range of felt beats per minute, and the metre.
    duration_s : float
        Length of the picture.
    fps : Fraction
        Frames per second.
    odd_bars : bool
        Whether a 2/4 or 3/4 bar (in 6/8: 3/8 or 9/8) may close a phrase of whole four bars.
    max_change : float
        Greatest change of tempo from bar to bar. Only a written ritardando or accelerando, which
        is a ramp within one bar of at most 12 %, goes beyond: in the last three bars, or where a
        MUST hit needs it.

    Returns
    -------
    TempoPlan
        Up to five maps that really differ, best first, one of a single tempo among them; the
        first is chosen.

    Notes
    -----
    Implements "find tempo": a scan for one tempo over start and metre, a dynamic programme over
    bar lines for piecewise maps, and the exact solution of each. Costs: see ``judge.path_cost``.
    """
    task = _Task(
        hits=hits_of(spots, fps=fps, duration_s=duration_s),
        music=music,
        duration_s=duration_s,
        frame_s=float(1 / fps),
        odd_bars=odd_bars,
        max_change=max_change,
    )
    asked = parse_meter(music.meter)
    others = [parse_meter(name) for name in ALTERNATIVES[music.meter]]
    found = _constants(task, asked, count=6)
    for meter in others:
        found += _constants(task, meter, count=2)
    if task.hits and max_change > 0.0:
        found += _piecewise(task, asked, others)
    maps = [
        _map_of(candidate, rank, spots, fps)
        for rank, candidate in enumerate(_choose(found, duration_s), start=1)
    ]
    return TempoPlan(maps=tuple(maps), chosen=1)


def _field(task: _Task, meter: Meter, *, stretch: bool) -> Field:
    low, high = _within(task.music.bpm_low * meter.felt, task.music.bpm_high * meter.felt)
    centre = 0.5 * (low + high)
    half = max(0.5 * (high - low), 0.05 * centre)
    bar_s = 60.0 * meter.bar / centre
    latest_s = min(2.0 * bar_s, 0.15 * task.duration_s)
    if task.duration_s < _SHORT_S:
        # A gesture: it may wait for its one hit.
        strong = [h.time_s for h in task.hits if h.strong and h.time_s >= LEAST_OFFSET_S]
        latest_s = max([latest_s, *[t for t in strong[:1] if t <= 0.6 * task.duration_s]])
    if stretch:
        if high < low * (1.0 + _BREATH) ** 2:
            low, high = centre / (1.0 + _BREATH), centre * (1.0 + _BREATH)
        if any(hit.must for hit in task.hits):
            low, high = low * (1.0 - _MUST_STRETCH), high * (1.0 + _MUST_STRETCH)
        low, high = _within(low, high)
    ending = ending_of(duration_s=task.duration_s, bar_s=bar_s)
    return Field(
        meter=meter,
        meter_cost=meter_cost(meter, parse_meter(task.music.meter)),
        bpm_low=low,
        bpm_high=high,
        centre_bpm=centre,
        halfwidth_bpm=half,
        duration_s=task.duration_s,
        latest_s=latest_s if latest_s >= LEAST_OFFSET_S else 0.0,
        hits=task.hits + ((ending,) if ending else ()),
    )


def _within(low: float, high: float) -> tuple[float, float]:
    """Return a range of quarter notes per minute inside of what any map may have."""
    least, most = TEMPI
    return min(max(low, least), most), min(max(high, least), most)


def _limits(field: Field, max_change: float) -> Limits:
    return Limits(
        change=math.log1p(max(max_change, 1e-6)), bpm_low=field.bpm_low, bpm_high=field.bpm_high
    )


def _constants(task: _Task, meter: Meter, *, count: int) -> list[_Candidate]:
    field = _field(task, meter, stretch=False)
    found = []
    for bpm, offset_s in best_constants(field, count):
        path = constant_path(meter=meter, bpm=bpm, offset_s=offset_s, duration_s=task.duration_s)
        found.append(_round_tempo(_better(path, field, task, split=False), field))
    return found


def _better(path: Path, field: Field, task: _Task, *, split: bool) -> _Candidate:
    """Return a path with exact tempi, or as it is if that costs less."""
    exact = solve_path(path, field.hits, _limits(field, task.max_change), split=split)
    exact = trimmed(exact, task.duration_s)
    raw_cost = path_cost(path, field)
    cost = path_cost(exact, field)
    # Exact tempi are worth a little more cost: hits lie nearer to the middle of their tolerance.
    if cost <= raw_cost + 0.1 or (any(h.must for h in field.hits) and cost < raw_cost + 1.0):
        return _Candidate(path=exact, cost=cost)
    return _Candidate(path=path, cost=raw_cost)


def _round_tempo(candidate: _Candidate, field: Field) -> _Candidate:
    """Return the roundest constant tempo that meets the hits as well."""
    if any(hit.must for hit in field.hits):
        return candidate
    exact = float(candidate.path.start_bpm[0])
    for step in (1.0, 0.5, 0.25, 0.1, 0.01):
        bpm = round(exact / step) * step
        if not field.bpm_low <= bpm <= field.bpm_high:
            continue
        path = constant_path(
            meter=field.meter,
            bpm=bpm,
            offset_s=candidate.path.offset_s,
            duration_s=field.duration_s,
        )
        cost = path_cost(path, field)
        if cost <= candidate.cost + 0.01:
            return _Candidate(path=path, cost=cost)
    return candidate


def _piecewise(task: _Task, asked: Meter, others: Sequence[Meter]) -> list[_Candidate]:
    """Return piecewise maps: steps, glides, steps in another part of the range, another metre."""
    whole = _field(task, asked, stretch=True)
    first = _searched(task, whole, ramps=False)
    if task.duration_s > _LONG_S:
        return [first]
    found = [first, _searched(task, whole, ramps=True)]
    mean = float(np.mean(first.path.start_bpm))
    below, above = (whole.bpm_low, mean / 1.05), (mean * 1.05, whole.bpm_high)
    low, high = max(below, above, key=lambda side: side[1] / side[0])
    if high > low * 1.03:
        apart = replace(whole, bpm_low=low, bpm_high=high)
        found.append(_searched(task, apart, ramps=False))
    found += [_searched(task, _field(task, m, stretch=True), ramps=False) for m in others]
    return found


def _searched(task: _Task, field: Field, *, ramps: bool) -> _Candidate:
    search = search_of(
        field,
        max_change=task.max_change,
        ramps=ramps,
        odd_bars=task.odd_bars,
        frame_s=task.frame_s,
    )
    return _better(find_path(search), field, task, split=True)


def _choose(found: list[_Candidate], duration_s: float) -> list[_Candidate]:
    """Return the best candidates that differ, one of a single tempo among them."""
    ranked = sorted(found, key=lambda c: (round(c.cost, 6), not c.constant))
    chosen: list[_Candidate] = []
    for candidate in ranked:
        first_steady = candidate.constant and not any(other.constant for other in chosen)
        if first_steady or all(_differ(candidate, other, duration_s) for other in chosen):
            chosen.append(candidate)
    best = chosen[:_MAPS]
    if not any(c.constant for c in best):
        best[-1] = next(c for c in chosen if c.constant)
    return best


def _differ(one: _Candidate, other: _Candidate, duration_s: float) -> bool:
    """Return whether a map puts other beats on the picture than one that costs less.

    The first map of one tempo is kept whatever the piecewise ones do: a steady click is a choice
    of its own. A second one that any map above comes near says nothing new.
    """
    if one.path.meter != other.path.meter:
        return True
    times = np.linspace(0.0, duration_s, 33)
    apart = np.abs(_beats(one.path, times) - _beats(other.path, times))
    return bool(np.count_nonzero(apart > 0.5 * one.path.meter.beat) >= 8)


def _beats(path: Path, times_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray:
    quarters = np.concatenate(([0.0], np.cumsum(path.quarters)))
    return np.interp(times_s, path.starts_s, quarters)


def _map_of(candidate: _Candidate, rank: int, spots: Sequence[Spot], fps: Fraction) -> TempoMap:
    points, first_bar = points_of(candidate.path)
    return TempoMap(
        rank=rank,
        kind="constant" if candidate.constant else "piecewise",
        first_bar=first_bar,
        cost=round(candidate.cost, 6),
        points=points,
        hits=measure_hits(points, spots, fps=fps, first_bar=first_bar),
    )
