"""From what was heard to a score: tidy, on the grid, in voices, with a leading line (Sec. 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.key_clarity import key_correlations
from filmcomposer_core.contracts.harmony import PITCH_NAMES
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.contracts.transcript import HeardNote, Transcript
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Timeline
from filmcomposer_core.transcription.find_tempo import find_pulse
from filmcomposer_core.transcription.lead import Sounding, Track, find_lead, flatten
from filmcomposer_core.transcription.onto_grid import Placed, lay_on_grid
from filmcomposer_core.transcription.tidy import tidy
from filmcomposer_core.transcription.voices import Voice, voices_of

#: Confidence and number of notes at once from which a transcript is no more than a sketch.
_SURE, _MANY = 0.45, 4.0
#: Shortest note of a theme, in beats.
_SHORTEST: Final = 0.125


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A recording as a score.

    ``points`` is its tempo map, whose bar 1 begins ``begin_s`` after the recording does.
    ``voices`` hold every note, ``lead`` numbers those that carry the melody; ``melody`` is their
    line. ``key`` is tonic and mode (``ionian`` or ``aeolian``). ``gone`` says how many heard notes
    were dropped for which reason; ``sketch`` that too much sounded at once to be sure.
    """

    points: tuple[TempoPoint, ...]
    begin_s: float
    voices: tuple[Voice, ...]
    lead: tuple[int, ...]
    melody: Melody
    key: tuple[str, str]
    gone: dict[str, int]
    sketch: bool

    @property
    def notes(self) -> tuple[Placed, ...]:
        """All notes in time order."""
        flat = (note for voice in self.voices for note in voice)
        return tuple(sorted(flat, key=lambda n: (n.beat, n.note.pitch)))


def clean_up(
    transcript: Transcript,
    *,
    points: Sequence[TempoPoint] = (),
    bpm: float = 0.0,
    meter: str = "",
    anchors_s: Sequence[float] = (),
    frame_s: float = 1 / 24,
) -> Cleaned:
    """Make a score of a transcript.

    Parameters
    ----------
    transcript : Transcript
        What was heard.
    points : sequence of TempoPoint
        The tempo map that the recording follows from its first sample on; empty = tempo, metre
        and downbeats are found.
    bpm, meter : float, str
        What is known of them where there is no map: beats a minute, ``3/4``.
    anchors_s : sequence of float
        Rhythm spots in seconds, of a recording made to a picture.
    frame_s : float
        Duration of a picture frame.

    Raises
    ------
    InputError
        If no note is left.
    """
    kept, gone = tidy(transcript.notes)
    if not kept:
        msg = "No notes were heard in the recording."
        raise InputError(msg, "Play or sing a clear line, closer to the microphone.")
    begin_s = 0.0
    if not points:
        pulse = find_pulse(kept, bpm=bpm, meter=meter)
        begin_s, points = pulse.begin_s, pulse.points
        kept = tuple(_moved(note, -begin_s) for note in kept)
    placed = lay_on_grid(kept, Timeline(points), anchors_s=anchors_s, frame_s=frame_s)
    voices = voices_of(placed)
    tracks = [_track(voice) for voice in voices]
    whole = max(note.end for note in placed) - min(note.beat for note in placed)
    lead = find_lead(tracks, whole)
    return Cleaned(
        points=tuple(points),
        begin_s=begin_s,
        voices=voices,
        lead=lead.tracks,
        melody=_melody([tracks[i] for i in lead.tracks], placed),
        key=find_key(placed),
        gone=gone,
        sketch=_is_sketch(kept),
    )


def find_key(notes: Sequence[Placed]) -> tuple[str, str]:
    """Return tonic and mode of the key that notes fit best (probe tones of Krumhansl)."""
    weights = np.zeros(12)
    for item in notes:
        weights[item.note.pitch % 12] += item.length * item.note.confidence
    best = int(np.argmax(key_correlations(weights)))
    return PITCH_NAMES[best % 12], "aeolian" if best >= 12 else "ionian"


def _moved(note: HeardNote, seconds: float) -> HeardNote:
    start = max(0.0, note.start_s + seconds)
    return replace(note, start_s=start, end_s=max(start + 0.01, note.end_s + seconds))


def _track(voice: Voice) -> Track:
    notes = tuple(Sounding(start=n.beat, end=n.end, pitch=n.note.pitch) for n in voice)
    return Track(notes=notes, program=voice[0].note.program)


def _melody(tracks: Sequence[Track], placed: Sequence[Placed]) -> Melody:
    loud = {(round(n.beat, 4), n.note.pitch): n.note.velocity for n in placed}
    return Melody(
        notes=tuple(
            Note(
                beat=note.start,
                length=note.end - note.start,
                pitch=note.pitch,
                velocity=loud.get((round(note.start, 4), note.pitch), 80),
            )
            for note in flatten(tracks)
            if note.end - note.start >= _SHORTEST - 1e-9
        ),
        phrase_starts=(1,),
    )


def _is_sketch(notes: Sequence[HeardNote]) -> bool:
    """Whether many notes sounded at once, or few of them surely."""
    time = sum(note.end_s - note.start_s for note in notes)
    span = max(note.end_s for note in notes) - min(note.start_s for note in notes)
    sure = sum(note.confidence * (note.end_s - note.start_s) for note in notes) / time
    return time / span > _MANY or sure < _SURE
