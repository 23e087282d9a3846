"""The ranked tempo maps in lines for the user, each of which stands by itself."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_core.contracts.felt_tempo import felt_quarters, tempo_words
from filmcomposer_core.contracts.hit_rule import colour_of
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap, TempoPoint
from filmcomposer_core.timeline import Timeline

#: A cue that begins later than this begins late.
_LATE_S = 0.05
_SAME_S = 1e-6
_SAME_BEAT = 1e-6
_SAME_BPM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What a map is like where the music sounds: tempi in quarter notes per minute.

    ``changes_s`` are the times at which the tempo changes.
    """

    starts_s: float
    slowest: float
    fastest: float
    changes_s: tuple[float, ...]
    glides: bool
    meters: tuple[str, ...]
    felt: float


def map_lines(maps: Sequence[TempoMap], spots: Sequence[Spot]) -> tuple[str, ...]:
    """Return a line for each map, without its number.

    Parameters
    ----------
    maps : sequence of TempoMap
        Best first, with their measured hits.
    spots : sequence of Spot
        Say which hits are strong and how far off they may be.

    Returns
    -------
    tuple of str
        Such as ``66.4 BPM, 3/4, one steady tempo; strong hits met: 5 of 6 (MUST 1 of 1; on the bar
        line 4 of 5 that want one)``. Each says what its map is, not how it differs from another.
    """
    courses = [_course(each) for each in maps]
    lines = []
    for each, course in zip(maps, courses, strict=True):
        best = "fits best" if len(maps) > 1 and each is maps[0] else ""
        lines.append("; ".join(part for part in (_tempo(course), _hits(each, spots), best) if part))
    return tuple(lines)


def _course(each: TempoMap) -> _Course:
    points = _music(each)
    bpm = [point.bpm for point in points]
    return _Course(
        starts_s=_start_s(each),
        slowest=min(bpm),
        fastest=max(bpm),
        changes_s=tuple(
            a.time_s if a.ramp else b.time_s
            for a, b in pairwise(points)
            if abs(a.bpm - b.bpm) > _SAME_BPM
        ),
        glides=any(point.ramp for point in points),
        meters=tuple(dict.fromkeys(f"{point.num}/{point.den}" for point in points)),
        felt=felt_quarters(points[0].num, points[0].den),
    )


def _start_s(each: TempoMap) -> float:
    """Return where the music begins; the bars before it are silent."""
    if each.first_bar <= 1:
        return 0.0
    timeline = Timeline(each.points)
    until = each.points[-1].time_s + 1.0
    bars = timeline.bars_until(until)
    while len(bars) < each.first_bar:
        until = timeline.time_at(bars[-1].end_beat) + 1e-3
        bars = timeline.bars_until(until)
    return bars[each.first_bar - 1].start_s


def _music(each: TempoMap) -> tuple[TempoPoint, ...]:
    """Return the points that the music is played by, without those of the silent lead-in."""
    start = _start_s(each)
    times = [point.time_s for point in each.points]
    return each.points[max(0, bisect.bisect_right(times, start + _SAME_S) - 1) :]


def _tempo(course: _Course) -> str:
    """Say how fast a map is, in which metre, where the music begins, and how the tempo moves."""
    late = f", music from {course.starts_s:.2f} s" if course.starts_s > _LATE_S else ""
    tempo = tempo_words(course.slowest, course.fastest, course.felt)
    return f"{tempo}, {' and '.join(course.meters)}{late}, {_moves(course)}"


def _moves(course: _Course) -> str:
    if not course.changes_s:
        return "one steady tempo"
    count, first = len(course.changes_s), course.changes_s[0]
    what = "glide" if course.glides else "step"
    if count == 1:
        return f"one {what} at {first:.1f} s"
    return f"{count} {what}s from {first:.1f} s on"


def _hits(each: TempoMap, spots: Sequence[Spot]) -> str:
    """Count the strong hits that are met; what stands in brackets is part of that count."""
    known = {spot.id: spot for spot in spots if spot.strong}
    pairs = [(hit, known[hit.spot]) for hit in each.hits if hit.spot in known]
    if not pairs:
        return "no strong hits"
    must = [(hit, spot) for hit, spot in pairs if spot.must]
    wanted = [(hit, spot) for hit, spot in pairs if spot.hit_class == "downbeat"]
    on_line = [(hit, spot) for hit, spot in wanted if abs(hit.beat - 1.0) < _SAME_BEAT]
    told = [
        f"MUST {_met_of(must)} of {len(must)}" if must else "",
        f"on the bar line {_met_of(on_line)} of {len(wanted)} that want one" if wanted else "",
    ]
    parts = "; ".join(words for words in told if words)
    return f"strong hits met: {_met_of(pairs)} of {len(pairs)}" + (f" ({parts})" if parts else "")


def _met_of(pairs: Sequence[tuple[MappedHit, Spot]]) -> int:
    return sum(colour_of(spot, hit.frames_off, beat=hit.beat) == "green" for hit, spot in pairs)
