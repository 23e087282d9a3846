"""Decide where shots begin: hard cuts, fades and dissolves."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Frames on either side that a frame's newness is held against.
REACH: Final = 4
#: How far newness must stand out to be a cut by itself, where nearly all is new, and with
#: PySceneDetect's vote: less is never a cut.
_STRONG_PEAK: Final = 0.45
_NEARLY_ALL: Final = 0.7
_CLEAR_PEAK: Final = 0.35
WEAK_PEAK: Final = 0.22
#: Shots shorter than this many seconds are not told apart: no music follows them.
SHORTEST_SHOT_S: Final = 0.2
#: A black lead-in at least this long makes a shot of its own.
_LONG_LEAD_S: Final = 1.0
#: What is sudden: this part of the detail 0.3 s further on, and so many times that of the black.
_SUDDEN_SHARE: Final = 0.35
_SUDDEN_RATIO: Final = 2.0
_FADE_LOOK_S: Final = 0.3
#: Detail (contrast, 0 to 1) above its least at which a black picture begins to show something.
_STIRRING: Final = 0.004
#: A fade is followed back into the black no further than this, seconds.
FADE_REACH_S: Final = 2.0
_RANK: Final = {"cut": 2, "fade": 1, "dissolve": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The first frame of a shot, and how it begins: "cut", "fade" or "dissolve".

    ``weight`` orders boundaries of one kind that stand too close together.
    """

    frame: int
    cut: str
    weight: float


def newness_peaks(newness: Floats) -> Floats:
    """Return how far each frame's newness stands out from its neighbours.

    Parameters
    ----------
    newness : ndarray, shape (frames,)
        Share of the picture that the frame before does not explain, 0 to 1.

    Returns
    -------
    ndarray, shape (frames,)
        Newness less the median of the four frames before and the four after.
    """
    padded = np.pad(newness, REACH, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1)
    around = np.delete(windows, REACH, axis=1)
    empty = np.isnan(around).all(axis=1)
    around[empty] = 0.0
    return np.asarray(newness - np.nanmedian(around, axis=1), np.float64)


def hard_cuts(newness: Floats, *, voted: Flags) -> Flags:
    """Tell which frames begin a shot at once.

    Parameters
    ----------
    newness : ndarray, shape (frames,)
        Share of the picture that the frame before does not explain, 0 to 1.
    voted : ndarray, shape (frames,), bool
        Frames that PySceneDetect's adaptive detector takes for a cut.

    Returns
    -------
    ndarray, shape (frames,), bool
        Frames that stand out by themselves, or less but with the vote. The vote alone is not
        enough: it falls for flashes and for fast action.
    """
    peaks = newness_peaks(newness)
    found = (peaks >= _STRONG_PEAK) | (voted & (peaks >= WEAK_PEAK))
    found |= (newness >= _NEARLY_ALL) & (peaks >= _CLEAR_PEAK)
    found[:1] = False
    return np.asarray(found, np.bool_)


def fades(blank: Flags, *, detail: Floats, times_s: Floats) -> list[tuple[int, int]]:
    """Return where the picture comes back from black (or any flat tone).

    Parameters
    ----------
    blank : ndarray, shape (frames,), bool
        Frames that show nothing.
    detail : ndarray, shape (frames,)
        Contrast, 0 to 1.
    times_s : ndarray, shape (frames,)
        Timestamps, seconds.

    Returns
    -------
    list of (int, int)
        For each blank stretch the first frame that is no longer blank, and the first in which
        anything stirs: the end of the black point, at most 2 s earlier.
    """
    ends = (np.flatnonzero(blank[:-1] & ~blank[1:]) + 1).tolist()
    shown = np.flatnonzero(~blank)
    found = []
    for end in ends:
        last_shown = shown[np.searchsorted(shown, end) - 1] if shown[0] < end else -1
        reach = int(np.searchsorted(times_s, times_s[end] - FADE_REACH_S))
        first = max(int(last_shown) + 1, reach)
        still = np.flatnonzero(detail[first:end] <= detail[first:end].min() + _STIRRING)
        found.append((end, first + int(still[-1]) + 1))
    return found


def settle(
    *, cuts: Flags, newness: Floats, blank: Flags, detail: Floats, times_s: Floats,
    dissolves: list[tuple[int, float, float]],
) -> list[Boundary]:  # fmt: skip
    """Choose the boundaries of a clip from everything that was seen.

    Parameters
    ----------
    cuts : ndarray, shape (frames,), bool
        From ``hard_cuts``.
    newness : ndarray, shape (frames,)
        Share of each picture that is new, 0 to 1.
    blank : ndarray, shape (frames,), bool
        Frames that show nothing.
    detail : ndarray, shape (frames,)
        Standard deviation of luma, any unit.
    times_s : ndarray, shape (frames,)
        Timestamps, seconds.
    dissolves : list of (frame, residual, half_s)
        Dissolves by the frame in their middle.

    Returns
    -------
    list of Boundary
        Rising, at least 0.2 s apart and from both ends; without the start of the clip.
    """
    found: list[Boundary] = []
    stirring = dict(fades(blank, detail=detail, times_s=times_s))
    for frame in sorted(set(stirring) | set(np.flatnonzero(cuts).tolist())):
        kind = _kind(frame, blank=blank, detail=detail, times_s=times_s)
        first = stirring.get(frame, frame) if kind == "fade" else frame
        lead = bool(blank[:first].all()) and times_s[first] < _LONG_LEAD_S
        if kind and not (lead and kind == "fade"):
            # Of two boundaries close together the one that brings more picture is the surer.
            weight = float(newness[frame] + detail[min(frame + 1, detail.size - 1)])
            found.append(Boundary(frame=first, cut=kind, weight=weight))
    taken = np.zeros(times_s.size, np.bool_)
    for frame, residual, half_s in sorted(dissolves, key=lambda one: one[1]):
        near = np.abs(times_s - times_s[frame]) <= half_s
        if not (taken[frame] or blank[near].any() or cuts[near].any()):
            taken |= near
            found.append(Boundary(frame=frame, cut="dissolve", weight=1 - residual))
    return _thinned(found, times_s)


def _kind(frame: int, *, blank: Flags, detail: Floats, times_s: Floats) -> str:
    """Tell a cut from a fade by whether the picture is there, or gone, at once; "" is neither."""
    later = int(np.searchsorted(times_s, times_s[frame] + _FADE_LOOK_S))
    earlier = int(np.searchsorted(times_s, times_s[frame] - _FADE_LOOK_S))
    settled, former = detail[min(later, detail.size - 1)], detail[earlier]
    here, last = detail[frame], detail[frame - 1]
    comes = here >= max(_SUDDEN_SHARE * settled, _SUDDEN_RATIO * last)
    goes = last >= max(_SUDDEN_SHARE * former, _SUDDEN_RATIO * here)
    if blank[frame]:
        # The end of a fade-out is no boundary: the black still belongs to the shot.
        stays = bool(blank[frame : later + 1].all())
        return "cut" if stays and (goes or blank[frame - 1]) else ""
    if blank[frame - 1]:
        return "cut" if comes else "fade"
    # Out and in again without one wholly black frame.
    dips = max(here, last) < _SUDDEN_SHARE * min(settled, former)
    return "fade" if dips else "cut"


def _thinned(found: list[Boundary], times_s: Floats) -> list[Boundary]:
    """Keep the surest of boundaries that stand closer than a shot can be short."""
    taken_s = [float(times_s[0]), float(times_s[-1])]
    kept: list[Boundary] = []
    for one in sorted(found, key=lambda b: (-_RANK[b.cut], -b.weight, b.frame)):
        time_s = float(times_s[one.frame])
        place = bisect(taken_s, time_s)
        near = taken_s[max(0, place - 1) : place + 1]
        if all(abs(time_s - other) >= SHORTEST_SHOT_S - 1e-6 for other in near):
            taken_s.insert(place, time_s)
            kept.append(one)
    return sorted(kept, key=lambda b: b.frame)
