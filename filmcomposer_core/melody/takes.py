"""A candidate as a melody model gives it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Mono sound, shape (samples,), float32.
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Take:
    """A candidate: ``sound`` has shape (samples,), float32, mono at ``rate`` Hz."""

    seed: int
    sound: Sound
    rate: int
