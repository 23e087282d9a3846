"""Waveform and loudness of the mix, read in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.k_weighting import K_WEIGHTING, lufs_of

#: Columns of the waveform picture.
COLUMNS = 1600
#: Loudness that stands for silence.
FLOOR_LUFS = -70.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPicture:
    """``peaks`` has shape (columns,), 0 to 1; ``loudness_lufs`` one short-term value a second."""

    peaks: NDArray[np.float64]
    loudness_lufs: tuple[float, ...]


def picture_of(wav_path: Path) -> SoundPicture:
    """Read a sound file once, a second at a time.

    Parameters
    ----------
    wav_path : Path
        The mix at 48 kHz, for which the K weighting stands.

    Returns
    -------
    SoundPicture
        Peaks by column, and short-term loudness (3 s window, BS.1770-4) at every second.
    """
    import soundfile
    from scipy.signal import sosfilt

    with soundfile.SoundFile(wav_path) as sound:
        rate, total = sound.samplerate, sound.frames
        state = np.zeros((len(K_WEIGHTING), 2, sound.channels))
        peaks = np.zeros(COLUMNS)
        powers: list[float] = []
        for start in range(0, total, rate):
            block = sound.read(rate, dtype="float64", always_2d=True)
            columns = ((start + np.arange(len(block))) * COLUMNS) // max(1, total)
            np.maximum.at(peaks, columns, np.abs(block).max(axis=1))
            weighted, state = sosfilt(K_WEIGHTING, block, axis=0, zi=state)
            powers.append(float(np.sum(weighted**2) / max(1, len(block))))
    mean = [np.mean(powers[max(0, i - 1) : i + 2]) for i in range(len(powers))]
    loudness = tuple(round(max(FLOOR_LUFS, lufs_of(float(m))), 2) for m in mean)
    return SoundPicture(peaks=peaks, loudness_lufs=loudness)
