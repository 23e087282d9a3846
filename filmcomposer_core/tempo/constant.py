"""Stage A: one tempo for the whole cue, scanned over tempo, start and metre."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.tempo.hits import Array, Hit, hit_cost
from filmcomposer_core.tempo.meters import Meter
from filmcomposer_core.tempo.path import least_offset_s

_TEMPI: Final = 400
_OFFSETS: Final = 48
#: Beyond this many hits one tempo cannot meet them by more than chance: the strongest decide.
_HITS: Final = 240
#: Cost per second, at the edge of the range, of a tempo away from its centre.
CENTRE_PER_S: Final = 0.006
#: Cost of a start after 0 s, and what is added at the latest start allowed.
OFFSET_COST: Final = (0.05, 0.25)
#: The share of that cost which a start on a strong hit keeps.
_ON_HIT: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a search may use: tempi in quarter notes per minute, starts in seconds."""

    meter: Meter
    meter_cost: float
    bpm_low: float
    bpm_high: float
    centre_bpm: float
    halfwidth_bpm: float
    duration_s: float
    latest_s: float
    hits: tuple[Hit, ...]

    @property
    def earliest_s(self) -> float:
        """The earliest start behind a lead-in, at the fastest tempo."""
        return float(least_offset_s(self.meter, np.asarray(self.bpm_high)))

    def centre_cost(self, bpm: Array, seconds: Array | float) -> Array:
        """Return the cost of playing some seconds at a tempo."""
        away = (bpm - self.centre_bpm) / self.halfwidth_bpm
        return CENTRE_PER_S * seconds * away**2


def strong_starts(field: Field) -> tuple[float, ...]:
    """Return the early strong hits on which the music may enter."""
    return tuple(
        hit.time_s
        for hit in field.hits
        if hit.strong and field.earliest_s <= hit.time_s <= field.latest_s
    )


def start_cost(offset_s: float, field: Field) -> float:
    """Return what a start costs: none at 0 s, little on a strong hit, more the later."""
    if offset_s <= 0.0:
        return 0.0
    on_hit = any(abs(offset_s - t) < 0.02 for t in strong_starts(field))
    cost = OFFSET_COST[0] + OFFSET_COST[1] * offset_s / max(field.latest_s, offset_s)
    return cost * (_ON_HIT if on_hit else 1.0)


def starts_of(field: Field) -> Array:
    """Return the starts to try in seconds, rising, 0 among them: shape (starts,)."""
    if field.latest_s <= field.earliest_s:
        return np.zeros(1)
    even = np.linspace(field.earliest_s, field.latest_s, _OFFSETS - 1)
    return np.unique(np.concatenate(([0.0], even, strong_starts(field))))


def too_early(field: Field, start_s: Array, bpm: Array) -> NDArray[np.bool_]:
    """Return which starts leave a lead-in that is shorter than half a beat of their tempo."""
    least_s = least_offset_s(field.meter, bpm) * (1.0 - 1e-9)
    return np.asarray((start_s > 0.0) & (start_s < least_s))


def _tempi(field: Field) -> Array:
    """Return tempi so close that a bar line at the end moves by less than half a tolerance."""
    ratio = math.log(field.bpm_high / field.bpm_low)
    close = 0.02 / max(field.duration_s, 1.0)
    count = min(_TEMPI, max(1, math.ceil(ratio / close) + 1))
    tempi = np.geomspace(field.bpm_low, field.bpm_high, count)
    return np.unique(np.append(tempi, min(max(field.centre_bpm, tempi[0]), tempi[-1])))


def scan(field: Field) -> tuple[Array, Array, Array]:
    """Return the cost of every tempo and start.

    Parameters
    ----------
    field : Field

    Returns
    -------
    bpm : ndarray, shape (tempi,)
    start_s : ndarray, shape (starts,)
    cost : ndarray, shape (tempi, starts)
    """
    bpm, start = _tempi(field), starts_of(field)
    cost = field.centre_cost(bpm, field.duration_s)[:, np.newaxis] + np.array(
        [start_cost(s, field) for s in start]
    )
    cost[too_early(field, start, bpm[:, np.newaxis])] = np.inf
    quarter_s = (60.0 / bpm)[:, np.newaxis]
    for hit in _strongest(field.hits):
        place = (hit.time_s - start) / quarter_s
        cost += hit_cost(hit, place, bar=field.meter.bar, quarter_s=quarter_s, meter=field.meter)
    return bpm, start, cost


def _strongest(hits: Sequence[Hit]) -> Sequence[Hit]:
    if len(hits) <= _HITS:
        return hits
    return sorted(hits, key=lambda h: (-h.miss, h.time_s))[:_HITS]


def best_constants(field: Field, count: int) -> list[tuple[float, float]]:
    """Return the best tempi with their starts, best first, well apart from each other."""
    bpm, start, cost = scan(field)
    column = np.argmin(cost, axis=1)
    value = cost[np.arange(len(bpm)), column]
    apart = min(max(math.log(field.bpm_high / field.bpm_low) / 6.0, 0.015), 0.06)
    found: list[tuple[float, float]] = []
    for i in np.argsort(value, kind="stable"):
        if all(abs(math.log(bpm[i] / other)) > apart for other, _ in found):
            found.append((float(bpm[i]), float(start[column[i]])))
        if len(found) == count:
            break
    return found
