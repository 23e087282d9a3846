"""Music cut into pieces that the model hears at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.training.samples import Samples

#: Music may be longer than a whole number of windows by this without a further piece, seconds.
_SLACK_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a sample's music, from ``begin_s`` to ``end_s`` seconds."""

    sample: str
    begin_s: float
    end_s: float


def cut(sample: str, duration_s: float, *, window_s: float) -> tuple[Piece, ...]:
    """Cut the music of a sample into equal pieces that are at most a window long.

    Examples
    --------
    >>> [(piece.begin_s, piece.end_s) for piece in cut("a", 40.0, window_s=30.0)]
    [(0.0, 20.0), (20.0, 40.0)]
    """
    count = max(1, math.ceil((duration_s - _SLACK_S) / window_s))
    each = duration_s / count
    return tuple(Piece(sample=sample, begin_s=i * each, end_s=(i + 1) * each) for i in range(count))


def strokes_in(strokes: Sequence[Stroke], piece: Piece) -> tuple[Stroke, ...]:
    """Return the strokes of a piece, their times counted from its begin."""
    return tuple(
        Stroke(time_s=s.time_s - piece.begin_s, strength=s.strength, pitches=s.pitches)
        for s in strokes
        if piece.begin_s <= s.time_s < piece.end_s
    )


def strokes_of(samples: Samples, piece: Piece) -> tuple[Stroke, ...]:
    """Read the strokes of a piece."""
    return strokes_in(samples.strokes(piece.sample), piece)
