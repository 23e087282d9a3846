"""Part a dataset into train and test, theme by theme, no film on both sides (Sec. 5.1)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sample import Splits
from filmcomposer_core.dataset.layout import SPLITS
from filmcomposer_core.dataset.near import Entry, entries_of, likenesses
from filmcomposer_core.dataset.read import Dataset
from filmcomposer_core.errors import InputError
from filmcomposer_core.seeding import rng_for

#: Share of the samples that are tested on, where none is given.
TEST_SHARE: Final = 0.1
#: Rounds of moving and exchanging groups; fewer are needed.
_ROUNDS: Final = 50

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many samples of a theme there are, how many are tested on, how many would be exact."""

    theme: str
    samples: int
    test: int
    wanted: float


def split_dataset(dataset: Dataset, *, share: float = TEST_SHARE, seed: int = 0) -> list[Share]:
    """Make the split of a dataset and write it to ``splits.json``.

    Parameters
    ----------
    dataset : Dataset
        What to part.
    share : float
        Wanted share of the test side, above 0 and below 1, in all and of each theme.
    seed : int
        Another seed, another split.

    Returns
    -------
    list of Share
        By theme, the commonest first.

    Raises
    ------
    InputError
        If nothing can be parted, as all samples hang together.
    """
    samples = entries_of(dataset)
    splits = split(samples, share=share, seed=seed)
    write_atomic(dataset.folder / SPLITS, codec.dump_json(splits).encode())
    return shares(samples, splits, share=share)


def split(samples: Sequence[Entry], *, share: float = TEST_SHARE, seed: int = 0) -> Splits:
    """Part samples so that the test side has a share of each theme, and no film is on both sides.

    Notes
    -----
    What shares a film, a clip or music, or nearly so, is one group. From no group on the test
    side, groups are moved, and exchanged two by two, as long as the numbers of the themes come
    closer to the wanted ones; a theme's error counts the more, the rarer it is.
    """
    if not 0.0 < share < 1.0:
        msg = f"The share of the test side is {share:g}, must be above 0 and below 1."
        raise InputError(msg, "Take 0.1, for example.")
    groups = grouped(samples)
    if len(groups) < 2:
        msg = f"{len(samples)} samples of one film, clip or music cannot be parted."
        raise InputError(msg, "Add samples of other films.")
    order = rng_for(seed, "dataset", "split").permutation(len(groups))
    counts = _counts(samples, [groups[int(i)] for i in order])
    chosen = _closest(counts, share)
    test = sorted(
        samples[k].id for i, take in zip(order, chosen, strict=True) if take for k in groups[int(i)]
    )
    train = sorted({sample.id for sample in samples} - set(test))
    return Splits(train=tuple(train), test=tuple(test))


def grouped(samples: Sequence[Entry]) -> list[list[int]]:
    """Return the places of the samples that must stay together, each group in order."""
    root = list(range(len(samples)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    def join(pairs: Iterable[tuple[int, int]]) -> None:
        for i, j in pairs:
            one, other = find(i), find(j)
            root[max(one, other)] = min(one, other)

    films: dict[Hashable, int] = {}
    join((films.setdefault(film_key(s.film), i), i) for i, s in enumerate(samples))
    join((i, j) for i, j, _ in likenesses(samples))
    groups: dict[int, list[int]] = {}
    for i in range(len(samples)):
        groups.setdefault(find(i), []).append(i)
    return list(groups.values())


def film_key(film: str) -> str:
    """Return the name of a film as it is compared: without case and further blanks."""
    return " ".join(film.casefold().split())


def shares(samples: Sequence[Entry], splits: Splits, *, share: float) -> list[Share]:
    """Count the themes on the test side."""
    test = set(splits.test)
    rows: dict[str, list[bool]] = {}
    for sample in samples:
        rows.setdefault(sample.theme, []).append(sample.id in test)
    return [
        Share(theme=theme, samples=len(sides), test=sum(sides), wanted=share * len(sides))
        for theme, sides in sorted(rows.items(), key=lambda row: (-len(row[1]), row[0]))
    ]


def _counts(samples: Sequence[Entry], groups: Sequence[Sequence[int]]) -> Floats:
    """Return how many samples of each theme, and in all, each group has."""
    themes = sorted({sample.theme for sample in samples})
    counts = np.zeros((len(groups), len(themes) + 1))
    for row, group in enumerate(groups):
        for k in group:
            counts[row, themes.index(samples[k].theme)] += 1
        counts[row, -1] = len(group)
    return counts


def _closest(counts: Floats, share: float) -> list[bool]:
    """Return which groups go to the test side."""
    wanted = share * counts.sum(axis=0)
    weights = 1.0 / counts.sum(axis=0)
    chosen = np.zeros(len(counts), np.bool_)
    # Neither side may be empty, however small the share.
    chosen[int(np.argmin(_costs(counts - wanted, weights)))] = True
    for _ in range(_ROUNDS):
        if not (
            _moved(counts, chosen, wanted, weights) | _swapped(counts, chosen, wanted, weights)
        ):
            break
    return [bool(take) for take in chosen]


def _costs(off: Floats, weights: Floats) -> Floats:
    """Return what it costs to be so far off, by row."""
    return np.asarray((np.square(off) * weights).sum(axis=-1))


def _moved(counts: Floats, chosen: NDArray[np.bool_], wanted: Floats, weights: Floats) -> bool:
    """Move single groups to the other side while that helps; tell whether any went."""
    went = False
    for i in range(len(counts)):
        off = counts[chosen].sum(axis=0) - wanted
        after = off - counts[i] if chosen[i] else off + counts[i]
        sides = int(chosen.sum()) + (-1 if chosen[i] else 1)
        if 0 < sides < len(counts) and _costs(after, weights) < _costs(off, weights) - 1e-12:
            chosen[i] = not chosen[i]
            went = True
    return went


def _swapped(counts: Floats, chosen: NDArray[np.bool_], wanted: Floats, weights: Floats) -> bool:
    """Exchange groups of the two sides while that helps; tell whether any were."""
    went = False
    for i in np.flatnonzero(chosen):
        others = np.flatnonzero(~chosen)
        off = counts[chosen].sum(axis=0) - wanted
        costs = _costs(off - counts[i] + counts[others], weights)
        best = int(np.argmin(costs))
        if costs[best] < _costs(off, weights) - 1e-12:
            chosen[i], chosen[others[best]] = False, True
            went = True
    return went
