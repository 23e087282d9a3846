"""Open a film file, and no other file with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from filmcomposer_core.errors import InputError

#: Containers and streams of moving pictures, and of sound so that it can be told as such. Playlists
#: and lists of files are left out: they lead to files that nobody chose.
_FORMATS = (
    "mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "mxf", "flv", "asf", "ogg", "gxf",
    "dv", "nut", "ivf", "rm", "h264", "hevc", "m4v", "vc1", "av1", "gif", "amv", "r3d",
    "wav", "w64", "mp3", "aac", "flac", "aiff", "caf", "ac3", "amr",
)  # fmt: skip
#: How far before a time it is sought, in turns, as multiples of the first reach: key frames may
#: stand far apart.
_REACHES: Final = (1, 5, 30)
#: Packets after which a decoder that has given no frame will give none.
_MOST_PACKETS: Final = 500
Track = TypeVar("Track", VideoStream, AudioStream)

_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": ",".join(_FORMATS)}


def open_film(path: Path) -> InputContainer:
    """Open a film file for decoding.

    Parameters
    ----------
    path : Path
        A video file. Nothing but this file is opened, whatever is in it.

    Returns
    -------
    av.container.InputContainer
        The caller closes it.

    Raises
    ------
    InputError
        If it is not there or not a film file, or its header is damaged.
    """
    try:
        # Absolute, because ffmpeg takes "a:b.mp4" for a protocol.
        return av.open(os.path.abspath(path), options=_OPTIONS, metadata_errors="ignore")
    except FileNotFoundError as exc:
        msg = f"{path} cannot be opened: it is not there."
        raise InputError(msg, "Put the clip back where it was, or give its present place.") from exc
    except MemoryError:
        raise  # ffmpeg's own is also an FFmpegError; the clip is not to blame
    except (av.error.FFmpegError, OSError, ValueError) as exc:
        msg = f"{path} is not a video, or its header is damaged."
        hint = "Give a film clip, for example an MP4, MOV, MKV or WebM file."
        raise InputError(msg, hint) from exc


def open_film_at(
    path: Path, pick: Callable[[InputContainer], Track], *, time_s: float, reach_s: float = 2.0
) -> tuple[InputContainer, Track]:
    """Open a film file so that one of its streams can be decoded from before a time.

    Parameters
    ----------
    path : Path
        A film file.
    pick : callable
        Chooses the stream of an opened file.
    time_s : float
        What is wanted begins here, seconds on the file's clock.
    reach_s : float
        How far before that to begin at least: longer than any reordering of pictures.

    Returns
    -------
    container : av.container.InputContainer
        The caller closes it. It stands at a key frame, or at its beginning where the file cannot
        be entered elsewhere, so that frames before ``time_s`` may come first.
    stream : av.stream.Stream
        The chosen stream.

    Raises
    ------
    InputError
        As ``open_film``.
    """
    container = open_film(path)
    stream = pick(container)
    if time_s <= reach_s + (container.start_time or 0) / av.time_base:
        return container, stream
    for times in _REACHES:
        if _enters(container, stream, time_s=time_s, from_s=time_s - times * reach_s):
            return container, stream
    container.close()
    container = open_film(path)
    return container, pick(container)


def _enters(
    container: InputContainer, stream: VideoStream | AudioStream, *, time_s: float, from_s: float
) -> bool:
    """Move to a place before a time, and tell whether decoding from there is sound."""
    if stream.time_base is None or from_s < 0:
        return False
    place = int(from_s / stream.time_base)
    try:
        container.seek(place, stream=stream)
        lands_s = _next_time(container, stream)
        container.seek(place, stream=stream)
    except (av.error.FFmpegError, OSError):
        return False
    return lands_s is not None and lands_s <= time_s


def _next_time(container: InputContainer, stream: VideoStream | AudioStream) -> float | None:
    """Return the time of the next frame, None unless it can be relied upon."""
    for _, packet in zip(range(_MOST_PACKETS), container.demux(stream), strict=False):
        for frame in packet.decode():
            if isinstance(frame, AudioFrame):
                return frame.time
            if isinstance(frame, VideoFrame) and frame.key_frame and not frame.is_corrupt:
                return frame.time
            return None
    return None
