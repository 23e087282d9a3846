"""Automation at every sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.daw_plan import EnvelopePoint
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.session import Automation

Curve = NDArray[np.float32]


def curve_of(
    points: Sequence[EnvelopePoint], *, start: int, count: int, otherwise: float
) -> float | Curve:
    """Return the values of an envelope over a block.

    Parameters
    ----------
    points : sequence of EnvelopePoint
        In order of time; straight lines between, flat before the first and after the last.
    start, count : int
        First sample of the block and their number.
    otherwise : float
        Value where there are no points.

    Returns
    -------
    float or ndarray, shape (count,), float32
        One number where the value does not change within the block.
    """
    if not points:
        return otherwise
    times = np.array([point.time_s for point in points]) * SAMPLE_RATE
    values = np.array([point.value for point in points])
    inside = (times > start) & (times < start + count)
    ends = np.interp([start, start + count - 1], times, values)
    if np.ptp(np.concatenate((ends, values[inside]))) == 0.0:
        return float(ends[0])
    # Only the points around the block: a search over a long film's points would be slow.
    low = max(0, int(np.searchsorted(times, start)) - 1)
    high = int(np.searchsorted(times, start + count)) + 1
    at = np.arange(start, start + count, dtype=np.float64)
    curve: Curve = np.interp(at, times[low:high], values[low:high]).astype(np.float32)
    return curve


def automation_curve(automation: Automation, *, start: int, count: int) -> float | Curve:
    """Return the values of an automation over a block; see :func:`curve_of`."""
    return curve_of(automation.points, start=start, count=count, otherwise=automation.value)


def pan_gains(pan: float | Curve) -> tuple[float | Curve, float | Curve]:
    """Return the gains of left and right for a pan of -1 to 1, at constant power.

    Both are 1 in the middle.
    """
    angle = (np.clip(pan, -1.0, 1.0) + 1.0) * (np.pi / 4.0)
    left, right = np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)
    if isinstance(pan, float):
        return float(left), float(right)
    return left.astype(np.float32), right.astype(np.float32)
