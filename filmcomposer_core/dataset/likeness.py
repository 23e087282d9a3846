"""Know copies again: short prints of picture and music that outlive another encoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from filmcomposer_core.film_file import open_film_at

Floats = NDArray[np.float64]

#: Correlation from which two prints are of one thing. Of 48 parts of eight films, coded anew at a
#: quarter of the size, 46 keep 0.96 or more and strangers reach 0.92; of 40 stretches of their
#: sound as poor MP3 all keep 0.96, with the codec's delay, and strangers reach 0.71.
NEAR_PICTURE: Final = 0.95
NEAR_MUSIC: Final = 0.85
#: Pictures of a clip, spread evenly, and their size; steps of grey that a flat one may differ by.
_PICTURES: Final = 6
_WIDTH, _HEIGHT = 16, 9
_FLAT: Final = 4.0
#: Stretches of time of a sound's print, its bands of pitch, and how deep it looks, decibels.
_FRAMES: Final = 17
_BANDS: Final = 24
_LOW_HZ, _HIGH_HZ = 60.0, 4000.0
_DEPTH_DB: Final = 40.0
_BLOCK: Final = 512


def picture_print(path: Path, *, start_s: float, duration_s: float) -> str:
    """Return the print of a clip: six of its pictures, tiny and grey.

    Parameters
    ----------
    path : Path
        The clip.
    start_s : float
        Where its first frame stands on the file's own clock.
    duration_s : float
        Its length.

    Returns
    -------
    str
        864 signed bytes in hexadecimal; empty for a clip of flat pictures.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    times = start_s + duration_s * (np.arange(_PICTURES) + 0.5) / _PICTURES
    tiny = np.array([_tiny(path, float(time_s)) for time_s in times])
    tiny -= tiny.mean(axis=(1, 2), keepdims=True)
    spread = tiny.std(axis=(1, 2), keepdims=True)
    return _packed(np.where(spread < _FLAT, 0.0, tiny / np.maximum(spread, _FLAT)))


def _tiny(path: Path, time_s: float) -> Floats:
    """Return the frame that stands at a time, shape (9, 16), 0 to 255; black if there is none."""
    container, stream = open_film_at(path, _picture, time_s=time_s)
    with container:
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= time_s - 1e-6:
                small = frame.reformat(_WIDTH, _HEIGHT, "gray", interpolation="AREA")
                return small.to_ndarray().astype(np.float64)
    return np.zeros((_HEIGHT, _WIDTH))


def _picture(container: InputContainer) -> VideoStream:
    return container.streams.video[0]


def music_print(sound: NDArray[np.float32], rate: int) -> str:
    """Return the print of music: how loud its bands of pitch are from moment to moment.

    Parameters
    ----------
    sound : ndarray, shape (channels, samples)
        The music.
    rate : int
        Sampling rate, Hz.

    Returns
    -------
    str
        408 signed bytes in hexadecimal; empty for a sound that never changes.
    """
    mono = sound.mean(axis=0).astype(np.float64)
    edges = np.geomspace(_LOW_HZ, min(_HIGH_HZ, rate / 2.2), _BANDS + 1)
    # Windows overlap by half, so that a codec's delay moves little.
    step = max(2, mono.size // _FRAMES)
    padded = np.pad(mono, step // 2)
    window = np.hanning(2 * step)
    bins = np.searchsorted(np.fft.rfftfreq(2 * step, 1.0 / rate), edges)
    power = np.empty((_FRAMES, _BANDS))
    for row in range(_FRAMES):
        part = padded[row * step : (row + 2) * step]
        heard = np.abs(np.fft.rfft(part * window[: part.size], n=2 * step)) ** 2
        power[row] = np.add.reduceat(heard, bins)[:_BANDS]
    floor = max(float(power.max()), 1e-12) * 10.0 ** (-_DEPTH_DB / 10.0)
    levels = 10.0 * np.log10(np.maximum(power, floor))
    return _packed(levels - levels.mean())


def _packed(values: Floats) -> str:
    most = float(np.abs(values).max(initial=0.0))
    if most < 1e-6:
        return ""
    return np.round(127.0 * values / most).astype(np.int8).tobytes().hex()


def near_pairs(prints: Sequence[str], *, near: float) -> Iterator[tuple[int, int]]:
    """Yield the places of every two prints that are of one thing; empty prints match nothing.

    Parameters
    ----------
    prints : sequence of str
        Hexadecimal bytes; those of another length than most have are left out.
    near : float
        Correlation from which they are.
    """
    sizes = [len(text) for text in prints if text]
    if not sizes:
        return
    size = max(set(sizes), key=sizes.count)
    places = [i for i, text in enumerate(prints) if len(text) == size]
    values = np.array(
        [np.frombuffer(bytes.fromhex(prints[i]), np.int8) for i in places], np.float32
    )
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1.0)
    for start in range(0, len(places), _BLOCK):
        alike = values[start : start + _BLOCK] @ values[start:].T
        for i, j in np.argwhere(np.triu(alike >= near, k=1)):
            yield places[start + int(i)], places[start + int(j)]
