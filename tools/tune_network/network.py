"""The network as torch trains it: a small transformer that reads a tune note by note."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from filmcomposer_core.composition.tune_code import FEATURES, GAPS, HEIGHTS
from filmcomposer_core.rhythm.training.network import Block, gelu


class TuneNetwork(nn.Module):
    """Next gap, and height given the gap. Nearness counts by a slope per head (ALiBi)."""

    def __init__(
        self, width: int = 160, layers: int = 4, heads: int = 5, drop: float = 0.1
    ) -> None:
        super().__init__()
        self.embed = nn.ModuleList(nn.Embedding(n, width) for n in FEATURES.values())
        for table in self.embed:
            nn.init.normal_(table.weight, std=0.05)  # type: ignore[arg-type]
        self.blocks = nn.ModuleList(Block(width, heads, drop) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(drop)
        self.gap = nn.Linear(width, len(GAPS) + 1)
        self.gap_in = nn.Embedding(len(GAPS) + 1, width)
        self.mix = nn.Linear(width, width)
        self.height = nn.Linear(width, HEIGHTS)
        self.register_buffer("slopes", 2.0 ** -(1.0 + torch.arange(heads) * 1.5))

    def forward(self, rows: Tensor, gaps: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of gaps and heights.

        Parameters
        ----------
        rows : Tensor, shape (batch, notes, features), int64
        gaps : Tensor, shape (batch, notes), int64
            The gap of each note, for its height.
        """
        notes = rows.shape[1]
        tables = [table(rows[..., i]) for i, table in enumerate(self.embed)]
        x = self.drop(torch.stack(tables).sum(dim=0))
        ago = torch.arange(notes)[:, None] - torch.arange(notes)[None, :]
        bias = torch.where(ago < 0, -torch.inf, -self.slopes[:, None, None] * ago)  # type: ignore
        for block in self.blocks:
            x = block(x, bias)
        x = self.norm(x)
        told = gelu(self.mix(x + self.gap_in(gaps)))
        return self.gap(x), self.height(told)
