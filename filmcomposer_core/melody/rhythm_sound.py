"""The rhythm spots as a waveform, which the model hears (Sec. 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.take import Stroke

Sound = NDArray[np.float32]

#: A stroke fades to a thousandth in this time, seconds, and sounds in two octaves from here, MIDI.
_FADE_S, _OCTAVES = 0.5, (60, 72)
_CLICK_S: Final = 0.02
#: Softest stroke, as a share of the loudest.
_SOFTEST: Final = 0.15


def rhythm_sound(strokes: Sequence[Stroke], *, duration_s: float, rate: int) -> Sound:
    """Let the strokes of a rhythm sound.

    Parameters
    ----------
    strokes : sequence of Stroke
        In any order; those outside of the duration are not heard.
    duration_s : float
        Length of the sound, seconds.
    rate : int
        Sampling rate, Hz.

    Returns
    -------
    ndarray, shape (round(duration_s * rate),), float32
        At most 1. Strokes with pitches are short tones of these pitch classes, others clicks.
    """
    out = np.zeros(round(duration_s * rate))
    time = np.arange(round(_FADE_S * rate)) / rate
    fade = 10.0 ** (-3.0 * time / _FADE_S) * np.minimum(1.0, time / 0.002)
    click = np.random.default_rng(0).standard_normal(round(_CLICK_S * rate))
    click *= np.linspace(1.0, 0.0, click.size) ** 2
    for stroke in strokes:
        first = round(stroke.time_s * rate)
        level = _SOFTEST + (1.0 - _SOFTEST) * stroke.strength
        wave = 0.3 * click if not stroke.pitches else fade * _tones(stroke.pitches, time)
        room = min(wave.size, out.size - first)
        if room > 0:
            out[first : first + room] += level * wave[:room]
    peak = float(np.abs(out).max(initial=0.0))
    return (out / max(1.0, peak)).astype(np.float32)


def _tones(pitches: Sequence[int], time: NDArray[np.float64]) -> NDArray[np.float64]:
    keys = [octave + pitch for pitch in pitches for octave in _OCTAVES]
    waves = [np.sin(2 * np.pi * 440.0 * 2.0 ** ((key - 69) / 12) * time) for key in keys]
    return np.asarray(np.sum(waves, axis=0) / len(keys))
