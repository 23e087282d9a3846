"""The rhythm of a phrase: motif, its head, free bars and cadences, bent to the hits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.hits import Hit, Note, with_hits
from filmcomposer_core.composition.manner import Heard, Manner
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.outline import Phrase, Unit
from filmcomposer_core.composition.rhythm import Metre, Onsets, draw_bar

_EIGHTH: Final = TICKS // 2
#: Longest note of an augmented head in seconds; beyond it the motif is stated plainly.
_LONGEST_S: Final = 5.0


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
        Motif, style and chances.
    heard : Heard
        What the theme has used; added to.
    hits : sequence of Hit
        Where the picture wants an onset.
    rng : numpy.random.Generator
        Source of choice.
    """
    notes: list[Note] = []
    for index, unit in enumerate(phrase.units):
        bars = grid[unit.first : unit.first + unit.bars]
        inside = [hit for hit in hits if bars[0].start <= hit.tick < bars[-1].end]
        if unit.kind in "Rr":
            notes += _struck(inside, bars, index)
            continue
        ends = index == len(phrase.units) - 1 and phrase.goal != "lead"
        row = _unit_notes(unit, bars, manner, heard, inside, ends, rng)
        row = [dataclasses.replace(note, unit=index) for note in row]
        notes += with_hits(row, inside, end=bars[-1].end)
    if notes and phrase.goal != "lead":
        end = grid[phrase.first + phrase.bars - 1].end
        last = notes[-1]
        breath = end - _EIGHTH - last.start
        if last.end > end - _EIGHTH and breath >= _EIGHTH:
            notes[-1] = dataclasses.replace(last, length=breath)
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
    bars: Sequence[GridBar],
    manner: Manner,
    heard: Heard,
    hits: Sequence[Hit],
    ends: bool,
    rng: np.random.Generator,
) -> list[Note]:
    motif = manner.motif
    fits = all(bar.length == motif.ticks for bar in bars)
    if unit.kind == "A" and fits and _can_widen(motif, bars):
        return _placed(bars, (_doubled(motif.bars[0]),), motif.steps)
    if unit.kind in "MHA" and fits:
        return _stated(unit, bars, manner, heard, rng)
    row: list[Note] = []
    for i, bar in enumerate(bars):
        close = (unit.kind in "Cc" or ends) and i == len(bars) - 1
        close = close or (unit.kind == "F" and i == len(bars) - 1)
        row += _placed((bar,), (_free_bar(unit.kind, i, bar, close, manner, heard, hits, rng),), ())
    return row


def _can_widen(motif: Motif, bars: Sequence[GridBar]) -> bool:
    longest = max(length for _, length in motif.bars[0]) * 2 / bars[0].length * bars[0].seconds
    return len(bars) == 2 and motif.head >= 3 and longest <= _LONGEST_S


def _doubled(onsets: Onsets) -> Onsets:
    return tuple((2 * start, 2 * length) for start, length in onsets)


def _stated(
    unit: Unit,
    bars: Sequence[GridBar],
    manner: Manner,
    heard: Heard,
    rng: np.random.Generator,
) -> list[Note]:
    """State the motif or its head; a restatement may change the end of its second bar."""
    motif = manner.motif
    rhythms = list(motif.bars[: len(bars)])
    heard.statements += 1
    again = heard.statements > 1 and not unit.again
    steps: Sequence[int | None] = motif.steps
    if len(rhythms) == 2 and again and rng.random() < manner.vary:
        rhythms[1] = _varied(rhythms[1], bars[1], rng)
        steps = motif.steps[: motif.head + 1]
    for rhythm in rhythms:
        if rhythm not in heard.bars:
            heard.bars.append(rhythm)
    turned = [None if step is None else -step for step in steps] if unit.inverted else steps
    return _placed(bars, rhythms, turned)


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
    bars: Sequence[GridBar], rhythms: Sequence[Onsets], steps: Sequence[int | None]
) -> list[Note]:
    row: list[Note] = []
    for bar, onsets in zip(bars, rhythms, strict=False):
        for start, length in onsets:
            step = steps[len(row)] if len(row) < len(steps) else None
            row.append(Note(start=bar.start + start, length=length, bar=bar.number, step=step))
    return row


def _free_bar(
    kind: str,
    place: int,
    bar: GridBar,
    close: bool,
    manner: Manner,
    heard: Heard,
    hits: Sequence[Hit],
    rng: np.random.Generator,
) -> Onsets:
    offsets = [hit.tick - bar.start for hit in hits if bar.start <= hit.tick < bar.end]
    name = ("C" if kind in "Fc" else kind, place if not close else 9, bar.num, bar.den)
    kept = heard.free.get(name)
    if kept is not None and rng.random() < manner.reuse:
        starts = {start for start, _ in kept}
        if all(offset in starts for offset in offsets):
            return kept
    onsets = draw_bar(
        manner.style,
        Metre(num=bar.num, den=bar.den, seconds=bar.seconds),
        close=close,
        density=manner.density
        * manner.style.density
        * (1.0 + manner.contrast * (bar.motion - 0.5)),
        hits=offsets,
        known=heard.bars,
        fresh=manner.fresh,
        rng=rng,
    )
    if onsets not in heard.bars:
        heard.bars.append(onsets)
    heard.free.setdefault(name, onsets)
    return onsets
