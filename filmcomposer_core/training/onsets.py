"""When strokes are heard in a sound, and how well they meet the rhythm that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: A stroke that is met this exactly counts, seconds (MIREX, mir_eval).
WINDOW_S: Final = 0.05
#: Frames of the envelope, seconds; spectra are about three of them long.
_FRAME_S: Final = 0.01
#: How far above its surroundings an onset stands, as a share of the strongest.
_DELTA: Final = 0.2


def heard_onsets(sound: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return when strokes are heard.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float32
        Mono.
    rate : int
        Sampling rate, Hz.

    Returns
    -------
    ndarray, shape (onsets,), float64
        Seconds, rising.
    """
    import librosa

    hop = max(1, round(_FRAME_S * rate))
    envelope = librosa.onset.onset_strength(
        y=sound, sr=rate, hop_length=hop, n_fft=1 << (3 * hop).bit_length()
    )
    if not np.any(envelope > 0.0):
        return np.zeros(0)
    found: NDArray[np.float64] = librosa.onset.onset_detect(
        onset_envelope=envelope, sr=rate, hop_length=hop, units="time", delta=_DELTA
    )
    return np.sort(found)


def agreement(wanted: Sequence[float], heard: Sequence[float]) -> float:
    """Return the F-measure of onsets within ``WINDOW_S``, 0 to 1.

    Each onset meets at most one stroke; as the times rise, the earliest that fits is the best.

    Examples
    --------
    >>> agreement([1.0, 2.0], [1.04, 3.0])
    0.5
    """
    met, at = 0, 0
    times = sorted(heard)
    for time_s in sorted(wanted):
        while at < len(times) and times[at] < time_s - WINDOW_S:
            at += 1
        if at < len(times) and times[at] <= time_s + WINDOW_S:
            met, at = met + 1, at + 1
    whole = len(wanted) + len(times)
    return 2 * met / whole if whole else 0.0
