"""The K weighting of ITU-R BS.1770-4, shared by the mix and the report."""

from __future__ import annotations

import math

import numpy as np

_SHELF_POLES = (-1.69065929318241, 0.73248077421585)
#: The two filters of the recommendation at 48 kHz, as second-order sections.
K_WEIGHTING = np.array(
    [
        (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, *_SHELF_POLES),
        (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621),
    ]
)
OFFSET_LU = -0.691


def lufs_of(power: float) -> float:
    """Return the loudness of a mean K-weighted power summed over channels, in LUFS.

    Examples
    --------
    >>> lufs_of(0.0)
    -inf
    """
    return OFFSET_LU + 10.0 * math.log10(power) if power > 0.0 else -math.inf
