"""From the outline to notes: rhythm of each unit, hits, then the pitches of each phrase."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.critic import line_faults
from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.hits import Hit, Note
from filmcomposer_core.composition.manner import Heard, Manner, Sung
from filmcomposer_core.composition.outline_units import RESTS, Phrase
from filmcomposer_core.composition.shape import asked_pitches, phrase_slots, remember
from filmcomposer_core.composition.slots import Slot
from filmcomposer_core.composition.statement import phrase_rhythm, upbeat
from filmcomposer_core.composition.tune_lines import Singer, heed, sing_lines
from filmcomposer_core.contracts.labels import SHORT_ENDINGS

_EIGHTH: Final = TICKS // 2
#: Lines drawn for each half of a phrase; the best stays.
_LINES: Final = 6
#: A hit this close before a note is that note come early, ticks.
_FLAM: Final = TICKS // 8


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
        Motifs, style and weights.
    hits : sequence of Hit
        Where the picture wants an onset; those in rests are left to other roles.
    ending : str
        How the cue ends, one of ``contracts.labels.ENDINGS``.
    last_tick : int
        Tick at which every note has to be over.
    rng : numpy.random.Generator
        Source of choice.
    """
    heard, singer = Heard(), Singer(lens=manner.lens)
    sung: list[Sung] = []
    for number, phrase in enumerate(phrases):
        goal = "open" if phrase.goal == "home" and ending == "open" else phrase.goal
        notes = phrase_rhythm(phrase, grid, manner, heard, hits, rng)
        if phrase.goal == "home":
            notes = _last_notes(notes, phrase, grid, ending, last_tick)
        notes = [note for note in notes if note.start < last_tick - 2]
        if not notes:
            continue
        notes = _with_upbeat(notes, phrase, grid, manner, sung)
        slots = phrase_slots(notes, phrase, number, grid, manner, goal, rng)
        pitches: list[int] = []
        for first, last in _segments(notes, phrase):
            before = pitches[-1] if pitches else sung[-1].pitch if sung else None
            row = asked_pitches(
                notes[first:last], slots[first:last], phrase, grid, manner, heard, rng
            )
            chosen = _best_line(row, phrase, grid, singer, before, manner, rng)
            remember(notes[first:last], row, chosen, phrase, grid, heard)
            pitches += chosen
        _keep(phrase, heard)
        sung += _sung(slots, pitches, number, last_tick)
    return without_flams(sung)


def without_flams(sung: list[Sung]) -> list[Sung]:
    """Join a hit just before a note with that note, which then comes early: no pitch stutters."""
    found: list[Sung] = []
    for note in sung:
        last = found[-1] if found else None
        flam = last is not None and last.start + last.length == note.start and last.hit > note.hit
        if last is not None and flam and last.length <= _FLAM:
            found[-1] = dataclasses.replace(
                note, start=last.start, length=last.length + note.length, bar=last.bar, hit=last.hit
            )
        else:
            found.append(note)
    return found


def _best_line(
    slots: Sequence[Slot],
    phrase: Phrase,
    grid: Sequence[GridBar],
    singer: Singer,
    before: int | None,
    manner: Manner,
    rng: np.random.Generator,
) -> list[int]:
    lines = sing_lines(
        slots, phrase, grid, singer, style=manner.style, weights=manner.weights, before=before,
        count=_LINES, rng=rng,
    )  # fmt: skip
    costs = lines.costs - lines.costs.min()
    # Of a tune nothing but what its chords ask is to be mended.
    free = sum(not slot.sure for slot in slots) / len(slots)
    faults = 0.8 * free * line_faults(lines.pitches, slots, manner.style) + (1 - 0.7 * free) * costs
    chosen = int(faults.argmin())
    heed(singer, slots, lines, chosen)
    return [int(pitch) for pitch in lines.pitches[chosen]]


def _segments(notes: Sequence[Note], phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Yield the stretches that are sung in one breath, as index ranges of the notes.

    A half close and a rest end one, and a return to earlier pitches begins one.
    """
    first = 0
    for i in range(1, len(notes)):
        if notes[i].unit == notes[i - 1].unit:
            continue
        closed = phrase.units[notes[i - 1].unit].kind in "h" + RESTS
        gap = any(u.kind in RESTS for u in phrase.units[notes[i - 1].unit : notes[i].unit])
        if closed or gap or phrase.units[notes[i].unit].again:
            yield first, i
            first = i
    yield first, len(notes)


def _keep(phrase: Phrase, heard: Heard) -> None:
    """Keep the first statement of a phrase under its name."""
    for index in range(len(phrase.units)):
        line = heard.lines.get((f"now {phrase.first}", index))
        if line:
            heard.lines.setdefault((phrase.name, index), line)
    heard.lines.setdefault((phrase.name, 0), {})


def _last_notes(
    notes: list[Note], phrase: Phrase, grid: Sequence[GridBar], ending: str, last_tick: int
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
    unit = len(phrase.units) - 1
    # A tune ends on its own tonic, in its own octave.
    told = [note.height for note in notes if note.start >= bar.start and note.height is not None]
    home = told[-1] if told and told[-1] % 7 == 0 and ending != "open" else None
    first = Note(start=bar.start, length=max(1, length), bar=bar.number, unit=unit, height=home)
    late = [dataclasses.replace(note, unit=unit, step=0) for note in late]
    return [*kept, first, *late]


def _with_upbeat(
    notes: list[Note],
    phrase: Phrase,
    grid: Sequence[GridBar],
    manner: Manner,
    sung: list[Sung],
) -> list[Note]:
    """Put the motif's upbeat before a phrase that opens with it, where there is room to breathe."""
    first = notes[0]
    motif = manner.ideas[phrase.motif].motif
    unit = phrase.units[first.unit]
    opens = (
        unit.kind in "MHA"
        and (not unit.tune or unit.tune[0] == 0)
        and not unit.inverted
        and first.start == grid[phrase.first].start
    )
    need = sum(motif.upbeat)
    if not need or not opens or phrase.first == 0 or grid[phrase.first - 1].length < need:
        return notes
    start = first.start - need
    if sung and sung[-1].start + sung[-1].length > start:
        last = sung[-1]
        left = start - last.start
        if left < max(_EIGHTH, need):
            return notes
        breath = _EIGHTH if left >= 4 * _EIGHTH else 0
        sung[-1] = dataclasses.replace(last, length=left - breath)
    rest = dataclasses.replace(first, step=motif.rise[-1], firm=2.0)
    before = grid[phrase.first - 1].number
    lead = upbeat(motif, first.start, before, first.unit)
    tune = manner.ideas[phrase.motif].tune
    if tune and first.height is not None:
        heights = tune.heights[: len(lead)]
        lead = [dataclasses.replace(n, height=h) for n, h in zip(lead, heights, strict=True)]
    return [*lead, rest, *notes[1:]]


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
