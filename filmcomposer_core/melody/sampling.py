"""From logits to tokens: guidance, the likeliest few, chance of each candidate's own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def generators(seeds: Sequence[int], device: torch.device) -> list[Generator]:
    """Return a source of chance for each candidate, so that none depends on its neighbours."""
    return [Generator(device=device).manual_seed(seed % 2**63) for seed in seeds]


def guided(logits: Tensor, guidance: float) -> Tensor:
    """Return the logits of classifier-free guidance.

    Parameters
    ----------
    logits : Tensor, shape (2 * batch, codebooks, vocabulary), or (batch, ...) for guidance 1
        With conditions, then without.
    guidance : float
        1 = the conditions alone; more pushes away from what comes without them.
    """
    if guidance == 1.0:
        return logits.float()
    with_them, without = logits.float().chunk(2)
    return without + guidance * (with_them - without)


def sampled(
    logits: Tensor, *, top_k: int, temperature: float, chance: Sequence[Generator]
) -> Tensor:
    """Draw tokens.

    Parameters
    ----------
    logits : Tensor, shape (batch, codebooks, vocabulary), float32
    top_k : int
        How many of the likeliest tokens may come; 0 = all.
    temperature : float
        0 = the likeliest.
    chance : sequence of Generator
        One a candidate.

    Returns
    -------
    Tensor, shape (batch, codebooks), int64

    Notes
    -----
    A token is the largest of logit plus Gumbel noise, which draws from the softmax without
    waiting for the device.
    """
    if temperature == 0.0:
        return logits.argmax(dim=-1)
    logits = logits / temperature
    if 0 < top_k < logits.shape[-1]:
        least = logits.topk(top_k, dim=-1).values[..., -1:]
        logits = logits.masked_fill(logits < least, float("-inf"))
    noise = torch.stack(
        [
            torch.empty(logits.shape[1:], device=logits.device).exponential_(generator=source)
            for source in chance
        ]
    )
    return (logits - noise.clamp_min(1e-20).log()).argmax(dim=-1)
