"""The music of a pair: read it, keep it, and tell whether it is the clip's own sound."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import InputError

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

Sound = NDArray[np.float32]

#: Rate at which two sounds are compared, Hz, and how far apart they may begin, seconds.
_COMPARED_HZ: Final = 8000
_APART_S: Final = 2.0
#: Correlation from which two sounds are the same recording: another take of a piece stays far
#: below, the same one through a codec far above.
SAME: Final = 0.9
#: Root mean square below which a sound is silent.
_SILENT: Final = 10.0 ** (-70.0 / 20.0)
_LONGEST_S: Final = 3600.0


def read_music(path: Path, *, rate: int) -> Sound:
    """Read the first sound track of a file in mono or stereo.

    Parameters
    ----------
    path : Path
        A sound file.
    rate : int
        Wanted sampling rate, Hz; the file's own may not be lower.

    Returns
    -------
    ndarray, shape (channels, samples), float32
        1 = full scale; more than two channels are mixed to two.

    Raises
    ------
    InputError
        If it is no sound, is damaged, silent, too long, or sampled too low.
    """
    sound, own_hz = _decoded(path, rate)
    if own_hz < rate:
        msg = f"{path} is sampled at {own_hz} Hz, the dataset at {rate} Hz."
        raise InputError(msg, "Find the music in better quality; resampling brings none back.")
    if float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) <= _SILENT:
        msg = f"{path} is silent."
        raise InputError(msg, "Give the music itself.")
    return sound


def flac(sound: Sound, rate: int) -> bytes:
    """Return a sound as a FLAC file of 24 bits.

    Parameters
    ----------
    sound : ndarray, shape (channels, samples), float32
        1 = full scale.
    rate : int
        Sampling rate, Hz.
    """
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, np.clip(sound.T, -1.0, 1.0), rate, format="FLAC", subtype="PCM_24")
    return out.getvalue()


def likeness(clip: Path, music: Path) -> float:
    """Return how much a clip's own sound is the music, 0 to 1.

    Notes
    -----
    The largest correlation of the two recordings over all shifts of up to two seconds.
    A clip without sound, or a silent one, is like no music.
    """
    try:
        one, _ = _decoded(clip, _COMPARED_HZ)
    except InputError:
        return 0.0
    other, _ = _decoded(music, _COMPARED_HZ)
    return correlation(one.mean(axis=0), other.mean(axis=0), reach=round(_APART_S * _COMPARED_HZ))


def correlation(one: NDArray[np.float32], other: NDArray[np.float32], *, reach: int) -> float:
    """Return the largest normalised correlation of two signals over some shifts.

    Parameters
    ----------
    one, other : ndarray, shape (samples,)
        The signals; either may be longer.
    reach : int
        Largest shift in samples.
    """
    from scipy.signal import correlate

    norm = float(np.linalg.norm(one.astype(np.float64)) * np.linalg.norm(other.astype(np.float64)))
    if norm < 1e-9 or min(one.size, other.size) == 0:
        return 0.0
    all_shifts = np.abs(correlate(one.astype(np.float64), other.astype(np.float64), method="fft"))
    middle = other.size - 1
    return float(all_shifts[max(0, middle - reach) : middle + reach + 1].max() / norm)


def _decoded(path: Path, rate: int) -> tuple[Sound, int]:
    """Return the sound of a file at a rate, shape (channels, samples), and its own rate."""
    from av.audio.resampler import AudioResampler
    from av.error import FFmpegError

    from filmcomposer_core.film_file import open_film

    hint = "Give a sound file, for example WAV, FLAC or MP3."
    if not path.is_file():
        msg = f"{path} is not there."
        raise InputError(msg, "Correct the path in the manifest.")
    with open_film(path) as container:
        if not container.streams.audio:
            msg = f"{path} holds no sound."
            raise InputError(msg, hint)
        stream = container.streams.audio[0]
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
        pieces: list[Sound] = []
        count = 0
        try:
            for frame in container.decode(stream):
                pieces += [_samples(block) for block in resampler.resample(frame)]
                count += frame.samples
                if count > _LONGEST_S * stream.rate:
                    msg = f"{path} lasts longer than an hour."
                    raise InputError(msg, "Cut it to the length of the clip.")
            pieces += [_samples(block) for block in resampler.resample(None)]
        except FFmpegError as exc:
            msg = f"{path} is damaged: it cannot be decoded to its end."
            raise InputError(msg, hint) from exc
        if not pieces:
            msg = f"{path} holds no sound."
            raise InputError(msg, hint)
        whole: Sound = np.nan_to_num(np.concatenate(pieces, axis=1))
        return whole, int(stream.rate)


def _samples(block: AudioFrame) -> Sound:
    return block.to_ndarray().astype(np.float32)
