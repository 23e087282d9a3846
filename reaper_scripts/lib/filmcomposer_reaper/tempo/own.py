"""The project's own map over a picture, as points that music can be written to.

Music counts bars from the first picture frame, and its signatures change on bar lines. A bar of the
project that is cut short there, by the picture's beginning or by a partial measure, is told as a
whole bar at another tempo, so that every later bar line is where the project has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import DawError
from filmcomposer_reaper.tempo.layout import cut_ramp
from filmcomposer_reaper.tempo.map import NO_TEMPO, SAME_QUARTERS, SAME_S, MapPoint, ProjectMap

LEAST_BPM, MOST_BPM = 5.0, 960.0
MOST_BEATS = 64
DENOMINATORS = (1, 2, 4, 8, 16)
#: Another denominator than the project's is as bad as a tempo this far off (natural log).
OTHER_BEATS = 0.25
#: A cut bar that no tempo can fill takes in this many of the following bars at most.
MOST_JOINED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Bars of one kind from a time to a time; tempos are ``scale`` times the project's."""

    start_s: float
    end_s: float
    scale: float
    num: int
    den: int


def own_points(base: ProjectMap, start_s: float, end_s: float) -> tuple[TempoPoint, ...]:
    """Return a project's map over a span, in seconds from its start.

    Parameters
    ----------
    base : ProjectMap
        The project's map.
    start_s, end_s : float
        The span in project seconds.

    Raises
    ------
    DawError
        Where a bar of the project cannot be told as a whole bar from 5 to 960 BPM.
    """
    found: list[MapPoint] = []
    stretches = list(_joined(_stretches(base, start_s, end_s)))
    for i, stretch in enumerate(stretches):
        points = _points(base, stretch)
        if i + 1 < len(stretches) and stretches[i + 1].scale != stretch.scale:
            points = _cut(base, stretch, points)
        found += points
    # What the last ramp leads to.
    bpm = base.bpm_at(end_s) * stretches[-1].scale
    found = [p for p in found if p.time_s < end_s - SAME_S]
    if found[-1].ramp:
        found.append(replace(found[-1], time_s=end_s, bpm=bpm, ramp=False))
    return tuple(
        TempoPoint(
            time_s=max(p.time_s - found[0].time_s, 0.0),
            bpm=p.bpm,
            ramp=p.ramp,
            num=p.num,
            den=p.den,
        )
        for p in found
    )


def _stretches(base: ProjectMap, start_s: float, end_s: float) -> Iterator[_Stretch]:
    time = base.settled(start_s)
    while time < end_s - SAME_S:
        sign = base.bar_line(time, after=False)
        for joined in range(MOST_JOINED + 1):
            till = _next_line(base, time)
            for _ in range(joined):
                till = _next_line(base, till)
            quarters = base.quarters(till) - base.quarters(time)
            whole = not joined and abs(quarters - sign.num * 4 / sign.den) <= SAME_QUARTERS
            num, den, scale = (
                (sign.num, sign.den, 1.0) if whole else _fit(base, quarters, sign.den, time, till)
            )
            if scale:
                break
        else:
            msg = f"The project's bar at {time:.3f} s is too short for a tempo of its own."
            raise DawError(msg, "Let FilmComposer write a tempo map of its own, or move the item.")
        yield _Stretch(start_s=time, end_s=till, scale=scale, num=num, den=den)
        time = till


def _next_line(base: ProjectMap, time_s: float) -> float:
    """Return the first bar line that is not at this time already."""
    past = base.time_at(base.quarters(time_s) + 3 * SAME_QUARTERS)
    return base.bar_line(past, after=True).time_s


def _fit(
    base: ProjectMap, quarters: float, usual: int, start_s: float, end_s: float
) -> tuple[int, int, float]:
    """Return the signature nearest to so many quarters, and by what it speeds the tempo up."""
    inner = [p.bpm for p in base.points if start_s < p.time_s < end_s and not p.flags & NO_TEMPO]
    tempos = [base.bpm_at(start_s), *inner, base.bpm_at(end_s)]
    choices = []
    for den in DENOMINATORS:
        for num in range(1, MOST_BEATS + 1):
            scale = num * 4 / den / quarters
            if min(tempos) * scale >= LEAST_BPM and max(tempos) * scale <= MOST_BPM:
                off = abs(math.log(scale)) + (OTHER_BEATS if den != usual else 0.0)
                choices.append((off, num, den, scale))
    _, num, den, scale = min(choices, default=(0.0, 0, 0, 0.0))
    return num, den, scale


def _joined(stretches: Iterator[_Stretch]) -> Iterator[_Stretch]:
    """Yield whole bars of one signature as one stretch."""
    held: _Stretch | None = None
    for each in stretches:
        alike = held is not None and held.scale == each.scale == 1.0
        if held is not None and alike and (held.num, held.den) == (each.num, each.den):
            held = replace(held, end_s=each.end_s)
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _points(base: ProjectMap, s: _Stretch) -> list[MapPoint]:
    """Return a stretch's points."""
    times = [
        p.time_s
        for p in base.points
        if s.start_s + SAME_S < p.time_s < s.end_s - SAME_S and not p.flags & NO_TEMPO
    ]
    return [
        MapPoint(
            time_s=time,
            bpm=base.bpm_at(time) * s.scale,
            ramp=base.ramps_at(time),
            num=s.num,
            den=s.den,
        )
        for time in (s.start_s, *times)
    ]


def _cut(base: ProjectMap, s: _Stretch, points: list[MapPoint]) -> list[MapPoint]:
    """Return a stretch's points so that another scale after it bends no ramp of theirs."""
    last = points[-1]
    if not last.ramp:
        return points
    # A ramp is straight: from its middle to its end it goes as far again.
    middle = base.bpm_at((last.time_s + s.end_s) / 2) * s.scale
    target = replace(last, time_s=s.end_s, bpm=2 * middle - last.bpm, ramp=False)
    cut = cut_ramp(points, ProjectMap([*points, target]), s.end_s)
    return [replace(p, num=s.num, den=s.den) for p in cut]
