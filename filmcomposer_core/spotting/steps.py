"""Changes along a per-frame curve: steps inside a shot, and how busy the picture is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves

Array = NDArray[np.float64]

#: Motion that a viewer just notices, picture widths per second, in a quiet and in a busy clip:
#: below it the scale is linear, above it logarithmic. The clip's median lies between the two; the
#: lower one is the absolute floor that keeps grain and compression noise from becoming hits.
JUST_NOTICED = (0.015, 0.05)
#: Motion of fast action, picture widths per second.
FAST = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The curves made ready for spotting; every array has shape (frames,).

    ``motion`` is free of the gaps that cuts leave, ``loudness`` is the motion on a compressive
    scale, ``first`` and ``end`` are the half-open frame range of the shot each frame lies in.
    """

    fps: float
    just_noticed: float
    motion: Array
    loudness: Array
    luma: Array
    flow_x: Array
    flow_y: Array
    first: NDArray[np.int64]
    end: NDArray[np.int64]

    def frames(self, seconds: float) -> int:
        """Return a length in frames, at least one."""
        return max(1, round(seconds * self.fps))


def make_track(analysis: Analysis, curves: Curves) -> Track:
    """Fill the gaps of the motion curve and tell each frame the limits of its shot."""
    total = len(curves.time_s)
    starts = shot_starts(analysis, total)
    ends = [*starts[1:], total]
    lengths = [end - start for start, end in zip(starts, ends, strict=True)]
    motion = np.array(curves.motion, dtype=np.float64)
    for start, end in zip(starts, ends, strict=True):
        # The flow into the first frame of a shot is unknown; the next one is the best guess.
        motion[start] = motion[start + 1] if end - start > 1 else 0.0
    just_noticed = float(np.clip(np.median(motion), *JUST_NOTICED))
    return Track(
        fps=float(analysis.clip.fps),
        just_noticed=just_noticed,
        motion=motion,
        loudness=loudness(motion, just_noticed),
        luma=curves.luma,
        flow_x=curves.flow_x,
        flow_y=curves.flow_y,
        first=np.repeat(np.array(starts, dtype=np.int64), lengths),
        end=np.repeat(np.array(ends, dtype=np.int64), lengths),
    )


def shot_starts(analysis: Analysis, total: int) -> list[int]:
    """Return the first frames of the shots, rising, the first one being 0."""
    return sorted({0, *(s.start_frame for s in analysis.shots if 0 < s.start_frame < total)})


def loudness(motion: Array, just_noticed: float) -> Array:
    """Put motion on a scale on which equal steps look equally large: log2(1 + m / noticed)."""
    scaled: Array = np.log2(1.0 + np.maximum(motion, 0.0) / just_noticed)
    return scaled


def window_means(values: Array, track: Track, *, window_s: float) -> tuple[Array, Array]:
    """Average a curve just before and just after each frame, never past a cut.

    Parameters
    ----------
    values : ndarray, shape (frames,)
        Any per-frame curve.
    track : Track
        Limits of the shots.
    window_s : float
        Length of either window in seconds.

    Returns
    -------
    tuple of ndarray, shape (frames,)
        Mean over the frames before, and over this frame and those after. Where less than half of
        a window lies inside the shot both are the same, so that no step is seen.
    """
    width = track.frames(window_s)
    index = np.arange(len(values))
    low = np.maximum(index - width, track.first)
    high = np.minimum(index + width, track.end)
    total = np.concatenate([[0], np.cumsum(values)])
    before = (total[index] - total[low]) / np.maximum(index - low, 1)
    after = (total[high] - total[index]) / np.maximum(high - index, 1)
    short = (index - low < (width + 1) // 2) | (high - index < (width + 1) // 2)
    return np.where(short, 0, before), np.where(short, 0, after)


def local_maxima(values: Array, *, radius: int, least: float) -> NDArray[np.int64]:
    """Return the frames whose value is at least ``least`` and the largest within a radius."""
    from scipy.ndimage import maximum_filter1d

    if not len(values):
        return np.zeros(0, dtype=np.int64)
    highest = maximum_filter1d(values, 2 * radius + 1, mode="nearest")
    found = np.flatnonzero((values >= least) & (values >= highest))
    # Of a flat top only the first frame counts.
    return found[np.diff(found, prepend=-radius - 1) > 1]


def smooth(values: Array, width: int) -> Array:
    """Average over ``width`` frames (odd), the ends being held."""
    from scipy.ndimage import uniform_filter1d

    averaged: Array = uniform_filter1d(values, max(1, width | 1), mode="nearest")
    return averaged


def activity(track: Track) -> Array:
    """Measure how busy the picture is around each frame, 0 (still) to 1 (fast action).

    Three quarters come from the motion within 3 s, the rest from cuts within 5 s.
    """
    noticed = JUST_NOTICED[1]
    motion = smooth(loudness(track.motion, noticed), track.frames(3.0))
    motion /= np.log2(1.0 + FAST / noticed)
    cuts = np.zeros(len(track.motion))
    cuts[track.first[track.first > 0]] = 1.0
    span = track.frames(5.0)
    rate = smooth(cuts, span) * (span | 1) / 4.0
    busy: Array = np.clip(0.75 * motion + 0.25 * np.minimum(rate, 1.0), 0.0, 1.0)
    return busy
