"""Controllers that a technique moves: swells, forte-pianos, the pedal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.catalogue import Technique
from filmcomposer_core.contracts.score import Controller, Note
from filmcomposer_core.execution.grid import Grid, bar_at, later_by
from filmcomposer_core.execution.voice import SHORTEST_BEATS, Voice

PEDAL = 64
#: Values of controllers that change nothing; 0 for the others.
NEUTRAL = {7: 100, 10: 64, 11: 127, 74: 64}
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


def merge_controllers(
    own: Sequence[Controller],
    parts: Sequence[tuple[Technique, tuple[Note, ...], tuple[Controller, ...]]],
) -> tuple[Controller, ...]:
    """Return one set of controllers for a part whose notes have several techniques.

    Parameters
    ----------
    own : sequence of Controller
        What the score gives the part.
    parts : sequence of (Technique, tuple of Note, tuple of Controller)
        Each technique with its written notes and what came of the controllers.

    Returns
    -------
    tuple of Controller
        A technique owns its controller while its notes last; behind them the value that the part
        has there, or the controller's neutral value, comes back. In order of time.
    """
    if len(parts) == 1:
        return parts[0][2]
    merged = list(own)
    for technique, notes, done in parts:
        if not technique.controller_path:
            continue
        number = technique.controller
        made = [c for c in done if c.number == number]
        if number == PEDAL:
            merged += made
            continue
        for start, end in _joined(_spans(notes)):
            back = Controller(beat=end, number=number, value=_value_at(own, number, end))
            inside = [c for c in merged if c.number == number and start <= c.beat <= end]
            merged = [c for c in merged if c not in inside]
            merged.append(replace(back, ramp=_ramps_at(own, number, end)))
        merged += made
    return tuple(sorted(merged, key=lambda c: (c.beat, c.number)))


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join spans that follow each other without a gap."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + SHORTEST_BEATS:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _value_at(own: Sequence[Controller], number: int, beat: float) -> int:
    """Return a controller's value at a beat, on the ramp between two points."""
    points = [c for c in own if c.number == number]
    before = [c for c in points if c.beat <= beat]
    if not before:
        return points[0].value if points else NEUTRAL.get(number, 0)
    last = before[-1]
    after = points[len(before)] if len(points) > len(before) else None
    if not last.ramp or after is None:
        return last.value
    share = (beat - last.beat) / max(after.beat - last.beat, SHORTEST_BEATS)
    return round(last.value + min(1.0, share) * (after.value - last.value))


def _ramps_at(own: Sequence[Controller], number: int, beat: float) -> bool:
    before = [c for c in own if c.number == number and c.beat <= beat]
    return bool(before) and before[-1].ramp


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
