"""How much the picture moves from moment to moment, as ranks that the playing can follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Curves

Ranks = NDArray[np.float64]

#: Step of the curve, the time over which motion is averaged, and that over which ranks are.
STEP_S: Final = 0.25
WINDOW_S: Final = 1.0
#: Motion that spreads by less than this share of its mean does not vary.
VARIES: Final = 0.25
EVEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Energy:
    """The rank of the picture's motion every quarter second, 0 (stillest) to 1; empty = even.

    ``ranks`` has shape (steps,).
    """

    ranks: Ranks

    @property
    def varies(self) -> bool:
        """Whether there is anything to follow."""
        return self.ranks.size > 0

    def at(self, time_s: float) -> float:
        """Return the rank at a time, a half where the picture moves evenly."""
        if not self.varies:
            return EVEN
        place = min(max(time_s / STEP_S, 0.0), self.ranks.size - 1.0)
        low = int(place)
        high = min(low + 1, self.ranks.size - 1)
        return float(self.ranks[low] + (place - low) * (self.ranks[high] - self.ranks[low]))

    def over(self, start_s: float, end_s: float) -> float:
        """Return the mean rank of a stretch of time."""
        if not self.varies:
            return EVEN
        low = min(max(0, int(start_s / STEP_S)), self.ranks.size - 1)
        return float(self.ranks[low : max(low + 1, int(np.ceil(end_s / STEP_S)))].mean())


def energy_of(curves: Curves, duration_s: float) -> Energy:
    """Rank the motion of the picture over time.

    Parameters
    ----------
    curves : Curves
        Motion of each frame.
    duration_s : float
        Length of the picture in seconds.

    Returns
    -------
    Energy
        Means over a second, ranked: a still film's small motions count as much as a wild one's
        great ones, as they do to who watches it.
    """
    steps = max(1, round(duration_s / STEP_S))
    times = np.arange(steps) * STEP_S
    if curves.time_s.size < 2 or steps < 8:
        return Energy(np.zeros(0))
    sums = np.concatenate([[0.0], np.cumsum(curves.motion)])
    low = np.searchsorted(curves.time_s, times - WINDOW_S / 2)
    high = np.searchsorted(curves.time_s, times + WINDOW_S / 2)
    speed = (sums[high] - sums[low]) / np.maximum(1, high - low)
    mean = float(speed.mean())
    if mean <= 1e-9 or float(speed.std()) <= VARIES * mean:
        return Energy(np.zeros(0))
    order = np.argsort(np.argsort(speed, kind="stable"), kind="stable")
    return Energy(order / max(1, steps - 1))
