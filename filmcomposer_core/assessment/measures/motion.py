"""How the density of onsets follows the motion of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, rank_correlation

_WINDOW_S: Final = 1.0
_HOP_S: Final = 0.5
#: The music may answer the picture half a second late, or lead it by as much.
_LAGS: Final = (-1, 0, 1)
_LEAST_WINDOWS: Final = 6
#: Motion varies if its spread is more than this share of its mean.
_VARIES: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionMatch:
    """Rank correlation of onsets and motion, and whether the motion varies at all."""

    correlation: float
    varies: bool


def motion_match(
    onsets_s: Floats, time_s: Floats, motion: Floats, *, begin_s: float, end_s: float
) -> MotionMatch:
    """Compare onsets a second with the speed of motion.

    Parameters
    ----------
    onsets_s : ndarray, shape (onsets,), float64
        Onsets in seconds.
    time_s, motion : ndarray, shape (frames,), float64
        Motion of each frame.
    begin_s, end_s : float
        Where the music is planned to sound.

    Returns
    -------
    MotionMatch
        Best rank correlation over windows of 1 s, at lags of -0.5, 0 and 0.5 s.
    """
    starts = np.arange(begin_s, max(begin_s, end_s - _WINDOW_S) + 1e-9, _HOP_S)
    if starts.size < _LEAST_WINDOWS or time_s.size < 2:
        return MotionMatch(correlation=0.0, varies=False)
    onsets = np.sort(onsets_s)
    counts = _count(onsets, starts)
    total = np.append(0.0, np.cumsum(motion))
    frames = np.searchsorted(time_s, starts), np.searchsorted(time_s, starts + _WINDOW_S)
    speed = (total[frames[1]] - total[frames[0]]) / np.maximum(1, frames[1] - frames[0])
    mean = float(speed.mean())
    varies = mean > 1e-6 and float(speed.std()) > _VARIES * mean
    best = max(_lagged(counts, speed, lag) for lag in _LAGS)
    return MotionMatch(correlation=best, varies=varies)


def _count(onsets: Floats, starts: Floats) -> Floats:
    low = np.searchsorted(onsets, starts)
    high = np.searchsorted(onsets, starts + _WINDOW_S)
    result: Floats = (high - low).astype(np.float64)
    return result


def _lagged(counts: Floats, speed: Floats, lag: int) -> float:
    if lag > 0:
        return rank_correlation(counts[lag:], speed[:-lag])
    if lag < 0:
        return rank_correlation(counts[:lag], speed[-lag:])
    return rank_correlation(counts, speed)
