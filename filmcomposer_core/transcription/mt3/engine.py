"""The engine mt3: several instruments at once, told apart (Sec. 3.3, reference 13)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from filmcomposer_core.contracts.transcript import HeardNote, Transcript
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.transcription.mt3.hearing import Heard, decode
from filmcomposer_core.transcription.mt3.spectrogram import (
    RATE,
    first_steps,
    segment_count,
    segments,
)
from filmcomposer_core.transcription.mt3.vocabulary import STEPS_PER_S
from filmcomposer_core.transcription.mt3.weights import Weights, find_weights, load_network
from filmcomposer_core.transcription.sound import Sound, check_sound

if TYPE_CHECKING:
    from filmcomposer_core.transcription.mt3.network import Mt3Network

#: Segments listened to at once: 16 s on a processor, a minute and more on a GPU.
_BATCH: Final = {"cpu": 8, "cuda": 32, "mps": 16}


class Mt3:
    """A transcriber with weights of the MT3 family.

    Parameters
    ----------
    weights : Path
        Folder of the weights; see :func:`~.weights.find_weights`.
    device : str
        ``cpu``, ``cuda``, ``mps``, or ``auto``: a GPU where there is one.

    Raises
    ------
    InputError
        If the weights cannot be loaded, or there is no such device.
    MissingDependencyError
        If torch or transformers is not installed.
    """

    name = "mt3"
    rate = RATE

    def __init__(self, weights: Path, device: str = "auto") -> None:
        found = find_weights(weights)
        self.shape = found.shape
        self.licence = found.licence
        self.model = f"{found.name} (sha256 {found.sha256()[:16]})"
        self._network, self.device = _load(found, device)

    def transcribe(self, sound: Sound, *, progress: Progress = silent) -> Transcript:
        """Return the notes of a sound.

        Parameters
        ----------
        sound : ndarray, shape (samples,), float32
            Mono at 16 kHz.
        progress : Progress, optional
            Told every few words; may stop the work.

        Returns
        -------
        Transcript
            ``confidence`` and ``begun`` are the probability of the word that began a note.

        Raises
        ------
        InputError
            If the sound is silent or too short, the network computes what is no number, or the
            GPU has too little memory.
        """
        check_sound(sound, rate=RATE, where="The recording")
        heard = self.hear(sound, progress=progress)
        told_apart = self.shape.vocabulary.ties
        return Transcript(
            engine=self.name,
            model=self.model,
            licence=self.licence,
            duration_s=sound.size / RATE,
            notes=_notes(heard, told_apart=told_apart),
        )

    def hear(self, sound: Sound, *, progress: Progress = silent) -> Heard:
        """Return the notes of a sound on the grid, and how many words meant nothing."""
        import torch

        frames = self.shape.frames
        count = segment_count(sound.size, frames=frames)
        words: list[list[int]] = []
        sureness: list[list[float]] = []
        batch = _BATCH.get(self.device.split(":")[0], 8)
        while len(words) < count:
            which = range(len(words), min(count, len(words) + batch))
            try:
                said, sure = self._listen(sound, which, count=count, progress=progress)
            except torch.OutOfMemoryError as exc:
                if batch == 1:
                    raise _too_small(self.device) from exc
                batch //= 2
                continue
            words += said
            sureness += sure
        firsts = first_steps(count, frames=frames)
        progress(1.0)
        return decode(words, firsts, self.shape.vocabulary, sureness=sureness)

    def _listen(
        self, sound: Sound, which: range, *, count: int, progress: Progress
    ) -> tuple[list[list[int]], list[list[float]]]:
        import torch

        from filmcomposer_core.transcription.mt3.listen import write_words

        picture = segments(sound, which, frames=self.shape.frames, bands=self.shape.input_depth)
        return write_words(
            self._network,
            torch.from_numpy(picture).to(self.device),
            told=lambda share: progress((which.start + share * len(which)) / count),
        )


def _load(found: Weights, device: str) -> tuple[Mt3Network, str]:
    network = load_network(found)
    import torch

    chosen = _best_device() if device == "auto" else device
    try:
        return network.to(chosen), chosen
    except torch.OutOfMemoryError as exc:
        raise _too_small(chosen) from exc
    except (RuntimeError, AssertionError) as exc:
        msg = f"There is no device {chosen!r} here."
        raise InputError(msg, "Take auto, cpu, cuda or mps.") from exc


def _too_small(device: str) -> InputError:
    msg = f"The memory of {device} is too small for the engine mt3."
    return InputError(msg, "Free some, or take the engine basic-pitch.")


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _notes(heard: Heard, *, told_apart: bool) -> tuple[HeardNote, ...]:
    return tuple(
        HeardNote(
            start_s=note.start / STEPS_PER_S,
            end_s=note.end / STEPS_PER_S,
            pitch=note.pitch,
            velocity=max(1, note.velocity),
            confidence=min(1.0, sure),
            begun=min(1.0, sure),
            program=note.program if told_apart else -1,
        )
        for note, sure in zip(heard.notes, heard.sureness, strict=True)
    )
