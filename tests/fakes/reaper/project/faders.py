"""Fader scaling of volume envelopes: gain to REAPER's raw value and back (g, file seen).

No closed formula is known; this goes through the table, straight in decibels between its lines.
"""

from __future__ import annotations

import math
from bisect import bisect_right

_DB_RAW = (
    (-90.0, 25.1386), (-60.0, 79.4823), (-40.0, 170.9837), (-30.0, 250.0901), (-24.0, 313.2987),
    (-18.0, 390.7971), (-12.0, 483.9496), (-9.0, 536.4841), (-6.0, 592.8483), (-3.0, 652.8388),
    (0.0, 716.2178503126), (3.0, 782.7589), (6.0, 852.7745), (12.0, 1000.0),
)  # fmt: skip
_DB = tuple(db for db, _ in _DB_RAW)
_RAW = tuple(raw for _, raw in _DB_RAW)
_LEAST: float = 10 ** (_DB[0] / 20)


def _between(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    i = min(max(bisect_right(xs, x), 1), len(xs) - 1)
    share = (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] + share * (ys[i] - ys[i - 1])


def to_raw(gain: float) -> float:
    """Return the raw value of a linear gain; 1000 (+12 dB) is the top."""
    if gain <= _LEAST:
        return max(gain, 0.0) / _LEAST * _RAW[0]
    return min(_between(20 * math.log10(gain), _DB, _RAW), _RAW[-1])


def from_raw(raw: float) -> float:
    """Return the linear gain of a raw value."""
    if raw <= _RAW[0]:
        return max(raw, 0.0) / _RAW[0] * _LEAST
    return float(10 ** (_between(min(raw, _RAW[-1]), _RAW, _DB) / 20))
