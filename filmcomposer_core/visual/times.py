"""Timestamps of a clip: the rate that they show, and their rounding undone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

#: Steps this near to the median step count towards the usual rate.
_USUAL_WITHIN = 0.1


def true_times(
    times_s: NDArray[np.float64], *, fps: Fraction, tick_s: float
) -> tuple[NDArray[np.float64], bool]:
    """Undo the rounding of timestamps and tell whether the frame rate varies.

    Parameters
    ----------
    times_s : ndarray, shape (frames,)
        Timestamps as decoded, seconds from the first.
    fps : Fraction
        Exact frame rate, frames per second.
    tick_s : float
        Step of the clock that the file counts in, seconds (1 ms in Matroska).

    Returns
    -------
    times_s : ndarray, shape (frames,)
        On the exact grid of the rate where every timestamp is the rounding of one, else as given.
    variable : bool
        Whether the distance between frames varies by more than rounding.
    """
    grid = np.arange(times_s.size) / float(fps)
    if bool(np.all(np.abs(times_s - grid) <= 1.01 * tick_s + 1e-4)):
        return grid, False
    steps = np.diff(times_s)
    usual = float(np.median(steps)) if steps.size else 0.0
    variable = bool(np.any(np.abs(steps - usual) > 2.02 * tick_s + 0.05 * usual))
    return times_s, variable


def usual_rate(times_s: NDArray[np.float64]) -> float:
    """Return the frame rate that the timestamps show, 0 for a single frame.

    Notes
    -----
    From the mean of the steps within a tenth of the median step: lost frames and long stills do
    not count, and the rounding of the timestamps averages out.
    """
    steps = np.diff(times_s)
    if not steps.size:
        return 0.0
    median = np.median(steps)
    usual = steps[np.abs(steps - median) <= _USUAL_WITHIN * median]
    if not usual.size:  # the median lies between two steps that have nothing in common
        usual = np.sort(steps)[: (steps.size + 1) // 2][-1:]
    return float(1 / usual.mean())


def rate_slack(times_s: NDArray[np.float64], *, tick_s: float) -> float:
    """Return the share by which rounded timestamps may falsify the rate measured from them."""
    length_s = float(times_s[-1])
    return 2 * tick_s / length_s if length_s > 0 else 0.0
