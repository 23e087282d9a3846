"""From seconds to beats and bars and back, by the tempo points of a map.

Beats are quarter notes, as in REAPER. Between two points the tempo is constant or moves linearly
in time: over T seconds from b0 to b1 BPM there are T (b0 + b1) / 120 beats, and beat q lies at
t = 120 T q / (T b0 + sqrt((T b0)^2 - 120 T q (b0 - b1))).
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_core.contracts.tempo import TempoPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of the map: number from 1, start in seconds and beats, signature."""

    number: int
    start_s: float
    start_beat: float
    num: int
    den: int

    @property
    def beats(self) -> float:
        """Length in quarter notes."""
        return self.num * 4.0 / self.den

    @property
    def end_beat(self) -> float:
        """Beat of the next bar line."""
        return self.start_beat + self.beats


def _beats_into(point: TempoPoint, after: TempoPoint | None, t: float) -> float:
    # Before the first point its tempo goes on, whatever it glides to afterwards.
    if after is None or not point.ramp or t < 0.0:
        return point.bpm * t / 60.0
    span = after.time_s - point.time_s
    slope = (after.bpm - point.bpm) / span
    return t * (point.bpm + 0.5 * slope * t) / 60.0


def _time_into(point: TempoPoint, after: TempoPoint | None, q: float) -> float:
    if after is None or not point.ramp or q < 0.0:
        return 60.0 * q / point.bpm
    span = after.time_s - point.time_s
    root = max(0.0, (span * point.bpm) ** 2 - 120.0 * span * q * (point.bpm - after.bpm))
    return 120.0 * span * q / (span * point.bpm + math.sqrt(root))


def point_beats(points: Sequence[TempoPoint]) -> tuple[float, ...]:
    """Return the beat at which each tempo point stands."""
    beats = [0.0]
    for point, after in pairwise(points):
        beats.append(beats[-1] + _beats_into(point, after, after.time_s - point.time_s))
    return tuple(beats)


class Timeline:
    """A tempo map ready for many conversions (a value: it holds no state that changes)."""

    __slots__ = ("_beats", "_times", "points")

    def __init__(self, points: Sequence[TempoPoint]) -> None:
        self.points = tuple(points)
        self._times = [p.time_s for p in self.points]
        self._beats = list(point_beats(self.points))

    def _after(self, index: int) -> TempoPoint | None:
        return self.points[index + 1] if index + 1 < len(self.points) else None

    def beat_at(self, time_s: float) -> float:
        """Return the beat at a time; before 0 s the first tempo goes on backwards."""
        i = max(0, bisect.bisect_right(self._times, time_s) - 1)
        rest = time_s - self._times[i]
        return self._beats[i] + _beats_into(self.points[i], self._after(i), rest)

    def time_at(self, beat: float) -> float:
        """Return the time of a beat in seconds."""
        i = max(0, bisect.bisect_right(self._beats, beat + 1e-12) - 1)
        return self._times[i] + _time_into(self.points[i], self._after(i), beat - self._beats[i])

    def bpm_at(self, time_s: float) -> float:
        """Return the tempo at a time in quarter notes per minute, after a step that falls there."""
        i = max(0, bisect.bisect_right(self._times, time_s) - 1)
        point, after = self.points[i], self._after(i)
        if after is None or not point.ramp or time_s < 0.0:
            return point.bpm
        share = (time_s - point.time_s) / (after.time_s - point.time_s)
        return point.bpm + (after.bpm - point.bpm) * share

    def bars_until(self, end_s: float) -> tuple[Bar, ...]:
        """Return every bar that starts before a time (at least the first).

        A bar takes the signature of the last point at or before its bar line. A change of
        signature inside a bar (only a hand-edited map has one) waits for the next bar line.
        """
        bars: list[Bar] = []
        beat = 0.0
        while True:
            start_s = self.time_at(beat)
            if bars and start_s >= end_s - 1e-9:
                return tuple(bars)
            i = max(0, bisect.bisect_right(self._beats, beat + 1e-6) - 1)
            num, den = self.points[i].num, self.points[i].den
            bar = Bar(number=len(bars) + 1, start_s=start_s, start_beat=beat, num=num, den=den)
            bars.append(bar)
            beat = bar.end_beat


def bar_of_beat(bars: Sequence[Bar], beat: float) -> Bar:
    """Return the bar that holds a beat; the last bar for anything after it."""
    index = bisect.bisect_right(bars, beat + 1e-9, key=lambda bar: bar.start_beat)
    return bars[max(0, index - 1)]


def bar_and_beat(bars: Sequence[Bar], beat: float) -> tuple[int, float]:
    """Return bar number and beat from 1 in units of the denominator, as musicians count."""
    bar = bar_of_beat(bars, beat)
    return bar.number, 1.0 + (beat - bar.start_beat) * bar.den / 4.0
