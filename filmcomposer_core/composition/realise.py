"""From the outline to notes: rhythm of each unit, hits, then the pitches of each phrase."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.hits import Hit, Note
from filmcomposer_core.composition.line import Slot, draw_line
from filmcomposer_core.composition.manner import Heard, Manner, Sung
from filmcomposer_core.composition.outline import Phrase
from filmcomposer_core.composition.shape import phrase_slots
from filmcomposer_core.composition.statement import phrase_rhythm
from filmcomposer_core.contracts.labels import SHORT_ENDINGS

_EIGHTH: Final = TICKS // 2


def realise(
    phrases: Sequence[Phrase],
    grid: Sequence[GridBar],
    *,
    manner: Manner,
    hits: Sequence[Hit],
    ending: str,
    last_tick: int,
    rng: np.random.Generator,
) -> list[Sung]:
    """Return the notes of the theme.

    Parameters
    ----------
    phrases : sequence of Phrase
        The outline.
    grid : sequence of GridBar
        The planned bars.
    manner : Manner
        Motif, style and weights.
    hits : sequence of Hit
        Where the picture wants an onset; those in rests are left to other roles.
    ending : str
        How the cue ends, one of ``contracts.labels.ENDINGS``.
    last_tick : int
        Tick at which every note has to be over.
    rng : numpy.random.Generator
        Source of choice.
    """
    heard = Heard()
    sung: list[Sung] = []
    for number, phrase in enumerate(phrases):
        goal = "open" if phrase.goal == "home" and ending == "open" else phrase.goal
        notes = phrase_rhythm(phrase, grid, manner, heard, hits, rng)
        if phrase.goal == "home":
            notes = _last_notes(notes, grid, ending, last_tick)
        notes = [note for note in notes if note.start < last_tick - 2]
        if not notes:
            continue
        notes = _with_pickup(notes, phrase, grid, manner, sung)
        slots = phrase_slots(notes, phrase, grid, manner, goal, rng)
        before = sung[-1].pitch if sung else None
        pitches = draw_line(
            slots, style=manner.style, weights=manner.weights, before=before, rng=rng
        )
        pitches = _returns(slots, pitches, notes, phrase, manner, before, rng)
        sung += _sung(slots, pitches, number, last_tick)
    return sung


def _last_notes(
    notes: list[Note], grid: Sequence[GridBar], ending: str, last_tick: int
) -> list[Note]:
    """End on one held note on the last downbeat (short for a button), after what led to it."""
    bar = grid[-1]
    short = ending in SHORT_ENDINGS
    # Where the clip leaves no room for a further bar, the last note is held until it ends.
    held = not short and last_tick - bar.end < bar.length
    until = last_tick if held else min(bar.end, last_tick)
    length = min(until - bar.start, TICKS) if short else until - bar.start
    kept = [note for note in notes if note.start < bar.start]
    if kept and kept[-1].end > bar.start:
        kept[-1] = dataclasses.replace(kept[-1], length=bar.start - kept[-1].start)
    late = [note for note in notes if note.hit >= 7 and bar.start < note.start < until - _EIGHTH]
    if late:
        length = min(length, late[0].start - bar.start)
    unit = notes[-1].unit if notes else 0
    first = Note(start=bar.start, length=max(1, length), bar=bar.number, unit=unit)
    return [*kept, first, *late]


def _with_pickup(
    notes: list[Note],
    phrase: Phrase,
    grid: Sequence[GridBar],
    manner: Manner,
    sung: list[Sung],
) -> list[Note]:
    """Put an upbeat before a phrase that states the motif, where there is room to breathe."""
    first = notes[0]
    opens = phrase.units[first.unit].kind == "M" and first.start == grid[phrase.first].start
    if not manner.pickup or not opens or phrase.first == 0:
        return notes
    start = first.start - manner.pickup
    if sung and sung[-1].start + sung[-1].length > start - _EIGHTH // 2:
        last = sung[-1]
        if last.length < 2 * manner.pickup + _EIGHTH:
            return notes
        sung[-1] = dataclasses.replace(last, length=start - _EIGHTH - last.start)
        if sung[-1].length < _EIGHTH:
            sung[-1] = last
            return notes
    before = grid[phrase.first - 1]
    return [Note(start=start, length=manner.pickup, bar=before.number, unit=first.unit), *notes]


def _returns(
    slots: list[Slot],
    pitches: list[int],
    notes: Sequence[Note],
    phrase: Phrase,
    manner: Manner,
    before: int | None,
    rng: np.random.Generator,
) -> list[int]:
    """Bring back the pitches of the phrase's first statement where the outline asks for it."""
    units = phrase.units
    first = next((i for i, unit in enumerate(units) if unit.kind == "M"), None)
    wanted = [i for i, unit in enumerate(units) if unit.again]
    if first is None or not wanted or rng.random() >= manner.same:
        return pitches
    model = {
        note.start - _unit_start(notes, first): pitch
        for note, pitch in zip(notes, pitches, strict=True)
        if note.unit == first and note.step is not None
    }
    asked = list(slots)
    for i, note in enumerate(notes):
        if note.unit in wanted:
            pitch = model.get(note.start - _unit_start(notes, note.unit))
            asked[i] = dataclasses.replace(slots[i], pitch=pitch)
        elif note.unit <= first:
            asked[i] = dataclasses.replace(slots[i], pitch=pitches[i])
    return draw_line(asked, style=manner.style, weights=manner.weights, before=before, rng=rng)


def _unit_start(notes: Sequence[Note], unit: int) -> int:
    return next((n.start for n in notes if n.unit == unit and n.step is None), 0)


def _sung(slots: Sequence[Slot], pitches: Sequence[int], phrase: int, last_tick: int) -> list[Sung]:
    begin = slots[0].start
    span = max(1, slots[-1].start + slots[-1].length - begin)
    ends = [after.start for _, after in itertools.pairwise(slots)] + [last_tick]
    return [
        Sung(
            start=slot.start,
            length=max(1, min(slot.length, end - slot.start)),
            pitch=pitch,
            strength=slot.strength,
            bar=slot.bar,
            phrase=phrase,
            place=(slot.start - begin) / span,
            hit=slot.hit,
        )
        for slot, pitch, end in zip(slots, pitches, ends, strict=True)
    ]
