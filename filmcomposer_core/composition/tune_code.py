"""How the tune network sees notes: small classes of heights, gaps and places.

A height is counted in steps of the scale from the tonic, a gap in ticks from one onset to the next.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np

#: Stands for nothing known.
NONE: Final = 0
LOWEST, HIGHEST = -8, 18
HEIGHTS: Final = HIGHEST - LOWEST + 2
#: Ticks between onsets; what lies between counts as the nearest.
GAPS: Final = (8, 12, 16, 24, 32, 36, 48, 72, 96, 120, 144, 192, 240, 288, 384)
_METRES: Final = ((4, 4), (2, 4), (3, 4), (6, 8), (9, 8), (12, 8), (3, 8))
#: Mean gap in ticks at which a tune counts as of the next class: dense to sparse.
_DENSITIES: Final = (36.0, 46.0, 54.0, 64.0, 80.0)
_PLACE: Final = 8
#: What is known before a note, and how many classes each has.
FEATURES: Final = {
    "height before": HEIGHTS,
    "gap before": len(GAPS) + 1,
    "place in the bar": 61,
    "metre": len(_METRES) + 1,
    "bar of eight": 8,
    "chord": 8,
    "next chord": 8,
    "minor": 2,
    "density": len(_DENSITIES) + 1,
    "slow": 2,
    "a bar ago": 2 * HEIGHTS,
    "two bars ago": 2 * HEIGHTS,
    "four bars ago": 2 * HEIGHTS,
    "eight bars ago": 2 * HEIGHTS,
}


def height_class(height: int) -> int:
    """Return the class of a height, from 1; those outside of what is known count as the outermost.

    Examples
    --------
    >>> height_class(0), height_class(-8), height_class(40)
    (9, 1, 27)
    """
    return min(HIGHEST, max(LOWEST, height)) - LOWEST + 1


@cache
def gap_class(ticks: int) -> int:
    """Return the class of a gap, from 1.

    Examples
    --------
    >>> gap_class(96), gap_class(100), gap_class(1000)
    (9, 9, 15)
    """
    return 1 + min(range(len(GAPS)), key=lambda i: abs(math.log(ticks / GAPS[i])))


def place_class(offset: int) -> int:
    """Return the class of a place in the bar, given in ticks from the bar line."""
    return min(60, offset // _PLACE)


def metre_class(num: int, den: int) -> int:
    """Return the class of a metre, the last for those of no tune."""
    metre = (num, den)
    return _METRES.index(metre) if metre in _METRES else len(_METRES)


def density_class(gap: float) -> int:
    """Return the class of a mean gap in ticks."""
    return int(np.searchsorted(_DENSITIES, gap))
