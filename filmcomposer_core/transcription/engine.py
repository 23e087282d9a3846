"""Who listens: engines behind one protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from filmcomposer_core.contracts.transcript import Transcript
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.transcription.sound import Sound, check_sound

#: The engines by name; ``mt3`` needs weights of the user's.
ENGINES: Final = ("basic-pitch", "mt3")


class Transcriber(Protocol):
    """Turn sound into notes; ``rate`` is the sampling rate that it wants, Hz."""

    name: str
    rate: int

    def transcribe(self, sound: Sound, *, progress: Progress = silent) -> Transcript:
        """Return the notes of a sound.

        Parameters
        ----------
        sound : ndarray, shape (samples,), float32
            Mono at ``rate``.
        progress : Progress, optional
            Told every few seconds of sound; may stop the work.

        Raises
        ------
        InputError
            If the sound is silent or too short.
        MissingDependencyError
            If the network or what runs it is not there.
        """


class BasicPitch:
    """The embedded engine: any instrument, several notes at once, no instruments told apart."""

    name = "basic-pitch"

    def __init__(self) -> None:
        from filmcomposer_core.transcription.basic_pitch import RATE

        self.rate = RATE

    def transcribe(self, sound: Sound, *, progress: Progress = silent) -> Transcript:
        """Return the notes of a sound; see :class:`Transcriber`."""
        from filmcomposer_core.transcription.basic_pitch import hear_keys, licence
        from filmcomposer_core.transcription.note_events import notes_of

        check_sound(sound, rate=self.rate, where="The recording")
        return Transcript(
            engine=self.name,
            model="Basic Pitch (nmp, 2022)",
            licence=licence(),
            duration_s=sound.size / self.rate,
            notes=notes_of(hear_keys(sound, progress=progress)),
        )


def transcriber(name: str, *, weights: str = "") -> Transcriber:
    """Return an engine.

    Parameters
    ----------
    name : str
        One of ``ENGINES``.
    weights : str
        Folder with the weights of an engine that ships without.

    Raises
    ------
    InputError
        For an unknown name, or where weights are missing.
    """
    if name == "basic-pitch":
        return BasicPitch()
    if name != "mt3":
        msg = f"There is no transcription engine {name!r}."
        raise InputError(msg, f"Take one of {', '.join(ENGINES)}.")
    if not weights:
        msg = "The engine mt3 needs the folder of its weights."
        raise InputError(msg, "Name it with --weights, or take the engine basic-pitch.")
    from filmcomposer_core.transcription.mt3.engine import Mt3

    return Mt3(Path(weights))
