"""MT3's network on the blocks of T5: frames of sound in, words out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import T5Config
from transformers.models.t5.modeling_t5 import T5Block, T5LayerNorm

from filmcomposer_core.transcription.mt3.shape import Shape


@dataclass(slots=True)
class _Memory:
    """Keys and values of a layer, shape (batch, heads, positions, head).

    ``keys`` and ``values`` grow with the words, ``heard_keys`` and ``heard_values`` are those of
    the sound.
    """

    keys: Tensor
    values: Tensor
    heard_keys: Tensor
    heard_values: Tensor


class Positions(nn.Module):
    """Fixed sinusoidal positions: all sines first, then all cosines.

    Public conversions to PyTorch keep their frequencies beside the weights; those are taken where
    they are there. Without them they are those of the published model, whose last frequency is
    exactly 1/10000.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("inv_freq", frequencies(width))

    def forward(self, first: int, count: int) -> Tensor:
        """Return the positions from ``first`` on, shape (count, width)."""
        rates: Any = self.inv_freq
        angles = torch.arange(first, first + count, device=rates.device)[:, None] * rates[None, :]
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


def frequencies(width: int) -> Tensor:
    """Return the frequencies of the published model's positions, shape (width / 2,)."""
    steps = torch.arange(width // 2, dtype=torch.float64) / (width // 2 - 1)
    return (10_000.0**-steps).to(torch.float32)


class Stack(nn.Module):
    """The encoder or the decoder; the names of its tensors are those of the public layout."""

    def __init__(self, config: T5Config, layers: int, *, eps: float) -> None:
        super().__init__()
        block: Any = T5Block
        norm: Any = T5LayerNorm
        self.pos_emb = Positions(int(config.d_model))
        self.block = nn.ModuleList([block(config, layer_idx=i) for i in range(layers)])
        self.final_layer_norm = norm(config.d_model, eps=eps)


class Mt3Network(nn.Module):
    """Encoder and decoder of MT3 (Gardner et al. 2022): T5 1.1 with continuous inputs.

    T5's blocks hold the weights; the arithmetic of attention stands here, so that a step over
    the words takes one fused product over a memory of fixed size and does not hang on how a
    release of transformers keeps its cache. There are no relative positions and, as in T5, no
    scaling of the products.

    Parameters
    ----------
    shape : Shape
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.proj = nn.Linear(shape.input_depth, shape.d_model, bias=False)
        self.decoder_embed_tokens = nn.Embedding(shape.vocab_size, shape.d_model)
        eps = shape.layer_norm_epsilon
        self.encoder = Stack(_config(shape, decoder=False), shape.num_layers, eps=eps)
        self.decoder = Stack(_config(shape, decoder=True), shape.num_decoder_layers, eps=eps)
        self.lm_head = nn.Linear(shape.d_model, shape.vocab_size, bias=False)

    def encode(self, frames: Tensor) -> Tensor:
        """Read segments of sound.

        Parameters
        ----------
        frames : Tensor, shape (batch, frames, input_depth), float32

        Returns
        -------
        Tensor, shape (batch, frames, width)
        """
        stack = self.encoder
        hidden = self.proj(frames) + stack.pos_emb(0, frames.shape[1])
        for block in stack.block:
            hidden = hidden + self._attend_itself(block, hidden, causal=False)
            hidden = _layer(block, -1)(hidden)
        read: Tensor = stack.final_layer_norm(hidden)
        return read

    def forward(self, frames: Tensor, words: Tensor) -> Tensor:
        """Return the logits that follow each word, all at once.

        Parameters
        ----------
        frames : Tensor, shape (batch, frames, input_depth), float32
        words : Tensor, shape (batch, positions), int64
            The word that begins, and all that follow.

        Returns
        -------
        Tensor, shape (batch, positions, vocabulary)
        """
        heard = self.encode(frames)
        stack = self.decoder
        hidden = self.decoder_embed_tokens(words) + stack.pos_emb(0, words.shape[1])
        for block in stack.block:
            hidden = hidden + self._attend_itself(block, hidden, causal=True)
            across = _layer(block, 1)
            inner = across.EncDecAttention
            seen = self._attend(
                inner,
                self._heads(inner.q, across.layer_norm(hidden)),
                self._heads(inner.k, heard),
                self._heads(inner.v, heard),
            )
            hidden = _layer(block, -1)(hidden + seen)
        logits: Tensor = self.lm_head(stack.final_layer_norm(hidden))
        return logits

    def remember(self, heard: Tensor, *, length: int) -> list[_Memory]:
        """Return an empty memory of so many words beside what the encoder read."""
        found = []
        for block in self.decoder.block:
            inner = _layer(block, 1).EncDecAttention
            keys, values = self._heads(inner.k, heard), self._heads(inner.v, heard)
            room = (keys.shape[0], keys.shape[1], length, keys.shape[3])
            found.append(_Memory(heard.new_zeros(room), heard.new_zeros(room), keys, values))
        return found

    def step(self, words: Tensor, at: int, memory: list[_Memory]) -> Tensor:
        """Return the logits that follow one word.

        Parameters
        ----------
        words : Tensor, shape (batch,), int64
        at : int
            How many words came before.
        memory : list of memories
            From :meth:`remember`; takes up the word.

        Returns
        -------
        Tensor, shape (batch, vocabulary)
        """
        stack = self.decoder
        hidden = self.decoder_embed_tokens(words)[:, None] + stack.pos_emb(at, 1)
        for block, kept in zip(stack.block, memory, strict=True):
            first, across = _layer(block, 0), _layer(block, 1)
            inner, normed = first.SelfAttention, first.layer_norm(hidden)
            kept.keys[:, :, at : at + 1] = self._heads(inner.k, normed)
            kept.values[:, :, at : at + 1] = self._heads(inner.v, normed)
            hidden = hidden + self._attend(
                inner,
                self._heads(inner.q, normed),
                kept.keys[:, :, : at + 1],
                kept.values[:, :, : at + 1],
            )
            inner = across.EncDecAttention
            asked = self._heads(inner.q, across.layer_norm(hidden))
            hidden = hidden + self._attend(inner, asked, kept.heard_keys, kept.heard_values)
            hidden = _layer(block, -1)(hidden)
        logits: Tensor = self.lm_head(stack.final_layer_norm(hidden))[:, 0]
        return logits

    def _attend_itself(self, block: nn.Module, hidden: Tensor, *, causal: bool) -> Tensor:
        first = _layer(block, 0)
        inner, normed = first.SelfAttention, first.layer_norm(hidden)
        asked, keys, values = (self._heads(m, normed) for m in (inner.q, inner.k, inner.v))
        return self._attend(inner, asked, keys, values, causal=causal)

    def _attend(
        self, inner: Any, asked: Tensor, keys: Tensor, values: Tensor, *, causal: bool = False
    ) -> Tensor:
        seen = F.scaled_dot_product_attention(asked, keys, values, is_causal=causal, scale=1.0)
        out: Tensor = inner.o(seen.transpose(1, 2).flatten(2))
        return out

    def _heads(self, project: nn.Module, hidden: Tensor) -> Tensor:
        """Project and split into heads, shape (batch, heads, positions, head)."""
        rows: Tensor = project(hidden)
        shape = (*rows.shape[:-1], self.shape.num_heads, self.shape.d_kv)
        return rows.view(shape).transpose(1, 2)


def _layer(block: Any, index: int) -> Any:
    return block.layer[index]


def _config(shape: Shape, *, decoder: bool) -> T5Config:
    kind: Any = T5Config
    config: T5Config = kind(
        vocab_size=shape.vocab_size, d_model=shape.d_model, d_kv=shape.d_kv, d_ff=shape.d_ff,
        num_heads=shape.num_heads, num_layers=shape.num_layers,
        num_decoder_layers=shape.num_decoder_layers, feed_forward_proj="gated-gelu",
        layer_norm_epsilon=shape.layer_norm_epsilon, dropout_rate=0.0, is_decoder=decoder,
        tie_word_embeddings=False,
    )  # fmt: skip
    return config
