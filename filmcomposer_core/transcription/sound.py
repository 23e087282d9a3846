"""Read the sound of a file, whatever kind of file it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent

Sound = NDArray[np.float32]

#: Longer recordings are no idea for a cue; they would fill the memory.
LONGEST_S: Final = 1800.0
#: Shorter ones hold no note.
SHORTEST_S: Final = 0.05
#: Root mean square below which nothing was played.
_SILENT_DB: Final = -70.0
_HINT: Final = "Give a recording, for example a WAV, FLAC, MP3, OGG or M4A file."


def read_sound(path: Path, *, rate: int, progress: Progress = silent) -> Sound:
    """Read the first sound track of a file.

    Parameters
    ----------
    path : Path
        A sound or film file.
    rate : int
        Wanted sampling rate, Hz.
    progress : Progress, optional
        May stop the reading.

    Returns
    -------
    ndarray, shape (samples,), float32
        Mono, 1 = full scale.

    Raises
    ------
    InputError
        If the file is none, holds no sound, or is silent, too short or too long.
    """
    from av.audio.resampler import AudioResampler
    from av.error import FFmpegError

    from filmcomposer_core.film_file import open_film

    try:
        container = open_film(path)
    except InputError as exc:
        there = path.is_file()
        msg = f"{path} is not a sound file." if there else f"{path} is not there."
        raise InputError(msg, _HINT if there else "Check the path of the recording.") from exc
    pieces: list[Sound] = []
    count = 0
    with container:
        if not container.streams.audio:
            msg = f"{path} holds no sound."
            raise InputError(msg, _HINT)
        length_s = (container.duration or 0) / 1e6
        resampler = AudioResampler(format="fltp", layout="mono", rate=rate)
        try:
            for frame in container.decode(audio=0):
                for block in resampler.resample(frame):
                    pieces.append(block.to_ndarray()[0].astype(np.float32))
                    count += pieces[-1].size
                if count > LONGEST_S * rate:
                    msg = f"{path} lasts longer than {LONGEST_S / 60:.0f} minutes."
                    raise InputError(msg, "Cut out the part that you want.")
                progress(min(1.0, count / rate / length_s) if length_s > 0 else 0.0)
            for block in resampler.resample(None):
                pieces.append(block.to_ndarray()[0].astype(np.float32))
        except FFmpegError as exc:
            if not count:
                msg = f"{path} cannot be decoded."
                raise InputError(msg, _HINT) from exc
    sound: Sound = np.nan_to_num(np.concatenate([*pieces, np.zeros(0, np.float32)]))
    check_sound(sound, rate=rate, where=str(path))
    return sound


def check_sound(sound: Sound, *, rate: int, where: str) -> None:
    """Refuse what nothing can be heard in.

    Raises
    ------
    InputError
        If the sound is silent or too short.
    """
    if sound.size < SHORTEST_S * rate:
        msg = f"{where} holds {sound.size / rate:.2f} s of sound, too little for a note."
        raise InputError(msg, "Record at least a few notes.")
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    if power <= 10.0 ** (_SILENT_DB / 10.0):
        msg = f"{where} is silent."
        raise InputError(msg, "Check the microphone or the track, and record again.")
