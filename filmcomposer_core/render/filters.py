"""Second-order filters over blocks, with their state carried, fixed or moving."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from filmcomposer_core.render.envelopes import automation_curve
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.session import Automation
from filmcomposer_core.render.synth import Sound

#: A moving filter keeps its corner for so many samples.
STEP_SAMPLES = 512
_Q = 1.0 / np.sqrt(2.0)
#: Corners outside pass everything.
_LOWEST_HZ, _HIGHEST_HZ = 15.0, 19000.0


def butterworth(kind: str, corner_hz: float) -> NDArray[np.float64]:
    """Return one section of a second-order Butterworth filter.

    Parameters
    ----------
    kind : str
        ``lowpass`` or ``highpass``.
    corner_hz : float
        Where it is 3 dB down.

    Returns
    -------
    ndarray, shape (1, 6), float64
        In scipy's order b0 b1 b2 a0 a1 a2.
    """
    angle = 2.0 * np.pi * min(corner_hz, 0.49 * SAMPLE_RATE) / SAMPLE_RATE
    alpha, cosine = np.sin(angle) / (2.0 * _Q), np.cos(angle)
    sign = 1.0 if kind == "lowpass" else -1.0
    edge = (1.0 - sign * cosine) / 2.0
    section = np.array([[edge, 2.0 * sign * edge, edge, 1.0 + alpha, -2.0 * cosine, 1.0 - alpha]])
    normal: NDArray[np.float64] = section / (1.0 + alpha)
    return normal


class BlockFilter:
    """A low-pass or high-pass whose corner may move; blocks follow one another."""

    def __init__(self, kind: str, corner_hz: Automation) -> None:
        self._kind = kind
        self._corner_hz = corner_hz
        self._state = np.zeros((1, 2, 2))

    def __call__(self, sound: Sound, start: int) -> Sound:
        """Return the filtered block.

        Parameters
        ----------
        sound : ndarray, shape (samples, 2), float32
            The block.
        start : int
            Its first sample; a multiple of ``STEP_SAMPLES`` keeps a moving filter the same
            whatever the size of the blocks.
        """
        corner = automation_curve(self._corner_hz, start=start, count=len(sound))
        if isinstance(corner, float):
            return self._run(sound, corner)
        out = np.empty_like(sound)
        for at in range(0, len(sound), STEP_SAMPLES):
            piece = slice(at, min(at + STEP_SAMPLES, len(sound)))
            out[piece] = self._run(sound[piece], float(corner[piece.start]))
        return out

    def _run(self, sound: Sound, corner_hz: float) -> Sound:
        if not self._acts(corner_hz):
            # The memory of an open filter is the signal itself; it starts afresh when it closes.
            self._state[:] = 0.0
            return sound
        section = butterworth(self._kind, corner_hz)
        out, self._state = signal.sosfilt(section, sound, axis=0, zi=self._state)
        filtered: Sound = out.astype(np.float32)
        return filtered

    def _acts(self, corner_hz: float) -> bool:
        if self._kind == "lowpass":
            return 0.0 < corner_hz < _HIGHEST_HZ
        return corner_hz > _LOWEST_HZ
