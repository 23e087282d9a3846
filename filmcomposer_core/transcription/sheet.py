"""A cleaned transcript as files: MIDI with a track a voice, ABC of the tune, what was heard."""

from __future__ import annotations

import math

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.harmony import NO_CHORD
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Note
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.contracts.transcript import Transcript
from filmcomposer_core.notation import melody_to_abc, melody_to_midi
from filmcomposer_core.transcription.clean import Cleaned
from filmcomposer_core.transcription.voices import Voice


def sheet_files(cleaned: Cleaned, transcript: Transcript, *, name: str) -> dict[str, bytes]:
    """Return the files of a transcript by their names.

    Parameters
    ----------
    cleaned : Cleaned
        The score.
    transcript : Transcript
        What was heard, before it was cleaned.
    name : str
        Stem of the names, and title.
    """
    tempo_map = TempoMap(
        rank=1, kind="given", first_bar=1, cost=0.0, points=cleaned.points, hits=()
    )
    plan = _sheet(cleaned)
    others = {
        f"Voice {number}": _notes(voice)
        for number, voice in enumerate(cleaned.voices, start=1)
        if number - 1 not in cleaned.lead
    }
    abc = melody_to_abc(cleaned.melody, tempo_map=tempo_map, plan=plan, title=name)
    midi = melody_to_midi(cleaned.melody, tempo_map=tempo_map, plan=plan, more=others)
    return {
        f"{name}.mid": midi,
        f"{name}.abc": abc.encode(),
        f"{name}.transcript.json": codec.dump_json(transcript).encode(),
    }


def told(cleaned: Cleaned) -> tuple[str, ...]:
    """Say what was found, and how far it can be trusted."""
    tonic, mode = cleaned.key
    point = cleaned.points[0]
    free = len(cleaned.points) > 1
    pace = f"about {point.bpm:.0f} BPM, free" if free else f"{point.bpm:.0f} BPM"
    lines = len(cleaned.voices)
    gone = ", ".join(f"{count} {what}" for what, count in cleaned.gone.items() if count)
    found = [
        f"{tonic} {'major' if mode == 'ionian' else 'minor'}, {point.num}/{point.den}, {pace}; "
        f"{len(cleaned.notes)} notes in {lines} line{'s' * (lines > 1)}, "
        f"{len(cleaned.melody.notes)} of them in the tune."
    ]
    if gone:
        found.append(f"Left out: {gone}.")
    if cleaned.sketch:
        found.append(
            "Much sounds at once in this recording, so take what was heard for a sketch; a single "
            "line is heard best."
        )
    return tuple(found)


def _notes(voice: Voice) -> tuple[Note, ...]:
    return tuple(
        Note(beat=n.beat, length=n.length, pitch=n.note.pitch, velocity=n.note.velocity)
        for n in voice
    )


def _sheet(cleaned: Cleaned) -> CuePlan:
    """Return a plan of one section, which gives the files their key and bars."""
    point = cleaned.points[0]
    end = max(note.end for note in cleaned.notes)
    bars = max(1, math.ceil(end / (point.num * 4.0 / point.den) - 1e-9))
    tonic, mode = cleaned.key
    section = Section(
        id="A", start=1, bars=bars, function="theme", tension=0.5, dynamic="mf", key=tonic,
        mode=mode, chords=" | ".join([NO_CHORD] * bars), texture="melody",
    )  # fmt: skip
    return CuePlan(
        idiom="pastoral", blend="null", ending="cadence", sections=(section,),
        bar_tension=(0.5,) * bars,
    )  # fmt: skip
