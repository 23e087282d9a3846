"""The bars, seconds and scales that a part is played against."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from filmcomposer_core.contracts.harmony import scale_pitch_classes
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Bar, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Bars of the tempo map (at least to the end of the picture) and what they mean.

    ``starts`` are the beats at which the bars begin; ``end_beat`` is where the picture ends.
    """

    timeline: Timeline
    bars: tuple[Bar, ...]
    starts: tuple[float, ...]
    end_beat: float
    plan: CuePlan


def make_grid(tempo_map: TempoMap, *, plan: CuePlan, duration_s: float, measures: int = 0) -> Grid:
    """Lay bars over the picture, and further where plan or score go on after its end.

    Parameters
    ----------
    tempo_map : TempoMap
        The chosen map.
    plan : CuePlan
        Gives the scale of each bar.
    duration_s : float
        Length of the picture in seconds.
    measures : int
        Number of the score's last measure.

    Returns
    -------
    Grid
        With at least as many bars as the plan and the score.
    """
    timeline = Timeline(tempo_map.points)
    bars = timeline.bars_until(duration_s)
    until_s = duration_s
    while len(bars) < max(plan.last_bar, measures):
        until_s = timeline.time_at(bars[-1].end_beat) + 1e-3
        bars = timeline.bars_until(until_s)
    return Grid(
        timeline=timeline,
        bars=bars,
        starts=tuple(bar.start_beat for bar in bars),
        end_beat=timeline.beat_at(duration_s),
        plan=plan,
    )


def bar_at(grid: Grid, beat: float) -> Bar:
    """Return the bar that holds a beat; the last bar for anything after it."""
    return grid.bars[max(0, bisect.bisect_right(grid.starts, beat + 1e-6) - 1)]


def later_by(grid: Grid, beat: float, seconds: float) -> float:
    """Return the beat that lies some seconds after another one (before it, if negative)."""
    return grid.timeline.beat_at(grid.timeline.time_at(beat) + seconds)


def seconds_between(grid: Grid, start_beat: float, end_beat: float) -> float:
    """Return the seconds from one beat to another."""
    return grid.timeline.time_at(end_beat) - grid.timeline.time_at(start_beat)


def scale_at(grid: Grid, beat: float) -> frozenset[int]:
    """Return the pitch classes of the scale at a beat; outside the plan that of its nearest end."""
    sections = grid.plan.sections
    number = bar_at(grid, beat).number
    nearest = sections[0] if number < sections[0].start else sections[-1]
    section = grid.plan.section_at(number) or nearest
    return frozenset(scale_pitch_classes(section.key, section.mode))
