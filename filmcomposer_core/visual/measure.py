"""One pass over the pictures of a clip: what each frame shows and where shots may begin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from filmcomposer_core.progress import Progress
from filmcomposer_core.visual.colour import look_at
from filmcomposer_core.visual.dissolves import DissolveWatch, follow
from filmcomposer_core.visual.frames import Picture
from filmcomposer_core.visual.key_frames import CUT_DELAY_FRAMES, split, watch
from filmcomposer_core.visual.match import (
    flat_jump,
    is_blank,
    new_share,
    within_bars,
    without_smear,
)
from filmcomposer_core.visual.measures import Measures
from filmcomposer_core.visual.motion import Field, Step, dense_flow, flow_step, one_thread
from filmcomposer_core.visual.shots import FADE_REACH_S, WEAK_PEAK, fades, hard_cuts
from filmcomposer_core.visual.shrink import Pixels, halved

Floats = NDArray[np.float64]

#: A flash: the old picture is back after at most this many frames.
_FLASH_FRAMES: Final = 3
#: Newness from which a frame may be a flash, and the part of it that must vanish again.
_UPSET: Final = 0.2
_BACK: Final = 0.5
#: A whip pan explains what is new if at most this part of it is still so without the smear.
_SMEARED: Final = 0.75
#: Jump of mean luma, 0 to 255, that counts as all new: a flash may leave the picture in place.
_FULL_JUMP: Final = 75.0
_TELL_EVERY: Final = 24


@dataclass(frozen=True, slots=True)
class _Glance:
    """A frame just passed: the picture before it, and how much it upset, 0 to 1."""

    index: int
    calm: Pixels
    upset: float


@dataclass(frozen=True, slots=True)
class _Before:
    """What the next frame is compared with."""

    luma: Pixels
    mean: float
    lit: Pixels
    blank: bool
    past: tuple[_Glance, ...] = ()


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
    lit = luma if before is None else np.maximum(before.lit, luma)
    now = _Before(luma=luma, mean=float(cv2.mean(luma)[0]), lit=lit, blank=is_blank(luma))
    step, newness = Step(0.0, 0.0, 0.0), 0.0
    if before is not None:
        step, newness = _compare(before, now)
        upset = max(newness, abs(now.mean - before.mean) / _FULL_JUMP, now.blank != before.blank)
        past = before.past[1 - _FLASH_FRAMES :]
        if upset >= _UPSET:
            newness = _across(before.past, now, newness, kept)
        now = replace(now, past=(*past, _Glance(picture.index, before.luma, upset)))
    tint = look_at(halved(halved(small.bgr)), small.luma)
    numbers = (step.length, step.x, step.y, newness, now.blank)
    look = (tint.luma, tint.contrast, tint.saturation, tint.glare, tint.gloom)
    kept.rows.extend((picture.time_s, picture.length_s, *numbers, *look))
    kept.hues.extend(tint.hues.tolist())
    watch(kept.gallery, frame=picture.index, time_s=picture.time_s, bgr=small.bgr)
    return now


def _compare(before: _Before, now: _Before) -> tuple[Step, float]:
    """Return how far the picture moved, and how much of it is new."""
    still = Step(0.0, 0.0, 0.0)
    if now.blank and before.blank:
        return still, flat_jump(before.luma, now.luma)
    flow, newness = _newness(before.luma, now)
    # Flow to or from an empty picture is made of noise.
    return (still if now.blank or before.blank else flow_step(flow)), newness


def _newness(before: Pixels, now: _Before) -> tuple[Field, float]:
    """Return the flow from a picture, and what is new but for bars and the smear of a whip pan."""
    old, new = within_bars(before, now.luma)
    flow = dense_flow(old, new)
    newness = new_share(old, new, flow, lit=now.lit)
    soft = without_smear(old, new) if newness >= _UPSET else None
    if soft is not None:
        smooth = new_share(*soft, dense_flow(*soft), lit=now.lit)
        newness = smooth if smooth < _SMEARED * newness else newness
    return flow, newness


def _across(past: tuple[_Glance, ...], now: _Before, newness: float, kept: Measures) -> float:
    """Return how new a picture is against the one before a flash, if there was one."""
    worst = max(past, key=lambda glance: glance.upset, default=None)
    if worst is None or worst.upset < _UPSET:
        return newness
    across = _newness(worst.calm, now)[1]
    if across >= _BACK * max(newness, worst.upset):
        return newness
    kept.calm(range(worst.index, kept.frames), most=across)
    return min(newness, across)


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
    if centre > 0 and newness[centre] >= WEAK_PEAK:
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
