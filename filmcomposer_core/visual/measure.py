"""One pass over the pictures of a clip: what each frame shows and where shots may begin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from filmcomposer_core.progress import Progress
from filmcomposer_core.visual.colour import look_at
from filmcomposer_core.visual.dissolves import DissolveWatch, follow
from filmcomposer_core.visual.frames import Picture
from filmcomposer_core.visual.key_frames import CUT_DELAY_FRAMES, split, watch
from filmcomposer_core.visual.match import flat_jump, is_blank, new_share
from filmcomposer_core.visual.measures import Measures
from filmcomposer_core.visual.motion import Step, dense_flow, flow_step, one_thread
from filmcomposer_core.visual.shots import FADE_REACH_S, fades, hard_cuts
from filmcomposer_core.visual.shrink import Pixels, halved

Floats = NDArray[np.float64]

#: A flash: the old picture is back after at most this many frames.
_FLASH_FRAMES: Final = 3
#: Newness from which a frame may be a flash, and the part of it that must vanish again.
_UPSET: Final = 0.2
_BACK: Final = 0.5
_TELL_EVERY: Final = 24


@dataclass(slots=True)
class _Before:
    """What the next frame is compared with.

    ``calm`` is the picture before the last upset, which came with frame ``upset``.
    """

    luma: Pixels
    lit: Pixels
    blank: bool
    calm: Pixels
    upset: int


def measure(
    pictures: Iterable[Picture], *, fps: Fraction, length_s: float, progress: Progress
) -> Measures:
    """Measure every picture once.

    Parameters
    ----------
    pictures : iterable of Picture
        In order of showing; only a few are held at a time.
    fps : Fraction
        Frame rate, frames per second; PySceneDetect wants one.
    length_s : float
        Expected length, seconds, for the progress; 0 if unknown.
    progress : Progress
        Told the share done about once a second of film.

    Returns
    -------
    Measures
        The numbers, the possible shot boundaries and a picture for each stretch between them.
    """
    # Short films of little contrast stay under the usual threshold of 15.
    detector = AdaptiveDetector(adaptive_threshold=2.5, min_scene_len=1, min_content_val=4.0)
    kept, watching = Measures(), DissolveWatch()
    before: _Before | None = None
    with one_thread():
        for picture in pictures:
            if picture.index % _TELL_EVERY == 0:
                done = picture.time_s / length_s if length_s else 0.0
                progress(min(0.99, done), "reading the picture")
            before = _take(picture, before, kept)
            small = halved(picture.small.bgr)
            votes = detector.process_frame(FrameTimecode(picture.index, fps), small)
            kept.votes.update(vote.frame_num for vote in votes)
            _note_boundaries(picture, before, kept, watching)
    if kept.frames:
        _finish(kept, watching)
    return kept


def _take(picture: Picture, before: _Before | None, kept: Measures) -> _Before:
    """Append the numbers of one frame."""
    small = picture.small
    luma = halved(small.luma)
    step, newness = Step(0.0, 0.0, 0.0), 0.0
    lit = luma if before is None else np.maximum(before.lit, luma)
    blank = is_blank(luma)
    calm, upset = luma, -_FLASH_FRAMES - 1
    if before is not None:
        step, newness = _compare(before, luma, lit=lit, blank=blank)
        calm, upset = before.calm, before.upset
        if newness >= _UPSET:
            if picture.index - upset > _FLASH_FRAMES:
                calm, upset = before.luma, picture.index
            elif _newness(calm, luma, lit) < _BACK * newness:
                kept.calm(range(upset, picture.index))
                newness = 0.0
    tint = look_at(halved(halved(small.bgr)), small.luma)
    numbers = (step.length, step.x, step.y, newness, blank)
    look = (tint.luma, tint.contrast, tint.saturation, tint.glare, tint.gloom)
    kept.rows.extend((picture.time_s, picture.length_s, *numbers, *look))
    kept.hues.extend(tint.hues.tolist())
    watch(kept.gallery, frame=picture.index, time_s=picture.time_s, bgr=small.bgr)
    return _Before(luma=luma, lit=lit, blank=blank, calm=calm, upset=upset)


def _compare(before: _Before, luma: Pixels, *, lit: Pixels, blank: bool) -> tuple[Step, float]:
    """Return how far the picture moved, and how much of it is new."""
    still = Step(0.0, 0.0, 0.0)
    if blank and before.blank:
        return still, flat_jump(before.luma, luma)
    flow = dense_flow(before.luma, luma)
    newness = new_share(before.luma, luma, flow, lit=lit)
    # Flow to or from an empty picture is made of noise.
    return (still if blank or before.blank else flow_step(flow)), newness


def _newness(before: Pixels, after: Pixels, lit: Pixels) -> float:
    return new_share(before, after, dense_flow(before, after), lit=lit)


def _note_boundaries(
    picture: Picture, now: _Before, kept: Measures, watching: DissolveWatch
) -> None:
    """Part the gallery wherever a shot may turn out to begin."""
    places: set[int] = set()
    blank = kept.recent("blank", 2)
    if blank.size == 2 and blank[0] and not blank[1]:
        places.update(_fade_near(kept))
    span = 2 * CUT_DELAY_FRAMES + 1
    newness = kept.recent("newness", span)
    centre = newness.size - 1 - CUT_DELAY_FRAMES
    if centre > 0 and newness[centre] > 0:
        places.update(_cuts_near(kept, newness, only=centre))
    dissolve = follow(
        watching, frame=picture.index, time_s=picture.time_s, luma=now.luma, lit=now.lit
    )
    if dissolve is not None:
        kept.dissolves.append(dissolve)
        places.add(dissolve.frame)
    _part(kept, places)


def _cuts_near(kept: Measures, newness: Floats, *, only: int | None = None) -> list[int]:
    """Return the hard cuts among the last frames, or whether the one at ``only`` is one."""
    first = kept.frames - newness.size
    voted = np.array([first + k in kept.votes for k in range(newness.size)])
    found = hard_cuts(newness, voted=voted)
    return [first + k for k in np.flatnonzero(found).tolist() if only is None or k == only]


def _fade_near(kept: Measures) -> list[int]:
    """Return the fade that the last frame ends, if any: that frame and the first that stirs."""
    count = 2
    now_s = kept.time_s(kept.frames - 1)
    while count < kept.frames and now_s - kept.recent("time_s", count)[0] <= FADE_REACH_S:
        count = min(2 * count, kept.frames)
    blank = kept.recent("blank", count).astype(np.bool_)
    detail, times_s = kept.recent("contrast", count), kept.recent("time_s", count)
    found = fades(blank, detail=detail, times_s=times_s)
    return [kept.frames - count + frame for pair in found[-1:] for frame in pair]


def _finish(kept: Measures, watching: DissolveWatch) -> None:
    """Settle what was still open when the clip ended."""
    places = set(_cuts_near(kept, kept.recent("newness", 2 * CUT_DELAY_FRAMES + 1)))
    if watching.pending is not None:
        kept.dissolves.append(watching.pending)
        places.add(watching.pending.frame)
    _part(kept, places)
    split(kept.gallery, frame=kept.frames, time_s=float("inf"))


def _part(kept: Measures, places: set[int]) -> None:
    for frame in sorted(places):
        split(kept.gallery, frame=frame, time_s=kept.time_s(frame))
