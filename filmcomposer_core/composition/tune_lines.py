"""Pitches for a row of onsets, as the tune network would go on, bent to what each slot asks.

Several lines are sung side by side. At every note each may go on in several ways; the best of all
stay, with a little luck (a beam search over ``ln P`` of the network less the costs of the slots).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.line_costs import Costs, local_cost, pair_cost, recovery
from filmcomposer_core.composition.outline_units import Phrase
from filmcomposer_core.composition.slots import LineWeights, Slot
from filmcomposer_core.composition.tables import Style
from filmcomposer_core.composition.tune_code import FEATURES, NONE, gap_class, height_class
from filmcomposer_core.composition.tune_lens import (
    Lens,
    bar_in_eight,
    chord_class,
    harmony_at,
    height_of,
    known_of,
    look_backs,
)
from filmcomposer_core.composition.tune_network import Mind, tune_network

LOWEST, HIGHEST = 57, 88
#: Lines side by side, and how much luck there is in which of them stay.
_BEAM: Final = 12
_LUCK: Final = 0.45
#: Weight of the network's word beside the costs of the slots: of a motif's notes, accents, others.
_BOUND_WORD, _ACCENT_WORD, _FREE_WORD = 0.5, 1.0, 1.6
#: And of notes of a tune, which it has made up itself.
_TUNE_WORD: Final = 0.2
#: Steps that are kept more firmly than this are a motif's; notes as long as this are accents.
_FIRM, _LONG = 1.0, 2 * TICKS
Pitches = NDArray[np.int64]


@dataclass(slots=True, kw_only=True)
class Singer:
    """What has been sung of a theme, as the network has it in mind.

    ``starts`` are ticks of film, ``heights`` and ``gaps`` classes.
    """

    lens: Lens
    mind: Mind = field(default_factory=lambda: tune_network().begin(1))
    starts: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines for the same slots, the best first.

    ``pitches`` has the shape (lines, slots), MIDI between 57 and 88; ``costs`` (lines,), what
    each costs; ``heights`` (lines, slots), the classes that the network knows them by.
    """

    pitches: Pitches
    costs: Costs
    heights: Pitches
    mind: Mind


def sing_lines(
    slots: Sequence[Slot],
    phrase: Phrase,
    grid: Sequence[GridBar],
    singer: Singer,
    *,
    style: Style,
    weights: LineWeights,
    before: int | None,
    count: int,
    rng: np.random.Generator,
) -> Lines:
    """Return several lines of pitches for the same slots.

    Parameters
    ----------
    slots : sequence of Slot
        The notes of one breath in time order, at least one.
    phrase : Phrase
        The phrase to which they belong.
    grid : sequence of GridBar
        The planned bars.
    singer : Singer
        What was sung before; not changed, see :func:`heed`.
    style, weights : Style, LineWeights
        What counts how much.
    before : int or None
        The pitch that sounded before.
    count : int
        Most lines to return.
    rng : numpy.random.Generator
        Source of luck.
    """
    net = tune_network()
    pitches = _window(slots, style)
    seen = np.array(
        [[height_class(height_of(int(p), s.harmony, style.centre)) for p in pitches] for s in slots]
    )
    gaps = _gaps(slots, singer.lens)
    starts = [*singer.starts, *(slot.start for slot in slots)]
    turn = recovery(len(pitches))
    mind, costs = singer.mind, np.zeros(1)
    lines = np.empty((1, 0), np.int64)
    for i, slot in enumerate(slots):
        heights = seen[np.arange(i), lines]
        rows = _rows(slot, i, heights, starts, gaps, phrase, grid, singer)
        state, mind = net.read(mind, rows)
        words = net.heights(state, np.full(len(lines), gaps[i]))[:, seen[i]]
        new = local_cost(slot, pitches, weights) - _word(slot) * words
        if i:
            new = new + pair_cost(slots[i - 1], slot, pitches, weights)[lines[:, -1]]
        elif before is not None:
            new = new + 0.3 * np.maximum(0, np.abs(pitches - before) - 5)
        if i > 1 and not slot.sure:
            new = new + turn[lines[:, -2], lines[:, -1]]
        total = (costs[:, None] + new).ravel()
        best = np.argsort(total - rng.gumbel(0.0, _LUCK, total.shape), kind="stable")[:_BEAM]
        origin, place = np.divmod(best, len(pitches))
        mind, costs = mind.take(origin), total[best]
        lines = np.concatenate([lines[origin], place[:, None]], axis=1)
    order = np.argsort(costs, kind="stable")[:count]
    lines = lines[order]
    return Lines(
        pitches=pitches[lines],
        costs=costs[order],
        heights=seen[np.arange(len(slots)), lines],
        mind=mind.take(order),
    )


def heed(singer: Singer, slots: Sequence[Slot], lines: Lines, chosen: int) -> None:
    """Let the singer remember the line that was chosen."""
    singer.mind = lines.mind.settled(chosen)
    singer.starts += [slot.start for slot in slots]
    singer.heights += [int(height) for height in lines.heights[chosen]]
    singer.gaps += _gaps(slots, singer.lens)


def _word(slot: Slot) -> float:
    """Return how much the network has to say: where a motif is stated, and on accents, less."""
    if slot.sure:
        return _TUNE_WORD
    if slot.step is not None and slot.firm > _FIRM:
        return _BOUND_WORD
    return _ACCENT_WORD if slot.strength >= 0.6 or slot.length >= _LONG else _FREE_WORD


def _window(slots: Sequence[Slot], style: Style) -> Pitches:
    width = style.span + 3
    middle = float(np.mean([slot.target for slot in slots]))
    fixed = [slot.pitch for slot in slots if slot.pitch is not None]
    if fixed:
        middle = 0.5 * middle + 0.25 * (min(fixed) + max(fixed))
    low = round(middle - (width - 1) / 2)
    low = max(LOWEST, min(low, HIGHEST - width + 1))
    own = [slot.pitch for slot in slots if slot.sure and slot.pitch is not None]
    if own:
        top = max(low + width, max(own) + 3)
        low = max(LOWEST, min(low, min(own) - 2))
        return np.arange(low, min(top, HIGHEST + 1), dtype=np.int64)
    return np.arange(low, low + width, dtype=np.int64)


def _gaps(slots: Sequence[Slot], lens: Lens) -> list[int]:
    """Return the classes of the gaps from each note to the next; the last has its own length."""
    ends = [*(slot.start for slot in slots[1:]), slots[-1].start + slots[-1].length]
    ticks = [end - slot.start for slot, end in zip(slots, ends, strict=True)]
    return [gap_class(max(1, each // lens.factor)) for each in ticks]


def _rows(
    slot: Slot,
    number: int,
    heights: Pitches,
    starts: Sequence[int],
    gaps: Sequence[int],
    phrase: Phrase,
    grid: Sequence[GridBar],
    singer: Singer,
) -> Pitches:
    """Return what the network knows before a note of each line, shape (lines, features)."""
    lens, old = singer.lens, len(singer.starts)
    known = starts[: old + number]
    bar = grid[max(0, min(len(grid) - 1, slot.bar - grid[0].number))]
    first = grid[phrase.first].start
    bars = max(1, round((grid[phrase.first + phrase.bars - 1].end - first) / lens.ticks))
    place = (slot.start - bar.start) % lens.ticks
    after = harmony_at(grid, slot.start + lens.cell - place % lens.cell)

    def height(i: int) -> Pitches | int:
        return heights[:, i - old] if i >= old else singer.heights[i]

    rows = np.empty((len(heights), len(FEATURES)), np.int64)
    rows[:, 0] = height(len(known) - 1) if known else NONE
    rows[:, 1] = gaps[number - 1] if number else singer.gaps[-1] if singer.gaps else NONE
    rows[:, 2:-4] = known_of(
        lens,
        place=place,
        bar=bar_in_eight((slot.start - first) // lens.ticks, bars=bars, closes=phrase.closes),
        chords=(chord_class(slot.harmony), chord_class(after)),
        minor=slot.harmony.minor,
    )
    for column, (i, begins) in enumerate(look_backs(known, slot.start, lens)):
        rows[:, column - 4] = NONE if i < 0 else 2 * height(i) + begins
    return rows
