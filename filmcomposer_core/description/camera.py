"""How the camera moves, by the flow of the background and of the whole picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import UNKNOWN, Label
from filmcomposer_core.contracts.sightings import CameraMove
from filmcomposer_core.description.seen import SeenShot, mean, median

Array = NDArray[np.float64]

#: Nearly all shots of films stand, and noise never does: a move is told only where the picture has
#: gone this far by the end of the shot, picture widths, nearly always the same way,
TRAVELS: Final = 0.1
STEADY: Final = 0.5
#: and farther than across to it.
CLEARLY: Final = 1.2
#: It is a zoom, or a camera that comes nearer, from this growth over the shot, doublings, one way
#: in this share of so many key frames or more.
GROWS, ONE_WAY, LEAST_GROWING = 0.25, 0.75, 3
#: A key frame tells of the camera if this share of the picture moves as one.
AS_ONE: Final = 0.4
#: Shots with fewer frames are too short to tell.
LEAST_FRAMES: Final = 6
#: The camera is held by hand if half of so many key frames or more are this far, picture widths per
#: second, from their median.
SHAKES, LEAST_SAMPLES = 0.06, 4
#: Without samples of the background, what moves in front of it is taken for the camera.
BY_BACKGROUND, BY_ALL = 0.85, 0.5


def camera_move(seen: SeenShot, curves: Curves, *, start: int, end: int) -> Label:
    """Return how the camera moves in a shot.

    Parameters
    ----------
    seen : SeenShot
    curves : Curves
        Curves of the clip; the mean flow of every frame tells how far the picture goes.
    start, end : int
        The shot's frames, half-open.

    Returns
    -------
    Label
        ``pan``, ``tilt``, ``zoom`` or ``hand-held`` where its evidence reaches what it must,
        ``static`` where none does, the surer the less there is; null for a few frames or black.
    """
    if end - start < LEAST_FRAMES or seen.black or seen.shot.contrast < 0.02:
        return UNKNOWN
    evidence = _evidence(seen, curves, start, end)
    best = max(evidence, key=lambda name: evidence[name])
    known = bool(_samples(seen))
    # Half sure where the evidence just does, or just does not.
    moves = min(1.0, evidence[best] / 2.0)
    return Label(
        value=best if evidence[best] >= 1.0 else "static",
        source="detectors" if known else "pixels",
        confidence=round((BY_BACKGROUND if known else BY_ALL) * max(moves, 1.0 - moves), 3),
    )


def _evidence(seen: SeenShot, curves: Curves, start: int, end: int) -> dict[str, float]:
    """Return for each move how much there is of what it must have: 1 is just enough."""
    length_s = float(curves.time_s[end - 1] - curves.time_s[start])
    samples = _samples(seen)
    # The first frame of a shot has no flow into it.
    x, y = curves.flow_x[start + 1 : end], curves.flow_y[start + 1 : end]
    across = _travel(x, [move.x for move in samples], length_s)
    down = _travel(y, [move.y for move in samples], length_s)
    return {
        "pan": across / TRAVELS if across > CLEARLY * abs(float(y.mean())) * length_s else 0.0,
        "tilt": down / TRAVELS if down > CLEARLY * abs(float(x.mean())) * length_s else 0.0,
        "zoom": _growth([move.zoom for move in samples]) * length_s / GROWS,
        "hand-held": _shake(samples) / SHAKES,
    }


def _travel(flow: Array, background: Sequence[float], length_s: float) -> float:
    """Return how far the picture goes along an axis; 0 if not steadily, or not the background.

    The flow of all frames knows the time, the key frames know the background: the smaller counts.
    """
    speed, length = float(flow.mean()), float(np.abs(flow).mean())
    if abs(speed) < STEADY * length:
        return 0.0
    if not background:
        # Half as far as it seems: most of what moves is in front of the background.
        return abs(speed) * length_s / 2.0
    own = median(background)
    return min(abs(speed), abs(own)) * length_s if speed * own > 0 else 0.0


def _growth(values: Sequence[float]) -> float:
    """Return the median growth, if nearly all key frames agree on its direction; 0 of few."""
    if len(values) < LEAST_GROWING:
        return 0.0
    centre = median(values)
    agree = mean([float(value * centre > 0) for value in values])
    return abs(centre) if agree >= ONE_WAY else 0.0


def _shake(samples: Sequence[CameraMove]) -> float:
    """Return how far the usual key frame is from the median move; 0 of few key frames."""
    if len(samples) < LEAST_SAMPLES:
        return 0.0
    return _off([move.x for move in samples]) + _off([move.y for move in samples])


def _off(values: Sequence[float]) -> float:
    centre = median(values)
    return median([abs(value - centre) for value in values])


def _samples(seen: SeenShot) -> list[CameraMove]:
    return [f.camera for f in seen.frames if f.camera.share >= AS_ONE]
