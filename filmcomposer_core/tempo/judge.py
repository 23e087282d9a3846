"""What a whole path costs, for ranking: the hits it misses and the music it bends."""

from __future__ import annotations

from typing import Final

import numpy as np

from filmcomposer_core.tempo.constant import Field, start_cost
from filmcomposer_core.tempo.hits import grouped, hit_cost
from filmcomposer_core.tempo.moves import CHANGE_COST, ODD_COST, REFERENCE_CHANGE, WRITTEN_COST
from filmcomposer_core.tempo.path import Path

#: A MUST hit further than this from every sixteenth is not met exactly, which costs a strong hit.
EXACT_S: Final = 5e-7
INEXACT_COST: Final = 3.0


def path_cost(path: Path, field: Field) -> float:
    """Return the cost of a path, in units of one plain hit of full weight.

    Parameters
    ----------
    path : Path
    field : Field
        What the path was sought in.

    Returns
    -------
    float
        Hits missed or met at a lesser place, changes of tempo, distance from the centre of the
        range, a late start, odd bars, written ramps, another metre.
    """
    cost = hits_cost(path, field) + start_cost(path.offset_s, field) + _bending(path)
    mean = 0.5 * (path.start_bpm + path.end_bpm)
    seconds = np.clip(field.duration_s - path.starts_s[:-1], 0.0, path.lengths_s)
    cost += float(np.sum(field.centre_cost(mean, seconds)))
    return cost + field.meter_cost


def hits_cost(path: Path, field: Field) -> float:
    """Return what the hits of a field cost on a path."""
    starts, quarters = path.starts_s, path.quarters
    total = 0.0
    for hits in grouped(field.hits):
        bar = np.searchsorted(starts[:-1], hits.time_s + 1e-9, side="right") - 1
        bar = np.maximum(bar, 0)
        into, s, e = hits.time_s - starts[bar], path.start_bpm[bar], path.end_bpm[bar]
        # Before the first bar the first tempo goes on.
        bpm = s + (e - s) * np.maximum(0.0, into) * (s + e) / (120.0 * quarters[bar])
        place = into * (s + bpm) / 120.0
        total += float(
            np.sum(hit_cost(hits, place, bar=quarters[bar], quarter_s=60.0 / bpm, meter=path.meter))
        )
        off_s = np.abs(place - np.rint(place * 4.0) / 4.0) * 60.0 / bpm
        total += INEXACT_COST * int(np.count_nonzero(hits.must & (off_s > EXACT_S)))
    return total


def _bending(path: Path) -> float:
    """Return the cost of changes of tempo, written ramps and odd bars."""
    steps = np.abs(np.log(path.start_bpm[1:] / path.end_bpm[:-1]))
    glides = np.abs(np.log(path.end_bpm / path.start_bpm))
    changes = np.concatenate((steps, glides))
    changes = changes[changes > 1e-9]
    odd = (path.num != path.meter.num) | (path.den != path.meter.den)
    return float(
        CHANGE_COST[0] * changes.size
        + CHANGE_COST[1] * changes.sum() / REFERENCE_CHANGE
        + WRITTEN_COST * np.count_nonzero(path.written)
        + ODD_COST * np.count_nonzero(odd)
    )
