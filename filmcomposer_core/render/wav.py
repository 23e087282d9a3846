"""Write 24-bit WAV files with dither, and check a file that was written."""

from __future__ import annotations

import errno
import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from filmcomposer_core.errors import DiskError, RenderError
from filmcomposer_core.render.loudness import true_peak
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.synth import Sound

_FULL = 2**23
_FRAME_BYTES = 6
#: Samples made at a time: few enough to stay in the processor's cache.
_STEP = 16384
_MOST_RIFF_BYTES = 0xFFFF_FFFF - 64


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one sentence.

    Raises
    ------
    RenderError
        For any ``OSError`` inside.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            msg = f"The disk is full: {path.name} could not be written."
            raise DiskError(msg, f"Free some space for {path.parent} and run again.") from error
        msg = f"{path} could not be written: {error.strerror or error}."
        raise DiskError(msg, "Check that the folder exists and may be written to.") from error


def wav_header(frames: int) -> bytes:
    """Return the header of a stereo 48 kHz 24-bit file; RF64 where RIFF cannot count so far."""
    size = frames * _FRAME_BYTES
    form = struct.pack("<HHIIHH", 1, 2, SAMPLE_RATE, SAMPLE_RATE * _FRAME_BYTES, _FRAME_BYTES, 24)
    body = b"fmt " + struct.pack("<I", len(form)) + form
    if size <= _MOST_RIFF_BYTES:
        head = b"RIFF" + struct.pack("<I", 4 + len(body) + 8 + size) + b"WAVE" + body
        return head + b"data" + struct.pack("<I", size)
    lengths = struct.pack("<QQQI", 4 + 36 + len(body) + 8 + size, size, frames, 0)
    head = b"RF64" + b"\xff" * 4 + b"WAVE" + b"ds64" + struct.pack("<I", len(lengths)) + lengths
    return head + body + b"data" + b"\xff" * 4


class WavWriter:
    """A file that is being written; float blocks become dithered 24-bit samples."""

    def __init__(self, path: Path, *, frames: int, rng: np.random.Generator) -> None:
        self.path = path
        self._rng = rng
        self._hash = hashlib.sha256()
        with disk_errors(path):
            self._file: BinaryIO = path.open("wb")
        self._put(wav_header(frames))

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, as hex text."""
        return self._hash.hexdigest()

    def write(self, sound: Sound) -> None:
        """Append a block.

        Parameters
        ----------
        sound : ndarray, shape (samples, 2), float32
            In [-1, 1); what lies outside is cut off. Digital silence stays that.
        """
        if not np.any(sound):
            self._put(bytes(_FRAME_BYTES * len(sound)))
            return
        for at in range(0, len(sound), _STEP):
            self._put(self._samples(sound[at : at + _STEP]))

    def _samples(self, sound: Sound) -> bytes:
        # Two uniform numbers make the triangular dither that leaves no trace of the signal.
        drawn = np.frombuffer(self._rng.bytes(4 * sound.size), "<u2").astype(np.float32)
        dither = (drawn[::2] - drawn[1::2]).reshape(sound.shape) * np.float32(1.0 / 65536.0)
        values = np.multiply(sound, float(_FULL), dtype=np.float64)
        values += dither
        np.clip(np.rint(values, out=values), -_FULL, _FULL - 1, out=values)
        data = values.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3]
        return data.tobytes()

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        with disk_errors(self.path):
            self._file.write(data)

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with disk_errors(self.path):
            self._file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class WavFacts:
    """What a written file holds: its peak in dB and the level of its last 50 ms in dBFS."""

    peak_db: float
    end_dbfs: float
    silent: bool


def verify_wav(
    path: Path, *, frames: int, sounding: bool, ceiling_dbtp: float | None = None
) -> WavFacts:
    """Read a rendered file back and check it.

    Parameters
    ----------
    path : Path
        A WAV file.
    frames : int
        Samples per channel that it must have.
    sounding : bool
        Whether it must not be silent.
    ceiling_dbtp : float, optional
        Highest true peak allowed; without it only sample peaks are read, which is quicker.

    Raises
    ------
    RenderError
        Naming what is wrong: rate, depth, channels, length, peak or silence.
    """
    import soundfile

    peak, last = 0.0, np.zeros((0, 2), np.float32)
    with soundfile.SoundFile(path) as file:
        found = (file.samplerate, file.subtype, file.channels, file.frames)
        wanted = (SAMPLE_RATE, "PCM_24", 2, frames)
        if found != wanted:
            msg = f"{path.name} came out wrong: {found} instead of {wanted}."
            raise RenderError(msg, "This is a fault of the renderer; please report it.")
        for block in file.blocks(20 * SAMPLE_RATE, overlap=2048, dtype="float32", always_2d=True):
            found_peak = float(np.abs(block).max()) if ceiling_dbtp is None else true_peak(block)
            peak, last = max(peak, found_peak), block[-SAMPLE_RATE // 20 :]
    if sounding and peak < 10.0 ** (-90.0 / 20.0):
        msg = f"{path.name} came out silent although it has notes."
        raise RenderError(msg, "Check the soundfont, or give another one.")
    peak_dbtp = decibels(peak)
    if ceiling_dbtp is not None and peak_dbtp > ceiling_dbtp + 0.05:
        msg = f"{path.name} peaks at {peak_dbtp:.2f} dBTP, above {ceiling_dbtp:g} dBTP."
        raise RenderError(msg, "This is a fault of the renderer; please report it.")
    end = decibels(float(np.sqrt(np.mean(last.astype(np.float64) ** 2)))) if len(last) else -200.0
    return WavFacts(peak_db=peak_dbtp, end_dbfs=end, silent=peak < 1e-6)


def decibels(gain: float) -> float:
    """Return a linear level in dB, -200 for nothing."""
    return 20.0 * float(np.log10(max(gain, 1e-10)))
