"""Waveform and loudness of the mix, read in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Columns of the waveform picture.
COLUMNS = 1600
#: Loudness that stands for silence.
FLOOR_LUFS = -70.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPicture:
    """``peaks`` has shape (columns,), 0 to 1; ``loudness_lufs`` one short-term value a second."""

    peaks: NDArray[np.float64]
    loudness_lufs: tuple[float, ...]


def _k_weighting(rate: int) -> tuple[NDArray[np.float64], ...]:
    """Return the two filter stages of ITU-R BS.1770-4 as second-order sections for a rate."""
    stages = []
    # Shelf and high pass by their analogue prototypes (BS.1770-4, annex 1).
    for kind, f0, gain_db, q in (
        ("shelf", 1681.974450955533, 3.999843853973347, 0.7071752369554196),
        ("highpass", 38.13547087602444, 0.0, 0.5003270373238773),
    ):
        k = np.tan(np.pi * f0 / rate)
        if kind == "shelf":
            vh = 10 ** (gain_db / 20)
            vb = vh**0.4996667741545416
            a0 = 1 + k / q + k * k
            b = [(vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0, 0.0]
            b[2] = (vh - vb * k / q + k * k) / a0
        else:
            a0 = 1 + k / q + k * k
            b = [1.0, -2.0, 1.0]
        a = [1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
        stages.append(np.array([[*b, *a]]))
    return tuple(stages)


def picture_of(wav_path: Path) -> SoundPicture:
    """Read a sound file once, a second at a time.

    Parameters
    ----------
    wav_path : Path
        Any file that soundfile reads.

    Returns
    -------
    SoundPicture
        Peaks by column, and short-term loudness (3 s window, BS.1770-4) at every second.
    """
    import soundfile
    from scipy.signal import sosfilt

    with soundfile.SoundFile(wav_path) as sound:
        rate, total = sound.samplerate, sound.frames
        sections = np.concatenate(_k_weighting(rate))
        state = np.zeros((len(sections), 2, sound.channels))
        peaks = np.zeros(COLUMNS)
        powers: list[float] = []
        for start in range(0, total, rate):
            block = sound.read(rate, dtype="float64", always_2d=True)
            columns = ((start + np.arange(len(block))) * COLUMNS) // max(1, total)
            np.maximum.at(peaks, columns, np.abs(block).max(axis=1))
            weighted, state = sosfilt(sections, block, axis=0, zi=state)
            powers.append(float(np.sum(weighted**2) / max(1, len(block))))
    mean = [np.mean(powers[max(0, i - 1) : i + 2]) for i in range(len(powers))]
    loudness = tuple(
        round(max(FLOOR_LUFS, -0.691 + 10 * float(np.log10(m))), 2) if m > 0 else FLOOR_LUFS
        for m in mean
    )
    return SoundPicture(peaks=peaks, loudness_lufs=loudness)
