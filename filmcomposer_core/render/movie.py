"""Put the rendered music under the picture: ``cue.mp4``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from filmcomposer_core.errors import InputError, RenderError
from filmcomposer_core.film_file import open_film, open_film_at
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.render.movie_picture import PictureWriter, picture_of
from filmcomposer_core.render.movie_sound import SoundWriter
from filmcomposer_core.render.result import Footage, MovieResult
from filmcomposer_core.render.wav import disk_errors

#: A part of a clip is entered this long before it begins: longer than pictures are reordered.
_REACH_S = 2.0
_REACH_FRAMES = 32


def write_movie(
    *,
    clip_path: Path,
    wav_path: Path,
    out_path: Path,
    footage: Footage,
    keep_sound_db: float | None = None,
    progress: Progress = silent,
) -> MovieResult:
    """Write an MP4 of a clip's picture with the cue as its sound.

    The picture is taken over packet by packet where MP4 can hold its codec, else, or where only a
    part of the clip plays, encoded anew in H.264. The first picture frame stands at time 0, and so
    does the first sample of the cue.

    Parameters
    ----------
    clip_path : Path
        The film clip.
    wav_path : Path
        The mix, 48 kHz.
    out_path : Path
        The movie; it appears when it is complete.
    footage : Footage
        What of the clip plays, and how fast.
    keep_sound_db : float, optional
        Gain at which the clip's own sound is mixed under the cue; None drops it, and so does a
        rate other than 1.
    progress : Progress
        Told the share done; may raise ``Cancelled``.

    Raises
    ------
    InputError
        If the clip cannot be opened or has no picture.
    RenderError
        If the movie cannot be written.
    """
    with disk_errors(out_path):
        out_path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".mp4", prefix=".movie-", dir=out_path.parent)
        os.close(handle)
    work = Path(name)
    try:
        result = _write(
            work,
            clip_path=clip_path,
            wav_path=wav_path,
            footage=footage,
            keep_sound_db=keep_sound_db,
            progress=progress,
        )
        with disk_errors(out_path):
            work.chmod(0o644)
            work.replace(out_path)
    finally:
        work.unlink(missing_ok=True)
    progress(1.0, "movie written")
    return result


def _write(
    work: Path,
    *,
    clip_path: Path,
    wav_path: Path,
    footage: Footage,
    keep_sound_db: float | None,
    progress: Progress,
) -> MovieResult:
    remarks: tuple[str, ...] = ()
    if keep_sound_db is not None and footage.rate != 1.0:
        keep_sound_db = None
        remarks = (f"The clip plays {footage.rate:g} times as fast, so its own sound is left out.",)
    source, stream = _open(clip_path, footage)
    with source:
        try:
            with av.open(str(work), "w", format="mp4", options={"movflags": "faststart"}) as target:
                picture = PictureWriter(source, stream, target, footage=footage)
                own = None if keep_sound_db is None else clip_path
                sound = SoundWriter(
                    target,
                    wav_path,
                    own_sound=own,
                    own_gain_db=keep_sound_db or 0.0,
                    own_start_s=footage.start_s - footage.lead_s,
                )
                length_s = footage.duration_s
                notes = _interleave(picture, sound, duration_s=length_s, progress=progress)
        except (av.error.FFmpegError, OSError) as error:
            msg = f"The movie could not be written: {error.strerror or error}."
            raise RenderError(msg, "Check the free space on the disk, and the clip.") from error
    offset_s = sound_offset_s(work)
    if abs(offset_s) > 0.25 / float(footage.fps):
        msg = f"The sound of the movie is off by {1000.0 * offset_s:.1f} ms."
        raise RenderError(msg, "This is a fault of the renderer; please report it.")
    notes = (*picture.notes, *remarks, *notes)
    return MovieResult(copied=picture.copied, offset_s=offset_s, notes=notes)


def _open(clip_path: Path, footage: Footage) -> tuple[InputContainer, VideoStream]:
    """Open a clip where its footage begins, or shortly before."""

    def picture(source: InputContainer) -> VideoStream:
        if not source.streams.video:
            source.close()
            msg = f"{clip_path} has no picture."
            raise InputError(msg, "Give a film clip.")
        return picture_of(source)

    if footage.whole:
        source = open_film(clip_path)
        return source, picture(source)
    reach_s = max(_REACH_S, _REACH_FRAMES * footage.rate / float(footage.fps))
    return open_film_at(clip_path, picture, time_s=footage.start_s, reach_s=reach_s)


def _interleave(
    picture: PictureWriter, sound: SoundWriter, *, duration_s: float, progress: Progress
) -> tuple[str, ...]:
    """Write picture and sound side by side, so that a player finds both near each other."""
    told = -1
    for time_s in picture.write():
        sound.write_until(time_s + 0.5)
        percent = int(100.0 * min(time_s / max(duration_s, 1e-6), 1.0))
        if percent > told:
            told = percent
            progress(0.99 * percent / 100.0, "writing the movie")
    sound.finish()
    return sound.notes


def sound_offset_s(path: Path) -> float:
    """Return how late the sound of a movie starts against its first picture frame, in seconds.

    By the first decoded frame of each, so the encoder's priming, which a player leaves out, does
    not count.
    """
    starts: list[float] = []
    for kind in ("video", "audio"):
        with av.open(str(path)) as movie:
            frames: Iterator[av.VideoFrame | av.AudioFrame] = (
                movie.decode(video=0) if kind == "video" else movie.decode(audio=0)
            )
            frame = next(frames, None)
            starts.append(float(frame.time or 0.0) if frame is not None else 0.0)
    return starts[1] - starts[0]
