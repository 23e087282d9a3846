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

    ``intervals`` has shape (25,): shares of moves in the tunes.
    """

    sets: dict[str, dict[str, Quantiles]]
    counts: dict[str, int]
    intervals: Floats

    def quantiles(self, of: str, column: str) -> Quantiles | None:
        """Return the quantiles of a column in a set, None where it has none."""
        return self.sets.get(of, {}).get(column)


@cache
def real_music() -> RealMusic:
    """Return the figures that come with the program."""
    tree = json.loads(FILE.read_text("utf-8"))
    return RealMusic(
        sets={
            name: {column: (q[0], q[1], q[2]) for column, q in found["columns"].items()}
            for name, found in tree["sets"].items()
        },
        counts={name: int(found["pieces"]) for name, found in tree["sets"].items()},
        intervals=np.array(tree["intervals"], dtype=np.float64),
    )
