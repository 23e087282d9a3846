"""REAPER's tempo arithmetic on plain numbers.

BPM are quarter notes per minute, whatever the signature (d, measured 7.8x). On the way to the next
point of a ramp the BPM change linearly over time, so that the quarters gone by are their integral
(d, file seen and unverified). After the last point, and before the first, the tempo stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.fakes.reaper.faults import Gap

_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the tempo map; ``num`` is 0 when it has no signature of its own."""

    time: float
    bpm: float
    linear: bool
    num: int = 0
    den: int = 0
    partial: bool = False
    sets_tempo: bool = True


@dataclass(frozen=True, slots=True)
class _Span:
    """From one point to the next: quarters are qn + (bpm d + slope d² / 2) / 60 after d seconds."""

    time: float
    qn: float
    bpm: float
    slope: float


@dataclass(frozen=True, slots=True)
class Signature:
    """From where on a signature holds; ``beat`` counts beats of their own denominators."""

    qn: float
    measure: int
    num: int
    den: int
    beat: float

    @property
    def length(self) -> float:
        """Quarters in a measure."""
        return self.num * 4 / self.den


class TempoMap:
    """Seconds, quarters and measures of a project.

    Parameters
    ----------
    points : tuple of Point
        In order of time, the first at 0; none means that ``bpm`` holds throughout.
    bpm, num, den
        The project's own tempo and signature.
    """

    def __init__(self, points: tuple[Point, ...], bpm: float, num: int, den: int) -> None:
        self.points = points or (Point(0.0, bpm, linear=False),)
        self._spans: list[_Span] = []
        qn = 0.0
        # A point that sets no tempo is none for it (flag &2; d, header); the first always does.
        setting = [p for i, p in enumerate(self.points) if p.sets_tempo or not i]
        for here, after in zip(setting, [*setting[1:], None], strict=True):
            seconds = 0.0 if after is None else after.time - here.time
            ramp = after is not None and here.linear
            slope = (after.bpm - here.bpm) / seconds if after is not None and ramp else 0.0
            self._spans.append(_Span(here.time, qn, here.bpm, slope))
            qn += (here.bpm * seconds + slope * seconds**2 / 2) / 60
        self.signatures = self._signatures(num, den)

    def _signatures(self, num: int, den: int) -> list[Signature]:
        first = self.points[0]
        found = [Signature(0.0, 0, first.num or num, first.den or den, 0.0)]
        for point in self.points[1:]:
            if not point.num:
                continue
            last, qn = found[-1], self.qn(point.time)
            measures = (qn - last.qn) / last.length
            if abs(measures - round(measures)) > _CLOSE and not point.partial:
                raise Gap(
                    f"the signature at {point.time} s is {measures % 1:.3f} of a measure off a "
                    "measure's start: what REAPER does then is not established (d)"
                )
            whole = math.ceil(measures - _CLOSE)
            beat = last.beat + (qn - last.qn) * last.den / 4
            found.append(Signature(qn, last.measure + whole, point.num, point.den, beat))
        return found

    # --- seconds and quarters -----------------------------------------------------------------

    def _span(self, time: float) -> _Span:
        return next((s for s in reversed(self._spans) if s.time <= time), self._spans[0])

    def bpm_at(self, time: float) -> float:
        """Return the tempo at a time."""
        span = self._span(time)
        return span.bpm + span.slope * max(time - span.time, 0.0)

    def qn(self, time: float) -> float:
        """Return the quarters up to a time."""
        span = self._span(time)
        d = time - span.time
        slope = span.slope if d > 0 else 0.0
        return span.qn + (span.bpm * d + slope * d * d / 2) / 60

    def time(self, qn: float) -> float:
        """Return when so many quarters have gone by."""
        span = next((s for s in reversed(self._spans) if s.qn <= qn), self._spans[0])
        area = (qn - span.qn) * 60
        if span.slope == 0 or area < 0:
            return span.time + area / span.bpm
        # The root of slope d² / 2 + bpm d = area, in the form that does not cancel.
        root = math.sqrt(span.bpm**2 + 2 * span.slope * area)
        return span.time + 2 * area / (span.bpm + root)

    # --- measures -----------------------------------------------------------------------------

    def signature(self, qn: float) -> Signature:
        """Return the signature that holds at so many quarters."""
        found = (s for s in reversed(self.signatures) if s.qn <= qn + _CLOSE)
        return next(found, self.signatures[0])

    def measure_at(self, qn: float) -> tuple[int, float]:
        """Return the measure, and the beats in it in its denominator."""
        s = self.signature(qn)
        whole = math.floor((qn - s.qn) / s.length + _CLOSE)
        return s.measure + whole, max((qn - s.qn - whole * s.length) * s.den / 4, 0.0)

    def measure(self, index: int) -> tuple[float, float, Signature]:
        """Return where a measure starts and ends in quarters, and its signature."""
        found = (s for s in reversed(self.signatures) if s.measure <= index)
        s = next(found, self.signatures[0])
        start = s.qn + (index - s.measure) * s.length
        later = (n.qn for n in self.signatures if n.qn > s.qn)
        return start, min(start + s.length, next(later, math.inf)), s

    def full_beats(self, qn: float) -> float:
        """Return all beats up to there, each signature's in its own denominator (unverified)."""
        s = self.signature(qn)
        return s.beat + (qn - s.qn) * s.den / 4
