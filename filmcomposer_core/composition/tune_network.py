"""The tune network: which gap and which height may come next, learned from old tunes.

A transformer of four layers that reads a tune note by note (``tools/tune_network`` trains it). Here
it runs on numpy with a cache of keys and values, many tunes side by side.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from filmcomposer_core.composition.tune_code import FEATURES

Array = NDArray[np.float32]
Rows = NDArray[np.int64]
#: Notes that are kept in mind; those before weigh next to nothing.
_MEMORY: Final = 128


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    norm1: tuple[Array, Array]
    qkv: tuple[Array, Array]
    out: tuple[Array, Array]
    norm2: tuple[Array, Array]
    up: tuple[Array, Array]
    down: tuple[Array, Array]


class TuneNetwork:
    """The network with its weights.

    Parameters
    ----------
    weights : mapping of str to ndarray
        As ``tools.tune_network`` writes them.
    """

    def __init__(self, weights: dict[str, Array]) -> None:
        self._embed = [weights[f"embed.{i}.weight"] for i in range(len(FEATURES))]
        count = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
        self._blocks = [_block(weights, f"blocks.{i}") for i in range(count)]
        self._norm = _pair(weights, "norm")
        self._gap, self._mix, self._height = (
            _pair(weights, name) for name in ("gap", "mix", "height")
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
            q, k, v = np.split(_linear(_normed(x, block.norm1), block.qkv), 3, axis=1)
            own[i, 0, ..., -1:, :], own[i, 1, ..., -1:, :] = k.reshape(shape), v.reshape(shape)
            q = q.reshape(shape) / np.sqrt(np.float32(part))
            far = q[:, :, 0].swapaxes(0, 1) @ mind.shared[i, 0].swapaxes(1, 2)
            near = (q @ own[i, 0].swapaxes(2, 3))[:, :, 0]
            seen = _softmax(np.concatenate([far.swapaxes(0, 1), near], axis=2) + bias)
            heard = (seen[:, :, None, known:] @ own[i, 1])[:, :, 0]
            heard += (seen[:, :, :known].swapaxes(0, 1) @ mind.shared[i, 1]).swapaxes(0, 1)
            x = x + _linear(heard.reshape(tunes, width), block.out)
            x = x + _linear(_gelu(_linear(_normed(x, block.norm2), block.up)), block.down)
        return _normed(x, self._norm), Mind(shared=mind.shared, own=own)

    def gaps(self, state: Array) -> Array:
        """Return ``ln P`` of each class of gap, shape (tunes, classes); class 0 means nothing."""
        return _log_softmax(_linear(state, self._gap))

    def heights(self, state: Array, gaps: Rows) -> Array:
        """Return ``ln P`` of each class of height, given the gap of each tune's note."""
        told = _gelu(_linear(state + self._gap_in[gaps], self._mix))
        return _log_softmax(_linear(told, self._height))


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which matrices are multiplied by one thread.

    The network's are small: more threads wait for one another, up to twenty times as long beside
    other work, and add up in another order, which another theme may come of.
    """
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


@cache
def tune_network() -> TuneNetwork:
    """Return the network that is shipped."""
    path = resources.files("filmcomposer_core.composition").joinpath("tune_network.npz")
    with path.open("rb") as file, np.load(file) as weights:
        return TuneNetwork({name: weights[name].astype(np.float32) for name in weights.files})


def _pair(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _block(weights: dict[str, Array], name: str) -> _Block:
    norm1, norm2 = (
        (weights[f"{name}.{norm}.weight"], weights[f"{name}.{norm}.bias"])
        for norm in ("norm1", "norm2")
    )
    qkv, out, up, down = (_pair(weights, f"{name}.{p}") for p in ("qkv", "out", "up", "down"))
    return _Block(norm1=norm1, qkv=qkv, out=out, norm2=norm2, up=up, down=down)


def _linear(x: Array, pair: tuple[Array, Array]) -> Array:
    return np.asarray(x @ pair[0] + pair[1])


def _normed(x: Array, pair: tuple[Array, Array]) -> Array:
    middle = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((middle * middle).mean(axis=1, keepdims=True) + 1e-5)
    return np.asarray(middle / spread * pair[0] + pair[1])


def _gelu(x: Array) -> Array:
    inner = np.float32(0.7978845608) * x * (np.float32(1.0) + np.float32(0.044715) * x * x)
    return np.asarray(np.float32(0.5) * x * (np.float32(1.0) + np.tanh(inner)))


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _log_softmax(x: Array) -> Array:
    x = x - x.max(axis=-1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=-1, keepdims=True)))
