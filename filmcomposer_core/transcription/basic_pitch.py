"""Basic Pitch (Bittner et al. 2022): which keys of a piano sound and begin, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.networks import model_files, open_session
from filmcomposer_core.progress import Progress, silent

Floats = NDArray[np.float32]

#: Where the network lies.
FOLDER: Final = Path(__file__).parents[1] / "data" / "sound_models"
NAME: Final = "basic_pitch"
RATE: Final = 22_050
HOP: Final = 256
#: The lowest of its 88 keys.
LOWEST: Final = 21
#: Samples that it takes at once, and frames at either end of them that know too little.
_WINDOW: Final = 43_844
_EDGE: Final = 15
_KEPT: Final = 141
_STEP: Final = _WINDOW - 2 * _EDGE * HOP
_NOTE, _ONSET = "StatefulPartitionedCall:1", "StatefulPartitionedCall:2"
#: Windows run together: more bring no speed and take memory.
_BATCH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysHeard:
    """Probabilities of the 88 keys over time.

    ``time_s`` has shape (frames,), in seconds; ``sounds`` and ``begins`` have shape (frames, 88),
    0 to 1.
    """

    time_s: NDArray[np.float64]
    sounds: Floats
    begins: Floats


def licence() -> str:
    """Return the licence of the network."""
    return model_files(FOLDER)[NAME].licence


def hear_keys(sound: Floats, *, progress: Progress = silent) -> KeysHeard:
    """Run the network over a sound.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float32
        Mono at ``RATE``.
    progress : Progress, optional
        Told after every few seconds of sound.

    Returns
    -------
    KeysHeard

    Raises
    ------
    MissingDependencyError
        If the network or onnxruntime is not there.

    Notes
    -----
    Windows overlap by 30 frames, of which the halves at the seams are dropped. A step between
    windows is no whole number of frames, so every frame carries its own time.
    """
    session = open_session(NAME, FOLDER)
    given = session.get_inputs()[0].name
    count = max(1, -(-sound.size // _STEP))
    lead = _EDGE * HOP
    padded = np.zeros((count - 1) * _STEP + _WINDOW, np.float32)
    used = min(sound.size, padded.size - lead)
    padded[lead : lead + used] = sound[:used]
    sounds = np.empty((count * _KEPT, 88), np.float32)
    begins = np.empty_like(sounds)
    for first in range(0, count, _BATCH):
        last = min(count, first + _BATCH)
        windows = np.stack([padded[i * _STEP : i * _STEP + _WINDOW] for i in range(first, last)])
        note, onset = session.run([_NOTE, _ONSET], {given: windows[:, :, None]})
        span = slice(first * _KEPT, last * _KEPT)
        sounds[span] = note[:, _EDGE : _EDGE + _KEPT].reshape(-1, 88)
        begins[span] = onset[:, _EDGE : _EDGE + _KEPT].reshape(-1, 88)
        progress(last / count)
    starts = np.arange(count)[:, None] * _STEP + np.arange(_KEPT)[None, :] * HOP
    time_s = starts.reshape(-1) / RATE
    inside = time_s < sound.size / RATE + HOP / RATE
    return KeysHeard(time_s=time_s[inside], sounds=sounds[inside], begins=begins[inside])
