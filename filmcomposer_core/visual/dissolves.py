"""Find dissolves: one picture mixed into another while neither needs to move."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
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
_WINDOWS_S: Final = np.array((0.33, 0.42, 0.53, 0.67, 0.83, 1.0, 1.25, 1.5, 1.8))
_LONGEST_S: Final = float(_WINDOWS_S[-1])
#: Steps that a window has at least.
_FEWEST: Final = 5
#: Greatest rate at which windows are looked at, per second.
_LOOKS_PER_S: Final = 15.0
_GRID: Final = (32, 18)
#: Ends of a window more alike than this (correlation) are one shot.
_ALIKE: Final = 0.6
#: Places in the window where the mixture is checked, and how much of the new picture a mixture
#: that grows evenly shows there.
_CHECKS: Final = 9
_EVEN: Final = np.linspace(0, 1, _CHECKS)
#: Least spread (standard deviation, luma 0 to 255) of both ends: blank ends make a fade.
_LEAST_SPREAD: Final = 6.0
#: Greatest share of a picture that a mixture of the ends may leave unexplained, and how far its
#: growth may be from even (root mean square over the window).
_UNEXPLAINED: Final = 0.35
_UNEVEN: Final = 0.15
#: A mixture is duller than its ends by a known amount; at least this part of it must be seen.
_DULL: Final = 0.85
#: Largest part of the change that one step between checks may take: more is a cut.
_LARGEST_STEP: Final = 0.3
#: How much alike ends (correlation) count against a window: it may hold a part of a dissolve.
_IN_PART: Final = 0.15
#: Dissolves at least this far apart are two, seconds.
_APART_S: Final = 0.3
#: Least share of the last picture that must be new against the first, and how much more where the
#: mixture fits badly.
_LEAST_NEW: Final = 0.4
_NEWER: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve:
    """A dissolve: the first frame in which the new picture outweighs the old.

    ``residual`` tells how badly it fits, 0 to 0.7: smaller is surer. ``half_s`` is half the window
    it was found in.
    """

    frame: int
    time_s: float
    residual: float
    half_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame: its luma, a tiny flat copy with the mean taken out, and the square sum of that."""

    frame: int
    time_s: float
    luma: Pixels = field(repr=False)
    thumb: Thumb = field(repr=False)
    energy: float


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
    thumb = cv2.resize(luma, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    thumb -= thumb.mean()
    watch.recent.append(Seen(frame, time_s, luma, thumb, float(thumb @ thumb)))
    while time_s - watch.recent[0].time_s > _LONGEST_S + 0.01:
        watch.recent.popleft()
    if time_s - watch.checked_s < 0.9 / _LOOKS_PER_S:
        return None
    watch.checked_s = time_s
    pending, over = watch.pending, None
    if pending is not None and time_s - pending.time_s > _LONGEST_S:
        pending, over = None, pending
    best = _best(watch.recent, lit=lit, pending=pending)
    if best is not None and pending is not None and best.time_s - pending.time_s > _APART_S:
        over = pending
    watch.pending = best or pending
    return over


def _best(recent: Sequence[Seen], *, lit: Pixels, pending: Dissolve | None) -> Dissolve | None:
    """Return the window up to now most like a mixture of its ends, if it beats the one pending."""
    times_s = np.array([seen.time_s for seen in recent])
    starts = np.unique(np.searchsorted(times_s, times_s[-1] - _WINDOWS_S - 1e-6))
    starts = starts[times_s.size - starts > _FEWEST]
    thumbs = np.array([seen.thumb for seen in recent])
    energy = np.array([seen.energy for seen in recent])
    shared = thumbs @ thumbs[-1]
    limit = _ALIKE * np.sqrt(energy[starts] * energy[-1])
    spread = np.minimum(energy[starts], energy[-1]) >= _LEAST_SPREAD**2 * thumbs.shape[1]
    starts = starts[spread & (shared[starts] <= limit)]
    if not starts.size:
        return None
    places = np.rint(starts[:, None] + (times_s.size - 1 - starts)[:, None] * _EVEN).astype(int)
    shares, residual = _mixtures(places, thumbs=thumbs, energy=energy, shared=shared)
    k = int(np.argmin(residual))
    if not np.isfinite(residual[k]):
        return None
    after = int(np.argmax(shares[k] >= 0.5))
    around = slice(after - 1, after + 1)
    at = math.ceil(np.interp(0.5, shares[k, around], places[k, around]))
    first, middle = recent[starts[k]], recent[at]
    best = Dissolve(
        frame=middle.frame,
        time_s=middle.time_s,
        residual=float(residual[k]),
        half_s=(recent[-1].time_s - first.time_s) / 2,
    )
    near = pending is not None and best.time_s - pending.time_s <= _APART_S
    if near and pending is not None and best.residual >= pending.residual:
        return None
    # A camera move can pass for a mixture, but then the flow makes one end of the other.
    last = recent[-1].luma
    newness = new_share(first.luma, last, dense_flow(first.luma, last), lit=lit)
    return best if newness >= _LEAST_NEW + _NEWER * best.residual else None


def _mixtures(
    places: NDArray[np.int64], *, thumbs: Thumb, energy: Thumb, shared: Thumb
) -> tuple[Thumb, Thumb]:
    """Fit the pictures at some places of each window as mixtures of its ends.

    Returns the share of the last picture at each, shape (windows, 9), and for each window how badly
    they fit: infinite where it is no dissolve. ``shared`` are the products with the last picture.
    """
    starts = places[:, 0]
    old, new, both = energy[starts, None], energy[-1], shared[starts, None]
    change = old + new - 2 * both
    across = np.take_along_axis(thumbs[starts] @ thumbs.T, places, axis=1)
    shares = (shared[places] - across - both + old) / change
    left = np.maximum(energy[places] - 2 * across + old - shares**2 * change, 0)
    unexplained = np.sqrt(left / change).mean(axis=1)
    uneven = np.sqrt(((shares - _EVEN) ** 2).mean(axis=1))
    lost = ((1 - _EVEN) * old + _EVEN * new - energy[places]).sum(axis=1)
    dull = lost / (change[:, 0] * (_EVEN * (1 - _EVEN)).sum())
    fits = (unexplained <= _UNEXPLAINED) & (uneven <= _UNEVEN) & (dull >= _DULL)
    fits &= np.diff(shares, axis=1).max(axis=1) <= _LARGEST_STEP
    alike = np.maximum(both[:, 0] / np.sqrt(old[:, 0] * new), 0)
    return shares, np.where(fits, unexplained + uneven + _IN_PART * alike, np.inf)
