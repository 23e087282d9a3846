"""Chords that a tune without chords implies, by degree."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.grid import group_lengths
from tools.priors.tunes import Tune

#: What a note of a triad is worth by its place (root, third, fifth), and one outside.
_FITS: Final = {0: 1.0, 2: 0.9, 4: 0.8}
_FOREIGN: Final = -0.8
#: How ready each degree is to be a chord at all; the leading note's is rare.
_READY: Final = {
    False: (0.6, -0.4, -1.2, 0.2, 0.4, -0.4, -2.0),
    True: (0.6, -2.0, -0.4, 0.0, 0.1, -0.6, 0.2),
}
#: A chord that stays, and the steps of the root that music makes most.
_STAYS: Final = 0.5
_MOVES: Final = {3: 0.3, 4: 0.2, 1: 0.0, 6: 0.0, 5: -0.1, 2: -0.3}
_CLOSES: Final = 3.0


def cells_of(tune: Tune) -> int:
    """Return how many chords a bar may have: one for each half, a bar in three has one."""
    beats = len(group_lengths(tune.num, tune.den))
    return 2 if beats % 2 == 0 else 1


def implied_chords(tune: Tune) -> NDArray[np.int64]:
    """Return the root of each cell as a degree of the scale, 0 to 6.

    Parameters
    ----------
    tune : Tune

    Returns
    -------
    ndarray, shape (bars + 1, cells), int64
        Bar 0 is the upbeat's.
    """
    cells = cells_of(tune)
    worth = np.zeros(((tune.bars + 1) * cells, 7))
    for note in tune.notes:
        cell = note.bar * cells + min(cells - 1, note.offset * cells // tune.bar_ticks)
        weight = (0.5 + note.strength) * min(note.length, 192) / 96
        for root in range(7):
            worth[cell, root] += weight * _FITS.get((note.height - root) % 7, _FOREIGN)
    worth += np.array(_READY[tune.minor])
    if tune.settled:
        worth[-1, 0] += _CLOSES
    return _best(worth).reshape(-1, cells)


def _best(worth: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the best path through the chords (Viterbi)."""
    move = np.array(
        [[_STAYS if a == b else _MOVES[(b - a) % 7] for b in range(7)] for a in range(7)]
    )
    best, came = worth[0], []
    for row in worth[1:]:
        ways = best[:, None] + move
        came.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + row
    path = [int(best.argmax())]
    for row in reversed(came):
        path.append(int(row[path[-1]]))
    return np.array(path[::-1])
