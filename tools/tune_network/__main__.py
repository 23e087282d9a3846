"""Train the tune network.

::

    python -m tools.tune_network [--epochs N]

writes ``composition/tune_network.npz``; ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tools.priors.tunes import read_tunes
from tools.tune_network.data import Rows, corpus
from tools.tune_network.network import TuneNetwork

OUT = Path(__file__).parents[2] / "filmcomposer_core" / "composition" / "tune_network.npz"
#: Notes of a crop, crops of a batch, share of tunes held out, share of look-backs hidden.
_NOTES, _BATCH, _HELD, _HIDDEN = 144, 32, 0.05, 0.15
_LOOK_BACKS = slice(10, 14)
_EPOCHS, _RATE, _WARM = 22, 1.2e-3, 200


def crops(tunes: list[Rows], rng: np.random.Generator) -> list[Rows]:
    """Return the tunes in pieces that begin with a phrase."""
    found = []
    for rows in tunes:
        # Long ones in two; where one begins the look-backs are unknown, as at a tune's start.
        for first in range(0, max(1, len(rows) - 40), _NOTES):
            found.append(rows[first : first + _NOTES])
    return [found[i] for i in rng.permutation(len(found))]


def batches(tunes: list[Rows], rng: np.random.Generator) -> list[torch.Tensor]:
    """Return padded batches; padding has -1 as answers."""
    pieces = crops(tunes, rng)
    out = []
    for at in range(0, len(pieces), _BATCH * 8):
        some = sorted(pieces[at : at + _BATCH * 8], key=len)
        for first in range(0, len(some), _BATCH):
            group = some[first : first + _BATCH]
            longest = max(map(len, group))
            block = np.zeros((len(group), longest, group[0].shape[1]), dtype=np.int64)
            block[:, :, -2:] = -1
            for row, piece in zip(block, group, strict=True):
                row[: len(piece)] = piece
            out.append(torch.from_numpy(block))
    return [out[i] for i in rng.permutation(len(out))]


def loss_of(network: TuneNetwork, block: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the losses of gaps and of heights, nats a note."""
    gaps, heights = block[..., -2], block[..., -1]
    at, of = network(block[..., :-2], gaps.clamp(min=0))
    kind = nn.functional.cross_entropy
    return (
        kind(at.flatten(0, 1), gaps.flatten(), ignore_index=-1),
        kind(of.flatten(0, 1), heights.flatten(), ignore_index=-1),
    )


def held_out(network: TuneNetwork, tunes: list[Rows]) -> NDArray[np.float64]:
    """Return the mean losses of gap and height over tunes, nats a note, shape (2,)."""
    network.eval()
    with torch.no_grad():
        rows = [
            [loss.item() for loss in loss_of(network, block)]
            for block in batches(tunes, np.random.default_rng(0))
        ]
    return np.asarray(np.mean(rows, axis=0))


def train(tunes: list[Rows], held: list[Rows], *, epochs: int, out: Path) -> None:
    """Train for some epochs and keep the weights that do best on the tunes held out."""
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    network = TuneNetwork()
    steps = epochs * len(batches(tunes, np.random.default_rng(0)))
    trainer = torch.optim.AdamW(
        network.parameters(), lr=_RATE, weight_decay=0.05, betas=(0.9, 0.98)
    )
    rate = torch.optim.lr_scheduler.LambdaLR(
        trainer, lambda n: min((n + 1) / _WARM, 0.5 + 0.5 * math.cos(math.pi * min(1, n / steps)))
    )
    best = math.inf
    for epoch in range(epochs):
        network.train()
        for block in batches(tunes, rng):
            block[..., _LOOK_BACKS][torch.rand(block.shape[:2]) < _HIDDEN] = 0
            gap, height = loss_of(network, block)
            trainer.zero_grad()
            torch.autograd.backward(gap + height)
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            trainer.step()
            rate.step()
        seen = held_out(network, held)
        sys.stdout.write(f"{epoch + 1:3d}  held out: gap {seen[0]:.3f}, height {seen[1]:.3f}\n")
        sys.stdout.flush()
        if seen.sum() < best:
            best = seen.sum()
            weights = {k: v.numpy().astype(np.float16) for k, v in network.state_dict().items()}
            np.savez_compressed(out, **weights)


def main() -> None:
    """Train on the corpus."""
    parser = argparse.ArgumentParser(prog="tools.tune_network", description=__doc__)
    parser.add_argument("--epochs", type=int, default=_EPOCHS)
    given = parser.parse_args()
    rows = corpus(read_tunes())
    order = np.random.default_rng(1).permutation(len(rows))
    held = int(_HELD * len(order))
    sys.stdout.write(f"{len(rows) - held} tunes, {held} held out\n")
    train(
        [rows[i] for i in order[held:]], [rows[i] for i in order[:held]],
        epochs=given.epochs, out=OUT,
    )  # fmt: skip


if __name__ == "__main__":
    main()
