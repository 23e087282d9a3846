"""A project's own tempo map, taken as the cue's."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.errors import InputError

#: Points this near are the same: a project's map is read from text and from single floats.
SAME_S, SAME_BPM = 1e-6, 1e-6


def same_points(one: Sequence[TempoPoint], other: Sequence[TempoPoint]) -> bool:
    """Whether two maps are the same but for rounding."""
    return len(one) == len(other) and all(
        abs(a.time_s - b.time_s) <= SAME_S
        and abs(a.bpm - b.bpm) <= SAME_BPM
        and (a.ramp, a.num, a.den) == (b.ramp, b.num, b.den)
        for a, b in zip(one, other, strict=True)
    )


def checked_points(points: Sequence[TempoPoint]) -> tuple[TempoPoint, ...]:
    """Return the points of a map if it is one; none stands for a map of our own.

    Raises
    ------
    InputError
        If the first does not stand at the first picture frame, or times do not rise.
    """
    if not points:
        return ()
    try:
        TempoMap(rank=1, kind="given", first_bar=1, cost=0.0, points=tuple(points), hits=())
    except ValueError as exc:
        msg = f"The project's tempo map cannot be kept: {exc}."
        raise InputError(msg, "Let FilmComposer fit a map of its own.") from exc
    return tuple(points)
