"""How well a sound keeps the rhythm that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.take import Stroke

Sound = NDArray[np.float32]

#: Frames a second in which sound and rhythm are compared, and how long a stroke is, seconds.
_RATE: Final = 100
_BLUR_S: Final = 0.02
#: How far the sound may be off as a whole, in picture frames.
_LAG_FRAMES: Final = 2


def rhythm_agreement(
    sound: Sound, strokes: Sequence[Stroke], *, rate: int, frame_s: float
) -> float:
    """Return the normalised cross-correlation of a sound's onsets with the strokes asked for.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float32
        Mono.
    strokes : sequence of Stroke
        The rhythm condition.
    rate : int
        Sampling rate, Hz.
    frame_s : float
        Duration of a picture frame: the sound may be up to two of them early or late as a whole.

    Returns
    -------
    float
        -1 to 1; 0 for no strokes, silence, or onsets by chance.
    """
    import librosa

    hop = rate // _RATE
    if not strokes or sound.size < 2 * hop:
        return 0.0
    heard = librosa.onset.onset_strength(y=sound, sr=rate, hop_length=hop, n_fft=4 * hop)
    wanted = np.zeros(heard.size)
    for stroke in strokes:
        at = round(stroke.time_s * _RATE)
        if at < wanted.size:
            wanted[at] = max(wanted[at], 0.3 + 0.7 * stroke.strength)
    span = np.arange(-4, 5) / _RATE
    kernel = np.exp(-0.5 * (span / _BLUR_S) ** 2)
    wanted = np.convolve(wanted, kernel, "same")
    heard = np.convolve(heard, kernel, "same")
    reach = max(1, round(_LAG_FRAMES * frame_s * _RATE))
    return max(_correlation(heard, wanted, lag) for lag in range(-reach, reach + 1))


def _correlation(heard: NDArray[np.float64], wanted: NDArray[np.float64], lag: int) -> float:
    """Return the correlation where the sound is ``lag`` frames late."""
    a = heard[max(0, lag) : heard.size + min(0, lag)]
    b = wanted[max(0, -lag) : wanted.size + min(0, -lag)]
    a, b = a - a.mean(), b - b.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size > 1e-9 else 0.0
