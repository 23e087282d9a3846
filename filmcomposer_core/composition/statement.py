"""The rhythm of a phrase and the steps that its motifs ask for, bent to the hits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.diminution import changed
from filmcomposer_core.composition.free_bars import DENSITY, free_bar
from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.hits import Hit, Note, with_hits
from filmcomposer_core.composition.manner import Heard, Idea, Manner
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.outline_units import RESTS, Phrase, Unit
from filmcomposer_core.composition.rhythm import Onsets
from filmcomposer_core.composition.tune_form import REMEMBERS, stated_notes
from filmcomposer_core.composition.tune_ideas import PART, Tune, settled

_EIGHTH: Final = TICKS // 2
#: How firmly the steps of a motif are kept: within a bar, over a bar line, in an answering idea.
_WITHIN: Final = 3.0
_ACROSS: Final = 1.8
_ANSWER: Final = 1.6
_CLOSES: Final = "he"
#: How much of what the picture wants in notes a tune gives when it is first heard, and how many
#: notes a bar of it may gain or lose.
_FIRST_LEAN: Final = 0.7
_MOST_CHANGED: Final = 2
#: Units of a tune whose rhythm may be written by another.
_OPEN_KINDS: Final = "Teh"
#: Units that state a motif.
_STATED: Final = "MHKF"
#: From this lift on the legs of a sequence lose the leap, as wide as this in steps.
_LIQUID: Final = 2
_WIDE: Final = 3
#: Units that stand so many steps above one another as their lifts say.
_MOVED: Final = "MHF"


def phrase_rhythm(
    phrase: Phrase,
    grid: Sequence[GridBar],
    manner: Manner,
    heard: Heard,
    hits: Sequence[Hit],
    rng: np.random.Generator,
) -> list[Note]:
    """Return the notes of a phrase without pitch.

    Parameters
    ----------
    phrase : Phrase
        Units of the phrase.
    grid : sequence of GridBar
        The planned bars.
    manner : Manner
        Motifs, style and chances.
    heard : Heard
        What the theme has used; added to.
    hits : sequence of Hit
        Where the picture wants an onset.
    rng : numpy.random.Generator
        Source of choice.
    """
    notes: list[Note] = []
    again = (phrase.name, 0) in heard.lines
    for index, unit in enumerate(phrase.units):
        bars = grid[unit.first : unit.first + unit.bars]
        inside = [hit for hit in hits if bars[0].start <= hit.tick < bars[-1].end]
        if unit.kind in RESTS:
            notes += _struck(inside, bars, index)
            continue
        row = _unit_notes(unit, phrase, bars, manner, heard, again, rng)
        row = [dataclasses.replace(note, unit=index) for note in row]
        row = with_hits(row, inside, end=bars[-1].end)
        before = phrase.units[index - 1] if index else unit
        moved = before.kind in _MOVED and unit.kind in _MOVED and not (unit.again or unit.tune)
        if notes and moved:
            _follow(notes, row, grid[before.first].start, unit.lift - before.lift)
        if notes and row and before.tune and unit.tune:
            # A note of the tune sounds on over the bar line until the next.
            notes[-1] = dataclasses.replace(notes[-1], length=row[0].start - notes[-1].start)
        if notes and unit.kind in "MH" and not unit.tune:
            _make_room(notes, row, manner.ideas[phrase.motif].motif, bars[0].number - 1)
        notes += row
    heard.stated |= {(phrase.motif, bar) for unit in phrase.units for bar in unit.tune}
    if notes and phrase.goal != "lead":
        _breathe(notes, grid[phrase.first + phrase.bars - 1].end)
    return notes


def _breathe(notes: list[Note], end: int) -> None:
    last = notes[-1]
    breath = end - _EIGHTH - last.start
    if last.end > end - _EIGHTH and breath >= _EIGHTH:
        notes[-1] = dataclasses.replace(last, length=breath)


def _follow(notes: Sequence[Note], row: list[Note], start: int, lift: int) -> None:
    """Ask that a unit begins so many steps above where the unit before it began."""
    last = [note for note in notes if note.start >= start]
    steps = [note.step for note in last[1:]]
    if last and row[0].step is None and None not in steps:
        step = lift - sum(step or 0 for step in steps)
        row[0] = dataclasses.replace(row[0], step=step, firm=_ACROSS)


def _make_room(notes: list[Note], row: list[Note], motif: Motif, bar: int) -> None:
    """Put the motif's upbeat before a statement inside a phrase, if the last note can be cut."""
    need = sum(motif.upbeat)
    last = notes[-1]
    start = row[0].start - need
    if not need or last.start >= start or last.hit:
        return
    left = min(last.end, start) - last.start
    if left < max(_EIGHTH, need):
        return
    notes[-1] = dataclasses.replace(last, length=left)
    first = row[0]
    row[0] = dataclasses.replace(first, step=motif.rise[-1], firm=_ACROSS)
    row[:0] = upbeat(motif, first.start, bar, first.unit)
    if first.step is not None:
        step = first.step - sum(motif.rise)
        row[0] = dataclasses.replace(row[0], step=step, firm=_ACROSS)


def upbeat(motif: Motif, downbeat: int, bar: int, unit: int) -> list[Note]:
    """Return the notes of a motif's upbeat."""
    tick = downbeat - sum(motif.upbeat)
    notes: list[Note] = []
    for i, length in enumerate(motif.upbeat):
        step = motif.rise[i - 1] if i else None
        notes.append(Note(start=tick, length=length, bar=bar, unit=unit, step=step, firm=_WITHIN))
        tick += length
    return notes


def _struck(hits: Sequence[Hit], bars: Sequence[GridBar], unit: int) -> list[Note]:
    """Return one short note for each strong hit in a rest, where the silence may be broken."""
    strong = [hit for hit in hits if hit.strong]
    ends = [*[hit.tick for hit in strong[1:]], bars[-1].end]
    notes = []
    for hit, end in zip(strong, ends, strict=False):
        bar = next(bar for bar in reversed(bars) if bar.start <= hit.tick)
        length = max(1, min(TICKS, end - hit.tick))
        notes.append(
            Note(start=hit.tick, length=length, bar=bar.number, unit=unit, hit=hit.strength)
        )
    return notes


def _unit_notes(
    unit: Unit,
    phrase: Phrase,
    bars: Sequence[GridBar],
    manner: Manner,
    heard: Heard,
    again: bool,
    rng: np.random.Generator,
) -> list[Note]:
    idea = manner.ideas[phrase.motif]
    if states_tune(unit, bars, idea):
        remembers = phrase.function in REMEMBERS
        known = not remembers and (phrase.motif, unit.tune[0]) in heard.stated
        tune = settled(idea.tune) if remembers and idea.tune else idea.tune
        return _from_tune(unit, bars, tune, manner, again=known)
    motif = stated_motif(unit, bars, idea)
    if motif is not None:
        if unit.kind == "F":
            return _fragment(bars[0], motif, unit)
        return _stated(unit, bars, motif, manner, heard, again, rng)
    row: list[Note] = []
    for i, bar in enumerate(bars):
        kind = free_kind(unit, phrase, last=i == len(bars) - 1)
        row += free_bar(kind, bar, idea, manner, heard, again, rng)
    return row


def stated_motif(unit: Unit, bars: Sequence[GridBar], idea: Idea) -> Motif | None:
    """Return the motif that a unit states; None where it is free or the motif does not fit."""
    motif = idea.answer if unit.kind == "K" else idea.motif
    fits = all(bar.length == motif.ticks for bar in bars)
    return motif if unit.kind in _STATED and fits else None


def free_kind(unit: Unit, phrase: Phrase, *, last: bool) -> str:
    """Return the task of a bar of a unit outside the motifs, a key of ``free_bars.DENSITY``."""
    if last and unit.kind in _CLOSES:
        return "h" if unit.kind == "h" or phrase.goal == "half" else "c"
    return unit.kind if unit.kind in DENSITY else "d"


def states_tune(unit: Unit, bars: Sequence[GridBar], idea: Idea) -> bool:
    """Return whether a unit states its idea's tune: in bars of another length it can't."""
    return bool(unit.tune and idea.tune) and all(bar.length == idea.motif.ticks for bar in bars)


def _from_tune(
    unit: Unit, bars: Sequence[GridBar], tune: Tune | None, manner: Manner, *, again: bool
) -> list[Note]:
    """Return the notes of a tune's bars; where there are rhythm points they give the onsets."""
    if tune is None:
        return []
    begin, end = bars[0].start, bars[-1].end
    per = bars[0].length // tune.lens.ticks
    rows = stated_notes(tune, unit.tune, per=per)
    sung = [(begin + start, length, height) for start, length, height in rows]
    for number, bar in enumerate(bars):
        points = manner.points.get(bar.number)
        if unit.kind in _OPEN_KINDS and points:
            sung = _on_points(sung, bar, points)
        elif unit.kind == "T" or (unit.kind == "M" and again and number):
            # The tune is itself when it is first heard, and grows when it comes again.
            count = sum(bar.start <= start < bar.end for start, _, _ in sung)
            lean = manner.density * (1.0 + manner.contrast * (bar.motion - 0.5)) - 1.0
            more = int(_FIRST_LEAN * count * lean) if not again else round(count * lean) + 1
            here = unit.tune[number]
            if here is not None and (here + 1) * per % PART == 0:
                more = max(0, more)  # what a close comes to is not left out
            sung = changed(sung, bar, max(-_MOST_CHANGED, min(_MOST_CHANGED, more)))
    return [
        Note(
            start=start,
            length=min(length, end - start),
            bar=next(bar.number for bar in bars if start < bar.end),
            height=height,
        )
        for start, length, height in sung
    ]


def _on_points(
    sung: Sequence[tuple[int, int, int]], bar: GridBar, points: Onsets
) -> list[tuple[int, int, int]]:
    """Return a tune with other onsets in one bar, each with the height that sounds there."""
    before = [note for note in sung if note[0] < bar.start]
    after = [note for note in sung if note[0] >= bar.end]
    inside = [note for note in sung if bar.start <= note[0] < bar.end] or before[-1:]
    found = []
    for offset, length in points:
        tick = bar.start + offset
        sounding = [h for start, _, h in inside if start <= tick][-1:] or [inside[0][2]]
        found.append((tick, length, sounding[0]))
    if before and found:
        start, length, height = before[-1]
        before[-1] = (start, min(length, found[0][0] - start), height)
    return [*before, *found, *after]


def _fragment(bar: GridBar, motif: Motif, unit: Unit) -> list[Note]:
    """State the first notes of the motif twice in a bar, the second time a step further."""
    half = bar.length // 2
    first = [(start, min(length, half - start)) for start, length in motif.bars[0] if start < half]
    even = half % _EIGHTH == 0 and bar.num % 2 == 0
    way = -1 if unit.inverted else 1
    steps = [way * (step or 0) for step in motif.steps[1 : len(first)]]
    if len(first) < 2 or not even:
        onsets = motif.bars[0]
        return _placed((bar,), (onsets,), motif, unit, _WITHIN)
    back = (1 if unit.lift >= 0 else -1) - sum(steps)
    notes = []
    for leg in (0, 1):
        for i, (start, length) in enumerate(first):
            step = steps[i - 1] if i else (back if leg else None)
            notes.append(
                Note(
                    start=bar.start + leg * half + start,
                    length=length,
                    bar=bar.number,
                    step=step,
                    firm=_WITHIN if i else _ACROSS,
                )
            )
    return notes


def _stated(
    unit: Unit,
    bars: Sequence[GridBar],
    motif: Motif,
    manner: Manner,
    heard: Heard,
    again: bool,
    rng: np.random.Generator,
) -> list[Note]:
    """State a motif or its first bar; a restatement may change the end of its second bar."""
    rhythms = list(motif.bars[: len(bars)])
    # A statement that comes again, or a step of a sequence, may end in another way.
    free = (again and not unit.again) or unit.lift
    if len(rhythms) == 2 and free and rng.random() < manner.vary:
        rhythms[1] = _varied(rhythms[1], bars[1], rng)
        motif = dataclasses.replace(motif, steps=motif.steps[: motif.head + 1])
    if unit.kind == "H" and unit.lift >= _LIQUID:
        motif = dataclasses.replace(motif, steps=tuple(map(_narrowed, motif.steps)))
    for rhythm in rhythms:
        if rhythm not in heard.bars:
            heard.bars.append(rhythm)
    return _placed(bars, rhythms, motif, unit, _ANSWER if unit.kind == "K" else _WITHIN)


def _narrowed(step: int | None) -> int | None:
    """Return a step without the motif's leap: what is repeated often loses its face (craft)."""
    return step if step is None or abs(step) < _WIDE else (2 if step > 0 else -2)


def _varied(onsets: Onsets, bar: GridBar, rng: np.random.Generator) -> Onsets:
    """Change one place of a bar: split its longest note, or join its shortest to the one before."""
    notes = list(onsets)
    longest = max(range(len(notes)), key=lambda i: notes[i][1])
    shortest = min(range(1, len(notes)), key=lambda i: notes[i][1], default=0)
    start, length = notes[longest]
    tick_s = bar.seconds / bar.length
    if (rng.random() < 0.6 or len(notes) < 3) and length >= TICKS and length * tick_s >= 0.5:
        cut = length // 2 if length % (2 * TICKS) == 0 else length - _EIGHTH
        notes[longest : longest + 1] = [(start, cut), (start + cut, length - cut)]
    elif shortest and len(notes) > 2:
        begin = notes[shortest - 1][0]
        notes[shortest - 1] = (begin, notes[shortest][0] + notes[shortest][1] - begin)
        del notes[shortest]
    return tuple(notes)


def _placed(
    bars: Sequence[GridBar],
    rhythms: Sequence[Onsets],
    motif: Motif,
    unit: Unit,
    firm: float,
) -> list[Note]:
    row: list[Note] = []
    way = -1 if unit.inverted else 1
    for bar, onsets in zip(bars, rhythms, strict=False):
        for start, length in onsets:
            place = len(row)
            step = motif.steps[place] if place < len(motif.steps) else None
            row.append(
                Note(
                    start=bar.start + start,
                    length=length,
                    bar=bar.number if start < bar.length else bar.number + 1,
                    step=None if step is None else way * step,
                    firm=min(firm, _ACROSS) if start == 0 else firm,
                )
            )
    return row
