"""How much of each of the twelve pitch classes sounds, frame by frame."""

from __future__ import annotations

from functools import cache
from typing import Final

import torch
from torch import Tensor

#: What MusicGen-Melody was trained with: samples of a spectrum and between spectra at 32 kHz.
MELODY_FFT: Final = 16_384
MELODY_HOP: Final = 4_096
CLASSES: Final = 12


@cache
def chroma_filters(rate: int, n_fft: int) -> Tensor:
    """Return the share that each frequency has in each pitch class, shape (12, n_fft // 2 + 1)."""
    from librosa.filters import chroma

    return torch.from_numpy(chroma(sr=rate, n_fft=n_fft, tuning=0.0, n_chroma=CLASSES)).float()


def chromagram(sound: Tensor, *, rate: int, n_fft: int, hop: int) -> Tensor:
    """Return the energy of the pitch classes over time.

    Parameters
    ----------
    sound : Tensor, shape (batch, samples), float32
        Mono.
    rate : int
        Sampling rate, Hz.
    n_fft, hop : int
        Samples of a spectrum, and from one to the next.

    Returns
    -------
    Tensor, shape (batch, frames, 12), float32
        C first; frame ``i`` is centred on sample ``i * hop``.
    """
    missing = n_fft - sound.shape[-1]
    if missing > 0:
        sound = torch.nn.functional.pad(sound, (missing // 2, missing - missing // 2))
    window = torch.hann_window(n_fft, device=sound.device)
    spectrum = torch.stft(
        sound, n_fft, hop_length=hop, window=window, center=True, return_complex=True,
        normalized=False,
    )  # fmt: skip
    power = spectrum.abs().square() / window.square().sum()
    filters = chroma_filters(rate, n_fft).to(sound.device)
    return torch.einsum("cf,bft->btc", filters, power)


def strongest(chroma: Tensor) -> Tensor:
    """Keep only the strongest pitch class of a frame, as 1: how MusicGen-Melody hears a tune."""
    largest = chroma.argmax(dim=-1, keepdim=True)
    return torch.zeros_like(chroma).scatter_(-1, largest, 1.0)


def peaks_and_level(chroma: Tensor) -> Tensor:
    """Scale a chromagram so that each frame tells its pitch classes and how loud it is, 0 to 1."""
    level = chroma.sum(dim=-1, keepdim=True).sqrt()
    loudest = level.amax(dim=1, keepdim=True).clamp_min(1e-6)
    share = chroma / chroma.amax(dim=-1, keepdim=True).clamp_min(1e-12)
    return share * (level / loudest)
