"""Reach a bar line at a free time where no bar may be cut short: whole beats at another tempo.

For REAPERs that let no script allow a partial measure, and move a signature in mid-bar instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from filmcomposer_core.contracts.tempo import TEMPI
from filmcomposer_core.errors import DawError
from filmcomposer_reaper.tempo.layout import before, cue_body, cut_ramp, rest
from filmcomposer_reaper.tempo.map import (
    NO_TEMPO,
    PARTIAL,
    SAME_QUARTERS,
    SAME_S,
    SIGNATURE,
    BarLine,
    MapPoint,
    ProjectMap,
)

BPM_RANGE = (5.0, 960.0)
MOST_BEATS = 64
#: Another denominator than the bar has is as bad as a tempo that is this much off (natural log).
OTHER_BEATS = 0.25
#: A rest of a bar that only a wild tempo fills may be joined to bars before it, so many in all.
MOST_JOINED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A map without partial measures, and which bars run at another tempo for that."""

    points: tuple[MapPoint, ...]
    bars: tuple[tuple[float, float], ...]


def lay_filled(base: ProjectMap, cue: Sequence[MapPoint], start_s: float, end_s: float) -> Filled:
    """Return a project's map with a cue's points in it, and no bar cut short.

    As :func:`filmcomposer_reaper.tempo_layout.lay`, but the bar that leads to the cue takes a tempo
    at which whole beats fill it, and so does one after the cue where the project has signatures
    later on; else the project's signature returns on the first bar line after the cue.

    Raises
    ------
    DawError
        Where no tempo within REAPER's limits does that.
    """
    bars: list[tuple[float, float]] = []
    head = before(base, start_s)
    if head and not base.starts_bar(start_s):
        head, filled = _lead(head, base, start_s)
        bars.append(filled)
    else:
        head = cut_ramp(head, base, start_s)
    body = [replace(p, flags=p.flags & ~PARTIAL) for p in cue_body(base, cue, start_s, end_s)]
    points, bar = _close([*head, *body], base, end_s)
    return Filled(points=tuple(points), bars=(*bars, *bar))


def _lead(
    head: Sequence[MapPoint], base: ProjectMap, start_s: float
) -> tuple[list[MapPoint], tuple[float, float]]:
    """Fill the bar before a time; where it alone would be wild, the one before goes along."""
    found: list[tuple[list[MapPoint], tuple[float, float]]] = []
    line: BarLine | None = base.bar_line(start_s, after=False)
    while line is not None and len(found) < MOST_JOINED:
        with suppress(DawError):
            filled, bpm = fill(head, base, line, start_s)
            found.append((filled, (line.time_s, bpm)))
            if TEMPI[0] <= bpm <= TEMPI[1]:
                return found[-1]
        line = _bar_before(head, base, line)
    if not found:
        raise _refusal(start_s)
    return found[0]


def _bar_before(head: Sequence[MapPoint], base: ProjectMap, line: BarLine) -> BarLine | None:
    """Return the bar line before another, if the bars between can be one: no signature is there."""
    if line.time_s <= SAME_S or any(p.num and abs(p.time_s - line.time_s) <= SAME_S for p in head):
        return None
    return base.bar_line(base.time_at(line.quarters - 3 * SAME_QUARTERS), after=False)


def _close(
    points: list[MapPoint], base: ProjectMap, end_s: float
) -> tuple[list[MapPoint], list[tuple[float, float]]]:
    """Go on after the cue: with its bars until a bar line of theirs is one for the project too."""
    tail = rest(base, end_s)
    bare = [replace(p, num=0, den=0, flags=p.flags & ~SIGNATURE) for p in tail]
    drafted = ProjectMap([*points, *bare])
    line = drafted.bar_line(end_s, after=True)
    signed = [p.time_s for p in tail if p.num]
    if not signed:
        own = base.bar_line(line.time_s, after=False)
        same = (own.num, own.den) == (line.num, line.den)
        found = [*points, *tail]
        return (found if same else _sign(found, drafted, line.time_s, own)), []
    if line.time_s > signed[0] + SAME_S:
        # The cue's last bar runs over a signature of the project: it ends there, in whole beats.
        line = drafted.bar_line(end_s, after=False)
        own = base.bar_line(signed[0], after=False)
    else:
        own = base.bar_line(line.time_s, after=True)
    if own.time_s <= line.time_s + SAME_S:
        return _sign([*points, *tail], drafted, own.time_s, own), []
    front = [p for p in drafted.points if p.time_s < own.time_s - SAME_S]
    filled, bpm = fill(front, drafted, line, own.time_s)
    found = _sign([*filled, *rest(base, own.time_s)], drafted, own.time_s, own)
    return found, [(line.time_s, bpm)]


def _sign(
    points: Sequence[MapPoint], drafted: ProjectMap, time_s: float, line: BarLine
) -> list[MapPoint]:
    """Return the points with a signature on a bar line, where none stands there."""
    found = list(points)
    at = next((i for i, p in enumerate(found) if abs(p.time_s - time_s) <= SAME_S), None)
    if at is None:
        at = sum(p.time_s < time_s for p in found)
        ramp = drafted.ramps_at(time_s)
        found.insert(at, MapPoint(time_s=time_s, bpm=drafted.bpm_at(time_s), ramp=ramp))
    if not found[at].num:
        found[at] = found[at].with_signature(line.num, line.den, partial=False)
    return found


def fill(
    points: Sequence[MapPoint], whole: ProjectMap, line: BarLine, target_s: float
) -> tuple[list[MapPoint], float]:
    """Return points with one bar from a bar line to a time, and the tempo that makes it so.

    Parameters
    ----------
    points : sequence of MapPoint
        The map before the time.
    whole : ProjectMap
        The map before anything of it was cut off; it gives tempo and beats.
    line : BarLine
        The last bar line of the map before the time.
    target_s : float
        Where the next bar shall begin.

    Raises
    ------
    DawError
        Where no tempo within REAPER's limits does that.
    """
    head = [p for p in points if p.time_s < line.time_s - SAME_S]
    inner = [p for p in points if p.time_s > line.time_s + SAME_S]
    here = next((p for p in points if abs(p.time_s - line.time_s) <= SAME_S), None)
    bends = _ramps_into(head)
    # The tempo before the bar line stays: where a ramp leads to it, another tempo starts later.
    ramp = bool(inner) and whole.ramps_at(line.time_s)
    start = here or MapPoint(time_s=line.time_s, bpm=whole.bpm_at(line.time_s), ramp=ramp)
    last = inner[-1] if inner else start
    free = not inner and not bends
    turn_s = line.time_s if free else (last.time_s + target_s) / 2
    held = replace(last, ramp=False)
    done = ProjectMap([_anchor(start), *inner[:-1], held] if inner else [_anchor(start)])
    spent = done.quarters(turn_s) - done.quarters(line.time_s)
    natural = whole.bpm_at(line.time_s)
    num, den, bpm = _best(line, spent, target_s - turn_s, natural, target_s)
    start = start.with_signature(num, den, partial=False)
    if free:
        return [*head, replace(start, bpm=bpm, ramp=False, flags=start.flags & ~NO_TEMPO)], bpm
    turn = MapPoint(time_s=turn_s, bpm=bpm)
    if not inner:
        return [*head, replace(start, ramp=False), turn], bpm
    return [*head, start, *inner[:-1], held, turn], bpm


def _anchor(start: MapPoint) -> MapPoint:
    return replace(start, num=4, den=4, flags=SIGNATURE)


def _ramps_into(head: Sequence[MapPoint]) -> bool:
    last = next((p for p in reversed(head) if not p.flags & NO_TEMPO), None)
    return last is not None and last.ramp


def _best(
    line: BarLine, spent: float, seconds: float, natural: float, target_s: float
) -> tuple[int, int, float]:
    """Return numerator, denominator and tempo of the bar that bends the tempo least."""
    found = min(_choices(line, spent, seconds, natural), default=None)
    if found is None:
        raise _refusal(target_s)
    _, num, den, bpm = found
    return num, den, bpm


def _choices(
    line: BarLine, spent: float, seconds: float, natural: float
) -> Iterator[tuple[float, int, int, float]]:
    for den in {line.den, 16}:
        for num in range(1, MOST_BEATS + 1):
            bpm = (num * 4 / den - spent) * 60 / seconds
            if BPM_RANGE[0] <= bpm <= BPM_RANGE[1]:
                other = OTHER_BEATS if den != line.den else 0.0
                yield abs(math.log(bpm / natural)) + other, num, den, bpm


def _refusal(time_s: float) -> DawError:
    return DawError(
        f"This REAPER cannot begin a bar at {time_s:.3f} s of the project.",
        "Move the video item to a bar line of the project, or update REAPER to 7.19 or newer.",
    )
