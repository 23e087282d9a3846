"""The samples of a dataset on disk, as training reads them (Sec. 4)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.contracts.description import Attributes, Label
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.sample import MelodyNote, MusicWords
from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.dataset import Dataset
from filmcomposer_core.errors import InputError
from filmcomposer_core.training.recipe import PICTURE_PARTS
from filmcomposer_core.training.samples import Sound, Words

#: Labels less sure than this are not said, as in a cue (``melody/prompt.py``).
_SURE: Final = 0.35
#: How far a spot may be from the note whose pitch it sounds, seconds.
_NEAR_S: Final = 0.03


class DatasetSamples:
    """One side of a dataset's split; nothing is in memory but the sample that is read.

    Parameters
    ----------
    dataset : Dataset
    split : str
        ``train`` or ``test``.
    pitches : bool
        Whether strokes sound the pitch class of the melody's note.
    """

    def __init__(self, dataset: Dataset, split: str, *, pitches: bool) -> None:
        self._dataset = dataset
        self._ids = dataset.ids(split)
        self._pitches = pitches

    def ids(self) -> Sequence[str]:
        """Return the ids of this side."""
        return self._ids

    def duration_s(self, name: str, /) -> float:
        """Return the length of the music, seconds."""
        return self._dataset.sample(name).music.duration_s

    def sound_key(self, name: str, /) -> str:
        """Return the SHA-256 of the music."""
        return self._dataset.sample(name).music.sha256

    def sound(self, name: str, /) -> tuple[Sound, int]:
        """Return the music in mono and its sampling rate in Hz."""
        sound, rate = self._dataset.music(name)
        said_s = self._dataset.sample(name).music.duration_s
        if abs(sound.shape[1] / rate - said_s) > 0.1:
            msg = f"The music of {name} lasts {sound.shape[1] / rate:.2f} s, it says {said_s:.2f}."
            raise InputError(msg, "filmcomposer dataset check names every faulty sample.")
        mono: Sound = sound.mean(axis=0)
        return mono, rate

    def strokes(self, name: str, /) -> tuple[Stroke, ...]:
        """Return the rhythm spots, with the pitch class of the note that begins there."""
        notes = self._dataset.melody(name) if self._pitches else ()
        return tuple(
            Stroke(time_s=s.time_s, strength=s.strength, pitches=_pitches(notes, s.time_s))
            for s in self._dataset.spots(name)
        )

    def words(self, name: str, /) -> Words:
        """Return what people wrote or what was measured; what nobody is sure of lacks."""
        sample = self._dataset.sample(name)
        return Words(music=_music(sample.words), picture=_picture(sample.visual.overall))


def _pitches(notes: Sequence[MelodyNote], time_s: float) -> tuple[int, ...]:
    at = bisect_left(notes, time_s - _NEAR_S, key=lambda note: note.start_s)
    if at == len(notes) or notes[at].start_s > time_s + _NEAR_S:
        return ()
    return (notes[at].pitch % 12,)


def _music(words: MusicWords) -> dict[str, str]:
    bpm = f"{words.bpm:.0f} bpm" if words.bpm else ""
    return {
        "genre": words.genre,
        "instrumentation": words.instrumentation,
        "mood": words.mood,
        "tempo": ", ".join(part for part in (words.tempo, bpm) if part),
    }


def _picture(seen: Attributes) -> dict[str, str]:
    forms = {"brightness": "{} light"}
    found: dict[str, str] = {}
    for part in PICTURE_PARTS:
        label: Label = getattr(seen, part)
        if label.value != NULL and label.confidence >= _SURE:
            found[part] = forms.get(part, "{}").format(label.value)
    return found
