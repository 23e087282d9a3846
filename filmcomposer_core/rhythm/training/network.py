"""The rhythm transformer as torch trains it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from filmcomposer_core.rhythm.code import FEATURES, TOKENS


def gelu(x: Tensor) -> Tensor:
    """Return the GELU in its form with tanh, which is fast without torch too."""
    return nn.functional.gelu(x, approximate="tanh")


class Block(nn.Module):
    """Attention to all events before, then two layers; norms first."""

    def __init__(self, width: int, heads: int, drop: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Return the output for ``x``, shape (pieces, events, width), with a bias a head."""
        pieces, events, width = x.shape
        parts = self.qkv(self.norm1(x)).reshape(pieces, events, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        x = x + self.drop(self.out(seen.transpose(1, 2).reshape(pieces, events, width)))
        more: Tensor = self.drop(self.down(gelu(self.up(self.norm2(x)))))
        return x + more


class RhythmNetwork(nn.Module):
    """Which event comes next. Nearness counts by a slope per head (ALiBi).

    Parameters
    ----------
    width, layers, heads : int
        Size of the transformer.
    drop : float
        Share that dropout leaves out.
    """

    def __init__(self, *, width: int, layers: int, heads: int, drop: float) -> None:
        super().__init__()
        self.embed = nn.ModuleList(nn.Embedding(n, width) for n in FEATURES.values())
        for table in self.embed:
            nn.init.normal_(table.weight, std=0.05)  # type: ignore[arg-type]
        self.blocks = nn.ModuleList(Block(width, heads, drop) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(drop)
        self.event = nn.Linear(width, TOKENS)
        self.register_buffer("slopes", 2.0 ** -(1.0 + torch.arange(heads) * 1.5))

    def forward(self, rows: Tensor) -> Tensor:
        """Return logits of the next event, shape (pieces, events, tokens).

        Parameters
        ----------
        rows : Tensor, shape (pieces, events, features), int64
        """
        events = rows.shape[1]
        tables = [table(rows[..., i]) for i, table in enumerate(self.embed)]
        x = self.drop(torch.stack(tables).sum(dim=0))
        ago = torch.arange(events)[:, None] - torch.arange(events)[None, :]
        bias = torch.where(ago < 0, -torch.inf, -self.slopes[:, None, None] * ago)  # type: ignore
        for block in self.blocks:
            x = block(x, bias)
        logits: Tensor = self.event(self.norm(x))
        return logits
