"""A project's tempo map as numbers: what REAPER's own conversions compute, without a call.

BPM are quarter notes per minute. On the way to the next point of a ramp they change linearly over
time; after the last point, and before the first, the tempo stays. A signature begins a bar where
it stands, also in the middle of the bar before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline

#: Flags of a point (those of GetSetTempoTimeSigMarkerFlag and of PT lines).
SIGNATURE, NO_TEMPO, PARTIAL, PATTERN = 1, 2, 4, 8
#: Times and tempos that are this close are the same.
SAME_S, SAME_BPM = 1e-6, 1e-6
#: A bar line of a cue is taken to fall on a point of it that is this near.
NEAR_S = 1e-5
#: A bar line this close (in quarter notes) is met.
SAME_QUARTERS = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """A point of the project's map.

    ``num`` is 0 where it sets no signature. ``tail`` is what else REAPER keeps of it (metronome
    pattern and the like), as text; it counts in no comparison.
    """

    time_s: float
    bpm: float
    ramp: bool = False
    num: int = 0
    den: int = 0
    flags: int = 0
    selected: bool = field(default=False, compare=False)
    tail: str = field(default="", compare=False)

    def same(self, other: MapPoint) -> bool:
        """Whether both mean the same, within what reading back can differ."""
        return (
            abs(self.time_s - other.time_s) <= SAME_S
            and abs(self.bpm - other.bpm) <= SAME_BPM
            and (self.ramp, self.num, self.den, self.flags)
            == (other.ramp, other.num, other.den, other.flags)
        )

    def with_signature(self, num: int, den: int, *, partial: bool) -> MapPoint:
        """Return the point with a signature that begins a bar here."""
        flags = self.flags | SIGNATURE | (PARTIAL if partial else 0)
        # A pattern belongs to the signature that it was written for.
        tail = self.tail if (num, den) == (self.num, self.den) else ""
        return replace(self, num=num, den=den, flags=flags, tail=tail)


@dataclass(frozen=True, slots=True)
class _Span:
    """A tempo from ``time`` on: after d seconds quarters are qn + (bpm d + slope d² / 2) / 60."""

    time: float
    qn: float
    bpm: float
    slope: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BarLine:
    """A bar line: its time, its quarter notes from the project's start, the signature after it."""

    time_s: float
    quarters: float
    num: int
    den: int


class ProjectMap:
    """A tempo map ready for conversions (a value: it holds no state that changes).

    Parameters
    ----------
    points : sequence of MapPoint
        In order of time, the first at 0 s with a signature.
    """

    def __init__(self, points: Sequence[MapPoint]) -> None:
        self.points = tuple(points)
        setting = [p for i, p in enumerate(self.points) if not i or not p.flags & NO_TEMPO]
        self._spans: list[_Span] = []
        qn = 0.0
        for i, here in enumerate(setting):
            after = setting[i + 1] if i + 1 < len(setting) else None
            seconds = 0.0 if after is None else after.time_s - here.time_s
            ramp = after is not None and here.ramp
            slope = (after.bpm - here.bpm) / seconds if after is not None and ramp else 0.0
            self._spans.append(_Span(here.time_s, qn, here.bpm, slope))
            qn += (here.bpm * seconds + slope * seconds**2 / 2) / 60
        self._times = [span.time for span in self._spans]
        self._quarters = [span.qn for span in self._spans]
        self._signed = [
            BarLine(time_s=p.time_s, quarters=self.quarters(p.time_s), num=p.num, den=p.den)
            for p in self.points
            if p.num
        ]

    def _span(self, time_s: float) -> _Span:
        return self._spans[max(bisect_right(self._times, time_s) - 1, 0)]

    def bpm_at(self, time_s: float) -> float:
        """Return the tempo at a time, after a step that falls there."""
        span = self._span(time_s)
        return span.bpm + span.slope * max(time_s - span.time, 0.0)

    def ramps_at(self, time_s: float) -> bool:
        """Whether the tempo is on its way to a later point at a time (after what falls there)."""
        return self._span(time_s).slope != 0

    def quarters(self, time_s: float) -> float:
        """Return the quarter notes from the project's start to a time; none is skipped."""
        span = self._span(time_s)
        d = time_s - span.time
        slope = span.slope if d > 0 else 0.0
        return span.qn + (span.bpm * d + slope * d * d / 2) / 60

    def time_at(self, quarters: float) -> float:
        """Return when so many quarter notes have gone by."""
        span = self._spans[max(bisect_right(self._quarters, quarters) - 1, 0)]
        area = (quarters - span.qn) * 60
        if span.slope == 0 or area < 0:
            return span.time + area / span.bpm
        # The root of slope d² / 2 + bpm d = area, in the form that does not cancel.
        root = math.sqrt(max(span.bpm**2 + 2 * span.slope * area, 0.0))
        return span.time + 2 * area / (span.bpm + root)

    def bar_line(self, time_s: float, *, after: bool) -> BarLine:
        """Return the last bar line at or before a time, or the first at or after it."""
        qn = self.quarters(time_s)
        signed = [s for s in self._signed if s.quarters <= qn + SAME_QUARTERS]
        last = signed[-1] if signed else self._signed[0]
        length = last.num * 4 / last.den
        whole = math.floor((qn - last.quarters + SAME_QUARTERS) / length)
        if not after or qn - last.quarters - whole * length <= SAME_QUARTERS:
            return self._place(last, whole)
        following = next((s for s in self._signed if s.quarters > qn + SAME_QUARTERS), None)
        found = self._place(last, whole + 1)
        if following is not None and following.quarters <= found.quarters + SAME_QUARTERS:
            return following
        return found

    def beat_at(self, time_s: float) -> float:
        """Return where in its bar a time falls, in beats of the signature, from 1."""
        line = self.bar_line(time_s, after=False)
        return 1.0 + (self.quarters(time_s) - line.quarters) * line.den / 4

    def _place(self, signed: BarLine, bars: int) -> BarLine:
        if not bars:
            return signed
        qn = signed.quarters + bars * signed.num * 4 / signed.den
        return replace(signed, time_s=self.settled(self.time_at(qn)), quarters=qn)

    def settled(self, time_s: float) -> float:
        """Return the time of the point that stands at a time, as near as can be told; else it."""
        near = (p.time_s for p in self.points if abs(p.time_s - time_s) <= SAME_S)
        return next(near, time_s)

    def starts_bar(self, time_s: float) -> bool:
        """Whether a bar line of the map falls on a time."""
        line = self.bar_line(time_s, after=False)
        return abs(self.quarters(time_s) - line.quarters) <= SAME_QUARTERS


@lru_cache(maxsize=8)
def map_of(points: tuple[MapPoint, ...]) -> ProjectMap:
    """Return a tempo map to convert with: the same object for equal points.

    Marks are kept by the map that they were made with.
    """
    return ProjectMap(points)


def from_session(points: Sequence[TempoPoint], length_s: float) -> list[MapPoint]:
    """Return a cue's points; a signature stands only where a bar begins that has another.

    Parameters
    ----------
    points : sequence of TempoPoint
        In project seconds, the first where the cue begins.
    length_s : float
        The cue's length.
    """
    start = points[0].time_s
    line = Timeline([replace(p, time_s=p.time_s - start) for p in points])
    found = [MapPoint(time_s=p.time_s, bpm=p.bpm, ramp=p.ramp) for p in points]
    before: tuple[int, int] | None = None
    for bar in line.bars_until(length_s):
        if (bar.num, bar.den) == before:
            continue
        before = (bar.num, bar.den)
        time = start + bar.start_s
        # In a hand-made map a signature may wait for the next bar line, where no point stands.
        at = next((i for i, p in enumerate(found) if abs(p.time_s - time) <= NEAR_S), None)
        if at is None:
            at = sum(p.time_s < time for p in found)
            ramp = found[at - 1].ramp and at < len(found)
            bpm = line.bpm_at(bar.start_s)
            found.insert(at, MapPoint(time_s=time, bpm=bpm, ramp=ramp))
        found[at] = found[at].with_signature(bar.num, bar.den, partial=False)
    return found


def to_json(point: MapPoint) -> list[float | int | str]:
    """Return a point as plain values for the project's ext state."""
    numbers = [point.time_s, point.bpm, int(point.ramp), point.num, point.den, point.flags]
    return [*numbers, int(point.selected), point.tail]


def from_json(values: Sequence[float | int | str]) -> MapPoint:
    """Return the point that :func:`to_json` wrote."""
    time_s, bpm, ramp, num, den, flags, selected, tail = values
    return MapPoint(
        time_s=float(time_s),
        bpm=float(bpm),
        ramp=bool(ramp),
        num=int(num),
        den=int(den),
        flags=int(flags),
        selected=bool(selected),
        tail=str(tail),
    )
