"""What is wanted of each note of a phrase: register, contour, peak and how it ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import GridBar
from filmcomposer_core.composition.hits import Note
from filmcomposer_core.composition.line import Slot
from filmcomposer_core.composition.manner import Manner
from filmcomposer_core.composition.outline import REGISTER, Phrase, Unit

_MIDDLE: Final = 68.0
#: Costs of scale degrees 1 to 7 at the end of a phrase.
_GOALS: Final[dict[str, tuple[float, ...]]] = {
    "home": (0.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0),
    "open": (4.0, 1.0, 0.5, 5.0, 0.0, 5.0, 5.0),
    "close": (0.0, 3.0, 1.2, 5.0, 1.8, 4.5, 5.0),
    "half": (1.6, 0.2, 1.0, 1.8, 0.0, 1.8, 0.6),
    "lead": (2.0, 0.3, 1.5, 1.2, 0.0, 1.0, 0.2),
}


def phrase_slots(
    notes: Sequence[Note],
    phrase: Phrase,
    grid: Sequence[GridBar],
    manner: Manner,
    goal: str,
    rng: np.random.Generator,
) -> list[Slot]:
    """Return what each note of a phrase asks of its pitch.

    Parameters
    ----------
    notes : sequence of Note
        The rhythm of the phrase.
    phrase : Phrase
        Its units and the function of its section.
    grid : sequence of GridBar
        The planned bars.
    manner : Manner
        Style and motif.
    goal : str
        How the phrase ends: ``home``, ``open``, ``close``, ``half`` or ``lead``.
    rng : numpy.random.Generator
        Draws the contours of free units.
    """
    style = manner.style
    origin = grid[0].number
    begin = grid[phrase.first].start
    length = max(1, grid[phrase.first + phrase.bars - 1].end - begin)
    base = _MIDDLE + style.centre + REGISTER[phrase.function] + phrase.lift
    height = 0.3 * style.span
    bends = [_bend(unit, rng) for unit in phrase.units]
    slots: list[Slot] = []
    for i, note in enumerate(notes):
        bar = grid[note.bar - origin]
        if note.start >= bar.end and note.bar - origin + 1 < len(grid):
            bar = grid[note.bar - origin + 1]
        unit = phrase.units[note.unit]
        u = min(1.0, max(0.0, (note.start - begin) / length))
        rise = float(np.interp(u, (0.0, style.peak, 1.0), (0.0, 1.0, -0.35)))
        ends_unit = i + 1 < len(notes) and notes[i + 1].unit != note.unit
        final = goal if i == len(notes) - 1 else ("half" if ends_unit and unit.kind == "F" else "")
        if phrase.goal == "home" and note.start >= grid[-1].start:
            final = goal
        inserted = note.hit and note.step is None
        known = i > 0 and notes[i - 1].unit == note.unit and not inserted
        slots.append(
            Slot(
                start=note.start,
                length=note.length,
                strength=max(bar.strength(note.start), 0.6 if note.hit >= 7 else 0.0),
                harmony=bar.harmony_at(note.start),
                target=base
                + 0.6 * unit.lift
                + 5.0 * (bar.tension - 0.4)
                + height * (rise + _height_in(unit, note, grid, bends[note.unit])),
                bar=bar.number,
                step=note.step if known else None,
                goal=_GOALS[final] if final else (),
                hit=note.hit,
            )
        )
    return _with_peak(slots, phrase, manner)


def _bend(unit: Unit, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the contour of a unit: questions bend up or bowl, answers fall or arch."""
    if unit.kind == "F":
        choices = ((-0.5, 0.1, 0.6), (0.4, -0.6, 0.4), (-0.4, 0.5, 0.2))
    elif unit.kind in "Cc":
        choices = ((0.7, 0.0, -0.6), (0.0, 0.8, -0.6), (0.9, 0.2, -0.4))
    else:
        return (0.0, 0.0, 0.0)
    return choices[int(rng.integers(len(choices)))]


def _height_in(
    unit: Unit, note: Note, grid: Sequence[GridBar], bend: tuple[float, float, float]
) -> float:
    start, end = grid[unit.first].start, grid[unit.first + unit.bars - 1].end
    return float(np.interp((note.start - start) / (end - start), (0.0, 0.5, 1.0), bend))


def _with_peak(slots: list[Slot], phrase: Phrase, manner: Manner) -> list[Slot]:
    """Give a phrase of four bars and more one highest note, near the place that the style likes."""
    if phrase.bars < 4 or len(slots) < 6 or phrase.function == "build":
        return slots
    place = manner.style.peak * (len(slots) - 1)
    candidates = range(1, len(slots) - 1)
    peak = min(
        candidates,
        key=lambda i: abs(i - place) / len(slots) * 4 - slots[i].strength - slots[i].length / 400,
    )
    top = slots[peak].target + 0.3 * manner.style.span
    own = slots[peak].harmony.chord.pitch_classes
    near = [p for p in range(round(top) - 3, round(top) + 4) if p % 12 in own]
    if not near:
        return slots
    ceiling = min(near, key=lambda p: abs(p - top))
    return [
        dataclasses.replace(slot, ceiling=ceiling, peak=i == peak) for i, slot in enumerate(slots)
    ]
