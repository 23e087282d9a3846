"""What it costs when a hit point falls here or there in the bar.

The places a hit may meet form levels: the bar line, the half bar, the beat, the eighth, the
sixteenth. Each class of hit accepts some of them, the less fitting ones at a price (figures of
craft 1.3). Distances cost nothing inside the tolerance, rise quadratically to twice the tolerance
and are flat from there on, so that a hit which cannot be met does not spoil the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.spots import STRONG_WEIGHT, Spot
from filmcomposer_core.tempo.meters import Meter

Array = NDArray[np.float64]

#: Class of a hit -> (level, share of the weight that this level forfeits).
LEVELS: Final = {
    "downbeat": (("bar", 0.0), ("half", 0.1), ("beat", 0.2), ("eighth", 0.6)),
    "beat": (("beat", 0.0), ("eighth", 0.5)),
    "any": (("eighth", 0.0), ("sixteenth", 0.1)),
    "avoid": (("beat", 0.0),),
}
#: A search aims inside the tolerance, so that ticks and samples can be rounded afterwards.
_SAFETY: Final = 0.85
_MUST_TOLERANCE_FRAMES: Final = 0.3
_MUST_MISS: Final = 100.0
_MUST_MISMATCH: Final = 3.0
_LEAST_TOLERANCE_FRAMES: Final = 0.3
#: A hit of strong weight counts as much as this many of its weight would.
_STRONG: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A hit as the search sees it.

    ``miss`` is the cost of missing it, ``mismatch`` scales the price of a lesser place. ``aim``
    is false for the ending, which only wishes for a bar line and is not worth bending tempo.
    """

    time_s: float
    early_s: float
    late_s: float
    hit_class: str
    miss: float
    mismatch: float
    must: bool = False
    strong: bool = False
    aim: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HitGroup:
    """Hits of one class as arrays of shape (hits,), for ``hit_cost``."""

    time_s: Array
    early_s: Array
    late_s: Array
    hit_class: str
    miss: Array
    mismatch: Array
    must: NDArray[np.bool_]


def grouped(hits: Sequence[Hit]) -> tuple[HitGroup, ...]:
    """Return hits by class, so that each class can be judged at once."""
    groups = []
    for name in LEVELS:
        own = [hit for hit in hits if hit.hit_class == name]
        if own:
            groups.append(
                HitGroup(
                    time_s=np.array([h.time_s for h in own]),
                    early_s=np.array([h.early_s for h in own]),
                    late_s=np.array([h.late_s for h in own]),
                    hit_class=name,
                    miss=np.array([h.miss for h in own]),
                    mismatch=np.array([h.mismatch for h in own]),
                    must=np.array([h.must for h in own]),
                )
            )
    return tuple(groups)


def hits_of(spots: Sequence[Spot], *, fps: Fraction, duration_s: float) -> tuple[Hit, ...]:
    """Return the hits of a spot list in order of time; spots without weight play no part.

    Parameters
    ----------
    spots : sequence of Spot
    fps : Fraction
        Frames per second.
    duration_s : float
        Length of the picture; later spots are left out.

    Returns
    -------
    tuple of Hit
    """
    found = []
    for spot in sorted(spots, key=lambda s: (s.time_s, s.id)):
        if spot.strength <= 0.0 or spot.time_s > duration_s:
            continue
        must = spot.must and spot.hit_class != "avoid"
        early, late = float(spot.early_frames), float(spot.late_frames)
        if must:
            early = late = _MUST_TOLERANCE_FRAMES
        weight = spot.strength / 10.0 * (_STRONG if spot.strength >= STRONG_WEIGHT else 1.0)
        found.append(
            Hit(
                time_s=spot.time_s,
                early_s=_SAFETY * max(early, _LEAST_TOLERANCE_FRAMES) / float(fps),
                late_s=_SAFETY * max(late, _LEAST_TOLERANCE_FRAMES) / float(fps),
                hit_class=spot.hit_class,
                miss=_MUST_MISS if must else weight,
                mismatch=_MUST_MISMATCH if must else weight,
                must=must,
                strong=spot.strong,
            )
        )
    return tuple(found)


def ending_of(*, duration_s: float, bar_s: float) -> Hit | None:
    """Return the wish for a bar line that leaves room for the last chord, if the clip has room.

    The room is that of craft 1.1: the longer of 1.2 s and one bar of at most 2.5 s.
    """
    room_s = max(1.2, min(bar_s, 2.5))
    if duration_s < room_s + bar_s:
        return None
    return Hit(
        time_s=duration_s - room_s,
        early_s=0.2,
        late_s=0.1,
        hit_class="downbeat",
        miss=0.12,
        mismatch=0.12,
        aim=False,
    )


def level_length(level: str, meter: Meter, bar: Array | float) -> Array | float:
    """Return the spacing of a level in quarter notes (``bar`` may differ from bar to bar)."""
    if level == "bar":
        return bar
    lengths = {"half": meter.half, "beat": meter.beat, "eighth": 0.5, "sixteenth": 0.25}
    return lengths[level]


def _strain(hit: Hit | HitGroup, late_s: Array) -> Array:
    """Return 0 inside the tolerance to 1 from twice the tolerance on."""
    over = np.where(late_s > 0.0, late_s / hit.late_s, late_s / -hit.early_s) - 1.0
    return np.asarray(np.minimum(np.maximum(over, 0.0), 1.0) ** 2)


def hit_cost(
    hit: Hit | HitGroup, place: Array, *, bar: Array | float, quarter_s: Array | float, meter: Meter
) -> Array:
    """Return what a hit costs at a place of the music.

    Parameters
    ----------
    hit : Hit or HitGroup
        One hit, or as many as there are places.
    place : ndarray, any shape
        Where the picture's hit falls, in quarter notes from a bar line; negative is before the
        first sound, where only the first bar line can meet it.
    bar : float or ndarray
        Length of the bar in quarter notes.
    quarter_s : float or ndarray
        Seconds per quarter note there.
    meter : Meter

    Returns
    -------
    ndarray, shape of ``place``
    """
    if hit.hit_class == "avoid":
        off = (_snapped(place, meter.beat) - place) * quarter_s
        return np.asarray(hit.miss * (1.0 - _strain(hit, off)))
    best = np.zeros(np.shape(place)) + hit.miss
    for level, share in LEVELS[hit.hit_class]:
        off = (_snapped(place, level_length(level, meter, bar)) - place) * quarter_s
        price = share * (hit.mismatch if share <= 0.2 else hit.miss)
        best = np.minimum(best, price + hit.miss * _strain(hit, off))
    return best


def _snapped(place: Array, step: Array | float) -> Array:
    return np.asarray(np.maximum(0.0, np.rint(place / step) * step))


def best_place(hit: Hit, place: float, *, bar: float, quarter_s: float, meter: Meter) -> float:
    """Return the place (quarter notes from the bar line) that meets a hit best, or NaN if none."""
    best, found = hit.miss, float("nan")
    if hit.hit_class == "avoid":
        return found
    for level, share in LEVELS[hit.hit_class]:
        step = float(level_length(level, meter, bar))
        at = max(0.0, round(place / step) * step)
        price = share * (hit.mismatch if share <= 0.2 else hit.miss)
        cost = price + hit.miss * float(_strain(hit, np.asarray((at - place) * quarter_s)))
        if cost < best - 1e-12:
            best, found = cost, at
    return found
