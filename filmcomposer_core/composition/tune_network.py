"""The tune network: which gap and which height may come next, learned from old tunes.

A transformer of four layers that reads a tune note by note (``tools/tune_network`` trains it). Here
it runs on numpy with a cache of keys and values, many tunes side by side.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from filmcomposer_core.composition.tune_code import FEATURES
from filmcomposer_core.decoder import (
    Array,
    blocks_of,
    gelu,
    linear,
    log_softmax,
    normed,
    pair_of,
    read_weights,
    softmax,
)

Rows = NDArray[np.int64]
#: Notes that are kept in mind; those before weigh next to nothing.
_MEMORY: Final = 128
_WEIGHTS: Final = Path(__file__).with_name("tune_network.npz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mind:
    """Keys and values of the notes so far.

    ``shared`` are those that all tunes have in common, shape (layers, 2, heads, notes, width);
    ``own`` those since, (layers, 2, tunes, heads, notes, width).
    """

    shared: Array
    own: Array

    def take(self, tunes: Rows) -> Mind:
        """Return the mind of some of the tunes, in any order and number."""
        return Mind(shared=self.shared, own=self.own[:, :, tunes])

    def settled(self, tune: int) -> Mind:
        """Return the mind of one tune as what all have in common from now on."""
        shared = np.concatenate([self.shared, self.own[:, :, tune]], axis=3)[..., -_MEMORY:, :]
        return Mind(shared=shared, own=self.own[:, :, :1, :, :0])


class TuneNetwork:
    """The network with its weights.

    Parameters
    ----------
    weights : mapping of str to ndarray
        As ``tools.tune_network`` writes them.
    """

    def __init__(self, weights: dict[str, Array]) -> None:
        self._embed = [weights[f"embed.{i}.weight"] for i in range(len(FEATURES))]
        self._blocks = blocks_of(weights)
        self._norm, self._gap, self._mix, self._height = (
            pair_of(weights, name) for name in ("norm", "gap", "mix", "height")
        )
        self._gap_in = weights["gap_in.weight"]
        self._slopes = weights["slopes"]

    def begin(self, tunes: int) -> Mind:
        """Return the mind of tunes of which nothing is known."""
        layers, heads = len(self._blocks), len(self._slopes)
        width = self._embed[0].shape[1] // heads
        return Mind(
            shared=np.zeros((layers, 2, heads, 0, width), np.float32),
            own=np.zeros((layers, 2, tunes, heads, 0, width), np.float32),
        )

    def read(self, mind: Mind, rows: Rows) -> tuple[Array, Mind]:
        """Read what is known before the next note.

        Parameters
        ----------
        mind : Mind
            Of as many tunes as there are rows, or of one.
        rows : ndarray, shape (tunes, features), int64
            Classes of ``tune_code.FEATURES``.

        Returns
        -------
        state : ndarray, shape (tunes, width), float32
        mind : Mind
            With this note.
        """
        x = np.sum([table[rows[:, i]] for i, table in enumerate(self._embed)], axis=0)
        tunes, width = x.shape
        shape = (tunes, len(self._slopes), 1, -1)
        layers, _, _, heads, notes, part = mind.own.shape
        own = np.empty((layers, 2, tunes, heads, notes + 1, part), np.float32)
        own[..., :-1, :] = mind.own
        known = mind.shared.shape[3]
        ago = np.arange(known + notes, -1, -1, dtype=np.float32)
        bias = -self._slopes[:, None] * ago
        for i, block in enumerate(self._blocks):
            q, k, v = np.split(linear(normed(x, block.norm1), block.qkv), 3, axis=1)
            own[i, 0, ..., -1:, :], own[i, 1, ..., -1:, :] = k.reshape(shape), v.reshape(shape)
            q = q.reshape(shape) / np.sqrt(np.float32(part))
            far = q[:, :, 0].swapaxes(0, 1) @ mind.shared[i, 0].swapaxes(1, 2)
            near = (q @ own[i, 0].swapaxes(2, 3))[:, :, 0]
            seen = softmax(np.concatenate([far.swapaxes(0, 1), near], axis=2) + bias)
            heard = (seen[:, :, None, known:] @ own[i, 1])[:, :, 0]
            heard += (seen[:, :, :known].swapaxes(0, 1) @ mind.shared[i, 1]).swapaxes(0, 1)
            x = block.after(x, heard.reshape(tunes, width))
        return normed(x, self._norm), Mind(shared=mind.shared, own=own)

    def gaps(self, state: Array) -> Array:
        """Return ``ln P`` of each class of gap, shape (tunes, classes); class 0 means nothing."""
        return log_softmax(linear(state, self._gap))

    def heights(self, state: Array, gaps: Rows) -> Array:
        """Return ``ln P`` of each class of height, given the gap of each tune's note."""
        told = gelu(linear(state + self._gap_in[gaps], self._mix))
        return log_softmax(linear(told, self._height))


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which matrices are multiplied by one thread.

    The network's are small: more threads wait for one another, up to twenty times as long beside
    other work, and add up in another order, which another theme may come of.
    """
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


@cache
def tune_network() -> TuneNetwork:
    """Return the network that is shipped.

    Raises
    ------
    MissingDependencyError
        If its file is missing or damaged.
    """
    what = "The weights of the tune network"
    return TuneNetwork(read_weights(_WEIGHTS, what=what, hint="Run install.py again."))
