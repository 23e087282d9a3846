"""The picture of a sound that MT3 looks at: log-mel frames of 8 ms, cut into segments."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.transcription.mt3.vocabulary import STEPS_PER_S

Floats = NDArray[np.float32]

RATE: Final = 16_000
HOP: Final = 128
N_FFT: Final = 2048
#: The lowest and the highest frequency of the mel bands, Hz.
LOW_HZ, HIGH_HZ = 20.0, 7600.0
#: What a silent band is taken for before the logarithm.
_FLOOR: Final = 1e-5


def segment_count(samples: int, *, frames: int) -> int:
    """Return how many segments of so many frames a sound has.

    As published, a sound that ends with a frame gets one more.
    """
    return -(-(samples // HOP + 1) // frames)


def segments(sound: Floats, which: range, *, frames: int, bands: int = 512) -> Floats:
    """Return what the encoder reads of some segments.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float32
        The whole recording, mono at ``RATE``.
    which : range
        Indices of segments, with step 1.
    frames : int
        Frames of a segment: 256 in MT3, 512 in its piano model.
    bands : int
        Mel bands.

    Returns
    -------
    ndarray, shape (segments, frames, bands), float32
        Natural logarithms of magnitudes.

    Notes
    -----
    As published: each segment is analysed by itself, its end followed by silence, and frames
    that begin after the end of the sound are 0.
    """
    length = frames * HOP
    padded = np.zeros(len(which) * length, np.float32)
    part = sound[which.start * length : which.stop * length]
    padded[: part.size] = part
    rows = padded.reshape(len(which), length)
    found = np.stack([log_mel(row, bands=bands) for row in rows])
    inside = max(0, sound.size // HOP + 1 - which.start * frames)
    found.reshape(len(which) * frames, bands)[inside:] = 0.0
    return found


def first_steps(count: int, *, frames: int) -> list[int]:
    """Return the step of 10 ms at which each of ``count`` segments begins, rounded down."""
    return [index * frames * HOP * STEPS_PER_S // RATE for index in range(count)]


def log_mel(sound: Floats, *, bands: int) -> Floats:
    """Return the frames of a stretch of sound, shape (samples / ``HOP``, bands).

    A frame begins at each hop and reads ``N_FFT`` samples on from there, silence after the end.
    """
    padded = np.pad(sound, (0, N_FFT - HOP)).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    magnitudes = np.abs(np.fft.rfft(views * _window(), axis=1)).astype(np.float32)
    mel = magnitudes @ mel_bands(bands)
    return np.log(np.where(mel <= 0.0, np.float32(_FLOOR), mel), dtype=np.float32)


@cache
def _window() -> Floats:
    """Return the periodic Hann window."""
    turn = 2.0 * np.pi * np.arange(N_FFT) / N_FFT
    return np.asarray(0.5 - 0.5 * np.cos(turn), np.float32)


@cache
def mel_bands(bands: int) -> Floats:
    """Return the weights of frequencies in mel bands, shape (``N_FFT`` / 2 + 1, bands).

    Triangles over the mel scale of HTK whose sides are straight in mel, of height 1; the constant
    part of the sound is left out, as TensorFlow's are, on which MT3 was trained.
    """
    edges = np.linspace(_mel(LOW_HZ), _mel(HIGH_HZ), bands + 2)
    at = _mel(np.arange(N_FFT // 2 + 1) * RATE / N_FFT)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0
    return weights.astype(np.float32)


def _mel(frequency_hz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(frequency_hz, np.float64) / 700.0))
