"""Sound on the clock of the picture: the clip's own score, or a rendered mix."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats
from filmcomposer_core.evaluation.across import unit_rows
from filmcomposer_core.evaluation.heard import STEP_S, Heard, levels_of
from filmcomposer_core.report.hits import BIAS_S, HOP, RISE

#: The step of the onset detector is meant for this rate.
RATE: Final = 48_000
#: Onsets are compared with the mean of this stretch around them, seconds.
_AROUND_S: Final = 4.0
#: Samples of a spectrum, a third of a second, and the band in which tones are sought.
_FFT: Final = 16_384
_LOWEST_HZ, _HIGHEST_HZ = 55.0, 2000.0
#: Segments of chroma, seconds.
_SEGMENT_S: Final = 1.0
#: Sound that never exceeds this is none.
_LEAST: Final = 1e-4


def read_sound(path: Path, *, start_s: float, duration_s: float) -> Floats | None:
    """Return the sound of a film or sound file under a picture.

    Parameters
    ----------
    path : Path
        The file.
    start_s : float
        Where the picture begins on the file's clock, seconds.
    duration_s : float
        Length of the picture, seconds.

    Returns
    -------
    ndarray, shape (samples,), float64, or None
        Mono at 48 kHz, from the picture's first frame; None for no sound, or silence.
    """
    from av.audio.resampler import AudioResampler

    from filmcomposer_core.film_file import open_film

    size = round(duration_s * RATE)
    sound = np.zeros(size)
    with open_film(path) as container:
        if not container.streams.audio:
            return None
        resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
        at: int | None = None
        for frame in container.decode(audio=0):
            if at is None:
                at = round(((frame.time or 0.0) - start_s) * RATE)
            for block in resampler.resample(frame):
                samples = block.to_ndarray()[0]
                low, high = max(0, at), min(size, at + samples.size)
                if high > low:
                    sound[low:high] = samples[low - at : high - at]
                at += samples.size
            if at >= size:
                break
    return sound if np.abs(sound).max(initial=0.0) > _LEAST else None


def heard_sound(sound: Floats) -> Heard:
    """Return onsets and level of a sound.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float64
        Mono at 48 kHz.

    Returns
    -------
    Heard
        Onsets are peaks of the detection function that rise 2.5 times above its mean within two
        seconds to either side, weighed by their height.
    """
    from librosa.onset import onset_strength
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import find_peaks

    curve = onset_strength(
        y=sound.astype(np.float32), sr=RATE, hop_length=HOP, n_fft=1024, n_mels=64, lag=4
    ).astype(np.float64)
    mean = uniform_filter1d(curve, max(1, round(_AROUND_S * RATE / HOP)), mode="nearest")
    peaks, _ = find_peaks(curve, height=np.maximum(1e-6, RISE * mean), distance=6)
    step = round(STEP_S * RATE)
    padded = np.concatenate((sound, np.zeros(-sound.size % step)))
    power = (padded.reshape(-1, step) ** 2).mean(axis=1)
    times = peaks * HOP / RATE - BIAS_S
    keep = times >= 0
    return Heard(
        times_s=times[keep],
        weights=curve[peaks][keep],
        level_db=levels_of(power),
        duration_s=sound.size / RATE,
    )


def sound_chroma(sound: Floats) -> Floats:
    """Return the chroma of a sound.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float64
        Mono at 48 kHz.

    Returns
    -------
    ndarray, shape (segments, 12), float64
        Magnitudes of the spectrum between 55 and 2000 Hz by nearest pitch class at A = 440 Hz, in
        segments of a second, each of length 1.
    """
    from scipy.signal import get_window

    hz = np.fft.rfftfreq(_FFT, 1.0 / RATE)
    inside = (hz >= _LOWEST_HZ) & (hz <= _HIGHEST_HZ)
    classes = np.round(69 + 12 * np.log2(hz[inside] / 440.0)).astype(np.int64) % 12
    shape = get_window("hann", _FFT)
    size = max(1, int(np.ceil(sound.size / RATE / _SEGMENT_S)))
    sums = np.zeros((size, 12))
    padded = np.concatenate((sound, np.zeros(_FFT)))
    for at in range(0, max(1, sound.size), _FFT // 2):
        magnitude = np.abs(np.fft.rfft(padded[at : at + _FFT] * shape))[inside]
        row = min(size - 1, int((at + _FFT / 2) / RATE / _SEGMENT_S))
        sums[row] += np.bincount(classes, weights=magnitude, minlength=12)
    return unit_rows(sums)
