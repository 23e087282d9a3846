"""The parts of a small transformer on numpy, and how its weights are read.

Torch trains such networks (``rhythm/training/network.py``); the product runs them without it.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import MissingDependencyError

Array = NDArray[np.float32]
#: Weight, transposed, and bias.
Pair = tuple[Array, Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The weights of a layer: attention, then two linear maps, each behind a norm."""

    norm1: Pair
    qkv: Pair
    out: Pair
    norm2: Pair
    up: Pair
    down: Pair

    def after(self, x: Array, heard: Array) -> Array:
        """Return what a layer makes of ``x``, shape (..., width), and what its heads have heard."""
        x = x + linear(heard, self.out)
        return np.asarray(x + linear(gelu(linear(normed(x, self.norm2), self.up)), self.down))


def read_weights(path: Path, *, what: str, hint: str) -> dict[str, Array]:
    """Return the weights of a file by name, as 32 bit.

    Parameters
    ----------
    path : Path
        An ``.npz`` file.
    what : str
        What they are of, for the fault's sentence.
    hint : str
        What to do about it.

    Raises
    ------
    MissingDependencyError
        If the file is missing or damaged.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes())) as weights:
            return {name: weights[name].astype(np.float32) for name in weights.files}
    except OSError as exc:
        raise MissingDependencyError(f"The file {path.name} cannot be read.", hint) from exc
    except (ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as exc:
        raise MissingDependencyError(f"{what} ({path.name}) are damaged.", hint) from exc


def blocks_of(weights: dict[str, Array]) -> list[Block]:
    """Return the layers of a network whose names are torch's."""
    count = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
    return [_block(weights, f"blocks.{i}") for i in range(count)]


def _block(weights: dict[str, Array], name: str) -> Block:
    norm1, norm2, qkv, out, up, down = (
        pair_of(weights, f"{name}.{part}")
        for part in ("norm1", "norm2", "qkv", "out", "up", "down")
    )
    return Block(norm1=norm1, qkv=qkv, out=out, norm2=norm2, up=up, down=down)


def pair_of(weights: dict[str, Array], name: str) -> Pair:
    """Return the weight and the bias of a part."""
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def linear(x: Array, pair: Pair) -> Array:
    """Return a linear map of the last axis."""
    return np.asarray(x @ pair[0] + pair[1])


def normed(x: Array, pair: Pair) -> Array:
    """Return the last axis with mean 0 and variance 1, then scaled and shifted."""
    middle = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((middle * middle).mean(axis=-1, keepdims=True) + np.float32(1e-5))
    return np.asarray(middle / spread * pair[0] + pair[1])


def gelu(x: Array) -> Array:
    """Return the GELU in its form with tanh, as torch's ``approximate="tanh"`` has it."""
    inner = np.float32(0.7978845608) * x * (np.float32(1.0) + np.float32(0.044715) * x * x)
    return np.asarray(np.float32(0.5) * x * (np.float32(1.0) + np.tanh(inner)))


def softmax(x: Array) -> Array:
    """Return shares of 1 along the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def log_softmax(x: Array) -> Array:
    """Return ``ln P`` along the last axis."""
    x = x - x.max(axis=-1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=-1, keepdims=True)))
