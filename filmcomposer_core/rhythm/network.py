"""The rhythm transformer on numpy, event by event, with a cache of keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from filmcomposer_core.decoder import (
    Array,
    blocks_of,
    linear,
    log_softmax,
    normed,
    pair_of,
    read_weights,
    softmax,
)
from filmcomposer_core.errors import MissingDependencyError
from filmcomposer_core.rhythm.code import FEATURES, TOKENS

WEIGHTS: Final = Path(__file__).with_name("network.npz")
_WHAT: Final = "The weights of the rhythm transformer"
_AGAIN: Final = "Run install.py again, or take --rhythm drawn."


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
        self._blocks = blocks_of(weights)
        self._norm, self._event = pair_of(weights, "norm"), pair_of(weights, "event")
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
            parts = linear(normed(x, block.norm1), block.qkv).reshape(3, net.heads, -1)
            self._known[i, :, :, at] = parts[1:]
            keys, values = self._known[i, :, :, : at + 1]
            q = parts[0] / np.sqrt(np.float32(parts.shape[2]))
            seen = softmax((keys @ q[:, :, None])[:, :, 0] + bias)
            heard = (seen[:, None, :] @ values)[:, 0]
            x = block.after(x, heard.reshape(-1))
        self._count += 1
        return log_softmax(linear(normed(x, net._norm), net._event))


@cache
def rhythm_network(path: Path = WEIGHTS) -> RhythmNetwork:
    """Return the network that is shipped, or another one.

    Raises
    ------
    MissingDependencyError
        If the file is missing or damaged.
    """
    weights = read_weights(path, what=_WHAT, hint=_AGAIN)
    try:
        return RhythmNetwork(weights)
    except (ValueError, KeyError) as exc:
        raise MissingDependencyError(f"{_WHAT} ({path.name}) are damaged.", _AGAIN) from exc
