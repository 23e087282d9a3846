"""Turn written notes into what is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.catalogue import Instrument, Technique
from filmcomposer_core.contracts.score import Note
from filmcomposer_core.execution.controllers import with_technique
from filmcomposer_core.execution.grid import Grid, later_by
from filmcomposer_core.execution.ornaments import spread_chords, strokes, with_grace
from filmcomposer_core.execution.voice import SHORTEST_BEATS, Voice, velocity_within

#: A detached note sounds at least this long, where what is written leaves room: seconds, those of
#: instruments that reach below LOW, and times the attack.
SPEAKS_S, LOW_SPEAKS_S, LOW = 0.11, 0.14, 40
SPEAKS_ATTACKS = 1.6
#: However short, a detached note leaves this much of its place to be told from the next.
DETACHED_SHARE = 0.92


def realise(voice: Voice, *, instrument: Instrument, technique: Technique, grid: Grid) -> Voice:
    """Play written notes by a technique.

    Parameters
    ----------
    voice : Voice
        Written notes inside the instrument's range, and its controllers.
    instrument : Instrument
        Gives the range that ornaments keep to.
    technique : Technique
        How it is played.
    grid : Grid
        Bars, seconds and scales.

    Returns
    -------
    Voice
        Notes in order of time and pitch; none lasts into the next note on its own key, and none
        beyond the end of the picture.
    """
    notes = list(voice.notes)
    controllers = with_technique(voice, technique=technique, grid=grid)
    if technique.roll_ms:
        notes = spread_chords(notes, technique.roll_ms / 1000.0, grid=grid)
    if technique.repeats_per_s:
        notes = [s for n in notes for s in strokes(n, technique, instrument, grid=grid)]
    if technique.grace_ms:
        notes = [g for n in notes for g in with_grace(n, technique, instrument, grid=grid)]
    sent = [_sent(note, technique, instrument, grid=grid) for note in notes]
    return Voice(notes=without_collisions(sent, end_beat=grid.end_beat), controllers=controllers)


def _sent(note: Note, technique: Technique, instrument: Instrument, *, grid: Grid) -> Note:
    pitch = note.pitch if technique.key is None else technique.key
    velocity = velocity_within(note.velocity + technique.velocity)
    length = note.length * technique.gate
    if technique.gate < 1.0 and technique.key is None:
        length = max(length, _speaking(note, technique, instrument, grid=grid))
    return replace(note, pitch=pitch, velocity=velocity, length=length)


def _speaking(note: Note, technique: Technique, instrument: Instrument, *, grid: Grid) -> float:
    """Return the beats that a short note needs to be heard as a pitch, inside what is written.

    A share of a quick note would be a click. Low and slowly speaking instruments need longer.
    """
    speaks_s = max(
        LOW_SPEAKS_S if instrument.low < LOW else SPEAKS_S,
        SPEAKS_ATTACKS * technique.attack_ms / 1000.0,
    )
    needed = later_by(grid, note.beat, speaks_s) - note.beat
    return min(needed, note.length * DETACHED_SHARE)


def without_collisions(notes: Sequence[Note], *, end_beat: float) -> tuple[Note, ...]:
    """Let no note last into the next one on its key, nor beyond the end of the picture.

    Two notes that begin together on one key become the louder and longer of both; notes that
    begin after the end of the picture stay out.

    Parameters
    ----------
    notes : sequence of Note
        Notes of one channel in any order.
    end_beat : float
        Beat at which the picture ends.

    Returns
    -------
    tuple of Note
        In order of time and pitch.
    """
    by_key: dict[int, list[Note]] = {}
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch)):
        if note.beat >= end_beat - SHORTEST_BEATS:
            continue
        line = by_key.setdefault(note.pitch, [])
        if line and note.beat - line[-1].beat < SHORTEST_BEATS:
            last = line[-1]
            loud, long = max(last.velocity, note.velocity), max(last.length, note.length)
            line[-1] = replace(last, velocity=loud, length=long)
            continue
        if line and line[-1].end > note.beat:
            line[-1] = replace(line[-1], length=note.beat - line[-1].beat)
        line.append(note)
    kept = [
        replace(note, length=min(note.length, end_beat - note.beat))
        for line in by_key.values()
        for note in line
    ]
    return tuple(sorted(kept, key=lambda n: (n.beat, n.pitch)))
