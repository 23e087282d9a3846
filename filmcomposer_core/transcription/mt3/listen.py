"""Ask an MT3 network for the words of segments: greedily, many segments at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from filmcomposer_core.errors import InputError
from filmcomposer_core.transcription.mt3.network import Mt3Network
from filmcomposer_core.transcription.mt3.vocabulary import END, PAD

#: Most words of a segment, as published.
MOST_WORDS: Final = 1024


@torch.inference_mode()
def write_words(
    network: Mt3Network,
    frames: Tensor,
    *,
    most: int = MOST_WORDS,
    told: Callable[[float], None] = lambda share: None,
) -> tuple[list[list[int]], list[list[float]]]:
    """Return the likeliest words of segments, one after the other.

    Parameters
    ----------
    network : Mt3Network
    frames : Tensor, shape (batch, frames, input_depth), float32
        On the network's device.
    most : int
        Words after which a segment is given up.
    told : callable, optional
        Told after every few words what share of the segments is done at least; may stop the work.

    Returns
    -------
    list of list of int
        The words of each segment, ``END`` last unless it was given up.
    list of list of float
        Their probabilities.

    Raises
    ------
    InputError
        If the network computes what is no number.
    """
    heard = network.encode(frames)
    batch = frames.shape[0]
    words = torch.full((batch,), PAD, dtype=torch.int64, device=frames.device)
    done = torch.zeros(batch, dtype=torch.bool, device=frames.device)
    memory = network.remember(heard, length=most)
    said, sure = [], []
    for at in range(most):
        logits = network.step(words, at, memory).float()
        words = logits.argmax(dim=-1)
        chosen = logits.gather(1, words[:, None])[:, 0] - logits.logsumexp(dim=-1)
        said.append(torch.where(done, PAD, words))
        sure.append(chosen.exp())
        done |= words == END
        # Asking the device costs more than a step; a stop may wait for a few of them.
        if at % 4 == 3 or at + 1 == most:
            _check_numbers(chosen)
            told(max(float(done.float().mean()), (at + 1) / most))
            if bool(done.all()):
                break
    _check_numbers(sure[-1])
    return _rows(torch.stack(said, dim=1), torch.stack(sure, dim=1))


def _check_numbers(values: Tensor) -> None:
    if not bool(torch.isfinite(values).all()):
        msg = "The network mt3 computed something that is no number."
        raise InputError(msg, "Fetch its weights again; they are damaged.")


def _rows(said: Tensor, sure: Tensor) -> tuple[list[list[int]], list[list[float]]]:
    words: list[list[int]] = said.tolist()
    chances: list[list[float]] = sure.tolist()
    ends = [row.index(END) + 1 if END in row else len(row) for row in words]
    return (
        [row[:end] for row, end in zip(words, ends, strict=True)],
        [row[:end] for row, end in zip(chances, ends, strict=True)],
    )
