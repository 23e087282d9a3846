"""Decode a clip once: every frame at a small size, with its true timestamp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from filmcomposer_core.visual.shrink import Small, shrink, small_size
from filmcomposer_core.visual.source import Source

#: Steps this near to the median step count towards the usual rate.
_USUAL_WITHIN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One decoded frame.

    ``time_s`` counts from the first frame; ``length_s`` is how long it stands, 0 if the file does
    not say.
    """

    index: int
    time_s: float
    length_s: float
    small: Small


@dataclass(slots=True, kw_only=True)
class Reel:
    """What decoding found out beside the pictures; filled while they are read.

    ``breaks`` holds (from_s, to_s) of stretches that could not be decoded, ``to_s`` None where
    nothing came after. Sizes are those of the picture as shown: upright, with square pixels.
    """

    width: int = 0
    height: int = 0
    rotation: int = 0
    start_s: float = 0.0
    end_s: float = 0.0
    tick_s: float = 0.0
    breaks: list[tuple[float, float | None]]


def read_pictures(source: Source, reel: Reel) -> Iterator[Picture]:
    """Decode every frame of a clip in order of showing.

    Parameters
    ----------
    source : Source
        The open clip.
    reel : Reel
        Receives the size, the rotation, the start and the places of damage.

    Yields
    ------
    Picture
        Timestamps rise strictly; a frame without one follows its predecessor by one frame.

    Notes
    -----
    After a packet that cannot be decoded, frames are left out up to the next key frame: what lies
    between refers to pictures that are lost.
    """
    base = source.stream.time_base or Fraction(1, 1000)
    reel.tick_s = float(base)
    step_s = float(1 / source.fps)
    first: int | None = None
    last_s, index, size = -1.0, 0, (0, 0)
    for frame in _sound_frames(source, reel):
        if first is None:
            first = frame.pts if frame.pts is not None else 0
            size = _settle_shape(source, frame, reel)
            reel.start_s = float(first * base)
        time_s = float((frame.pts - first) * base) if frame.pts is not None else -1.0
        if time_s <= last_s:
            time_s = last_s + step_s if index else 0.0
        _close_break(reel, time_s)
        length_s = float((frame.duration or 0) * base)
        small = shrink(frame, size=size, rotation=reel.rotation)
        yield Picture(index=index, time_s=time_s, length_s=length_s, small=small)
        last_s, index = time_s, index + 1
        reel.end_s = time_s + (length_s or step_s)


def true_times(
    times_s: NDArray[np.float64], *, fps: Fraction, tick_s: float
) -> tuple[NDArray[np.float64], bool]:
    """Undo the rounding of timestamps and tell whether the frame rate varies.

    Parameters
    ----------
    times_s : ndarray, shape (frames,)
        Timestamps as decoded, seconds from the first.
    fps : Fraction
        Exact frame rate, frames per second.
    tick_s : float
        Step of the clock that the file counts in, seconds (1 ms in Matroska).

    Returns
    -------
    times_s : ndarray, shape (frames,)
        On the exact grid of the rate where every timestamp is the rounding of one, else as given.
    variable : bool
        Whether the distance between frames varies by more than rounding.
    """
    grid = np.arange(times_s.size) / float(fps)
    if bool(np.all(np.abs(times_s - grid) <= 1.01 * tick_s + 1e-4)):
        return grid, False
    steps = np.diff(times_s)
    usual = float(np.median(steps)) if steps.size else 0.0
    variable = bool(np.any(np.abs(steps - usual) > 2.02 * tick_s + 0.05 * usual))
    return times_s, variable


def usual_rate(times_s: NDArray[np.float64]) -> float:
    """Return the frame rate that the timestamps show, 0 for a single frame.

    Notes
    -----
    From the mean of the steps within a tenth of the median step: lost frames and long stills do
    not count, and the rounding of the timestamps averages out.
    """
    steps = np.diff(times_s)
    if not steps.size:
        return 0.0
    median = np.median(steps)
    usual = steps[np.abs(steps - median) <= _USUAL_WITHIN * median]
    return float(1 / usual.mean())


def _sound_frames(source: Source, reel: Reel) -> Iterator[VideoFrame]:
    """Yield the frames that decode, and note where some do not."""
    broken = False
    packets = source.container.demux(source.stream)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except av.error.EOFError:
            return
        except MemoryError:
            raise  # ffmpeg's own is also an FFmpegError; the clip is not to blame
        except av.error.FFmpegError:
            # A decoder error passes; a container that cannot be read on ends at the next call.
            broken = _open_break(reel)
            continue
        for frame in frames:
            if frame.is_corrupt:
                broken = _open_break(reel)
            elif not broken or frame.key_frame:
                broken = False
                yield frame


def _open_break(reel: Reel) -> bool:
    if not reel.breaks or reel.breaks[-1][1] is not None:
        reel.breaks.append((reel.end_s, None))
    return True


def _close_break(reel: Reel, time_s: float) -> None:
    if reel.breaks and reel.breaks[-1][1] is None:
        reel.breaks[-1] = (reel.breaks[-1][0], time_s)


def _settle_shape(source: Source, frame: VideoFrame, reel: Reel) -> tuple[int, int]:
    """Fill in size and rotation from the first frame; return the small size before turning."""
    aspect = source.stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 10) < aspect < 10:
        aspect = Fraction(1)
    width, height = max(1, round(frame.width * aspect)), frame.height
    size = small_size(frame.width, frame.height, aspect=float(aspect))
    # PyAV gives the turn against the clock; players and tags name the one with it.
    reel.rotation = round(-frame.rotation / 90) * 90 % 360
    turned = reel.rotation % 180 == 90
    reel.width, reel.height = (height, width) if turned else (width, height)
    return size
