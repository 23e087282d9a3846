"""Temporary sound on disk: raw float32 frames, read and written in blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.render.wav import disk_errors


class FrameStore:
    """A file of float32 frames of some channels; silence takes no space where disks allow it."""

    def __init__(self, path: Path, *, channels: int, frames: int) -> None:
        self.path = path
        self._channels = channels
        self._frames = frames
        with disk_errors(path), path.open("wb") as file:
            file.truncate(4 * channels * frames)

    def write(self, start: int, sound: NDArray[np.float32]) -> None:
        """Put a block in its place.

        Parameters
        ----------
        start : int
            First frame.
        sound : ndarray, shape (frames, channels), float32
            The block.
        """
        if np.any(sound):
            with disk_errors(self.path), self.path.open("r+b") as file:
                file.seek(4 * self._channels * start)
                file.write(np.ascontiguousarray(sound, "<f4").tobytes())

    def read(self, start: int, count: int) -> NDArray[np.float32]:
        """Return a block; what lies outside the file is silence.

        Parameters
        ----------
        start, count : int
            First frame, which may be negative, and number of frames.

        Returns
        -------
        ndarray, shape (count, channels), float32
            The block.
        """
        sound = np.zeros((count, self._channels), np.float32)
        first, last = max(0, start), min(start + count, self._frames)
        if last > first:
            with disk_errors(self.path), self.path.open("rb") as file:
                file.seek(4 * self._channels * first)
                data = file.read(4 * self._channels * (last - first))
            sound[first - start : last - start] = np.frombuffer(data, "<f4").reshape(
                -1, self._channels
            )
        return sound

    def remove(self) -> None:
        """Delete the file."""
        with disk_errors(self.path):
            self.path.unlink()
