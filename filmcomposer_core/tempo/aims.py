"""Which hit falls on which beat of which bar of a path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.tempo.hits import Array, Hit, best_place
from filmcomposer_core.tempo.path import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """Places that hits shall meet; arrays of shape (aims,).

    ``bar`` counts from 0, ``quarters`` from its bar line.
    """

    bar: NDArray[np.int64]
    quarters: Array
    time_s: Array
    tolerance_s: Array
    weight: Array
    exact: NDArray[np.bool_]

    def within(self, begin: int, end: int) -> Aims:
        """Return the aims of some bars, which then count from 0."""
        own = (self.bar >= begin) & (self.bar < end)
        return Aims(
            bar=self.bar[own] - begin,
            quarters=self.quarters[own],
            time_s=self.time_s[own],
            tolerance_s=self.tolerance_s[own],
            weight=self.weight[own],
            exact=self.exact[own],
        )


def aims_of(path: Path, hits: tuple[Hit, ...]) -> Aims:
    """Return the places at which a path meets hits, leaving out those it misses."""
    starts, quarters = path.starts_s, path.quarters
    rows: list[tuple[int, float, Hit]] = []
    for hit in hits:
        i = max(0, int(np.searchsorted(starts, hit.time_s + 1e-9, side="right")) - 1)
        if not hit.aim or i >= len(quarters):
            continue
        into, s, e = hit.time_s - starts[i], path.start_bpm[i], path.end_bpm[i]
        bpm = s + (e - s) * max(0.0, into) * (s + e) / (120.0 * quarters[i])
        place = best_place(
            hit,
            float(into * (s + bpm) / 120.0),
            bar=float(quarters[i]),
            quarter_s=float(60.0 / bpm),
            meter=path.meter,
        )
        if not math.isnan(place):
            rows.append((i, place, hit))
    return Aims(
        bar=np.array([r[0] for r in rows], dtype=np.int64),
        quarters=np.array([r[1] for r in rows], dtype=np.float64),
        time_s=np.array([r[2].time_s for r in rows], dtype=np.float64),
        tolerance_s=np.array([min(r[2].early_s, r[2].late_s) for r in rows], dtype=np.float64),
        weight=np.array([min(r[2].miss, 3.0) for r in rows], dtype=np.float64),
        exact=np.array([r[2].must for r in rows], dtype=np.bool_),
    )
