"""How the camera moves, by the flow of the background and of the whole picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import UNKNOWN, Label
from filmcomposer_core.contracts.sightings import CameraMove
from filmcomposer_core.description.seen import SeenShot, mean, median

#: Picture widths per second: below, the background stands; above, it surely moves.
STANDS, MOVES = 0.008, 0.03
#: Growth per second from which it is a zoom, or a camera that comes nearer; one way in this share
#: of the key frames.
ZOOMS, ONE_WAY = 0.08, 0.75
#: A key frame tells of the camera if this share of the picture moves as one.
AS_ONE = 0.4
#: Shots with fewer frames are too short to tell.
LEAST_FRAMES = 6
#: From this difference between moves at key frames, picture widths per second, the camera is held
#: by hand, if there are so many key frames to compare.
SHAKES, LEAST_SAMPLES = 0.06, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drift:
    """Steady move right and down, widths/s, how steady 0 to 1, the shake beside it, the zoom."""

    x: float
    y: float
    steady: float
    shake: float
    zoom: float


def camera_move(seen: SeenShot, curves: Curves, *, start: int, end: int) -> Label:
    """Return how the camera moves in a shot.

    Parameters
    ----------
    seen : SeenShot
    curves : Curves
        Curves of the clip; the mean flow of every frame tells of pans and of shaking hands.
    start, end : int
        The shot's frames, half-open.

    Returns
    -------
    Label
        ``static``, ``pan``, ``tilt``, ``zoom`` or ``hand-held``; null for a few frames or black.
    """
    if end - start < LEAST_FRAMES or seen.black or seen.shot.contrast < 0.02:
        return UNKNOWN
    drift = _drift(seen, curves, start, end)
    scores = {
        "static": _below(max(abs(drift.x), abs(drift.y), drift.shake / 3, abs(drift.zoom) / 4)),
        "pan": drift.steady * _above(abs(drift.x), MOVES) * (abs(drift.x) > 1.2 * abs(drift.y)),
        "tilt": drift.steady * _above(abs(drift.y), MOVES) * (abs(drift.y) > 1.2 * abs(drift.x)),
        "zoom": _above(abs(drift.zoom), ZOOMS),
        "hand-held": 0.8 * _above(drift.shake, SHAKES),
    }
    best = max(scores, key=lambda name: scores[name])
    # Without samples of the background, what moves in front of it is taken for the camera.
    source, trust = ("detectors", 0.85) if _samples(seen) else ("pixels", 0.5)
    confidence = round(trust * scores[best], 3)
    return Label(value=best, source=source, confidence=confidence) if confidence else UNKNOWN


def _drift(seen: SeenShot, curves: Curves, start: int, end: int) -> _Drift:
    """Measure the shot: the key frames know background from foreground, the curves know time."""
    # The first frame of a shot has no flow into it.
    x, y = curves.flow_x[start + 1 : end], curves.flow_y[start + 1 : end]
    samples = _samples(seen)
    across, down = float(x.mean()), float(y.mean())
    along = x if abs(across) >= abs(down) else y
    length = float(np.abs(along).mean())
    if samples:
        across = _common(across, median([m.x for m in samples]))
        down = _common(down, median([m.y for m in samples]))
    return _Drift(
        x=across,
        y=down,
        steady=abs(float(along.mean())) / length if length > 0 else 0.0,
        shake=_spread([m.x for m in samples]) + _spread([m.y for m in samples]),
        zoom=_zoom([m.zoom for m in samples]),
    )


def _common(one: float, other: float) -> float:
    """Return what two measures of a move agree on: the smaller, 0 if they differ in direction."""
    return min(one, other, key=abs) if one * other > 0 else 0.0


def _spread(values: Sequence[float]) -> float:
    """Return the mean distance from the median; 0 of few values."""
    if len(values) < LEAST_SAMPLES:
        return 0.0
    centre = median(values)
    return mean([abs(value - centre) for value in values])


def _zoom(values: Sequence[float]) -> float:
    """Return the median growth, if nearly all key frames agree on its direction."""
    centre = median(values)
    agree = mean([float(value * centre > 0) for value in values])
    return centre if agree >= ONE_WAY else 0.0


def _samples(seen: SeenShot) -> list[CameraMove]:
    return [f.camera for f in seen.frames if f.camera.share >= AS_ONE]


def _above(value: float, border: float) -> float:
    """Return 0 well below a border, 0.5 on it, 1 at twice of it."""
    return float(np.clip(value / border / 2.0, 0.0, 1.0)) if value > border / 2 else 0.0


def _below(value: float) -> float:
    """Return 1 where all stands still, 0 where it surely moves."""
    return float(np.clip((MOVES - value) / (MOVES - STANDS), 0.0, 1.0))
