"""Prints: what each part sounds like before the master, kept on disk from run to run.

::

    PRINTS/KEY.flac     a part: 24 bit, scaled by a power of two so that it fills them
    PRINTS/KEY.json     its scale, peak, remarks, and the SHA-256 of KEY.flac; written last
    PRINTS/files.json   what stems and mix were made from, and their SHA-256
    PRINTS/movie.json   the same of the movie

A name is the hash of all that made the sound (:mod:`filmcomposer_core.render.keys`), and a sound
without its record, or with another content than that says, is printed anew. So whatever a kill
leaves behind is either right or not used.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from filmcomposer_core.errors import DiskError, RenderError
from filmcomposer_core.render.master import blocks
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.stores import FrameStore
from filmcomposer_core.render.synth import Sound
from filmcomposer_core.render.wav import disk_errors

_FULL = float(2**23)
_LOWEST_SCALE = 2.0**-60
_FILES, _MOVIE = "files.json", "movie.json"
_PART = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A part's sound on disk; ``scale`` is the level of full scale, ``peak`` the linear peak.

    ``sha256`` is that of the file, ``notes`` are remarks for the user.
    """

    key: str
    frames: int
    scale: float
    peak: float
    sha256: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The files of a rendering: keys and SHA-256 by name, and what was found out about them.

    ``peak_db`` is the true peak of the mix.
    """

    keys: Mapping[str, str]
    sha256: Mapping[str, str]
    lufs: float
    peak_db: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedMovie:
    """A movie: its key and SHA-256, and remarks for the user."""

    key: str
    sha256: str
    notes: tuple[str, ...]


_Record = TypeVar("_Record", Print, Finished, FinishedMovie)


class Prints:
    """A folder of prints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sound_path(self, key: str) -> Path:
        """Return where the sound of a key lies."""
        return self.folder / f"{key}.flac"

    def find(self, key: str) -> Print | None:
        """Return a print whose record and sound are whole, or None."""
        made = _read(self.folder / f"{key}.json", Print)
        path = self.sound_path(key)
        if made is None or not path.is_file() or file_sha256(path) != made.sha256:
            return None
        return made

    def add(
        self, key: str, raw: FrameStore, *, frames: int, peak: float, notes: tuple[str, ...]
    ) -> Print:
        """Keep a part's sound.

        Parameters
        ----------
        key : str
            What made it.
        raw : FrameStore
            Two channels; removed when it is kept.
        frames : int
            Its length.
        peak : float
            Its linear peak.
        notes : tuple of str
            Remarks for the user.

        Raises
        ------
        DiskError
            If the disk refuses.
        """
        scale = max(2.0 ** math.frexp(peak)[1], _LOWEST_SCALE) if peak else 1.0
        path = self.sound_path(key)
        part = path.with_name(path.name + _PART)
        with disk_errors(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            _encode(part, raw, frames=frames, scale=scale)
            raw.remove()
            sha256 = file_sha256(part)
            os.replace(part, path)
        made = Print(key=key, frames=frames, scale=scale, peak=peak, sha256=sha256, notes=notes)
        self._write(f"{key}.json", made)
        return made

    def sound(self, made: Print, *, block: int) -> Iterator[Sound]:
        """Yield a print block by block, float32 of shape (samples, 2)."""
        import soundfile

        path, scale = self.sound_path(made.key), np.float32(made.scale)
        try:
            with soundfile.SoundFile(path) as file:
                for _, count in blocks(made.frames, block):
                    yield file.read(count, dtype="float32", always_2d=True) * scale
        except soundfile.LibsndfileError as error:
            msg = f"{path} cannot be read any more: {error}."
            raise RenderError(msg, "Run it again; what is missing is printed anew.") from error

    def finished(self) -> Finished | None:
        """Return what is known of the files that were finished last, or None."""
        return _read(self.folder / _FILES, Finished)

    def note_finished(self, made: Finished) -> None:
        """Record the files of a rendering, before they take their places."""
        self._write(_FILES, made)

    def finished_movie(self) -> FinishedMovie | None:
        """Return what is known of the movie that was finished last, or None."""
        return _read(self.folder / _MOVIE, FinishedMovie)

    def note_movie(self, made: FinishedMovie) -> None:
        """Record a movie, before it takes its place."""
        self._write(_MOVIE, made)

    def clear(self, keys: Collection[str], *, spare: int = 0) -> None:
        """Remove every print but some, and what a killed run left unfinished.

        Parameters
        ----------
        keys : collection of str
            The prints that stay.
        spare : int
            How many others may stay, those that were in use last.
        """
        for key in keys:
            with suppress(OSError):  # not printed yet
                os.utime(self.folder / f"{key}.json")
        rest = [p for p in self.folder.glob("*.json") if p.name not in (_FILES, _MOVIE)]
        others = [path for path in rest if path.stem not in keys]
        others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        stay = {*keys, *(path.stem for path in others[:spare])}
        kept = {_FILES, _MOVIE, *(f"{key}{end}" for key in stay for end in (".flac", ".json"))}
        for path in self.folder.glob("*"):
            if path.name not in kept:
                with disk_errors(path):
                    path.unlink(missing_ok=True)

    def _write(self, name: str, record: Print | Finished | FinishedMovie) -> None:
        path, body = self.folder / name, json.dumps(asdict(record))
        part = path.with_name(path.name + _PART)
        with disk_errors(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                json.dump({"sha256": _text_sha256(body), "body": body}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path, kind: type[_Record]) -> _Record | None:
    """Return a record as it was written, or None."""
    try:
        data = json.loads(path.read_text("utf-8"))
        body = json.loads(data["body"])
        if _text_sha256(data["body"]) != data["sha256"]:
            return None
        return kind(**(body | {"notes": tuple(body["notes"])}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _encode(path: Path, raw: FrameStore, *, frames: int, scale: float) -> None:
    import soundfile

    try:
        with soundfile.SoundFile(
            path,
            "w",
            samplerate=SAMPLE_RATE,
            channels=2,
            subtype="PCM_24",
            format="FLAC",
            compression_level=0.0,
        ) as file:
            for start, count in blocks(frames, SAMPLE_RATE):
                # The scale is a power of two, so only the rounding to 24 bits is not exact.
                values = np.rint(raw.read(start, count) * np.float32(_FULL / scale))
                file.write(np.clip(values, -_FULL, _FULL - 1.0).astype(np.int32) << 8)
    except soundfile.LibsndfileError as error:
        msg = f"{path.name} could not be written; the disk may be full."
        raise DiskError(msg, f"Free some space for {path.parent} and run again.") from error
