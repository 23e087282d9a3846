"""Loudness after ITU-R BS.1770-4 and true peak, over blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from filmcomposer_core.k_weighting import K_WEIGHTING, OFFSET_LU, lufs_of
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.synth import Sound

_HOP = SAMPLE_RATE // 10
_HOPS_PER_BLOCK = 4
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
#: Oversampling of the true-peak meter, and its filter's length per phase.
_OVER, _TAPS = 4, 24
_FIR: NDArray[np.float32] = _OVER * signal.firwin(
    _OVER * _TAPS + 1, 0.92 / _OVER, window=("kaiser", 7.0)
).astype(np.float32)
PEAK_MARGIN = _TAPS


class LoudnessMeter:
    """Integrated loudness of stereo blocks that follow one another."""

    def __init__(self) -> None:
        self._state = np.zeros((2, 2, 2))
        self._rest = np.zeros(0)
        self._energies: list[NDArray[np.float64]] = []

    def add(self, sound: Sound) -> None:
        """Take a block.

        Parameters
        ----------
        sound : ndarray, shape (samples, 2), float32
            The next samples.
        """
        weighted, self._state = signal.sosfilt(K_WEIGHTING, sound, axis=0, zi=self._state)
        power = np.concatenate((self._rest, np.einsum("sc,sc->s", weighted, weighted)))
        whole = len(power) // _HOP * _HOP
        self._energies.append(power[:whole].reshape(-1, _HOP).sum(axis=1))
        self._rest = power[whole:]

    def integrated_lufs(self) -> float:
        """Return the gated loudness so far, minus infinity for silence.

        Sound shorter than one gating block (0.4 s) is measured whole and without a gate.
        """
        hops = np.concatenate([*self._energies, np.zeros(0)])
        if len(hops) < _HOPS_PER_BLOCK:
            samples = len(hops) * _HOP + len(self._rest)
            return lufs_of((hops.sum() + self._rest.sum()) / max(samples, 1))
        blocks = np.convolve(hops, np.ones(_HOPS_PER_BLOCK), "valid") / (_HOPS_PER_BLOCK * _HOP)
        loud = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
        if not len(loud):
            return lufs_of(float(blocks.mean()))
        gate = loud.mean() * 10.0 ** (_RELATIVE_GATE_LU / 10.0)
        return lufs_of(float(loud[loud > gate].mean()))


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - OFFSET_LU) / 10.0))


def highest_channel(sound: Sound) -> NDArray[np.float32]:
    """Return the highest absolute value of two channels at each sample."""
    level: NDArray[np.float32] = np.maximum(np.abs(sound[:, 0]), np.abs(sound[:, 1]))
    return level


def true_peaks(sound: Sound) -> NDArray[np.float32]:
    """Return the highest level at and around each sample, four times oversampled.

    Parameters
    ----------
    sound : ndarray, shape (samples, 2), float32
        A stretch; its first and last ``PEAK_MARGIN`` samples lack their surroundings.

    Returns
    -------
    ndarray, shape (samples,), float32
        The largest of all channels and of the points up to half a sample away.
    """
    over: Sound = signal.upfirdn(_FIR, sound, up=_OVER, axis=0)
    start = (len(_FIR) - 1) // 2 - _OVER // 2
    wanted = over[start : start + _OVER * len(sound)]
    inside = highest_channel(wanted).reshape(-1, _OVER).max(axis=1)
    peaks: NDArray[np.float32] = np.maximum(inside, highest_channel(sound))
    return peaks


def true_peak(sound: Sound) -> float:
    """Return the true peak of a stretch, linear; only its loud places are oversampled."""
    highest = 0.0
    step = 8192
    sample_peak = float(np.abs(sound).max(initial=0.0))
    for at in range(0, len(sound), step):
        piece = sound[at : at + step]
        # Between samples a signal rises by 6 dB at the very most.
        if float(np.abs(piece).max()) >= 0.5 * sample_peak > 0.0:
            around = sound[max(0, at - PEAK_MARGIN) : at + step + PEAK_MARGIN]
            highest = max(highest, float(true_peaks(around).max()))
    return highest
