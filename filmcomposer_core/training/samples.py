"""What training reads of a sample, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.take import Stroke

#: Mono sound, shape (samples,), float32 in [-1, 1].
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Parts of the music description and of the visual description, by name; unknown ones lack."""

    music: Mapping[str, str] = field(default_factory=dict)
    picture: Mapping[str, str] = field(default_factory=dict)


class Samples(Protocol):
    """Samples that are read one at a time, so that thousands of them need no memory.

    Each method takes an id and raises ``InputError`` where the sample is missing, contradicts
    itself or cannot be read.
    """

    def ids(self) -> Sequence[str]:
        """Return all ids in an order that stays."""

    def duration_s(self, name: str, /) -> float:
        """Return the length of the music, seconds."""

    def sound_key(self, name: str, /) -> str:
        """Return what is another for other music, such as its SHA-256."""

    def sound(self, name: str, /) -> tuple[Sound, int]:
        """Return the music and its sampling rate in Hz."""

    def strokes(self, name: str, /) -> tuple[Stroke, ...]:
        """Return the rhythm spots as they shall sound."""

    def words(self, name: str, /) -> Words:
        """Return the descriptions."""
