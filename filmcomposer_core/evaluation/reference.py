"""Real music's figures: quantiles of public-domain tunes and chorales by the same code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats

#: Written by ``python -m tools.music_reference``; what is in it, and whence, stands there.
FILE: Final = Path(__file__).with_name("real_music.json")

Quantiles = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RealMusic:
    """Quantiles 10, 50 and 90 by set (``tunes``, ``slow``, ``chorales``) and column.

    ``beginnings`` has those of scale and moves in the first bars with so many notes, by set and
    number.
    ``intervals`` has shape (25,): shares of moves in the tunes.
    """

    sets: dict[str, dict[str, Quantiles]]
    beginnings: dict[str, dict[int, dict[str, Quantiles]]]
    counts: dict[str, int]
    intervals: Floats

    def quantiles(self, of: str, column: str) -> Quantiles | None:
        """Return the quantiles of a column in a set, None where it has none."""
        return self.sets.get(of, {}).get(column)

    def quantiles_of_length(self, of: str, column: str, notes: int) -> Quantiles | None:
        """Return the quantiles of a column in music of about so many notes.

        A few notes stray further from any mean than a whole tune does: their scale and moves are
        held against beginnings as long as they are, and against whole tunes from twice the longest
        on. What returns in a form is held against whole tunes.
        """
        whole, by_length = self.quantiles(of, column), self.beginnings.get(of, {})
        if not by_length or notes >= 2 * max(by_length):
            return whole
        fits = [length for length in by_length if length <= notes]
        return by_length[max(fits)].get(column, whole) if fits else None


@cache
def real_music() -> RealMusic:
    """Return the figures that come with the program."""
    tree = json.loads(FILE.read_text("utf-8"))
    return RealMusic(
        sets={name: _columns(found["columns"]) for name, found in tree["sets"].items()},
        beginnings={
            name: {int(n): _columns(columns) for n, columns in found["beginnings"].items()}
            for name, found in tree["sets"].items()
        },
        counts={name: int(found["pieces"]) for name, found in tree["sets"].items()},
        intervals=np.array(tree["intervals"], dtype=np.float64),
    )


def _columns(tree: dict[str, list[float]]) -> dict[str, Quantiles]:
    return {column: (q[0], q[1], q[2]) for column, q in tree.items()}
