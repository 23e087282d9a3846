"""Controllers that a technique moves: swells, forte-pianos, the pedal."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.catalogue import Technique
from filmcomposer_core.contracts.score import Controller, Note
from filmcomposer_core.execution.grid import Grid, bar_at, later_by
from filmcomposer_core.execution.voice import Voice

PEDAL = 64
#: The first of three values falls to the second in this time (a forte-piano).
FALL_S = 0.15
#: A movement ends at this share of its note, before the next one begins.
MOVED_SHARE = 0.98
#: The pedal goes down after the downbeat and up before the next one.
PRESS_BEATS, LIFT_BEATS = 0.0625, 0.125


def with_technique(voice: Voice, *, technique: Technique, grid: Grid) -> tuple[Controller, ...]:
    """Add what the technique moves; it owns its controller, the part keeps the others."""
    path = technique.controller_path
    if not path or not voice.notes:
        return voice.controllers
    number = technique.controller
    made = _pedal(voice.notes, grid=grid) if number == PEDAL else []
    if number != PEDAL:
        for start, end in _spans(voice.notes):
            made += _moved(number, path, start=start, end=end, grid=grid)
    others = [c for c in voice.controllers if c.number != number]
    return tuple(sorted([*others, *made], key=lambda c: (c.beat, c.number)))


def _spans(notes: Sequence[Note]) -> list[tuple[float, float]]:
    """Return (beat, end) of each attack: chords share one, a later attack cuts the one before."""
    ends: dict[float, float] = {}
    for note in notes:
        ends[note.beat] = max(ends.get(note.beat, 0.0), note.end)
    starts = sorted(ends)
    following = [*starts[1:], float("inf")]
    return [(s, min(ends[s], after)) for s, after in zip(starts, following, strict=True)]


def _moved(
    number: int, path: Sequence[int], *, start: float, end: float, grid: Grid
) -> list[Controller]:
    """Spread the values of a path over a note; the first of three falls quickly to the second."""
    last = len(path) - 1
    beats = [start + (end - start) * MOVED_SHARE * k / max(1, last) for k in range(len(path))]
    if len(path) == 3 and path[0] > path[1]:
        beats[1] = min(later_by(grid, start, FALL_S), start + 0.5 * (end - start))
    return [
        Controller(beat=beat, number=number, value=value, ramp=k < last)
        for k, (beat, value) in enumerate(zip(beats, path, strict=True))
    ]


def _pedal(notes: Sequence[Note], *, grid: Grid) -> list[Controller]:
    """Press the sustain pedal in every measure that has notes, and lift it before the next."""
    made: list[Controller] = []
    for number in sorted({bar_at(grid, note.beat).number for note in notes}):
        bar = grid.bars[number - 1]
        lift = min(bar.end_beat, grid.end_beat) - LIFT_BEATS
        press = bar.start_beat + PRESS_BEATS
        if lift > press:
            made.append(Controller(beat=press, number=PEDAL, value=127))
            made.append(Controller(beat=lift, number=PEDAL, value=0))
    return made
