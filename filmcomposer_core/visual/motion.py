"""Dense optical flow between frames, and what Eqs. 4 and 5 make of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.visual.shrink import Pixels

Floats = NDArray[np.float64]
Field = NDArray[np.float32]

#: Contrast that both pictures are brought to before the flow: fades and dim films move alike.
_USUAL_SPREAD: Final = 48.0
_GREATEST_GAIN: Final = 4.0
#: A frame that moves this much less than the moves on both sides repeats its predecessor.
_REPEAT_RATIO: Final = 0.35
_REPEAT_REACH: Final = 2


@dataclass(frozen=True, slots=True)
class Step:
    """How far the picture moved from one frame to the next, in picture widths.

    ``length`` is the mean length of the flow vectors, ``x`` and ``y`` (down) their mean.
    """

    length: float
    x: float
    y: float


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep OpenCV on one thread: DIS flow comes out by its stripes, one for each thread."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def dense_flow(before: Pixels, after: Pixels) -> Field:
    """Return where each pixel of one picture went in the next.

    Parameters
    ----------
    before, after : ndarray, shape (height, width), uint8
        Luma of two frames.

    Returns
    -------
    ndarray, shape (height, width, 2), float32
        x and y displacement in pixels, by DIS optical flow (fast preset).

    Notes
    -----
    A new flow object for each pair, no start from the last field: each pair stands for itself.
    """
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    field = dis.calc(_evened(before), _evened(after), np.zeros((*before.shape, 2), np.float32))
    return np.asarray(field, np.float32)


def flow_step(field: Field) -> Step:
    """Sum a flow field up in picture widths.

    Parameters
    ----------
    field : ndarray, shape (height, width, 2), float32
        Displacement in pixels, which are square.

    Returns
    -------
    Step
        Mean length and mean vector.
    """
    width = field.shape[1]
    x, y = cv2.split(field)
    # Not cv2.magnitude: its last bit depends on where the array lies in memory.
    length = float(np.sqrt(x * x + y * y).mean(dtype=np.float64))
    means = (float(part.mean(dtype=np.float64)) for part in (x, y))
    return Step(length / width, *(mean / width for mean in means))


def speeds(steps: Floats, *, times_s: Floats, cuts: NDArray[np.bool_], usual_s: float) -> Floats:
    """Turn steps into M_i, picture widths per second by the real distance of the frames.

    Parameters
    ----------
    steps : ndarray, shape (frames,)
        Picture widths moved into each frame; 0 for the first and across a cut.
    times_s : ndarray, shape (frames,)
        Timestamps, rising, seconds.
    cuts : ndarray, shape (frames,), bool
        Frames that begin a shot: M_i is 0 there.
    usual_s : float
        Usual distance of two frames, seconds; unused but for a single frame.

    Returns
    -------
    ndarray, shape (frames,)
        M_i, picture widths per second.

    Notes
    -----
    Films drawn or shot at a lower rate than they are stored at repeat frames: literally taken
    M_i would jump between 0 and twice the speed. A repeat (a step under 0.35 of the largest within
    two frames on either side) and the move that follows it share their way and their time, so that
    the way covered stays the same. Where the picture really stops no such move follows.
    """
    lengths = np.maximum(np.diff(times_s, prepend=times_s[:1] - usual_s), 1e-6)
    ways = np.where(cuts, 0.0, steps)
    repeats = _repeats(ways) & ~cuts
    groups = np.cumsum(~np.concatenate([[False], repeats[:-1]])) - 1
    way, span = np.bincount(groups, weights=ways), np.bincount(groups, weights=lengths)
    return np.asarray((way / span)[groups], np.float64)


def motion_speed(motion: Floats) -> float:
    """Return the motion speed of a segment: the mean of M_i.

    Parameters
    ----------
    motion : ndarray, shape (frames,)
        M_i, picture widths per second.

    Returns
    -------
    float
        Picture widths per second; 0 for no frames.

    Notes
    -----
    Implements Eq. 4, Sec. 3.1 of FilmComposer.

    Examples
    --------
    >>> motion_speed(np.array([0.0, 0.25, 0.5]))
    0.25
    """
    return float(motion.mean()) if motion.size else 0.0


def motion_saliency(motion: Floats) -> float:
    """Return the motion saliency of a segment: the mean of the positive changes of M_i.

    Parameters
    ----------
    motion : ndarray, shape (frames,)
        M_i, picture widths per second.

    Returns
    -------
    float
        Picture widths per second of increase per frame; 0 if the motion never increases.

    Notes
    -----
    Implements Eq. 5, Sec. 3.1 of FilmComposer. N+ is read as the number of positive changes, not
    of all: the paper calls the result the average increase.

    Examples
    --------
    >>> motion_saliency(np.array([0.0, 0.5, 0.25, 0.5]))
    0.375
    """
    rises = np.diff(motion)
    rises = rises[rises > 0]
    return float(rises.mean()) if rises.size else 0.0


def _evened(luma: Pixels) -> Pixels:
    """Bring mean and spread to usual values: flow must not see a fade as motion."""
    mean, spread = (float(v[0, 0]) for v in cv2.meanStdDev(luma))
    gain = min(_GREATEST_GAIN, _USUAL_SPREAD / max(spread, 1e-3))
    levels = np.clip((np.arange(256) - mean) * gain + 128, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(luma, levels), np.uint8)


def _repeats(steps: Floats) -> NDArray[np.bool_]:
    """Tell which frames repeat their predecessor amid motion."""
    padded = np.pad(steps, _REPEAT_REACH)
    shifted = [padded[k : k + steps.size] for k in range(2 * _REPEAT_REACH + 1)]
    before = np.maximum.reduce(shifted[:_REPEAT_REACH])
    after = np.maximum.reduce(shifted[_REPEAT_REACH + 1 :])
    found = steps < _REPEAT_RATIO * np.minimum(before, after)
    if found.size:
        found[0] = found[-1] = False
    return np.asarray(found, np.bool_)
