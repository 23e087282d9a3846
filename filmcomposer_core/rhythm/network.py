"""The rhythm transformer on numpy, event by event, with a cache of keys and values."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from filmcomposer_core.errors import MissingDependencyError
from filmcomposer_core.rhythm.code import FEATURES, TOKENS

Array = NDArray[np.float32]
WEIGHTS: Final = Path(__file__).with_name("network.npz")
_AGAIN: Final = "Run install.py again, or take --rhythm drawn."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    norm1: tuple[Array, Array]
    qkv: tuple[Array, Array]
    out: tuple[Array, Array]
    norm2: tuple[Array, Array]
    up: tuple[Array, Array]
    down: tuple[Array, Array]


class RhythmNetwork:
    """The network with its weights.

    Parameters
    ----------
    weights : dict of str to ndarray
        As the training writes them; the names are those of torch.

    Raises
    ------
    KeyError, ValueError
        If they are not those of such a network.
    """

    def __init__(self, weights: dict[str, Array]) -> None:
        self._embed = [weights[f"embed.{i}.weight"] for i in range(len(FEATURES))]
        count = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
        self._blocks = [_block(weights, f"blocks.{i}") for i in range(count)]
        self._norm = (weights["norm.weight"], weights["norm.bias"])
        self._event = _pair(weights, "event")
        self._slopes = weights["slopes"]
        sizes = [len(table) for table in self._embed]
        if sizes != list(FEATURES.values()) or len(self._event[1]) != TOKENS:
            msg = "the weights are of another version"
            raise ValueError(msg)

    @property
    def width(self) -> int:
        """Width of the transformer."""
        return int(self._embed[0].shape[1])

    @property
    def layers(self) -> int:
        """Number of layers."""
        return len(self._blocks)

    @property
    def heads(self) -> int:
        """Number of heads of a layer."""
        return len(self._slopes)

    def reader(self, events: int) -> Reader:
        """Return a reader of at most so many events of one piece."""
        return Reader(self, events)


class Reader:
    """What has been read of one piece: keys and values of each event."""

    def __init__(self, network: RhythmNetwork, events: int) -> None:
        self._network = network
        part = network.width // network.heads
        self._known = np.zeros((network.layers, 2, network.heads, events, part), np.float32)
        self._count = 0

    def read(self, row: Sequence[int]) -> Array:
        """Read what is known before the next event and return ``ln P`` of each, shape (tokens,).

        Parameters
        ----------
        row : sequence of int
            Classes of ``code.FEATURES``.
        """
        net, at = self._network, self._count
        x = np.sum([table[k] for table, k in zip(net._embed, row, strict=True)], axis=0)
        bias = -net._slopes[:, None] * np.arange(at, -1, -1, dtype=np.float32)
        for i, block in enumerate(net._blocks):
            parts = _linear(_normed(x, block.norm1), block.qkv).reshape(3, net.heads, -1)
            self._known[i, :, :, at] = parts[1:]
            keys, values = self._known[i, :, :, : at + 1]
            q = parts[0] / np.sqrt(np.float32(parts.shape[2]))
            seen = _softmax((keys @ q[:, :, None])[:, :, 0] + bias)
            heard = (seen[:, None, :] @ values)[:, 0]
            x = x + _linear(heard.reshape(-1), block.out)
            x = x + _linear(_gelu(_linear(_normed(x, block.norm2), block.up)), block.down)
        self._count += 1
        logits = _linear(_normed(x, net._norm), net._event)
        logits = logits - logits.max()
        return np.asarray(logits - np.log(np.exp(logits).sum()))


@cache
def rhythm_network(path: Path = WEIGHTS) -> RhythmNetwork:
    """Return the network that is shipped, or another one.

    Raises
    ------
    MissingDependencyError
        If the file is missing or damaged.
    """
    try:
        data = path.read_bytes()
        with np.load(io.BytesIO(data)) as weights:
            return RhythmNetwork({name: weights[name].astype(np.float32) for name in weights.files})
    except OSError as exc:
        raise MissingDependencyError(f"The file {path.name} cannot be read.", _AGAIN) from exc
    except (ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as exc:
        msg = f"The weights of the rhythm transformer ({path.name}) are damaged."
        raise MissingDependencyError(msg, _AGAIN) from exc


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
    middle = x - x.mean()
    return np.asarray(
        middle / np.sqrt((middle * middle).mean() + np.float32(1e-5)) * pair[0] + pair[1]
    )


def _gelu(x: Array) -> Array:
    return np.asarray(0.5 * x * (1.0 + erf(x * np.float32(0.7071067811865476))))


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))
