"""Keep one small picture from near the middle of each shot, in flat memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from filmcomposer_core.visual.shrink import Pixels

#: Boundaries are known late: a cut by this many frames, a dissolve by about this many seconds.
CUT_DELAY_FRAMES: Final = 4
_DISSOLVE_DELAY_S: Final = 2.5
#: A candidate is added when the shot has grown by this part since the last.
_GROWTH: Final = 0.12
#: Width of a key frame, pixels.
_WIDTH: Final = 240
_JPEG_QUALITY: Final = 82


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that may come to stand in the middle of its shot."""

    frame: int
    time_s: float
    bgr: Pixels = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pick:
    """The JPEG chosen for one stretch between possible boundaries."""

    frame: int
    jpeg: bytes = field(repr=False)


@dataclass(slots=True)
class Gallery:
    """The stretch being watched, and the picks of those before it.

    ``kept`` rises by frame: few pictures, from before the middle of the stretch to its end.
    """

    start: int = 0
    start_s: float = 0.0
    kept: list[Candidate] = field(default_factory=list)
    recent: deque[Candidate] = field(
        default_factory=lambda: deque[Candidate](maxlen=CUT_DELAY_FRAMES + 1)
    )
    picks: list[Pick] = field(default_factory=list)


def watch(gallery: Gallery, *, frame: int, time_s: float, bgr: Pixels) -> None:
    """Take the next frame of the clip.

    Parameters
    ----------
    gallery : Gallery
        State; changed.
    frame : int
        Index of the frame.
    time_s : float
        Its time, seconds.
    bgr : ndarray, shape (height, width, 3), uint8
        The picture.
    """
    candidate = Candidate(frame, time_s, bgr)
    gallery.recent.append(candidate)
    age = frame - gallery.start
    if not gallery.kept or frame - gallery.kept[-1].frame >= max(1.0, _GROWTH * age):
        gallery.kept.append(candidate)
    # Whatever boundary is still to come, one picture before the middle of the stretch stays.
    passed_s = gallery.start_s + max(0.0, (time_s - gallery.start_s) / 2 - _DISSOLVE_DELAY_S)
    while len(gallery.kept) > 1 and gallery.kept[1].time_s <= passed_s:
        del gallery.kept[0]


def split(gallery: Gallery, *, frame: int, time_s: float) -> None:
    """End the stretch before a possible boundary, at most 4 frames or one dissolve back.

    Parameters
    ----------
    gallery : Gallery
        State; changed.
    frame : int
        First frame of the new stretch.
    time_s : float
        Its time, seconds.
    """
    if frame <= gallery.start:
        return
    seen = {one.frame: one for one in (*gallery.kept, *gallery.recent)}
    before = [one for one in seen.values() if gallery.start <= one.frame < frame]
    if before:
        middle = (gallery.start + frame - 1) / 2
        best = min(before, key=lambda one: (abs(one.frame - middle), one.frame))
        gallery.picks.append(Pick(best.frame, _jpeg(best.bgr)))
    gallery.kept = [seen[k] for k in sorted(seen) if k >= frame]
    gallery.start, gallery.start_s = frame, time_s


def choose(gallery: Gallery, *, starts: Sequence[int], frames: int) -> list[Pick]:
    """Choose one picture for each shot.

    Parameters
    ----------
    gallery : Gallery
        After the last frame and a ``split`` at the end of the clip.
    starts : sequence of int
        First frames of the shots, rising from 0; each was a ``split``, but maybe too late.
    frames : int
        Frames of the clip.

    Returns
    -------
    list of Pick
        The one nearest to the middle of each shot, inside it if there is one.
    """
    chosen, place = [], 0
    for start, end in pairwise([*starts, frames]):
        inside = []
        while place < len(gallery.picks) and gallery.picks[place].frame < end:
            inside.append(gallery.picks[place])
            place += 1
        middle = (start + end - 1) / 2
        # A dissolve may become known only after the cut that follows it: no picture of the shot
        # between them was kept.
        near = inside or gallery.picks
        chosen.append(min(near, key=lambda one: (abs(one.frame - middle), one.frame)))
    return chosen


def _jpeg(bgr: Pixels) -> bytes:
    scale = _WIDTH / bgr.shape[1]
    size = (_WIDTH, max(1, round(bgr.shape[0] * scale)))
    bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return np.asarray(data, np.uint8).tobytes()
