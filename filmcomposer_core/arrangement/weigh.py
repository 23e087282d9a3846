"""Weight on hits: what begins on one stands out from what begins around it, or gives way to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.contracts.score import DOUBLING, Note, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A hit is to be among the heaviest fifth of the onsets this near to it, seconds.
AROUND_S: Final = 4.0
TOP: Final = 0.2
#: Notes that begin within this time are one onset, seconds.
TOGETHER_S: Final = 0.025
#: What begins on a hit that does not stand out is struck this much harder, what stands in its way
#: at most so much softer.
HARDER: Final = 18
SOFTEST: Final = 0.86
LOUDEST: Final = 124
#: Share of the hit's weight that is left to the first onset that has to give way.
UNDER: Final = 0.97


def weigh_hits(ground: Ground, parts: Sequence[Part], hits: Sequence[Hit]) -> list[Part]:
    """Let every strong hit stand out among the onsets around it.

    Parameters
    ----------
    ground : Ground
        Its timeline.
    parts : sequence of Part
        With their velocities.
    hits : sequence of Hit
        Strong hits.

    Returns
    -------
    list of Part
        Accompanying notes on a hit that others outweigh are struck harder; where that is not
        enough, the accompaniment of those others yields by a few steps, if a few steps do. The
        theme's notes, and everything's pitch, place and length, stay.
    """
    notes = [(place, note) for place, part in enumerate(parts) for note in part.notes]
    if not notes or not hits:
        return list(parts)
    times = np.array([ground.timeline.time_at(note.beat) for _, note in notes])
    roles = [parts[place].role_of(note) for place, note in notes]
    own = np.array([role not in ("melody", DOUBLING) for role in roles])
    loud = np.array([float(note.velocity) for _, note in notes])
    onset = _onsets(times)
    at = np.zeros(onset.max() + 1)
    np.maximum.at(at, onset, times)
    met = {int(np.abs(at - hit.time_s).argmin()) for hit in hits}
    met = {i for i in met if min(abs(at[i] - hit.time_s) for hit in hits) <= ground.frame_s}
    free = own & ~np.isin(onset, sorted(met))
    for place in sorted(met):
        if _rivals(place, at, onset, loud):
            mine = own & (onset == place)
            loud[mine] = np.maximum(loud[mine], np.minimum(LOUDEST, loud[mine] + HARDER))
            _clear_way(place, at, onset, loud, free=free)
    return _with_velocities(parts, notes, loud)


def _onsets(times: Floats) -> Ints:
    """Return the number of the onset that each note begins with."""
    order = np.argsort(times, kind="stable")
    found = np.zeros(times.size, dtype=np.int64)
    begin, number = -np.inf, -1
    for i in order.tolist():
        if times[i] - begin > TOGETHER_S:
            begin, number = float(times[i]), number + 1
        found[i] = number
    return found


def _rivals(place: int, at: Floats, onset: Ints, loud: Floats) -> list[int]:
    """Return the onsets that keep one from being among the heaviest fifth around it."""
    weights = np.bincount(onset, weights=loud)
    near = np.flatnonzero(np.abs(at - at[place]) <= AROUND_S)
    ranked = near[np.argsort(-weights[near], kind="stable")]
    above = ranked[(weights[ranked] >= weights[place]) & (ranked != place)]
    found: list[int] = above[max(1, round(TOP * near.size)) - 1 :].tolist()
    return found


def _clear_way(
    place: int, at: Floats, onset: Ints, loud: Floats, *, free: NDArray[np.bool_]
) -> None:
    """Soften what outweighs a hit until it is among the heaviest fifth, if that is not too far."""
    weights = np.bincount(onset, weights=loud)
    factors: dict[int, float] = {}
    for rival in _rivals(place, at, onset, loud):
        mine = (onset == rival) & free
        spare = float(loud[mine].sum())
        fixed = float(weights[rival]) - spare
        factor = (UNDER * float(weights[place]) - fixed) / spare if spare else 0.0
        if factor < SOFTEST:
            return
        factors[rival] = factor
    for rival, factor in factors.items():
        loud[(onset == rival) & free] *= factor


def _with_velocities(
    parts: Sequence[Part], notes: Sequence[tuple[int, Note]], loud: Floats
) -> list[Part]:
    rows: list[list[Note]] = [[] for _ in parts]
    for (place, note), value in zip(notes, loud.tolist(), strict=True):
        rows[place].append(replace(note, velocity=max(1, int(value))))
    return [replace(part, notes=tuple(row)) for part, row in zip(parts, rows, strict=True)]
