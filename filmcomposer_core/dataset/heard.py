"""What the music tells by itself: main melody, rhythm spots, and a few words (Secs. 3.1, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

from filmcomposer_core.contracts.sample import MelodyNote, MusicWords, RhythmSpot
from filmcomposer_core.dataset.manifest import WORDS, Pair
from filmcomposer_core.description.emotion import nearest_emotion
from filmcomposer_core.errors import InputError
from filmcomposer_core.transcription.clean import Cleaned, clean_up
from filmcomposer_core.transcription.engine import Transcriber
from filmcomposer_core.transcription.lead import Sounding, Track, flatten
from filmcomposer_core.transcription.sound import read_sound
from filmcomposer_core.transcription.voices import Voice

#: Tones of a melody closer than this are one stroke, seconds.
_APART_S: Final = 0.05
#: Beats a minute up to which a tempo goes by a word.
_TEMPI: Final = ((60.0, "very slow"), (84.0, "slow"), (112.0, "moderate"), (144.0, "fast"))
_FASTEST: Final = "very fast"
#: Valence of major and minor, and notes a second that are as lively as can be.
_MODES: Final = {"ionian": 0.4, "aeolian": -0.4}
_LIVELY: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The main melody, where its notes begin, words on the music, and what listened."""

    melody: tuple[MelodyNote, ...]
    spots: tuple[RhythmSpot, ...]
    words: MusicWords
    by: str


def hear(path: Path, pair: Pair, *, engine: Transcriber, duration_s: float) -> Heard:
    """Write down the main melody of a piece and flatten it to rhythm spots.

    Parameters
    ----------
    path : Path
        The music.
    pair : Pair
        Its words and tempo, where people gave them.
    engine : Transcriber
        What listens.
    duration_s : float
        Length of the clip; what begins after it is left out.

    Raises
    ------
    InputError
        If no melody is heard.

    Notes
    -----
    Transcription, lead instrument by coverage and note ratio (Eqs. 1 to 3), flattening to a rhythm
    (Sec. 3.1). Voices are told apart on the grid of beats, but notes and spots stand where they
    were heard, as the spots of a dataset have to meet its sound.
    """
    transcript = engine.transcribe(read_sound(path, rate=engine.rate))
    cleaned = clean_up(transcript, bpm=pair.bpm)
    melody = lead_melody(cleaned, duration_s)
    if not melody:
        msg = f"No melody was heard in {path}."
        raise InputError(msg, "Give music with a leading line.")
    return Heard(
        melody=melody,
        spots=spots_of(melody),
        words=music_words(cleaned, pair),
        by=f"{transcript.engine}: {transcript.model} ({transcript.licence})",
    )


def lead_melody(cleaned: Cleaned, duration_s: float) -> tuple[MelodyNote, ...]:
    """Return the leading voices as one line, in the seconds of the recording."""
    voices = [cleaned.voices[i] for i in cleaned.lead]
    loud = {
        (_start(item.note.start_s, cleaned), item.note.pitch): item.note.velocity
        for voice in voices
        for item in voice
    }
    line = flatten([_track(voice, cleaned) for voice in voices])
    return tuple(
        MelodyNote(
            start_s=note.start,
            end_s=min(note.end, duration_s),
            pitch=note.pitch,
            velocity=loud.get((note.start, note.pitch), 80),
        )
        for note in _strokes(line)
        if note.start < duration_s - _APART_S
    )


def spots_of(melody: Sequence[MelodyNote]) -> tuple[RhythmSpot, ...]:
    """Return the rhythm of a melody: a spot where each note begins, as strong as it is loud.

    Examples
    --------
    >>> spots_of([MelodyNote(start_s=0.5, end_s=1.0, pitch=60, velocity=127)])
    (RhythmSpot(time_s=0.5, strength=1.0),)
    """
    return tuple(
        RhythmSpot(time_s=note.start_s, strength=round(note.velocity / 127, 3)) for note in melody
    )


def music_words(cleaned: Cleaned, pair: Pair) -> MusicWords:
    """Return the words of people where there are any, and what can be measured besides.

    Notes
    -----
    Of the paper's four parts genre and instrumentation are left empty unless people name them:
    nothing here hears them. The mood is a guess from mode and liveliness.
    """
    bpm = pair.bpm or round(median(point.bpm for point in cleaned.points), 1)
    tonic, mode = cleaned.key
    said = {name: getattr(pair, name) for name in WORDS}
    return MusicWords(
        genre=said["genre"],
        instrumentation=said["instrumentation"],
        mood=said["mood"] or _mood(cleaned),
        tempo=said["tempo"] or tempo_word(bpm),
        bpm=min(400.0, max(20.0, bpm)),
        key=f"{tonic} {mode}",
        by="people" if any(said.values()) else "measured",
    )


def tempo_word(bpm: float) -> str:
    """Return the word for a tempo in quarter notes a minute."""
    return next((word for most, word in _TEMPI if bpm < most), _FASTEST)


def _mood(cleaned: Cleaned) -> str:
    notes = cleaned.notes
    starts = [item.note.start_s for item in notes]
    span_s = max(1.0, max(starts) - min(starts))
    lively = min(1.0, len(notes) / span_s / _LIVELY)
    return nearest_emotion(_MODES[cleaned.key[1]], lively)


def _track(voice: Voice, cleaned: Cleaned) -> Track:
    notes = [
        Sounding(
            start=_start(item.note.start_s, cleaned),
            end=item.note.end_s + cleaned.begin_s,
            pitch=item.note.pitch,
        )
        for item in voice
    ]
    return Track(notes=tuple(note for note in notes if note.end > note.start))


def _start(time_s: float, cleaned: Cleaned) -> float:
    """Return a time of the score's recording, which begins at bar 1, in the whole recording."""
    return max(0.0, time_s + cleaned.begin_s)


def _strokes(line: Sequence[Sounding]) -> list[Sounding]:
    """Leave out notes so close before another that they are its attack."""
    kept = [note for note, after in pairwise(line) if after.start - note.start >= _APART_S]
    return [*kept, *line[-1:]]
