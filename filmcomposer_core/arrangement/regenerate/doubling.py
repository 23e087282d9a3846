"""Other ways to play along with the theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.regenerate.jobs import Job
from filmcomposer_core.arrangement.regenerate.scene import Scene, tones_at
from filmcomposer_core.contracts.score import Note

#: Semitones below the theme at which a second voice goes along: thirds, else a fourth; sixths.
THIRDS, SIXTHS = (4, 3, 5), (9, 8, 7)
WAYS = ("octave", "main notes", "thirds", "sixths", "answers")


def doubling_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Double the theme as it is now.

    Where it has changed too, in the octave as before; else in another octave, its main notes only,
    in thirds or sixths, or in every other bar.
    """
    varied = any(
        part.role_of(note) == "melody"
        for part in scene.parts
        for note in part.notes
        if scene.inside(note.beat)
    )
    way = "as before" if varied else WAYS[int(rng.integers(len(WAYS)))]
    up = 12 if rng.random() < 0.5 else -12
    found = []
    for job in jobs:
        notes = ground.theme_in(job.block.start, job.block.end)
        shift = _octave(scene, job)
        if way == "octave":
            shift = _reached(job, notes, (shift + up, shift - up, shift))
        kept: Sequence[Note] = notes
        if way == "main notes":
            kept = _main_notes(ground, notes)
        elif way == "answers":
            kept = _answers(ground, notes, job)
        tones = [Tone(n.beat, n.length, n.pitch + shift) for n in kept]
        below = {"thirds": THIRDS, "sixths": SIXTHS}.get(way)
        found.append([_below(ground, tone, below) for tone in tones] if below else tones)
    return found


def _answers(ground: Ground, notes: Sequence[Note], job: Job) -> list[Note]:
    """Return the notes of every other bar of a phrase, from the second on."""
    first = job.block.bars[0].number
    return [note for note in notes if (ground.bar_at(note.beat).number - first) % 2]


def _below(ground: Ground, tone: Tone, distances: Sequence[int]) -> Tone:
    """Return a second voice under a note, a tone of the chord rather than one of the scale."""
    chord, every = tones_at(ground, tone.beat)
    pitches = [tone.pitch - distance for distance in distances]
    for classes in (chord, every):
        for pitch in pitches:
            if pitch % 12 in classes:
                return Tone(tone.beat, tone.length, pitch, tone.accent)
    return Tone(tone.beat, tone.length, tone.pitch - 12, tone.accent)


def _octave(scene: Scene, job: Job) -> int:
    """Return how far from the theme a part has doubled it."""
    old = {round(note.beat, 3): note.pitch for note in scene.ground.melody.notes}
    away = [n.pitch - old[round(n.beat, 3)] for n in job.notes if round(n.beat, 3) in old]
    return 12 * round(float(np.median(away)) / 12.0) if away else 0


def _reached(job: Job, notes: Sequence[Note], shifts: Sequence[int]) -> int:
    low, high = job.player.comfort_low, job.player.comfort_high
    for shift in shifts:
        if all(low <= note.pitch + shift <= high for note in notes):
            return shift
    return shifts[-1]


def _main_notes(ground: Ground, notes: Sequence[Note]) -> list[Note]:
    """Return the notes on bar lines and the longer half of the others."""
    if not notes:
        return []
    middle = float(np.median([note.length for note in notes]))
    kept = []
    for note in notes:
        bar = ground.bar_at(note.beat)
        if abs(note.beat - bar.start) < SAME_BEAT or note.length > middle + SAME_BEAT:
            kept.append(note)
    return kept
