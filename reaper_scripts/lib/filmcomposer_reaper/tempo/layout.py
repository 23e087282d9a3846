"""Lay a cue's points into a project's map; before the cue and after its end nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_reaper.tempo.map import (
    NO_TEMPO,
    PARTIAL,
    SAME_QUARTERS,
    SAME_S,
    MapPoint,
    ProjectMap,
)

#: Two tempos cannot stand at one time: a ramp that is cut off ends this much earlier. REAPER's own
#: tools (and SWS) leave points no closer than 1 ms.
EDGE_S = 0.002
#: From when on two maps differ that do not.
NEVER = float("inf")


def lay(
    base: ProjectMap, cue: Sequence[MapPoint], start_s: float, end_s: float
) -> tuple[MapPoint, ...]:
    """Return a project's map with a cue's points in it.

    A bar begins at the cue's start, and the project's own bars go on after its end where they were:
    where one is cut short for that, its end carries the flag that allows it.

    Parameters
    ----------
    base : ProjectMap
        The map without the cue.
    cue : sequence of MapPoint
        The cue's points in project time, the first with a signature.
    start_s, end_s : float
        The cue's span.
    """
    head = cut_ramp(before(base, start_s), base, start_s)
    body = cue_body(base, cue, start_s, end_s)
    tail = rest(base, end_s)
    draft = [*head, *body, *tail]
    line = base.bar_line(end_s, after=True)
    return tuple(_with_bar(draft, base, line.time_s, line.num, line.den))


def before(base: ProjectMap, time_s: float) -> list[MapPoint]:
    """Return the points before a time."""
    return [p for p in base.points if p.time_s < time_s - SAME_S]


def rest(base: ProjectMap, time_s: float) -> list[MapPoint]:
    """Return the points from a time on; the first stands at it and has the tempo of the map."""
    later = [p for p in base.points if p.time_s >= time_s - SAME_S]
    if later and later[0].time_s <= time_s + SAME_S and not later[0].flags & NO_TEMPO:
        return later
    bpm, ramp = base.bpm_at(time_s), base.ramps_at(time_s)
    if later and later[0].time_s <= time_s + SAME_S:
        # It sets a signature only, and so far took its tempo from what the cue now replaces.
        dressed = replace(later[0], bpm=bpm, ramp=ramp, flags=later[0].flags & ~NO_TEMPO)
        return [dressed, *later[1:]]
    return [MapPoint(time_s=time_s, bpm=bpm, ramp=ramp), *later]


def cue_body(
    base: ProjectMap, cue: Sequence[MapPoint], start_s: float, end_s: float
) -> list[MapPoint]:
    """Return a cue's points inside its span, the first at its start and marked as a new bar."""
    first, *more = trimmed(cue, start_s, end_s)
    partial = not _unsigned(base, start_s).starts_bar(start_s)
    return [first.with_signature(first.num, first.den, partial=partial), *more]


def trimmed(cue: Sequence[MapPoint], start_s: float, end_s: float) -> list[MapPoint]:
    """Return a cue's points inside its span whatever it lies in, the first at its start."""
    first = replace(cue[0], time_s=start_s, flags=cue[0].flags & ~PARTIAL)
    body = [first, *(p for p in cue[1:] if start_s + SAME_S < p.time_s < end_s - SAME_S)]
    return cut_ramp(body, ProjectMap([first, *cue[1:]]), end_s)


def _unsigned(base: ProjectMap, time_s: float) -> ProjectMap:
    """Return the map without a signature that begins a bar at a time, however that is cut short."""
    return ProjectMap(
        [
            replace(p, num=0, den=0) if p.num and p.time_s > SAME_S and _at(p, time_s) else p
            for p in base.points
        ]
    )


def _at(point: MapPoint, time_s: float) -> bool:
    return abs(point.time_s - time_s) <= SAME_S


def cut_ramp(points: Sequence[MapPoint], whole: ProjectMap, time_s: float) -> list[MapPoint]:
    """Return points that end before a time so that nothing which follows bends their last tempo.

    Parameters
    ----------
    points : sequence of MapPoint
        Those of the map before the time.
    whole : ProjectMap
        The map with what comes after it.
    time_s : float
        Where another tempo begins.
    """
    found = list(points)
    last = next((i for i in reversed(range(len(found))) if _sets(found[i], i)), None)
    if last is None or not found[last].ramp:
        return found
    here = found[last]
    if not whole.ramps_at(here.time_s):
        found[last] = replace(here, ramp=False)
        return found
    if time_s - here.time_s > 3 * EDGE_S:
        # Until just before it goes on as it did.
        turn_s = time_s - 2 * EDGE_S
        here = MapPoint(time_s=turn_s, bpm=whole.bpm_at(turn_s), ramp=True)
        found.append(here)
    # The quarter notes up to the cut stay exactly as many as before.
    seconds = time_s - here.time_s
    beats = (whole.quarters(time_s) - whole.quarters(here.time_s)) * 60
    earlier = [p for i, p in enumerate(found[:last]) if _sets(p, i)]
    if seconds > 2 * EDGE_S - SAME_S or (seconds > EDGE_S and earlier and earlier[-1].ramp):
        edge = min(EDGE_S, seconds / 2)
        half = (seconds - edge) / 2
        bpm = (beats - here.bpm * half) / (half + edge)
        found.append(MapPoint(time_s=time_s - edge, bpm=bpm))
    elif earlier and earlier[-1].ramp:
        found[last] = replace(here, ramp=False)  # another tempo would bend the ramp that leads here
    else:
        found[last] = replace(here, ramp=False, bpm=beats / seconds)
    return sorted(found, key=lambda p: p.time_s)


def _sets(point: MapPoint, index: int) -> bool:
    return not index or not point.flags & NO_TEMPO


def _with_bar(
    points: list[MapPoint], base: ProjectMap, time_s: float, num: int, den: int
) -> list[MapPoint]:
    """Return the points with a bar of this signature at a time after the cue's end."""
    found = list(points)
    here = next((i for i, p in enumerate(found) if abs(p.time_s - time_s) <= SAME_S), None)
    plain = ProjectMap([p for i, p in enumerate(found) if i != here or not p.num])
    line = plain.bar_line(time_s, after=False)
    met = abs(plain.quarters(time_s) - line.quarters) <= SAME_QUARTERS
    if here is None and met and (line.num, line.den) == (num, den):
        return found
    if here is None:
        bpm, ramp = plain.bpm_at(time_s), base.ramps_at(time_s)
        here = sum(p.time_s < time_s for p in found)
        found.insert(here, MapPoint(time_s=time_s, bpm=bpm, ramp=ramp))
    point = found[here]
    if point.num and (met or point.flags & PARTIAL):
        return found
    if point.num or not met or (line.num, line.den) != (num, den):
        found[here] = point.with_signature(num, den, partial=not met)
    return found


def first_change(old: Sequence[MapPoint], new: Sequence[MapPoint]) -> tuple[int, float]:
    """Return the index of the first point that differs, and from when on the maps differ."""
    count = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if not a.same(b)),
        min(len(old), len(new)),
    )
    times = [points[count].time_s for points in (old, new) if count < len(points)]
    time_s = min(times, default=NEVER)
    leading = next((p for p in reversed(old[:count]) if not p.flags & NO_TEMPO), None)
    if leading is not None and leading.ramp:
        time_s = min(time_s, leading.time_s)  # it leads to the point that changes
    return count, time_s
