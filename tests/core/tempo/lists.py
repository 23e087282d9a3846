"""Spot lists and descriptions for the tests of find-tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from filmcomposer_core.contracts.description import MusicDescription
from filmcomposer_core.contracts.felt_tempo import felt_quarters
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap, TempoPoint
from filmcomposer_core.timeline import Timeline
from tests import samples

FPS = Fraction(24)


def spot(
    number: int,
    time_s: float,
    weight: float | str = 8.0,
    hit_class: str = "beat",
    *,
    early: int = 1,
    late: int | None = None,
    fps: Fraction = FPS,
) -> Spot:
    strong = weight == "MUST" or float(weight) >= 7.0
    return Spot(
        id=f"S{number:03d}",
        time_s=time_s,
        frame=round(time_s * fps),
        timecode="00:00:00:00",
        name="hit",
        weight=weight,  # type: ignore[arg-type]
        kind="user",
        hit_class=hit_class,
        early_frames=early,
        late_frames=(1 if strong else 2) if late is None else late,
    )


def music(low: float = 100.0, high: float = 140.0, meter: str = "4/4") -> MusicDescription:
    return replace(samples.description().music, bpm_low=low, bpm_high=high, meter=meter)


def random_spots(
    seed: int,
    duration_s: float = 60.0,
    gaps: tuple[float, float] = (1.6, 5.0),
    weak: float = 0.5,
) -> list[Spot]:
    """Strong hits at random distances, six in ten on downbeats, and weak ones between some."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, float, str]] = []
    time_s = float(rng.uniform(0.5, 3.0))
    while time_s < duration_s - 1.0:
        rows.append((time_s, rng.uniform(7, 10), "downbeat" if rng.random() < 0.6 else "beat"))
        gap = float(rng.uniform(*gaps))
        if rng.random() < weak and gap > 1.4:
            weight = float(rng.uniform(1.0, 6.5))
            between = time_s + gap * rng.uniform(0.35, 0.65)
            rows.append((between, weight, "beat" if weight >= 4 else "any"))
        time_s += gap
    return [
        spot(i, float(np.round(round(t * 24) / 24, 6)), round(w, 1), c)
        for i, (t, w, c) in enumerate(sorted(rows))
    ]


def shuffled(spots: Sequence[Spot], seed: int) -> list[Spot]:
    """The same distances in another order."""
    gaps = np.diff([0.0, *[s.time_s for s in spots]])
    np.random.default_rng(seed).shuffle(gaps)
    return [replace(s, time_s=float(t)) for s, t in zip(spots, np.cumsum(gaps), strict=True)]


def share_met(hits: Sequence[MappedHit], spots: Sequence[Spot]) -> float:
    """Share of the strong hits within a frame of a place of their class."""
    strong = {s.id for s in spots if s.strong}
    return float(np.mean([abs(h.frames_off) <= 1.0 for h in hits if h.spot in strong]))


def check_map(found: TempoMap, duration_s: float, max_change: float = 0.03) -> None:
    """The laws that every map keeps."""
    points = found.points
    timeline = Timeline(points)
    assert points[0].time_s == 0.0
    assert found.first_bar == 1 or points[1].time_s > 0.0
    for point in points:
        assert 30.0 - 1e-6 <= point.bpm <= 260.0 + 1e-6
        assert point.time_s == round(point.time_s, 9)
        assert point.bpm == round(point.bpm, 9)
        assert point.time_s < duration_s or point.time_s == 0.0
    bars = timeline.bars_until(max(duration_s, points[-1].time_s + 1e-3))
    starts = np.array([bar.start_s for bar in bars])
    assert np.all(np.diff(starts) > 0.0)
    assert len(points) <= len(bars)
    for point in points:
        nearest = starts[np.argmin(np.abs(starts - point.time_s))]
        assert abs(nearest - point.time_s) < 1e-8, "a point stands off the bar line"
    if found.first_bar == 2:
        lead = points[0]
        assert abs(lead.num * 240.0 / lead.den / lead.bpm - points[1].time_s) < 2e-9
        assert lead.den in (4, 8)
        after = points[1]
        beats = points[1].time_s * after.bpm / 60.0 / felt_quarters(after.num, after.den)
        # The exact solution may slow the bar behind a lead-in of half a beat a little.
        assert beats >= 0.45, "a lead-in that nobody can count"
    _check_change(points[found.first_bar - 1 :], max_change)


def _check_change(points: Sequence[TempoPoint], max_change: float) -> None:
    """No step beyond the limit; a ramp beyond it is written: one bar, 12 % at most."""
    limit = 1.0 + max_change + 1e-9
    for one, after in pairwise(points):
        ratio = max(one.bpm / after.bpm, after.bpm / one.bpm)
        quarters = (after.time_s - one.time_s) * (one.bpm + after.bpm) / 120.0
        if one.ramp and ratio > limit:
            assert ratio <= 1.1205
            assert abs(quarters - one.num * 4.0 / one.den) < 1e-6
        else:
            assert ratio <= limit
