"""One token step after the other: the decoder of MusicGen-Melody over a cache of fixed size."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional as F

_LOG: Final = logging.getLogger(__name__)
#: A static cache has a multiple of so many positions: each length compiles a step of its own.
_ROUND: Final = 256


@dataclass(frozen=True, slots=True)
class _Layer:
    """The weights of a layer, those of query, key and value in one."""

    norm: Any
    qkv: Tensor
    out: Tensor
    norm_after: Any
    up: Tensor
    down: Tensor
    act: Any


class Decoder:
    """Runs the decoder of a ``MusicgenMelodyForConditionalGeneration`` step by step.

    The same arithmetic as the decoder's own ``forward``, without what a step does not need: one
    product for query, key and value, one table for the tokens of all codebooks, one product for
    all heads, keys and values written in place. The model's own weights become views of the joined
    ones, so nothing is held twice.

    Parameters
    ----------
    musicgen : MusicgenMelodyForConditionalGeneration
        Put on its device, in its precision.
    static : bool
        Whether each step looks at the whole cache through a mask, so that all steps have the same
        shapes and can be compiled or recorded; else it looks at what is filled. A static cache
        stays where it is while requests have the same size: a recorded step knows its address.
    """

    def __init__(self, musicgen: Any, *, static: bool) -> None:
        inner = musicgen.decoder.model.decoder
        self._inner = inner
        self._heads = inner.config.num_attention_heads
        self._size = inner.config.hidden_size // self._heads
        self._books = inner.config.num_codebooks
        self._layers = [_join(layer) for layer in inner.layers]
        self._table = _stacked([module.weight for module in inner.embed_tokens], inner.embed_tokens)
        self._head = _stacked(
            [m.weight for m in musicgen.decoder.lm_heads], musicgen.decoder.lm_heads
        )
        rows = self._table.shape[0] // self._books
        self._offsets = torch.arange(self._books, device=self._table.device) * rows
        self._static = static
        self._cache: list[tuple[Tensor, Tensor]] = []
        self._at = 0
        self._run: Callable[[Tensor, Tensor], Tensor] = self._step
        #: Whether a step has run as it is.
        self._proven = False

    def compiled(self, **how: Any) -> Decoder:
        """Compile the step, which must be static; ``how`` is what ``torch.compile`` is told."""
        self._run = torch.compile(
            self._step, fullgraph=True, dynamic=False, **(how or {"mode": "reduce-overhead"})
        )
        return self

    @property
    def held_bytes(self) -> int:
        """What keys and values take up between requests."""
        return sum(keys.nbytes + values.nbytes for keys, values in self._cache)

    def release(self) -> None:
        """Give back the memory of keys and values."""
        self._cache = []

    @torch.inference_mode()
    def start(
        self,
        prefix: Tensor,
        steps: Tensor,
        *,
        length: int,
        tell: Callable[[], None] = lambda: None,
    ) -> Tensor:
        """Read conditions and what is already written.

        Parameters
        ----------
        prefix : Tensor, shape (batch, positions, width)
            Rhythm and text.
        steps : Tensor, shape (batch, codebooks, written), int64
            Tokens with the delay pattern, at least the one that begins.
        length : int
            Positions that will be needed, prefix included.
        tell : callable, optional
            Called before each layer; what it raises stops the work.

        Returns
        -------
        Tensor, shape (batch, codebooks, vocabulary)
            Logits of what follows.
        """
        hidden = torch.cat([prefix, self._embed(steps)], dim=1)
        batch, count, width = hidden.shape
        self._make_room(length, hidden)
        hidden = hidden + self._positions[:count]
        for layer, (keys, values) in zip(self._layers, self._cache, strict=True):
            tell()
            q, k, v = self._project(layer, hidden)
            keys[:, :, :count], values[:, :, :count] = k, v
            seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            hidden = _after(layer, hidden, seen.transpose(1, 2).reshape(batch, count, width))
        self._at = count
        return self._logits(hidden[:, -1])

    @torch.inference_mode()
    def step(self, tokens: Tensor) -> Tensor:
        """Return the logits that follow some tokens.

        Parameters
        ----------
        tokens : Tensor, shape (batch, codebooks), int64

        Returns
        -------
        Tensor, shape (batch, codebooks, vocabulary)
        """
        at = torch.tensor([self._at], device=tokens.device)
        tokens = tokens.contiguous()
        try:
            logits: Tensor = self._run(tokens, at)
        except RuntimeError as exc:
            if self._run == self._step or self._proven:
                raise
            # A compiler or Triton is missing (often on Windows): the same steps, only slower. What
            # was wrong with the step itself is raised again here.
            _LOG.warning("Steps are not compiled: %s", " ".join(str(exc).split())[:200])
            self._run = self._step
            logits = self._run(tokens, at)
        self._proven = True
        self._at += 1
        return logits

    def _make_room(self, length: int, like: Tensor) -> None:
        if self._static:
            length = -(-length // _ROUND) * _ROUND
        shape = (like.shape[0], self._heads, length, self._size)
        if self._static and self._cache and self._cache[0][0].shape == shape:
            # What was not a number there would stay so behind the mask.
            for tensors in self._cache:
                for tensor in tensors:
                    tensor.zero_()
            return
        self.release()
        self._positions = self._all_positions(length, like)
        self._cache = [(like.new_zeros(shape), like.new_zeros(shape)) for _ in self._layers]
        if self._static:
            for tensor in (self._positions, *(t for pair in self._cache for t in pair)):
                torch._dynamo.mark_static_address(tensor)

    def _step(self, tokens: Tensor, at: Tensor) -> Tensor:
        hidden = self._embed(tokens[:, :, None])
        batch, _, width = hidden.shape
        hidden = hidden + self._positions.index_select(0, at)
        mask = None
        if self._static:
            mask = torch.arange(self._positions.shape[0], device=at.device)[None, :] <= at[:, None]
        for layer, (keys, values) in zip(self._layers, self._cache, strict=True):
            q, k, v = self._project(layer, hidden)
            if self._static:
                keys.index_copy_(2, at, k)
                values.index_copy_(2, at, v)
                seen = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
            else:
                now = self._at
                keys[:, :, now : now + 1], values[:, :, now : now + 1] = k, v
                seen = F.scaled_dot_product_attention(
                    q, keys[:, :, : now + 1], values[:, :, : now + 1]
                )
            hidden = _after(layer, hidden, seen.transpose(1, 2).reshape(batch, 1, width))
        return self._logits(hidden[:, 0])

    def _embed(self, steps: Tensor) -> Tensor:
        rows = steps.transpose(1, 2) + self._offsets
        return F.embedding(rows, self._table).sum(dim=2)

    def _project(self, layer: _Layer, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        batch, count, _ = hidden.shape
        joined = F.linear(layer.norm(hidden), layer.qkv)
        q, k, v = joined.view(batch, count, 3, self._heads, self._size).permute(2, 0, 3, 1, 4)
        return q, k, v

    def _all_positions(self, length: int, like: Tensor) -> Tensor:
        module = self._inner.embed_positions
        rows = module(like.new_zeros(1, length, 1), 0)
        return torch.as_tensor(rows, device=like.device).to(like.dtype)

    def _logits(self, hidden: Tensor) -> Tensor:
        logits = F.linear(self._inner.layer_norm(hidden), self._head)
        return logits.view(hidden.shape[0], self._books, -1)


def _after(layer: _Layer, hidden: Tensor, seen: Tensor) -> Tensor:
    hidden = hidden + F.linear(seen, layer.out)
    inside = layer.act(F.linear(layer.norm_after(hidden), layer.up))
    return hidden + F.linear(inside, layer.down)


def _join(layer: Any) -> _Layer:
    attention = layer.self_attn
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    return _Layer(
        norm=layer.self_attn_layer_norm,
        qkv=_stacked([p.weight for p in projections], projections),
        out=attention.out_proj.weight.data,
        norm_after=layer.final_layer_norm,
        up=layer.fc1.weight.data,
        down=layer.fc2.weight.data,
        act=layer.activation_fn,
    )


def _stacked(weights: list[Tensor], modules: Any) -> Tensor:
    """Join weights along their rows and let their modules look at the joined ones."""
    joined = torch.cat([weight.data for weight in weights])
    first = 0
    for module, weight in zip(modules, weights, strict=True):
        module.weight.data = joined[first : first + weight.shape[0]]
        first += weight.shape[0]
    return joined
