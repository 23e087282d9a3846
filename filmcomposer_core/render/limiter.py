"""A look-ahead limiter as a gain curve, so that the same curve can be laid on every stem."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from filmcomposer_core.render.loudness import PEAK_MARGIN, highest_channel, true_peaks
from filmcomposer_core.render.synth import Sound

#: Half the width of the window within which the gain moves, 30 ms: slow enough to leave low notes
#: undistorted, quick enough not to be heard.
HALF_WINDOW = 1440
#: What has to be known before and after a block.
REACH = 2 * HALF_WINDOW + PEAK_MARGIN
_STEP = 8192


def limiter_curve(level: NDArray[np.float32], *, ceiling: float) -> NDArray[np.float32]:
    """Return a smooth gain that keeps a level under a ceiling.

    Parameters
    ----------
    level : ndarray, shape (samples,), float32
        Level that must not pass the ceiling.
    ceiling : float
        The highest level let through.

    Returns
    -------
    ndarray, shape (samples,), float32
        Gain of 0 to 1. Near both ends, within twice ``HALF_WINDOW``, what lies outside is taken as
        quiet.
    """
    wanted = np.minimum(1.0, ceiling / np.maximum(level, 1e-12))
    if wanted.min(initial=1.0) >= 1.0:
        return np.ones(len(level), np.float32)
    # Each sample takes the smallest gain wanted around it; the mean over a window of the same
    # width then cannot lie above the wish of its middle.
    lowest = ndimage.minimum_filter1d(wanted, 2 * HALF_WINDOW + 1, mode="constant", cval=1.0)
    window = np.hanning(2 * HALF_WINDOW + 3)[1:-1]
    padded = np.pad(lowest, HALF_WINDOW, constant_values=1.0)
    smooth = signal.fftconvolve(padded, window / window.sum(), mode="valid")
    curve: NDArray[np.float32] = np.minimum(smooth, 1.0).astype(np.float32)
    return curve


def peak_levels(mix: Sound, *, ceiling: float) -> NDArray[np.float32]:
    """Return the true-peak level at each sample, exactly only where it may reach a ceiling.

    Parameters
    ----------
    mix : ndarray, shape (samples, 2), float32
        The mix at its final gain.
    ceiling : float
        Level of interest.
    """
    level = highest_channel(mix)
    for at in range(0, len(mix), _STEP):
        # Between samples a signal rises by 6 dB at the very most.
        if level[at : at + _STEP].max() > 0.5 * ceiling:
            first = max(0, at - PEAK_MARGIN)
            peaks = true_peaks(mix[first : at + _STEP + PEAK_MARGIN])
            level[at : at + _STEP] = peaks[at - first :][: len(level[at : at + _STEP])]
    return level
