"""The numbers kept of a clip while its pictures pass."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.visual.colour import HUE_ORDER
from filmcomposer_core.visual.dissolves import Dissolve
from filmcomposer_core.visual.key_frames import Gallery

Floats = NDArray[np.float64]

COLUMNS: Final = (
    "time_s", "length_s", "step", "step_x", "step_y", "newness", "blank", "luma", "contrast",
    "saturation", "glare", "gloom",
)  # fmt: skip


@dataclass(slots=True)
class Measures:
    """Everything kept of a clip: a row of 12 numbers and 11 hue shares for each frame.

    ``votes`` are the frames that PySceneDetect takes for cuts.
    """

    rows: array[float] = field(default_factory=lambda: array("d"))
    hues: array[float] = field(default_factory=lambda: array("f"))
    votes: set[int] = field(default_factory=set)
    dissolves: list[Dissolve] = field(default_factory=list)
    gallery: Gallery = field(default_factory=Gallery)

    @property
    def frames(self) -> int:
        """Number of frames measured."""
        return len(self.rows) // len(COLUMNS)

    def column(self, name: str) -> Floats:
        """Return one number for each frame, shape (frames,)."""
        table = np.frombuffer(self.rows, np.float64).reshape(-1, len(COLUMNS))
        return table[:, COLUMNS.index(name)].copy()

    def recent(self, name: str, count: int) -> Floats:
        """Return the last values of a column, shape (at most count,)."""
        width = len(COLUMNS)
        return np.array(self.rows[-count * width :][COLUMNS.index(name) :: width])

    def voted(self) -> NDArray[np.bool_]:
        """Return the votes as flags, shape (frames,)."""
        flags = np.zeros(self.frames, np.bool_)
        flags[sorted(self.votes)] = True
        return flags

    def calm(self, frames: range, *, most: float) -> None:
        """Take frames for a flash: no newer than the picture after it, and not blank."""
        width = len(COLUMNS)
        for frame in frames:
            new = frame * width + COLUMNS.index("newness")
            self.rows[new] = min(self.rows[new], most)
            self.rows[frame * width + COLUMNS.index("blank")] = 0.0

    def time_s(self, frame: int) -> float:
        """Return the time of one frame, seconds."""
        return self.rows[frame * len(COLUMNS)]

    def hue_table(self) -> NDArray[np.float32]:
        """Return the hue shares, shape (frames, 11), by ``colour.HUE_ORDER``."""
        return np.frombuffer(self.hues, np.float32).reshape(-1, len(HUE_ORDER))
