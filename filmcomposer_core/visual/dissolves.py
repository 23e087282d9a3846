"""Find dissolves: one picture mixed into another while neither needs to move."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.visual.match import new_share
from filmcomposer_core.visual.motion import dense_flow
from filmcomposer_core.visual.shrink import Pixels

Thumb = NDArray[np.float32]

#: Lengths of the windows that a dissolve is looked for in, seconds.
WINDOWS_S: Final = (0.45, 0.9, 1.8)
#: Greatest rate at which windows are looked at, per second.
_LOOKS_PER_S: Final = 15.0
_GRID: Final = (32, 18)
#: Ends of a window more alike than this (correlation) are one shot.
_ALIKE: Final = 0.45
#: Greatest share of a picture that a mixture of the ends may leave unexplained.
_UNEXPLAINED: Final = 0.38
#: Places in the window where the mixture is checked.
_CHECKS: Final = 9
#: Least spread (standard deviation, luma 0 to 255) of both ends: blank ends make a fade.
_LEAST_SPREAD: Final = 9.0
#: Largest part of the change that one step between checks may take: more is a cut.
_LARGEST_STEP: Final = 0.45
#: Largest step back: mixtures only grow, but film moves and grains.
_LARGEST_BACK: Final = 0.08
#: Least share of the last picture that must be new against the first.
_LEAST_NEW: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve:
    """A dissolve: the first frame in which the new picture outweighs the old.

    ``residual`` is the unexplained share, 0 to 0.4: smaller is surer. ``half_s`` is half the
    window it was found in.
    """

    frame: int
    time_s: float
    residual: float
    half_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame: its luma, and a tiny flat copy with the mean taken out."""

    frame: int
    time_s: float
    luma: Pixels = field(repr=False)
    thumb: Thumb = field(repr=False)


@dataclass(slots=True)
class DissolveWatch:
    """The last two seconds of pictures, and the dissolve being followed."""

    recent: deque[Seen] = field(default_factory=deque)
    pending: Dissolve | None = None
    checked_s: float = -1.0


def follow(
    watch: DissolveWatch, *, frame: int, time_s: float, luma: Pixels, lit: Pixels
) -> Dissolve | None:
    """Take the next frame and return a dissolve once it is over.

    Parameters
    ----------
    watch : DissolveWatch
        State; changed.
    frame : int
        Index of the frame.
    time_s : float
        Its time, seconds.
    luma : ndarray, shape (height, width), uint8
        Its luma.
    lit : ndarray, shape (height, width), uint8
        Greatest luma of each pixel so far.

    Returns
    -------
    Dissolve or None
        A dissolve whose middle lies about 2 s back. The one in ``watch.pending`` after the last
        frame counts as well.
    """
    if watch.recent and time_s - watch.recent[-1].time_s < 0.9 / (2 * _LOOKS_PER_S):
        return None
    thumb = cv2.resize(luma, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
    watch.recent.append(Seen(frame, time_s, luma, (thumb - thumb.mean()).ravel()))
    while time_s - watch.recent[0].time_s > WINDOWS_S[-1] + 0.01:
        watch.recent.popleft()
    if time_s - watch.checked_s < 0.9 / _LOOKS_PER_S:
        return None
    watch.checked_s = time_s
    for length_s in WINDOWS_S:
        found = _in_window(watch, length_s, lit)
        if found is not None and (watch.pending is None or found.residual < watch.pending.residual):
            watch.pending = found
    pending = watch.pending
    if pending is not None and time_s - pending.time_s > WINDOWS_S[-1]:
        watch.pending = None
        return pending
    return None


def _in_window(watch: DissolveWatch, length_s: float, lit: Pixels) -> Dissolve | None:
    """Test whether the last ``length_s`` seconds are a mixture of their two ends."""
    now_s = watch.recent[-1].time_s
    first = next(k for k, seen in enumerate(watch.recent) if now_s - seen.time_s <= length_s + 1e-6)
    count = len(watch.recent) - first
    if count < 5 or now_s - watch.recent[first].time_s < 0.8 * length_s:
        return None
    start, end = watch.recent[first].thumb, watch.recent[-1].thumb
    size_start, size_end = float(start @ start), float(end @ end)
    least = _LEAST_SPREAD**2 * start.size
    if min(size_start, size_end) < least:
        return None
    if float(start @ end) > _ALIKE * np.sqrt(size_start * size_end):
        return None
    found = _mixture([watch.recent[first + k] for k in range(count)], half_s=length_s / 2)
    if found is None:
        return None
    # A camera move can pass for a mixture, but then the flow makes one end of the other.
    before, after = watch.recent[first].luma, watch.recent[-1].luma
    newness = new_share(before, after, dense_flow(before, after), lit=lit)
    return found if newness >= _LEAST_NEW else None


def _mixture(window: list[Seen], *, half_s: float) -> Dissolve | None:
    """Fit every picture of a window as a mixture of its ends."""
    start = window[0].thumb
    change = window[-1].thumb - start
    energy = float(change @ change)
    shares = np.array([float((seen.thumb - start) @ change) for seen in window]) / energy
    places = np.unique(np.linspace(0, len(window) - 1, _CHECKS).round().astype(int))
    left = np.stack([window[k].thumb - start - shares[k] * change for k in places])
    residual = float(np.linalg.norm(left, axis=1).max() / np.sqrt(energy))
    steps = np.diff(shares[places])
    if residual > _UNEXPLAINED or steps.min() < -_LARGEST_BACK or steps.max() > _LARGEST_STEP:
        return None
    middle = window[int(np.argmax(shares >= 0.5))]
    return Dissolve(frame=middle.frame, time_s=middle.time_s, residual=residual, half_s=half_s)
