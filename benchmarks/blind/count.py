"""Count verdicts: wins with their binomial interval."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often ours was chosen, and the interval that holds the true share 19 times in 20."""

    chosen: int
    of: int
    low: float
    high: float


def count(key: Path, verdicts: Iterable[str]) -> Count:
    """Count lines such as ``07,B``.

    Parameters
    ----------
    key : Path
        As written by :func:`benchmarks.blind.pairs.write_pairs`.
    verdicts : iterable of str
        Lines of any number of readers; anything that is no verdict is passed over.

    Raises
    ------
    ValueError
        If a pair of the key has no verdict, or a verdict no pair.
    """
    sides: Mapping[str, list[str]] = json.loads(key.read_text("utf-8"))
    votes: dict[str, list[str]] = {number: [] for number in sides}
    for line in verdicts:
        number, _, side = line.strip().partition(",")
        if side.strip() in ("A", "B"):
            if number.zfill(2) not in votes:
                msg = f"pair {number} is not in {key.name}"
                raise ValueError(msg)
            votes[number.zfill(2)].append(side.strip())
    missing = [number for number, found in votes.items() if not found]
    if missing:
        msg = f"no verdict on pairs {', '.join(missing)}"
        raise ValueError(msg)
    cast = [side == sides[number][0] for number, found in votes.items() for side in found]
    low, high = wilson(sum(cast), len(cast))
    return Count(chosen=sum(cast), of=len(cast), low=low, high=high)


def wilson(chosen: int, of: int, *, z: float = 1.959964) -> tuple[float, float]:
    """Return the score interval of Wilson (1927) for a share.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, square = chosen / of, z * z / of
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / of + square / (4 * of))
    return middle - half, middle + half
