"""Know copies again: short prints of picture and music that outlive another encoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Curves

#: Share of bits in which two prints of one thing may differ; strangers differ in about half.
NEAR: Final = 0.2
#: Stretches of time of a picture's print, and of a sound's.
_STEPS: Final = 64
_FRAMES: Final = 33
_BANDS: Final = 16
_LOW_HZ, _HIGH_HZ = 60.0, 4000.0
_BLOCK: Final = 512
#: A curve that moves less than this in all (0 to 1) tells nothing.
_STILL: Final = 1e-3


def picture_print(curves: Curves) -> str:
    """Return the print of a clip: where its light, contrast and colour rise and fall.

    Parameters
    ----------
    curves : Curves
        Of the whole clip, arrays of shape (frames,).

    Returns
    -------
    str
        192 bits in hexadecimal; empty for a picture that never changes.
    """
    bits = []
    still = True
    for curve in (curves.luma, curves.contrast, curves.saturation):
        means = np.array([part.mean() for part in np.array_split(_long(curve), _STEPS + 1)])
        still = still and float(np.ptp(means)) < _STILL
        bits.append(np.diff(means) > 0)
    return "" if still else np.packbits(np.concatenate(bits)).tobytes().hex()


def _long(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Repeat the values of a short curve so that it can be cut into all stretches."""
    times = -(-4 * (_STEPS + 1) // max(1, curve.size))
    return np.repeat(curve, max(1, times))


def music_print(sound: NDArray[np.float32], rate: int) -> str:
    """Return the print of music: how its bands of pitch change beside each other.

    Parameters
    ----------
    sound : ndarray, shape (channels, samples)
        The music.
    rate : int
        Sampling rate, Hz, above 8000.

    Returns
    -------
    str
        480 bits in hexadecimal.

    Notes
    -----
    The signs of energy differences along time and pitch, after Haitsma and Kalker (2002), on
    a grid that is much coarser as only whole pieces are compared.
    """
    mono = sound.mean(axis=0).astype(np.float64)
    edges = np.geomspace(_LOW_HZ, min(_HIGH_HZ, rate / 2.2), _BANDS + 1)
    levels = np.empty((_FRAMES, _BANDS))
    for row, part in enumerate(np.array_split(mono, _FRAMES)):
        power = np.abs(np.fft.rfft(part * np.hanning(part.size))) ** 2
        hz = np.fft.rfftfreq(part.size, 1.0 / rate)
        sums = np.add.reduceat(power, np.searchsorted(hz, edges))[:_BANDS]
        levels[row] = np.log(sums + 1e-12)
    return np.packbits(np.diff(np.diff(levels, axis=1), axis=0) > 0).tobytes().hex()


def near_pairs(prints: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of every two prints that are of one thing; empty prints match nothing.

    Parameters
    ----------
    prints : sequence of str
        Hexadecimal bits; those of another length than most have are left out.
    """
    sizes = [len(text) for text in prints if text]
    if not sizes:
        return
    size = max(set(sizes), key=sizes.count)
    places = [i for i, text in enumerate(prints) if len(text) == size]
    bits = np.array([list(bytes.fromhex(prints[i])) for i in places], np.uint8)
    most = NEAR * bits.shape[1] * 8
    for start in range(0, len(places), _BLOCK):
        block = bits[start : start + _BLOCK]
        for j in range(start, len(places)):
            differing = np.bitwise_count(block ^ bits[j]).sum(axis=1)
            for i in np.flatnonzero(differing <= most):
                if start + int(i) < j:
                    yield places[start + int(i)], places[j]
