"""Strokes, runs, trills, broken chords and grace notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from filmcomposer_core.catalogue import Instrument, Technique
from filmcomposer_core.contracts.score import Note
from filmcomposer_core.execution.grid import Grid, later_by, scale_at, seconds_between
from filmcomposer_core.execution.voice import SHORTEST_BEATS, velocity_within

#: Weak strokes of a roll, and grace notes, against the written velocity.
WEAK_STROKE = 6
GRACE_SHARE = 0.7


def spread_chords(notes: Sequence[Note], step_s: float, *, grid: Grid) -> list[Note]:
    """Break chords upward; the lowest note stays on the beat, the spread in half the length."""
    spread: list[Note] = []
    ordered = sorted(notes, key=lambda note: (note.beat, note.pitch))
    for _, found in groupby(ordered, key=lambda note: round(note.beat, 6)):
        chord = list(found)
        shortest = min(seconds_between(grid, note.beat, note.end) for note in chord)
        step = min(step_s, 0.5 * shortest / len(chord))
        for place, note in enumerate(chord):
            beat = later_by(grid, note.beat, place * step) if place else note.beat
            spread.append(replace(note, beat=beat, length=note.end - beat))
    return spread


def strokes(
    note: Note, technique: Technique, instrument: Instrument, *, grid: Grid
) -> Iterator[Note]:
    """Divide a held note into even strokes at the technique's rate."""
    length_s = seconds_between(grid, note.beat, note.end)
    count = max(1, round(length_s * technique.repeats_per_s))
    start_s = grid.timeline.time_at(note.beat)
    beats = [note.beat]
    beats += [grid.timeline.beat_at(start_s + length_s * k / count) for k in range(1, count)]
    pitches = _stroke_pitches(note, technique, instrument, count=count, grid=grid)
    for place, (beat, after) in enumerate(zip(beats, [*beats[1:], note.end], strict=True)):
        velocity = _stroke_velocity(note.velocity, technique, place=place, count=count)
        yield Note(beat=beat, length=after - beat, pitch=pitches[place], velocity=velocity)


def _stroke_pitches(
    note: Note, technique: Technique, instrument: Instrument, *, count: int, grid: Grid
) -> list[int]:
    if technique.alternate:
        other = _neighbour(note, instrument, grid=grid)
        return [other if place % 2 else note.pitch for place in range(count)]
    if not technique.run:
        return [note.pitch] * count
    scale = scale_at(grid, note.beat)
    below = [p for p in range(note.pitch - 1, instrument.low - 1, -1) if p % 12 in scale]
    run = below[: count - 1][::-1]
    return [*[(run or [note.pitch])[0]] * (count - 1 - len(run)), *run, note.pitch]


def _stroke_velocity(velocity: int, technique: Technique, *, place: int, count: int) -> int:
    if technique.stroke_path:
        first, last = technique.stroke_path
        share = place / max(1, count - 1)
        return velocity_within((first + (last - first) * share) * velocity / 100.0)
    weak = place % 2 == 1 and not technique.alternate and not technique.run
    return velocity_within(velocity - WEAK_STROKE if weak else velocity)


def _neighbour(note: Note, instrument: Instrument, *, grid: Grid) -> int:
    """Return the next degree above (below at the top of the range) in the scale of the place."""
    scale = scale_at(grid, note.beat)
    up = 1 if (note.pitch + 1) % 12 in scale else 2
    if note.pitch + up <= instrument.high:
        return note.pitch + up
    down = 1 if (note.pitch - 1) % 12 in scale else 2
    return max(instrument.low, note.pitch - down)


def with_grace(
    note: Note, technique: Technique, instrument: Instrument, *, grid: Grid
) -> Iterator[Note]:
    """Put a softer note before another: the same key of a drum, else the next degree."""
    beat = max(0.0, later_by(grid, note.beat, -technique.grace_ms / 1000.0))
    if note.beat - beat > SHORTEST_BEATS:
        pitch = note.pitch if technique.key else _neighbour(note, instrument, grid=grid)
        soft = velocity_within(note.velocity * GRACE_SHARE)
        yield Note(beat=beat, length=note.beat - beat, pitch=pitch, velocity=soft)
    yield note
