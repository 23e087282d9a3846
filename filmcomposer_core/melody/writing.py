"""Write the tokens of a window, all candidates at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Generator, Tensor

from filmcomposer_core.contracts.take import TakeRequest
from filmcomposer_core.errors import FilmComposerError
from filmcomposer_core.melody.decode import Decoder
from filmcomposer_core.melody.delay import delayed, undelayed
from filmcomposer_core.melody.sampling import guided, sampled
from filmcomposer_core.melody.windows import Window

#: Steps between looks at a GPU, each of which waits for it. A processor has nothing to wait for,
#: and a step of a large model takes it longer than a user waits who wants to stop.
_LOOK_EVERY: Final = 8


@torch.inference_mode()
def write_window(
    decoder: Decoder,
    codes: Tensor,
    prefix: Tensor,
    window: Window,
    *,
    request: TakeRequest,
    chance: Sequence[Generator],
    pad: int,
    tell: Callable[[int], None],
) -> None:
    """Write the frames of a window behind those that it goes on from.

    Parameters
    ----------
    decoder : Decoder
        Of the model.
    codes : Tensor, shape (candidates, codebooks, frames), int64
        The tokens of the whole sound; those that the window makes are changed.
    prefix : Tensor, shape (rows, positions, width)
        Conditions of each candidate, and behind them those without any where there is guidance.
    window : Window
        Which frames are read and which are made.
    request : TakeRequest
        Gives guidance, temperature and how many of the likeliest tokens may come.
    chance : sequence of Generator
        One a candidate.
    pad : int
        The token that stands for none.
    tell : callable of int
        Told how many of the window's new frames are done; what it raises stops the work.

    Raises
    ------
    FilmComposerError
        If the model gives numbers that are none.
    """
    books = codes.shape[1]
    twice = 2 if request.guidance > 1.0 else 1
    steps = delayed(codes[:, :, window.begin : window.end], pad=pad)
    last = steps.shape[2] - 1
    # The first codebook of a new frame is written at this step, the others later.
    first = window.written - window.begin + 1
    made = window.end - window.written
    look_every = _LOOK_EVERY if codes.device.type != "cpu" else 1
    books_behind = torch.arange(books, device=codes.device)
    whole = torch.ones((), dtype=torch.bool, device=codes.device)
    logits = decoder.start(
        prefix, steps[:, :, :first].repeat(twice, 1, 1),
        length=prefix.shape[1] + steps.shape[2], tell=lambda: tell(0),
    )  # fmt: skip
    for at in range(first, last + 1):
        logits = guided(logits, request.guidance)
        whole &= logits.isfinite().all()
        drawn = sampled(logits, top_k=request.top_k, temperature=request.temperature, chance=chance)
        frame = at - 1 - books_behind
        new = (frame >= first - 1) & (frame < window.end - window.begin)
        steps[:, :, at] = torch.where(new, drawn, steps[:, :, at])
        if (at - first) % look_every == 0 or at == last:
            if not bool(whole):
                msg = "The model gives numbers that are none: damaged weights, or too few bits."
                raise FilmComposerError(msg, "Try --dtype fp32, or fetch the model again.")
            tell(min(at - first, made))
        if at < last:
            logits = decoder.step(steps[:, :, at].repeat(twice, 1))
    codes[:, :, window.begin : window.end] = undelayed(steps)
