"""Open a film file, and no other file with it."""

from __future__ import annotations

import os
from pathlib import Path

import av
from av.container import InputContainer

from filmcomposer_core.errors import InputError

#: Containers and streams of moving pictures, and of sound so that it can be told as such. Playlists
#: and lists of files are left out: they lead to files that nobody chose.
_FORMATS = (
    "mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "mxf", "flv", "asf", "ogg", "gxf",
    "dv", "nut", "ivf", "rm", "h264", "hevc", "m4v", "vc1", "av1", "gif", "amv", "r3d",
    "wav", "w64", "mp3", "aac", "flac", "aiff", "caf", "ac3", "amr",
)  # fmt: skip
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
