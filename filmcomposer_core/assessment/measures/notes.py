"""Notes as arrays, and what sounds on each beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.score import Note

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes in order of onset: arrays of shape (notes,), times in beats."""

    start: Floats
    end: Floats
    pitch: Ints
    velocity: Ints

    def __len__(self) -> int:
        return int(self.start.size)

    @property
    def length(self) -> Floats:
        """Lengths in beats."""
        return self.end - self.start

    def between(self, begin: float, end: float) -> Notes:
        """Return the notes that begin in a half-open stretch of beats."""
        low, high = np.searchsorted(self.start, [begin - 1e-9, end - 1e-9])
        return Notes(
            self.start[low:high], self.end[low:high], self.pitch[low:high], self.velocity[low:high]
        )


def notes_of(notes: Iterable[Note]) -> Notes:
    """Return notes as arrays, sorted by onset, then pitch.

    Parameters
    ----------
    notes : iterable of Note
        In any order.

    Returns
    -------
    table : Notes
        Arrays of shape (notes,).
    """
    rows = sorted((n.beat, n.pitch, n.end, n.velocity) for n in notes)
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Notes(
        table[:, 0], table[:, 2], table[:, 1].astype(np.int64), table[:, 3].astype(np.int64)
    )


def sounding(notes: Notes, *, columns: Ints, width: int, beats: int, whole: bool = False) -> Bools:
    """Return what sounds on each beat.

    Parameters
    ----------
    notes : Notes
        Any notes.
    columns : ndarray, shape (notes,), int
        The column that each note lights: a pitch, a pitch class, a part.
    width : int
        Number of columns.
    beats : int
        Number of quarter-note beats from beat 0.
    whole : bool
        Count what sounds at any time within the beat, not only at its instant.

    Returns
    -------
    ndarray, shape (beats, width), bool
        True where a note of that column sounds at the instant of the beat, or within it.
    """
    begin = np.floor(notes.start + 1e-6) if whole else np.ceil(notes.start - 1e-6)
    first = np.clip(begin, 0, beats).astype(np.int64)
    last = np.clip(np.ceil(notes.end - 1e-6), 0, beats).astype(np.int64)
    change = np.zeros((beats + 1, width), dtype=np.int64)
    np.add.at(change, (first, columns), 1)
    np.add.at(change, (last, columns), -1)
    result: Bools = np.cumsum(change, axis=0)[:beats] > 0
    return result


def rank_correlation(a: Floats, b: Floats) -> float:
    """Return Spearman's rank correlation, 0 where a side does not vary.

    Parameters
    ----------
    a, b : ndarray, shape (n,), float64
        Paired values.

    Returns
    -------
    float
        -1 to 1.
    """
    ranks = [_ranks(np.asarray(side, dtype=np.float64)) for side in (a, b)]
    spread = [float(np.std(rank)) for rank in ranks]
    if min(spread, default=0.0) < 1e-12:
        return 0.0
    first, second = ((rank - rank.mean()) / s for rank, s in zip(ranks, spread, strict=True))
    return float(np.mean(first * second))


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Floats = (last - (counts - 1) / 2.0)[inverse]
    return means
