"""Open a video file and tell what it is, without decoding it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from filmcomposer_core.errors import InputError
from filmcomposer_core.film_file import open_film
from filmcomposer_core.timecode import parse_timecode

_ADVICE = "Give a film clip, for example an MP4, MOV, MKV or WebM file."
_USUAL_RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60), Fraction(120),
)  # fmt: skip
_RATE_TOLERANCE = 0.002
NO_TIMECODE = "00:00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An open video file.

    ``length_s`` is what the file claims for its picture, 0 if it claims nothing; ``promised`` the
    number of frames it claims, 0 likewise. ``timecode`` is the one written in the file, or "".
    """

    path: Path
    sha256: str
    container: InputContainer
    stream: VideoStream
    fps: Fraction
    length_s: float
    promised: int
    has_audio: bool
    codec: str
    timecode: str


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open the picture of a film clip.

    Parameters
    ----------
    path : Path
        A video file.

    Yields
    ------
    Source
        The open file; it is closed on leaving.

    Raises
    ------
    InputError
        If the file is missing, a directory, unreadable or holds no moving picture.
    """
    sha256 = _hash(path)
    with open_film(path) as container:
        stream = picture_stream(path, container)
        yield Source(
            path=path,
            sha256=sha256,
            container=container,
            stream=stream,
            fps=_claimed_rate(stream),
            length_s=_claimed_length_s(container, stream),
            promised=stream.frames,
            has_audio=bool(container.streams.audio),
            codec=stream.codec_context.name,
            timecode=_written_timecode(container, stream),
        )


def clip_clock(path: Path) -> tuple[Fraction, str, float]:
    """Return what counts the frames of a clip, and its length, by its header alone.

    Returns
    -------
    fps : Fraction
        Frame rate, frames per second.
    timecode : str
        That of its first frame, 00:00:00:00 if the file has none that can be used.
    length_s : float
        What the file claims for its picture, 0 if it claims nothing.

    Raises
    ------
    InputError
        As ``open_film``, or if it has no moving picture.
    """
    with open_film(path) as container:
        stream = picture_stream(path, container)
        fps, written = _claimed_rate(stream), _written_timecode(container, stream)
        length_s = _claimed_length_s(container, stream)
    try:
        parse_timecode(written, fps=fps)
    except InputError:
        return fps, NO_TIMECODE, length_s
    return fps, written, length_s


def settle_rate(claimed: Fraction, measured_fps: float, *, slack: float = 0.0) -> Fraction:
    """Choose the exact frame rate of a clip whose frames have been counted.

    Parameters
    ----------
    claimed : Fraction
        What the stream says, frames per second.
    measured_fps : float
        Frames less one over the time between first and last frame, or the rate of the usual
        distance; 0 if unknown (one frame).
    slack : float
        Share by which the rounding of the timestamps may falsify the measured rate.

    Returns
    -------
    Fraction
        The claim where the frames bear it out (within 0.2 %, or the slack), else the usual rate
        that they fit, else the measured rate itself.
    """
    if measured_fps <= 0:
        return claimed
    for rate in (claimed, *_USUAL_RATES):
        if abs(measured_fps / float(rate) - 1) < max(slack, _RATE_TOLERANCE):
            return rate
    return Fraction(measured_fps).limit_denominator(1001)


def _hash(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    if not path.exists():
        msg = f"There is no file {path}."
        raise InputError(msg, "Check the path of the clip.")
    if not path.is_file():
        msg = f"{path} is not a file."
        raise InputError(msg, _ADVICE)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}."
        raise InputError(msg, "Check the permissions of the file and the disk.") from exc


def picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """Return the first moving picture, not yet decoded; the cover of an audio file is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            # Frame threads: slice threads alone halve the speed of H.264.
            stream.thread_type = "AUTO"
            return stream
    msg = f"{path} has no picture."
    raise InputError(msg, _ADVICE)


def _claimed_rate(stream: VideoStream) -> Fraction:
    for rate in (stream.guessed_rate, stream.average_rate, stream.base_rate):
        if rate is not None and 1 <= rate <= 300:
            return Fraction(rate)
    return Fraction(25)


def _claimed_length_s(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return max(0.0, float(stream.duration * stream.time_base))
    if container.duration is not None:
        return max(0.0, container.duration / av.time_base)
    return 0.0


def _written_timecode(container: InputContainer, stream: VideoStream) -> str:
    """Return the start timecode from the picture, a timecode track or the container."""
    metadata = [stream.metadata, *(s.metadata for s in container.streams), container.metadata]
    for tags in metadata:
        for key, value in tags.items():
            if key.lower() == "timecode" and value.strip():
                return value.strip()
    return ""
