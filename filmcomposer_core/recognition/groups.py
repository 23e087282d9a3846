"""Which shots show the same place or person, by what a network makes of their key frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Shots nearer than this show the same; 0 is the same picture, 1 nothing in common. Tuned on the
#: ``tune`` half of benchmarks/picture_labels.csv, whole clips and stretches of 2 to 12 shots of
#: them alike: of 22 pairs of shots of one place 18 are found, with 4 of 312 others (0.88: 13 with
#: 3, 0.96: 18 with 5). Chosen without the clip that is judged it is the same. Colours were tried
#: beside the network's eye, as histograms of hue, saturation and value, and add nothing to it.
SAME: Final = 0.92
#: Part of what all shots of a clip have in common that is taken off before they are compared: a
#: film looks like itself. What few shots have in common is mostly each one's own, so that of n
#: shots a share of 1/n less is taken.
_COMMON: Final = 0.8
#: Films come back to a place soon, as in shot and reverse shot, or later ever more seldom: each
#: doubling of the time in between, from so many seconds on, sets shots this much farther apart.
_SOON_S: Final = 4.0
_LATER: Final = 0.05


def group_shots(
    shots: Sequence[Sequence[NDArray[np.floating]]], spans_s: Sequence[tuple[float, float]]
) -> tuple[int, ...]:
    """Put shots that show the same place or person into groups.

    Parameters
    ----------
    shots : sequence of sequence of ndarray, shape (dimensions,)
        For each shot the embeddings of its key frames, of any length; none where it shows no place
        (black, a text card) or no network looked at it.
    spans_s : sequence of tuple of float
        Start and end of each shot, seconds.

    Returns
    -------
    tuple of int
        A number for each shot, from 1 in the order of their first shots; 0 for a shot on its own.

    Notes
    -----
    Complete linkage of ``shot_distances`` and of the time between: every two shots of a group are
    alike.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    looked_at = [k for k, frames in enumerate(shots) if len(frames)]
    if len(looked_at) < 2:
        return (0,) * len(shots)
    table = shot_distances([shots[k] for k in looked_at])
    table += time_distances([spans_s[k] for k in looked_at])
    tree = linkage(squareform(table, checks=False), method="complete")
    clusters = fcluster(tree, SAME, criterion="distance")
    sizes = np.bincount(clusters)
    numbers: dict[int, int] = {}
    groups = [0] * len(shots)
    for shot, cluster in zip(looked_at, clusters.tolist(), strict=True):
        if sizes[cluster] > 1:
            groups[shot] = numbers.setdefault(cluster, len(numbers) + 1)
    return tuple(groups)


def shot_distances(shots: Sequence[Sequence[NDArray[np.floating]]]) -> Floats:
    """Return how unlike each two shots of a clip look.

    Parameters
    ----------
    shots : sequence of sequence of ndarray, shape (dimensions,)
        As for ``group_shots``, at least one frame each.

    Returns
    -------
    ndarray, shape (shots, shots)
        One less the mean cosine of their embeddings, each with each, from which most of the mean of
        the clip is taken first; 0 to 2.
    """
    looks = [_normed(np.stack(frames)) for frames in shots]
    kept = _COMMON * (1.0 - 1.0 / len(looks))
    common = kept * np.mean([frames.mean(axis=0) for frames in looks], axis=0)
    own = np.stack([_normed(frames - common).mean(axis=0) for frames in looks])
    table = np.clip(1.0 - own @ own.T, 0.0, 2.0)
    np.fill_diagonal(table, 0.0)
    return np.asarray((table + table.T) / 2, np.float64)


def time_distances(spans_s: Sequence[tuple[float, float]]) -> Floats:
    """Return how much farther apart the time between them sets each two shots; shape as above."""
    starts, ends = np.array(spans_s, np.float64).T
    between = np.maximum(starts[:, None], starts) - np.minimum(ends[:, None], ends)
    return np.asarray(_LATER * np.log2(1.0 + np.maximum(0.0, between) / _SOON_S), np.float64)


def _normed(rows: NDArray[np.floating]) -> Floats:
    exact = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    return np.asarray(exact / np.maximum(lengths, 1e-12), np.float64)
