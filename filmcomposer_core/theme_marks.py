"""Which theme an edit was made in, told by the figures that its bars are made of."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Tree = Any
#: Two themes that share this much of the figures of the one with fewer are the same theme: two of
#: one seed do so where only hits have moved, two of different seeds hardly ever.
SAME_SHARE = 0.34
#: Digits that tell a figure from others.
_DIGITS = 6


def theme_mark(tree: Tree) -> str:
    """Return the mark of a theme: its figures, wherever and in whatever key they stand.

    Parameters
    ----------
    tree : tree
        The theme as pins name it: notes by bars.

    Returns
    -------
    str
        Short hashes, one for each figure of two notes and more in a bar; empty for a theme that has
        none.
    """
    figures = {_figure(rows) for rows in tree["measures"].values() if len(rows) > 1}
    return " ".join(sorted(figures))


def same_theme(one: str, other: str) -> bool:
    """Whether two marks are of the same theme."""
    first, second = set(one.split()), set(other.split())
    fewer = min(len(first), len(second))
    return one == other or len(first & second) > SAME_SHARE * fewer


def _figure(rows: list[Tree]) -> str:
    low = rows[0]["pitch"]
    figure = [(round(row["beat"], 2), row["pitch"] - low) for row in rows]
    return hashlib.sha256(json.dumps(figure).encode()).hexdigest()[:_DIGITS]
