"""A concert hall made of numbers: a seeded impulse response, and convolution block by block."""

from __future__ import annotations

import threading
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from filmcomposer_core.render.filters import butterworth
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.session import Hall
from filmcomposer_core.render.synth import Sound
from filmcomposer_core.seeding import rng_for

Impulse = NDArray[np.float32]
#: Octave bands of the late sound; each decays at its own rate.
_BAND_EDGES_HZ = (0.0, 177.0, 354.0, 707.0, 1414.0, 2828.0, 5657.0, 11314.0, 24000.0)
_BAND_CENTRES_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
#: Low notes ring longer; above the damping frequency the air and the seats take their share.
_LOW_SHARE, _DAMPED_SHARE = 1.15, 0.5
_EARLY_FIRST_S, _EARLY_LAST_S, _EARLY_COUNT, _EARLY_SHARE = 0.004, 0.075, 14, 0.3
_BUILD_UP_S = 0.02
#: A shallow dip that keeps the return from muddying low mids.
_MUD_HZ, _MUD_DB = 300.0, -3.0
_LOCK = threading.Lock()


def hall_impulse(hall: Hall, *, seed: int) -> Impulse:
    """Return the impulse responses of a hall from each input to each output.

    Parameters
    ----------
    hall : Hall
        Decay time, low cut and damping.
    seed : int
        Another seed is another seat in a hall of the same size.

    Returns
    -------
    ndarray, shape (2, 2, samples), float32
        Input channel, output channel, time. Each has energy 1/2: a source in the middle is as
        loud in the hall as it is direct, times the send gain.
    """
    length = round(1.25 * hall.decay_s * SAMPLE_RATE)
    made = np.empty((2, 2, length))
    for source in range(2):
        for ear in range(2):
            rng = rng_for(seed, "render", "hall", source, ear)
            late = _late(rng, hall, length)
            early = _early(rng, length, near=source == ear)
            made[source, ear] = _unit(late) * np.sqrt(1.0 - _EARLY_SHARE) + _unit(early) * np.sqrt(
                _EARLY_SHARE
            )
    sections = np.concatenate((butterworth("highpass", hall.highpass_hz), _bell(_MUD_HZ, _MUD_DB)))
    made = signal.sosfilt(sections, made, axis=-1)
    made *= np.sqrt(0.5 / np.sum(made**2, axis=-1, keepdims=True))
    impulse: Impulse = made.astype(np.float32)
    return impulse


def _unit(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = sound / np.sqrt(np.sum(sound**2))
    return unit


def _late(rng: np.random.Generator, hall: Hall, length: int) -> NDArray[np.float64]:
    spectrum = fft.rfft(rng.standard_normal(length))
    frequency = np.fft.rfftfreq(length, 1.0 / SAMPLE_RATE)
    time_s = np.arange(length) / SAMPLE_RATE
    late = np.zeros(length)
    edges = zip(_BAND_EDGES_HZ[:-1], _BAND_EDGES_HZ[1:], _BAND_CENTRES_HZ, strict=True)
    for low, high, centre in edges:
        band = fft.irfft(np.where((frequency >= low) & (frequency < high), spectrum, 0.0), length)
        damping = 1.0 / (1.0 + (centre / hall.damping_hz) ** 2)
        share = _DAMPED_SHARE + (1.0 - _DAMPED_SHARE) * damping
        decay_s = hall.decay_s * share * (_LOW_SHARE if centre <= 250.0 else 1.0)
        late += band * 10.0 ** (-3.0 * time_s / decay_s)
    late *= 1.0 - np.exp(-time_s / _BUILD_UP_S)
    # The last tenth is faded, so that the response ends in silence.
    fade = round(0.1 * length)
    late[-fade:] *= np.linspace(1.0, 0.0, fade)
    return late


def _early(rng: np.random.Generator, length: int, *, near: bool) -> NDArray[np.float64]:
    """Return separate reflections, softened; the wall on the source's side answers first."""
    early = np.zeros(length)
    spread = np.sort(rng.uniform(0.0, 1.0, _EARLY_COUNT)) ** 1.3
    first_s = _EARLY_FIRST_S if near else 2.0 * _EARLY_FIRST_S
    times_s = first_s + spread * (_EARLY_LAST_S - first_s)
    gains = rng.choice((-1.0, 1.0), _EARLY_COUNT) * 10.0 ** (-times_s / 0.09)
    early[np.minimum(np.round(times_s * SAMPLE_RATE).astype(int), length - 1)] = gains
    return np.asarray(signal.sosfilt(butterworth("lowpass", 6000.0), early))


def _bell(centre_hz: float, gain_db: float) -> NDArray[np.float64]:
    amplitude = 10.0 ** (gain_db / 40.0)
    angle = 2.0 * np.pi * centre_hz / SAMPLE_RATE
    alpha, cosine = np.sin(angle) / 2.0, np.cos(angle)
    over, under = 1.0 + alpha * amplitude, 1.0 + alpha / amplitude
    section = [over, -2.0 * cosine, 2.0 - over, under, -2.0 * cosine, 2.0 - under]
    normal: NDArray[np.float64] = np.array([section]) / under
    return normal


@lru_cache(maxsize=4)
def _spectra(hall: Hall, seed: int, block: int) -> tuple[NDArray[np.complex64], int, int]:
    """Return the spectra of a hall for blocks of a size, their FFT size and the hall's length."""
    impulse = hall_impulse(hall, seed=seed)
    size = int(fft.next_fast_len(block + impulse.shape[-1], real=True))
    return fft.rfft(impulse, size, axis=-1), size, impulse.shape[-1]


class HallReturn:
    """What comes back from a hall, for blocks of at most ``block`` samples in a row."""

    def __init__(self, hall: Hall, *, seed: int, predelay_ms: float, block: int) -> None:
        self._delay = round(predelay_ms * SAMPLE_RATE / 1000.0)
        self._tail = np.zeros((2, 0), np.float32)
        with _LOCK:
            self._spectra, self._size, self._length = _spectra(hall, seed, block)

    def __call__(self, sound: Sound) -> Sound:
        """Return the hall's answer to a block and to those before it.

        Parameters
        ----------
        sound : ndarray, shape (samples, 2), float32
            What is sent into the hall.

        Returns
        -------
        ndarray, shape (samples, 2), float32
            The answer during the block; its tail comes with the next ones.
        """
        count = len(sound)
        answer = self._convolve(sound) if np.any(sound) else np.zeros((2, 0), np.float32)
        whole = np.zeros((2, max(count, answer.shape[1], self._tail.shape[1])), np.float32)
        whole[:, : self._tail.shape[1]] = self._tail
        whole[:, : answer.shape[1]] += answer
        self._tail = whole[:, count:].copy()
        return np.ascontiguousarray(whole[:, :count].T)

    @property
    def rings(self) -> bool:
        """Whether a tail is still to come."""
        return bool(np.any(self._tail))

    def _convolve(self, sound: Sound) -> NDArray[np.float32]:
        sent = fft.rfft(np.ascontiguousarray(sound.T), self._size, axis=-1)
        mixed = sent[0] * self._spectra[0] + sent[1] * self._spectra[1]
        answer = fft.irfft(mixed, self._size, axis=-1)[:, : len(sound) + self._length - 1]
        return np.pad(answer, ((0, 0), (self._delay, 0)))
