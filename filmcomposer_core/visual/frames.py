"""Decode a clip once: every frame at a small size, with its true timestamp."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Final

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from filmcomposer_core.film_file import open_film_at
from filmcomposer_core.visual.shrink import Small, shrink, small_size
from filmcomposer_core.visual.source import Source, picture_stream

_MILLISECOND: Final = Fraction(1, 1000)
#: The clip is entered this long before a span: longer than pictures are ever reordered.
_REACH_S: Final = 2.0
_REACH_FRAMES: Final = 32
#: A time means a frame if it lies this near to it, in frames at most, in seconds at least.
_LARGEST_SLIP: Final = 0.25
_TYPED_S: Final = 0.0006
#: A frame that stands at least this many frames is a still.
_LONG_STILL: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The part of a clip that is looked at, seconds from its first frame; None is its end."""

    start_s: float = 0.0
    end_s: float | None = None


WHOLE: Final = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One decoded frame, as large as it is stored.

    ``index``, ``time_s`` and ``length_s`` as in ``Picture``.
    """

    index: int
    time_s: float
    length_s: float
    frame: VideoFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One decoded frame, made small.

    ``time_s`` counts from the first frame that was asked for; ``length_s`` is how long it stands,
    0 if the file does not say.
    """

    index: int
    time_s: float
    length_s: float
    small: Small


@dataclass(slots=True, kw_only=True)
class Reel:
    """What decoding found out beside the pictures; filled while they are read.

    ``origin_s`` is where the clip's first frame stands on the clock of the file, ``before_s`` how
    much of the clip lies before the first frame given, ``end_s`` where the last one seen ends;
    ``cut`` tells that the clip goes on after the last one given. ``breaks`` holds (from_s, to_s)
    of stretches that could not be decoded, ``to_s`` None where nothing came after. Sizes are those
    of the picture as shown: upright, with square pixels; ``aspect`` is the width of a stored pixel
    over its height.
    """

    width: int = 0
    height: int = 0
    rotation: int = 0
    aspect: float = 1.0
    origin_s: float = 0.0
    before_s: float = 0.0
    end_s: float = 0.0
    tick_s: float = 0.0
    cut: bool = False
    breaks: list[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class _Timed:
    """A frame with its time from the clip's first frame, and its length, 0 if unknown."""

    time_s: float
    length_s: float
    frame: VideoFrame


def read_pictures(source: Source, reel: Reel, span: Span = WHOLE) -> Iterator[Picture]:
    """Decode the frames of a clip, or of a part of it, and make each small.

    Parameters
    ----------
    source, reel, span : Source, Reel, Span
        As for ``read_frames``.

    Yields
    ------
    Picture
        At the size that the first frame has made small.
    """
    size: tuple[int, int] | None = None
    for shown in read_frames(source, reel, span):
        frame = shown.frame
        size = size or small_size(frame.width, frame.height, aspect=reel.aspect)
        small = shrink(frame, size=size, rotation=reel.rotation)
        yield Picture(index=shown.index, time_s=shown.time_s, length_s=shown.length_s, small=small)


def read_frames(source: Source, reel: Reel, span: Span = WHOLE) -> Iterator[Shown]:
    """Decode the frames of a clip, or of a part of it, in order of showing.

    Parameters
    ----------
    source : Source
        The open clip.
    reel : Reel
        Receives the size, the rotation, the start and the places of damage.
    span : Span
        Frames that begin in it are given. Where the picture stands still across its start for more
        than a frame, the frame that stands is the first.

    Yields
    ------
    Shown
        Timestamps rise strictly; a frame without one follows its predecessor by one frame.

    Notes
    -----
    After a packet that cannot be decoded, frames are left out up to the next key frame: what lies
    between refers to pictures that are lost.
    """
    reel.tick_s = float(source.stream.time_base or _MILLISECOND)
    frames = _sound_frames(source.container, source.stream, reel)
    opening = next(frames, None)
    if opening is None:
        return
    _settle_shape(source, opening, reel)
    first: float | None = None
    with _from(source, reel, span, opening, frames) as found:
        for index, shown in enumerate(_within(found, span, source, reel)):
            if first is None:
                first = reel.before_s = shown.time_s
            time_s = shown.time_s - first
            yield Shown(index=index, time_s=time_s, length_s=shown.length_s, frame=shown.frame)


def tolerance_s(*, step_s: float, tick_s: float) -> float:
    """Return how near a time must lie to that of a frame to mean it, seconds.

    Times of files are rounded to their clock, those of users to the millisecond.
    """
    return min(_LARGEST_SLIP * step_s, max(tick_s, _TYPED_S))


@contextmanager
def _from(
    source: Source, reel: Reel, span: Span, opening: VideoFrame, rest: Iterator[VideoFrame]
) -> Iterator[Iterator[_Timed]]:
    """Give the frames from the opening on, or from shortly before the span where it is late."""
    step_s = float(1 / source.fps)
    base = source.stream.time_base or _MILLISECOND
    origin = opening.pts if opening.pts is not None else 0
    reel.origin_s = float(origin * base)
    reach_s = max(_REACH_S, _REACH_FRAMES * step_s)
    if opening.pts is None or span.start_s <= reach_s:
        yield _timed(chain([opening], rest), origin, base=base, step_s=step_s, reel=reel)
        return
    container, stream = open_film_at(
        source.path,
        lambda opened: picture_stream(source.path, opened),
        time_s=reel.origin_s + span.start_s,
        reach_s=reach_s,
    )
    with container:
        reel.breaks.clear()
        late = _sound_frames(container, stream, reel)
        # The first frame after the leap may bear a wrong time; what comes before the span does
        # not have to be in order.
        yield _timed(late, origin, base=base, step_s=step_s, reel=reel, strict_s=span.start_s)


def _timed(
    frames: Iterator[VideoFrame], origin: int, *, base: Fraction, step_s: float, reel: Reel,
    strict_s: float = -1.0,
) -> Iterator[_Timed]:  # fmt: skip
    last_s = -1.0
    for frame in frames:
        time_s = float((frame.pts - origin) * base) if frame.pts is not None else -1.0
        if time_s <= last_s and (last_s >= strict_s or time_s < 0):
            time_s = last_s + step_s if last_s >= 0 else 0.0
        _close_break(reel, time_s)
        length_s = float((frame.duration or 0) * base)
        last_s, reel.end_s = time_s, time_s + (length_s or step_s)
        yield _Timed(time_s, length_s, frame)


def _within(found: Iterator[_Timed], span: Span, source: Source, reel: Reel) -> Iterator[_Timed]:
    """Give the frames that begin in a span, and the one that stands at its start if need be."""
    step_s = float(1 / source.fps)
    near_s = tolerance_s(step_s=step_s, tick_s=reel.tick_s)
    standing: _Timed | None = None
    begun = False
    end_s = float("inf") if span.end_s is None else span.end_s
    for shown in found:
        if shown.time_s < span.start_s - near_s:
            standing = shown
            continue
        free_s = min(shown.time_s, end_s) - span.start_s
        if not begun and standing is not None and free_s > _LONG_STILL * step_s:
            begun = True
            yield _Timed(span.start_s, free_s, standing.frame)
        if shown.time_s >= end_s - near_s:
            reel.cut = True
            return
        begun = True
        yield shown
    left_s = min(reel.end_s, end_s) - span.start_s
    if not begun and standing is not None and left_s > _LONG_STILL * step_s:
        yield _Timed(span.start_s, left_s, standing.frame)


def _sound_frames(
    container: InputContainer, stream: VideoStream, reel: Reel
) -> Iterator[VideoFrame]:
    """Yield the frames that decode, and note where some do not."""
    broken = False
    packets = container.demux(stream)
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


def _settle_shape(source: Source, frame: VideoFrame, reel: Reel) -> None:
    """Fill in size, pixel shape and rotation from the first frame."""
    aspect = source.stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 10) < aspect < 10:
        aspect = Fraction(1)
    width, height = max(1, round(frame.width * aspect)), frame.height
    reel.aspect = float(aspect)
    # PyAV gives the turn against the clock; players and tags name the one with it.
    reel.rotation = round(-frame.rotation / 90) * 90 % 360
    turned = reel.rotation % 180 == 90
    reel.width, reel.height = (height, width) if turned else (width, height)
