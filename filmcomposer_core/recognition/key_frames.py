"""Choose the frames that detectors look at by what happens in them, and decode these."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.visual.frames import Reel, Span, read_frames
from filmcomposer_core.visual.shrink import Pixels, Small, fitted_size, shrink
from filmcomposer_core.visual.source import Source, open_source

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Key frames in a shot at most, and in a second of it.
MOST_A_SHOT: Final = 8
MOST_A_SECOND: Final = 2.0
#: Longer side of a decoded key frame, pixels.
LONG_SIDE: Final = 640
#: Another key frame is worth it for this much content: picture widths moved.
_CONTENT: Final = 0.35
#: A change of mean luma from black to white counts like this many picture widths.
_LIGHT: Final = 1.0
#: Luma is smoothed over this long first: the flicker of old films is no content.
_FLICKER_S: Final = 0.5
#: A still picture is looked at again after this long, then after twice as long, and so on.
_AGAIN_S: Final = 4.0
#: A key frame keeps this far from a cut, and this far from the middle of a dissolve or the end of
#: a fade, seconds and share of the shot at most.
_FROM_CUT: Final = (0.12, 0.2)
_FROM_SOFT: Final = (0.6, 0.3)
#: A frame with less than this part of the usual contrast of its shot is faded.
_FADED: Final = 0.5
#: Share of a place's stretch in which the stillest frame may be taken instead.
_FREE: Final = 0.25
#: Motion (picture widths per second) that makes a picture as bad as lying at the stretch's end.
_BLURS: Final = 0.5
#: The camera is measured by what comes this long after a key frame, or twice as long where one of
#: these steps changes the picture by less than this part of what the other does: drawings, and
#: pictures of a slow camera, are stored several times.
FLOW_S: Final = 1 / 24
_REPEATS: Final = 0.35
_TELL_EVERY: Final = 24
_ROUNDING_S: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFrame:
    """A frame to look at: its index in the curves, and those later in the shot for the flow.

    ``shot`` counts from 1; ``later`` holds none, one or two frames, rising.
    """

    shot: int
    frame: int
    later: tuple[int, ...] = ()

    @property
    def last(self) -> int:
        """The last frame that has to be decoded for it."""
        return self.later[-1] if self.later else self.frame


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPicture:
    """A decoded key frame: the picture, and its luma with that of the frame ``step_s`` later.

    ``bgr`` has shape (height, width, 3), ``luma`` and ``luma_after`` (height, width), uint8,
    upright with square pixels. Where nothing follows, ``step_s`` is 0 and both lumas are the same.
    """

    key: KeyFrame
    bgr: Pixels = field(repr=False)
    luma: Pixels = field(repr=False)
    luma_after: Pixels = field(repr=False)
    step_s: float


def choose_key_frames(analysis: Analysis, curves: Curves) -> tuple[KeyFrame, ...]:
    """Choose the frames that tell most of each shot.

    Parameters
    ----------
    analysis : Analysis
        The clip and its shots.
    curves : Curves
        Per-frame curves of the same clip, arrays of shape (frames,).

    Returns
    -------
    tuple of KeyFrame
        Rising, in every shot that has frames one to eight: the more the longer it is and the more
        of it moves or changes in light, but no more than two a second (one in a short shot). They
        stand away from cuts, fades and dissolves, and where the picture moves little.
    """
    chosen = []
    spans = shot_frames(analysis, curves)
    soft = [shot.cut in ("fade", "dissolve") for shot in analysis.shots] + [False]
    for number, (shot, (start, end)) in enumerate(zip(analysis.shots, spans, strict=True), start=1):
        if end > start:
            content = _content(curves, start, end)
            count = _count(float(content[-1]), length_s=shot.end_s - shot.start_s)
            free = _free(curves, start, end, soft=(soft[number - 1], soft[number]))
            places = _places(curves, free, content=content[free - start], count=count)
            chosen += [_key_frame(number, place, end, curves) for place in places]
    return tuple(chosen)


def shot_frames(analysis: Analysis, curves: Curves) -> list[tuple[int, int]]:
    """Return the frames of each shot, half-open, by their times: the frame rate may vary.

    Parameters
    ----------
    analysis, curves : Analysis, Curves
        As for ``choose_key_frames``.
    """
    starts_s = [shot.start_s - _ROUNDING_S for shot in analysis.shots]
    edges = np.searchsorted(curves.time_s, starts_s).tolist()
    return list(pairwise([0, *edges[1:], len(curves.time_s)]))


def _key_frame(shot: int, frame: int, end: int, curves: Curves) -> KeyFrame:
    times_s = curves.time_s[:end]
    later: list[int] = []
    last = frame
    while last + 1 < end and len(later) < 2:
        # The frame nearest to that moment, and always another one.
        away = np.abs(times_s[last + 1 :] - times_s[last] - FLOW_S)
        last += 1 + int(np.argmin(away))
        later.append(last)
    return KeyFrame(shot=shot, frame=frame, later=tuple(later))


def _free(curves: Curves, start: int, end: int, *, soft: tuple[bool, bool]) -> Ints:
    """Return the frames of a shot that are neither close to its ends nor faded."""
    times_s = curves.time_s[start:end]
    length_s = float(times_s[-1] - times_s[0])
    margins = [min(far_s, share * length_s) for far_s, share in map(_margin, soft)]
    inside = (times_s >= times_s[0] + margins[0]) & (times_s <= times_s[-1] - margins[1])
    contrast = curves.contrast[start:end]
    shown = contrast >= _FADED * float(np.quantile(contrast, 0.75))
    found = np.flatnonzero(inside & shown)
    # Where the picture is there only for a moment at either end, that moment has to do.
    return start + np.asarray(found if found.size else np.flatnonzero(shown), np.int64)


def _margin(soft: bool) -> tuple[float, float]:
    return _FROM_SOFT if soft else _FROM_CUT


def _places(curves: Curves, free: Ints, *, content: Floats, count: int) -> list[int]:
    """Return the key frames of one shot, of those that are free; ``content`` is up to each."""
    times_s = curves.time_s[free]
    # Halfway between even in time and even in content: still stretches are looked at as well.
    along = 0.5 * _evened(times_s - times_s[0]) + 0.5 * _evened(content)
    motion = curves.motion[free]
    found = []
    for place in (np.arange(count) + 0.5) / count:
        away = np.abs(along - place) * count
        badness = away / _FREE + motion / _BLURS
        badness[away > _FREE] += 1e6  # only if there is no other
        found.append(int(free[int(np.argmin(badness))]))
    return sorted(set(found))


def _content(curves: Curves, start: int, end: int) -> Floats:
    """Return how much has happened in a shot up to each of its frames, picture widths."""
    times_s = curves.time_s[start:end]
    steps_s = np.diff(times_s, prepend=times_s[0])
    length_s = float(times_s[-1] - times_s[0])
    width = max(1, round(_FLICKER_S * times_s.size / length_s)) if length_s > 0 else 1
    light = np.pad(curves.luma[start:end], (width // 2, (width - 1) // 2), mode="edge")
    light = np.convolve(light, np.full(width, 1 / width), mode="valid")
    changes = np.abs(np.diff(light, prepend=light[0]))
    return np.cumsum(curves.motion[start:end] * steps_s + _LIGHT * changes)


def _count(content: float, *, length_s: float) -> int:
    wanted = 1 + int(content / _CONTENT + np.log2(1 + length_s / _AGAIN_S))
    return max(1, min(wanted, MOST_A_SHOT, int(MOST_A_SECOND * length_s)))


def _evened(values: Floats) -> Floats:
    """Bring rising values to 0 to 1; where nothing rises, by their place."""
    rise = float(values[-1] - values[0])
    if rise <= 0:
        return np.asarray((np.arange(values.size) + 0.5) / values.size, np.float64)
    return np.asarray((values - values[0]) / rise, np.float64)


def read_key_pictures(
    path: Path, keys: Sequence[KeyFrame], curves: Curves, *, span: Span, progress: Progress = silent
) -> Iterator[KeyPicture]:
    """Decode key frames in one pass over the clip.

    Parameters
    ----------
    path : Path
        The video file.
    keys : sequence of KeyFrame
        Rising.
    curves : Curves
        Of the same part of the same file.
    span : Span
        The part of the clip that the curves are of, seconds of the file.
    progress : Progress
        Told the share done; may raise to stop.

    Yields
    ------
    KeyPicture
        In order; few pictures are held at a time.

    Raises
    ------
    InputError
        As ``open_source``, or if the file no longer has these frames.
    """
    wanted = {index for key in keys for index in (key.frame, *key.later)}
    kept: dict[int, Small] = {}
    left = deque(keys)
    with open_source(path) as source:
        for index, small in _read(source, span, wanted=wanted, progress=progress):
            kept[index] = small
            while left and left[0].last <= index:
                key = left.popleft()
                yield _key_picture(key, kept, curves)
                kept = {index: small for index, small in kept.items() if index > key.frame}
    if left:
        msg = f"{path} has changed since it was measured: it has no frame {left[0].last} now."
        raise InputError(msg, "Start again from the first stage: --from see.")


def _read(
    source: Source, span: Span, *, wanted: Set[int], progress: Progress
) -> Iterator[tuple[int, Small]]:
    """Decode up to the last wanted frame, and give those that are."""
    reel, size = Reel(breaks=[]), None
    last = max(wanted, default=-1)
    if last < 0:
        return
    for shown in read_frames(source, reel, span):
        if shown.index % _TELL_EVERY == 0:
            progress(min(0.99, shown.index / (last + 1)), "looking at the picture")
        if shown.index in wanted:
            stored = (shown.frame.width, shown.frame.height)
            size = size or fitted_size(*stored, aspect=reel.aspect, long_side=LONG_SIDE)
            yield shown.index, shrink(shown.frame, size=size, rotation=reel.rotation)
        if shown.index == last:
            return


def _key_picture(key: KeyFrame, kept: dict[int, Small], curves: Curves) -> KeyPicture:
    small = kept[key.frame]
    after = _steady(small, [kept[index] for index in key.later])
    index = (key.frame, *key.later)[after]
    return KeyPicture(
        key=key,
        bgr=small.bgr,
        luma=small.luma,
        luma_after=kept[index].luma,
        step_s=float(curves.time_s[index] - curves.time_s[key.frame]),
    )


def _steady(first: Small, later: Sequence[Small]) -> int:
    """Return how many of the steps make the step that shows how fast the picture moves."""
    if len(later) < 2:
        return len(later)
    one, other = (float(cv2.absdiff(a.luma, b.luma).mean()) for a, b in pairwise([first, *later]))
    return 2 if min(one, other) < _REPEATS * max(one, other) else 1
