"""Tunes as rows of small whole numbers, as the network reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.tune_code import (
    FEATURES,
    NONE,
    density_class,
    gap_class,
    height_class,
    metre_class,
    place_class,
)
from tools.priors.tunes import Tune
from tools.tune_network.harmonise import implied_chords

#: Tunes with more bars of a wrong length than this are left out.
_ODD: Final = 2
_MIDDLE: Final = 4.5
Rows = NDArray[np.int64]


def usable(tune: Tune) -> bool:
    """Whether a tune keeps its metre and falls into phrases of four bars."""
    return len(tune.odd) <= _ODD and tune.bars % 4 == 0


def rows_of(tune: Tune) -> Rows:
    """Return what is known before each note and what comes, shape (notes, FEATURES + 2).

    The last two columns are the gap to the next onset and the height, the answers.
    """
    ticks = tune.bar_ticks
    notes = [n for n in tune.notes if n.bar > 0 or tune.notes[0].bar == 0]
    starts = np.array([n.bar * ticks + n.offset for n in notes])
    heights = np.array([n.height for n in notes])
    heights -= 7 * round((heights.mean() - _MIDDLE) / 7)
    gaps = np.diff(starts, append=starts[-1] + notes[-1].length)
    keep = gaps > 0
    starts, heights, gaps = starts[keep], heights[keep], gaps[keep]
    chords = implied_chords(tune)
    cells = chords.shape[1]
    flat = chords.reshape(-1)
    cell = np.minimum(starts * cells // ticks, len(flat) - 1)
    bars = starts // ticks
    out = np.zeros((len(starts), len(FEATURES) + 2), dtype=np.int64)
    shape = [height_class(int(h)) for h in heights]
    times = [gap_class(int(g)) for g in gaps]
    density = density_class(float(ticks * (bars[-1] - bars[0] + 1) / len(starts)))
    for i in range(len(starts)):
        back = [_sounding(starts, shape, starts[i] - n * ticks) for n in (1, 2, 4, 8)]
        out[i] = (
            shape[i - 1] if i else NONE,
            times[i - 1] if i else NONE,
            place_class(int(starts[i] % ticks)),
            metre_class(tune.num, tune.den),
            (bars[i] - 1) % 8,
            1 + flat[cell[i]],
            1 + flat[min(cell[i] + 1, len(flat) - 1)],
            int(tune.minor),
            density,
            int(tune.kind == "slow"),
            *back,
            times[i],
            shape[i],
        )
    return out


def _sounding(starts: NDArray[np.int64], shape: list[int], tick: int) -> int:
    """Return the height that sounds at a tick, with whether it begins there."""
    if tick < starts[0]:
        return NONE
    i = int(np.searchsorted(starts, tick, side="right")) - 1
    return 2 * shape[i] + int(starts[i] == tick)


def corpus(tunes: Iterable[Tune]) -> list[Rows]:
    """Return the rows of all usable tunes."""
    return [rows_of(tune) for tune in tunes if usable(tune)]
