"""A course of bars through the picture, and the tempo points that play it.

Inside a bar the tempo is constant or a ramp, linear in time. With the bar's first tempo s, its
last e and the tempo R reached after q of its n quarter notes,

    R = sqrt(s^2 + (q / n) (e^2 - s^2)),    time = 120 q / (s + R),

since the square of a tempo that is linear in time is linear in beats. For s = e this is 60 q / s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.tempo import TEMPI, TempoPoint
from filmcomposer_core.tempo.hits import Array
from filmcomposer_core.tempo.meters import Meter

#: The shortest silent lead-in, in felt beats; and in seconds, half a beat at the fastest tempo.
LEAST_HEAD: Final = 0.5
LEAST_OFFSET_S: Final = 60.0 * LEAST_HEAD / TEMPI[1]
_PLACES: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Bars from ``offset_s`` on; arrays of shape (bars,), tempi in quarter notes per minute.

    Where ``ramp`` is false, ``end_bpm`` equals ``start_bpm``; where it is true, the next bar starts
    with ``end_bpm``, since REAPER glides to the next point. A written ramp is a ritardando or
    accelerando that the players read; it alone may exceed the change allowed per bar.
    """

    offset_s: float
    meter: Meter
    num: NDArray[np.int64]
    den: NDArray[np.int64]
    start_bpm: Array
    end_bpm: Array
    ramp: NDArray[np.bool_]
    written: NDArray[np.bool_]

    @property
    def quarters(self) -> Array:
        """Length of each bar in quarter notes."""
        return np.asarray(self.num * 4.0 / self.den)

    @property
    def lengths_s(self) -> Array:
        """Length of each bar in seconds."""
        return 120.0 * self.quarters / (self.start_bpm + self.end_bpm)

    @property
    def starts_s(self) -> Array:
        """Time of each bar line, and of the end of the last bar: shape (bars + 1,)."""
        return self.offset_s + np.concatenate(([0.0], np.cumsum(self.lengths_s)))


def constant_path(*, meter: Meter, bpm: float, offset_s: float, duration_s: float) -> Path:
    """Return bars of one tempo until the end of the clip."""
    bar_s = 60.0 * meter.bar / bpm
    bars = max(1, math.ceil((duration_s - offset_s) / bar_s - 1e-9))
    tempo = np.full(bars, bpm)
    return Path(
        offset_s=offset_s,
        meter=meter,
        num=np.full(bars, meter.num),
        den=np.full(bars, meter.den),
        start_bpm=tempo,
        end_bpm=tempo.copy(),
        ramp=np.zeros(bars, dtype=np.bool_),
        written=np.zeros(bars, dtype=np.bool_),
    )


def trimmed(path: Path, duration_s: float) -> Path:
    """Return a path without the bars that start after the end of the clip."""
    bars = max(1, int(np.searchsorted(path.starts_s[:-1], duration_s - 1e-9)))
    return replace(
        path,
        num=path.num[:bars],
        den=path.den[:bars],
        start_bpm=path.start_bpm[:bars],
        end_bpm=path.end_bpm[:bars],
        ramp=path.ramp[:bars],
        written=path.written[:bars],
    )


def least_offset_s(meter: Meter, bpm: Array) -> Array:
    """Return how long a silent lead-in is at least, by tempo: less cannot be counted."""
    return np.asarray(60.0 * LEAST_HEAD * meter.felt / bpm)


def lead_in(offset_s: float, *, bpm: float) -> TempoPoint:
    """Return the point of a silent bar that lasts an offset, at a tempo near the cue's own.

    Parameters
    ----------
    offset_s : float
        Length of the bar in seconds, at least ``LEAST_OFFSET_S``.
    bpm : float
        Tempo of the cue in quarter notes per minute.

    Returns
    -------
    TempoPoint
        A bar of n/4 or n/8 at 0 s, within ``TEMPI``.
    """
    eighths = round(offset_s * bpm / 30.0)
    # Half a beat at the fastest tempo is a whole eighth, so that there always is such a number.
    least = math.ceil(TEMPI[0] * offset_s / 30.0 - 1e-9)
    most = math.floor(TEMPI[1] * offset_s / 30.0 + 1e-9)
    eighths = min(max(eighths, least, 1), most, 64)
    num, den = (eighths // 2, 4) if eighths % 2 == 0 else (eighths, 8)
    own = round(30.0 * eighths / offset_s, _PLACES)
    return TempoPoint(time_s=0.0, bpm=own, ramp=False, num=num, den=den)


@dataclass(frozen=True, slots=True)
class _Knot:
    quarters: float
    bpm: float
    ramp: bool
    num: int
    den: int


def _knots(path: Path) -> list[_Knot]:
    """Return the bar lines where something changes, at quarter notes from the first bar."""
    at = np.concatenate(([0.0], np.cumsum(path.quarters)))
    knots: list[_Knot] = []
    for i in range(len(path.num)):
        knot = _Knot(
            float(at[i]),
            round(float(path.start_bpm[i]), _PLACES),
            bool(path.ramp[i]),
            int(path.num[i]),
            int(path.den[i]),
        )
        last = knots[-1] if knots else None
        same = last is not None and (knot.num, knot.den) == (last.num, last.den)
        if last is None or not same or knot.ramp or last.ramp or knot.bpm != last.bpm:
            knots.append(knot)
    if path.ramp[-1]:
        end = round(float(path.end_bpm[-1]), _PLACES)
        knots.append(_Knot(float(at[-1]), end, False, knots[-1].num, knots[-1].den))
    return knots


def points_of(path: Path) -> tuple[tuple[TempoPoint, ...], int]:
    """Return the tempo points of a path and the bar in which its music begins.

    Every point is placed from the rounded ones before it, on the beat where it belongs, so that
    rounding does not add up (nine decimals are kept) and signatures stand on bar lines.

    Returns
    -------
    points : tuple of TempoPoint
        The first at 0 s.
    first_bar : int
        1, or 2 after a silent lead-in bar.
    """
    knots = _knots(path)
    points: list[TempoPoint] = []
    time_s = 0.0
    if path.offset_s > 0.0:
        lead = lead_in(path.offset_s, bpm=knots[0].bpm)
        points.append(lead)
        time_s = round(lead.num * 240.0 / (lead.den * lead.bpm), _PLACES)
    reached = 0.0
    for i, knot in enumerate(knots):
        points.append(
            TempoPoint(time_s=time_s, bpm=knot.bpm, ramp=knot.ramp, num=knot.num, den=knot.den)
        )
        if i + 1 < len(knots):
            mean = (knot.bpm + (knots[i + 1].bpm if knot.ramp else knot.bpm)) / 120.0
            after_s = round(time_s + (knots[i + 1].quarters - reached) / mean, _PLACES)
            reached += (after_s - time_s) * mean
            time_s = after_s
    return tuple(points), 2 if path.offset_s > 0.0 else 1
