"""Pitches for a row of onsets: the best line through chords, scale, contour and motif.

One exact search (second-order Viterbi) serves the motif, its developments and the cadences: what
differs is what each :class:`Slot` asks for.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.grid import TICKS, Harmony
from filmcomposer_core.composition.tables import Style, degree_costs, interval_costs

Costs = NDArray[np.float64]
Pitches = NDArray[np.int64]
LOWEST, HIGHEST = 57, 84
_OFF = 24
_FOREIGN = 9.0
_REPEAT = 1.1
#: How much each scale degree (and a note outside) makes the key clear.
_HOME: Costs = np.array([1.0, 0.0, 0.7, 0.0, 0.9, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A note to be: where it stands and what is wanted of it.

    ``target`` is the register wanted (MIDI), ``step`` the diatonic step from the note before that
    the motif has, ``pitch`` an exact pitch to return to, ``ceiling`` the peak that only the peak
    note may reach, ``goal`` costs by scale degree (1 to 7) at a phrase end.
    """

    start: int
    length: int
    strength: float
    harmony: Harmony
    target: float
    bar: int
    step: int | None = None
    move: int | None = None
    pitch: int | None = None
    ceiling: float | None = None
    peak: bool = False
    goal: tuple[float, ...] = ()
    hit: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWeights:
    """What counts how much in a line; wishes of the assessor shift them."""

    chord: float = 1.0
    motif: float = 1.0
    leap: float = 1.0
    noise: float = 0.6
    home: float = 0.5


@cache
def _recovery(width: int) -> Costs:
    """Return the cost of three pitches in a row, shape (width,) * 3: leaps turn back by step."""
    p = np.arange(width)
    first = p[None, :, None] - p[:, None, None]
    then = p[None, None, :] - p[None, :, None]
    leap = np.abs(first) >= 5
    wide = np.abs(first) >= 8
    back = (np.sign(first) * np.sign(then)) < 0
    onward = (np.sign(first) * np.sign(then)) > 0
    step = (np.abs(then) <= 2) & (then != 0)
    cost = np.zeros((width, width, width))
    cost += np.where(leap & ~(back & step), 0.9, 0.0)
    cost += np.where(leap & onward & (np.abs(then) > 2), 2.5, 0.0)
    cost += np.where(wide & onward & (np.abs(then) > 2), 30.0, 0.0)
    cost += np.where((first == 0) & (then == 0), 1.2, 0.0)
    # Going there and back again says nothing new, least of all by a leap.
    cost += np.where((first == -then) & (first != 0), np.where(np.abs(first) > 2, 1.3, 0.7), 0.0)
    return cost


def draw_line(
    slots: Sequence[Slot],
    *,
    style: Style,
    weights: LineWeights,
    before: int | None,
    rng: np.random.Generator,
) -> list[int]:
    """Return a pitch for each slot.

    Parameters
    ----------
    slots : sequence of Slot
        The notes of one phrase in time order.
    style : Style
        Gives corpus, leaps and span.
    weights : LineWeights
        What counts how much.
    before : int or None
        The pitch that sounded before the phrase.
    rng : numpy.random.Generator
        Adds a little chance to each pitch, so that lines of equal worth vary.

    Returns
    -------
    list of int
        MIDI pitches between 57 and 84, at most ``style.span`` + 2 apart.
    """
    if not slots:
        return []
    low, width = _window(slots, style)
    pitches = np.arange(low, low + width, dtype=np.int64)
    local = [_local(slot, pitches, weights, rng) for slot in slots]
    if before is not None:
        moves = np.clip(pitches - before, -_OFF, _OFF)
        local[0] = local[0] + 0.5 * interval_costs(style.corpus, style.leaps)[moves + _OFF]
    if len(slots) == 1:
        return [int(pitches[int(np.argmin(local[0]))])]
    pairs = [_pair(a, b, pitches, style, weights) for a, b in itertools.pairwise(slots)]
    return [int(pitches[i]) for i in _best_path(local, pairs, weights.leap * _recovery(width))]


def _window(slots: Sequence[Slot], style: Style) -> tuple[int, int]:
    width = style.span + 3
    middle = float(np.mean([slot.target for slot in slots]))
    fixed = [slot.pitch for slot in slots if slot.pitch is not None]
    if fixed:
        middle = 0.5 * middle + 0.25 * (min(fixed) + max(fixed))
    low = round(middle - (width - 1) / 2)
    return max(LOWEST, min(low, HIGHEST - width + 1)), width


@cache
def _mask(tones: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which of the twelve pitch classes belong to a set."""
    return np.isin(np.arange(12), tones)


def _local(slot: Slot, pitches: Pitches, weights: LineWeights, rng: np.random.Generator) -> Costs:
    classes = pitches % 12
    own = _mask(slot.harmony.chord.pitch_classes)[classes]
    scale = _mask(slot.harmony.scale)[classes]
    beats = slot.length / TICKS
    weight = 2.6 * slot.strength + 0.5 * min(beats, 3.0)
    cost = np.where(own, 0.0, np.where(scale, weight * weights.chord, _FOREIGN))
    cost = cost + 0.055 * (pitches - slot.target) ** 2
    home = _HOME[_degrees(classes, slot.harmony)]
    cost = cost - weights.home * (slot.strength + 0.3 * min(beats, 3.0)) * home
    if slot.pitch is not None:
        cost = cost + 1.1 * weights.motif * np.minimum(np.abs(pitches - slot.pitch), 3)
    if slot.ceiling is not None:
        over = pitches != slot.ceiling if slot.peak else pitches >= slot.ceiling
        cost = cost + np.where(over, 2.2, 0.0)
    if slot.goal:
        cost = cost + _goal(slot, classes)
    return np.asarray(cost - rng.gumbel(0.0, weights.noise, len(pitches)))


def _goal(slot: Slot, classes: Pitches) -> Costs:
    degrees = _degrees(classes, slot.harmony)
    costs = np.array([*slot.goal, max(6.0, *slot.goal)])
    return np.asarray(costs[degrees])


def _degrees(classes: Pitches, harmony: Harmony) -> NDArray[np.int64]:
    """Return the scale degree (0 to 6) of each pitch class, 7 for none."""
    return _degree_table(harmony.scale, harmony.tonic, harmony.minor)[classes]


@cache
def _degree_table(scale: tuple[int, ...], tonic: int, minor: bool) -> NDArray[np.int64]:
    table = np.full(12, 7)
    if len(scale) == 7:
        for degree, above in enumerate(sorted((tone - tonic) % 12 for tone in scale)):
            table[(tonic + above) % 12] = degree
    else:
        for above, degree in ((0, 0), (2, 1), (3 if minor else 4, 2), (5, 3), (7, 4)):
            table[(tonic + above) % 12] = degree
    return table


def _pair(before: Slot, slot: Slot, pitches: Pitches, style: Style, weights: LineWeights) -> Costs:
    moves = pitches[None, :] - pitches[:, None]
    cost = 0.55 * interval_costs(style.corpus, style.leaps)[moves + _OFF]
    # A search for the cheapest line repeats notes more than people do.
    cost = cost + np.where(moves == 0, _REPEAT, 0.0)
    classes = pitches % 12
    if len(slot.harmony.scale) == 7:
        kind = "minor" if slot.harmony.minor else "major"
        table = degree_costs(kind, strong=slot.strength >= 0.35)
        start, end = _degrees(classes, before.harmony), _degrees(classes, slot.harmony)
        cost = cost + 0.22 * table[start[:, None], end[None, :]]
    foreign_before = ~_mask(before.harmony.chord.pitch_classes)[classes]
    foreign = ~_mask(slot.harmony.chord.pitch_classes)[classes]
    leaping = np.abs(moves) > 2
    cost = cost + np.where(leaping & foreign_before[:, None], 1.4, 0.0)
    cost = cost + np.where(leaping & foreign[None, :], 0.9, 0.0)
    if slot.move is not None:
        cost = cost + np.where(moves == slot.move, -4.0, 0.0)
    if slot.step is not None:
        cost = cost + weights.motif * _step_cost(slot, pitches)
    if slot.goal:
        cost = cost + np.where(leaping, 0.8, 0.0)
    return np.asarray(cost)


def _step_cost(slot: Slot, pitches: Pitches) -> Costs:
    """Return the cost of steps that differ from the motif's, in steps of the scale."""
    inside = _mask(slot.harmony.scale)[pitches % 12]
    index: Costs = np.cumsum(inside) - np.where(inside, 0.0, 0.5)
    steps: Costs = index[None, :] - index[:, None]
    error = np.abs(steps - (slot.step or 0))
    turned = np.sign(np.round(steps)) != np.sign(slot.step or 0)
    return np.asarray(1.5 * np.minimum(error, 2.5) + np.where(turned, 1.2, 0.0))


def _best_path(local: list[Costs], pairs: list[Costs], triple: Costs) -> list[int]:
    best = local[0][:, None] + pairs[0] + local[1][None, :]
    links = []
    for cost, pair in zip(local[2:], pairs[1:], strict=True):
        ways = best[:, :, None] + triple
        link = ways.argmin(axis=0)
        links.append(link)
        best = np.take_along_axis(ways, link[None], axis=0)[0] + pair + cost[None, :]
    a, b = np.unravel_index(int(best.argmin()), best.shape)
    path = [int(b), int(a)]
    for link in reversed(links):
        path.append(int(link[path[-1], path[-2]]))
    return path[::-1]
