"""The ranked tempo maps in lines for the user, each told apart from the one above it."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_core.contracts.hit_rule import colour_of
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap, TempoPoint
from filmcomposer_core.timeline import Timeline

#: A tempo that changes by less than this is told as one number.
STEADY = 0.03
#: The least difference of two tempi that is called faster or slower.
_APART = 0.02
#: A cue that begins later than this begins late.
_LATE_S = 0.05
_SAME_S = 1e-6
_SAME_BEAT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What a map is like where the music sounds: tempi in quarter notes per minute."""

    starts_s: float
    slowest: float
    fastest: float
    steps: int
    glides: bool
    meters: tuple[str, ...]

    @property
    def mean(self) -> float:
        """The middle of the tempi."""
        return 0.5 * (self.slowest + self.fastest)


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
        Such as ``66.4 BPM, 3/4; MUST 1 of 1, strong 5 of 6 (4 of 5 on downbeats); 4 % slower``.
    """
    courses = [_course(each) for each in maps]
    above: list[_Course | None] = [None, *courses]
    return tuple(
        "; ".join(part for part in (_tempo(now), _hits(each, spots), _apart(now, before)) if part)
        for each, now, before in zip(maps, courses, above, strict=False)
    )


def _course(each: TempoMap) -> _Course:
    points = _music(each)
    bpm = [point.bpm for point in points]
    return _Course(
        starts_s=_start_s(each),
        slowest=min(bpm),
        fastest=max(bpm),
        steps=sum(abs(a - b) > 1e-6 for a, b in pairwise(bpm)),
        glides=any(point.ramp for point in points),
        meters=tuple(dict.fromkeys(f"{point.num}/{point.den}" for point in points)),
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
    if course.fastest > course.slowest * (1.0 + STEADY):
        bpm = f"{course.slowest:.0f}-{course.fastest:.0f}"
    else:
        bpm = f"{course.mean:.1f}".removesuffix(".0")
    late = f", from {course.starts_s:.2f} s" if course.starts_s > _LATE_S else ""
    return f"{bpm} BPM, {' and '.join(course.meters)}{late}"


def _hits(each: TempoMap, spots: Sequence[Spot]) -> str:
    known = {spot.id: spot for spot in spots if spot.strong}
    pairs = [(hit, known[hit.spot]) for hit in each.hits if hit.spot in known]
    if not pairs:
        return "no strong hits"
    must = [(hit, spot) for hit, spot in pairs if spot.must]
    rest = [(hit, spot) for hit, spot in pairs if not spot.must]
    told = [_landed(name, group) for name, group in (("MUST", must), ("strong", rest)) if group]
    wanted = [(hit, spot) for hit, spot in pairs if spot.hit_class == "downbeat"]
    on_line = sum(_met(hit, spot) and abs(hit.beat - 1.0) < _SAME_BEAT for hit, spot in wanted)
    downbeats = f" ({on_line} of {len(wanted)} on downbeats)" if wanted else ""
    return ", ".join(told) + downbeats


def _landed(name: str, pairs: Sequence[tuple[MappedHit, Spot]]) -> str:
    return f"{name} {sum(_met(hit, spot) for hit, spot in pairs)} of {len(pairs)}"


def _met(hit: MappedHit, spot: Spot) -> bool:
    return colour_of(spot, hit.frames_off) == "green"


def _apart(now: _Course, above: _Course | None) -> str:
    """Say what sets a map apart from the one above it."""
    if above is None:
        return "fits best"
    ratio = now.mean / above.mean
    faster = f"{abs(ratio - 1.0):.0%} {'faster' if ratio > 1.0 else 'slower'}".replace("%", " %")
    told = [
        f"{now.meters[0]} instead of {above.meters[0]}" if now.meters != above.meters else "",
        faster if abs(ratio - 1.0) >= _APART else "",
        _course_words(now, above),
        _start_words(now, above),
    ]
    found = [words for words in told if words]
    return ", ".join(found[:2]) if found else "the same tempo, bent elsewhere"


def _course_words(now: _Course, above: _Course) -> str:
    if bool(now.steps) != bool(above.steps):
        return "bends towards the hits" if now.steps else "one steady tempo"
    if now.steps and now.glides != above.glides:
        return "glides" if now.glides else "steps"
    return ""


def _start_words(now: _Course, above: _Course) -> str:
    if abs(now.starts_s - above.starts_s) <= _LATE_S:
        return ""
    return "begins later" if now.starts_s > above.starts_s else "begins sooner"
