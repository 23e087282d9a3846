"""MusicGen's delay pattern: codebook k is written k steps later than the first."""

from __future__ import annotations

import torch
from torch import Tensor


def delayed(codes: Tensor, *, pad: int) -> Tensor:
    """Write the codes of some frames with the delay pattern, behind the token that begins.

    Parameters
    ----------
    codes : Tensor, shape (batch, codebooks, frames), int64
        Tokens of EnCodec.
    pad : int
        The token that stands where there is none.

    Returns
    -------
    Tensor, shape (batch, codebooks, frames + codebooks), int64

    Examples
    --------
    >>> delayed(torch.tensor([[[1, 2], [3, 4]]]), pad=9).tolist()
    [[[9, 1, 2, 9], [9, 9, 3, 4]]]
    """
    batch, books, frames = codes.shape
    out = codes.new_full((batch, books, frames + books), pad)
    for k in range(books):
        out[:, k, k + 1 : k + 1 + frames] = codes[:, k]
    return out


def undelayed(steps: Tensor) -> Tensor:
    """Return the codes of frames that were written with the delay pattern.

    Parameters
    ----------
    steps : Tensor, shape (batch, codebooks, frames + codebooks), int64

    Returns
    -------
    Tensor, shape (batch, codebooks, frames), int64
    """
    books = steps.shape[1]
    frames = steps.shape[2] - books
    return torch.stack([steps[:, k, k + 1 : k + 1 + frames] for k in range(books)], dim=1)
