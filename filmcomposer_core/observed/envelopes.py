"""Automation on a part's track to the envelopes of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import EnvelopeOp, EnvelopePoint
from filmcomposer_core.level_edits import SAME_VALUE
from filmcomposer_core.observed.notes import NEAR_S

Points = Sequence[tuple[float, float]]


def edited_envelope(
    before: EnvelopeOp | None, points: Points, *, track: str, parameter: str, target: str
) -> EnvelopeOp | None:
    """Return an envelope as the user left it.

    Parameters
    ----------
    before : EnvelopeOp or None
        The envelope as it was written, if it was.
    points : sequence of (float, float)
        Seconds and values with straight lines between; empty = the envelope was removed. What lies
        before the picture goes, its line beginning at the first frame.
    track, parameter, target : str
        As in :class:`EnvelopeOp`.

    Returns
    -------
    EnvelopeOp or None
        ``before`` itself where nothing was changed.
    """
    kept = _from_the_start(sorted(points, key=lambda point: point[0]))
    if not kept:
        return None
    if before is not None and _same(before.points, kept):
        return before
    return EnvelopeOp(
        track=track,
        parameter=parameter,
        target=target,
        points=tuple(
            EnvelopePoint(time_s=round(t, codec.DECIMALS), value=round(v, codec.DECIMALS))
            for t, v in kept
        ),
    )


def _from_the_start(points: Points) -> list[tuple[float, float]]:
    early = [point for point in points if point[0] < 0.0]
    kept = [point for point in points if point[0] >= 0.0]
    if not early or (kept and kept[0][0] <= NEAR_S):
        return kept
    (t0, v0), (t1, v1) = early[-1], kept[0] if kept else (0.0, early[-1][1])
    value = v0 + (v1 - v0) * (0.0 - t0) / (t1 - t0)
    return [(0.0, value), *kept]


def _same(before: Sequence[EnvelopePoint], points: Points) -> bool:
    return len(before) == len(points) and all(
        abs(old.time_s - t) <= NEAR_S and abs(old.value - v) <= SAME_VALUE
        for old, (t, v) in zip(before, points, strict=True)
    )
