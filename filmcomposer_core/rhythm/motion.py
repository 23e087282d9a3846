"""Motion of the picture in each bar: speed, saliency and where it starts up (Eqs. 4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.rhythm import BarAsked

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarMotion:
    """Motion in a bar: ``speed`` is Eq. 4, ``saliency`` Eq. 5; both also as ranks in the cue.

    Ranks run from 0 to 1 and are 0.5 where nothing differs.
    """

    speed: float
    saliency: float
    speed_rank: float
    saliency_rank: float


def motion_per_bar(curves: Curves, bars: Sequence[BarAsked]) -> tuple[BarMotion, ...]:
    """Return the motion of the picture in each bar.

    Parameters
    ----------
    curves : Curves
        ``motion`` is M_i, picture widths per second, shape (frames,).
    bars : sequence of BarAsked
        Their times are read.

    Returns
    -------
    tuple of BarMotion
        Zeros for bars after the picture's end.

    Notes
    -----
    Eq. 4 (mean of M_i) and Eq. 5 (mean of its increases) of FilmComposer over a bar in place of a
    segment, as CMT takes both bar by bar.
    """
    rises = increases(curves)
    speeds, saliencies = [], []
    for bar in bars:
        low, high = np.searchsorted(curves.time_s, [bar.start_s - 1e-9, bar.end_s - 1e-9])
        moved, risen = curves.motion[low:high], rises[low:high]
        speeds.append(float(moved.mean()) if moved.size else 0.0)
        saliencies.append(float(risen[risen > 0].mean()) if (risen > 0).any() else 0.0)
    return tuple(
        BarMotion(speed=a, saliency=b, speed_rank=c, saliency_rank=d)
        for a, b, c, d in zip(speeds, saliencies, ranks(speeds), ranks(saliencies), strict=True)
    )


def increases(curves: Curves) -> Floats:
    """Return by how much the motion of each frame is above that of the frame before, at least 0."""
    return np.maximum(0.0, np.diff(curves.motion, prepend=curves.motion[:1]))


def ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 0 to 1, equal ones sharing theirs; 0.5 if all are equal.

    Examples
    --------
    >>> ranks([3.0, 1.0, 3.0])
    [0.75, 0.0, 0.75]
    """
    row = np.asarray(values, np.float64)
    if row.size < 2:
        return [0.5] * row.size
    below = (row[:, None] > row[None, :]).sum(axis=1)
    same = (row[:, None] == row[None, :]).sum(axis=1) - 1
    return [float(v) for v in (below + 0.5 * same) / (row.size - 1)]
