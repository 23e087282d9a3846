"""Pitches for a row of onsets: the best lines through chords, scale, contour and motif.

One exact search (second-order Viterbi) serves statements, developments and cadences: what differs
is what each :class:`Slot` asks for. Several lines come from one search with a little chance each.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.line_costs import (
    OFF,
    Costs,
    Pitches,
    local_cost,
    pair_cost,
    recovery,
)
from filmcomposer_core.composition.slots import LineWeights, Slot
from filmcomposer_core.composition.tables import Style, interval_costs

LOWEST, HIGHEST = 57, 84


def draw_lines(
    slots: Sequence[Slot],
    *,
    style: Style,
    weights: LineWeights,
    before: int | None,
    count: int,
    rng: np.random.Generator,
) -> tuple[Pitches, Costs]:
    """Return several lines of pitches for the same slots.

    Parameters
    ----------
    slots : sequence of Slot
        The notes of one phrase in time order, at least one.
    style : Style
        Gives corpus, leaps and span.
    weights : LineWeights
        What counts how much.
    before : int or None
        The pitch that sounded before the phrase.
    count : int
        Number of lines.
    rng : numpy.random.Generator
        Adds a little chance to each pitch, so that lines of equal worth vary.

    Returns
    -------
    pitches : ndarray, shape (count, slots), int64
        MIDI pitches between 57 and 84, at most ``style.span`` + 2 apart.
    costs : ndarray, shape (count,), float64
        What each line costs.
    """
    low, width = _window(slots, style)
    pitches = np.arange(low, low + width, dtype=np.int64)
    plain = np.stack([local_cost(slot, pitches, weights) for slot in slots])
    if before is not None:
        moves = np.clip(pitches - before, -OFF, OFF)
        plain[0] += 0.5 * interval_costs(style.corpus, style.leaps)[moves + OFF]
    local = plain - rng.gumbel(0.0, weights.noise, (count, *plain.shape))
    if len(slots) == 1:
        return pitches[local[:, 0].argmin(axis=1)][:, None], local[:, 0].min(axis=1)
    pairs = [pair_cost(a, b, pitches, style, weights) for a, b in itertools.pairwise(slots)]
    paths, costs = _best_paths(local, pairs, weights.leap * recovery(width))
    return pitches[paths], costs


def draw_line(
    slots: Sequence[Slot],
    *,
    style: Style,
    weights: LineWeights,
    before: int | None,
    rng: np.random.Generator,
) -> list[int]:
    """Return one line of pitches; see :func:`draw_lines`."""
    lines, _ = draw_lines(slots, style=style, weights=weights, before=before, count=1, rng=rng)
    return [int(pitch) for pitch in lines[0]]


def _window(slots: Sequence[Slot], style: Style) -> tuple[int, int]:
    width = style.span + 3
    middle = float(np.mean([slot.target for slot in slots]))
    fixed = [slot.pitch for slot in slots if slot.pitch is not None]
    if fixed:
        middle = 0.5 * middle + 0.25 * (min(fixed) + max(fixed))
    low = round(middle - (width - 1) / 2)
    return max(LOWEST, min(low, HIGHEST - width + 1)), width


def _best_paths(
    local: Costs, pairs: Sequence[Costs], triple: Costs
) -> tuple[NDArray[np.int64], Costs]:
    """Return the cheapest path for each row of local costs, shape (rows, notes, width)."""
    rows, notes, width = local.shape
    best = local[:, 0, :, None] + pairs[0] + local[:, 1, None, :]
    reached = [best]
    for place, pair in enumerate(pairs[1:], start=2):
        best = (best[:, :, :, None] + triple).min(axis=1) + pair + local[:, place, None, :]
        reached.append(best)
    flat = best.reshape(rows, -1)
    last = flat.argmin(axis=1)
    paths = np.empty((rows, notes), dtype=np.int64)
    paths[:, -1], paths[:, -2] = last % width, last // width
    row = np.arange(rows)
    for place in range(notes - 3, -1, -1):
        # Only along the way that was taken does it matter where the best came from.
        middle, after = paths[:, place + 1], paths[:, place + 2]
        ways = reached[place][row, :, middle] + triple[:, middle, after].T
        paths[:, place] = ways.argmin(axis=1)
    return paths, flat[row, last]
