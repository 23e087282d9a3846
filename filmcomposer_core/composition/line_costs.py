"""The costs of a line: of each pitch alone, of each move, of three pitches in a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.grid import TICKS, Harmony
from filmcomposer_core.composition.slots import LineWeights, Slot

Costs = NDArray[np.float64]
Pitches = NDArray[np.int64]
_FOREIGN = 9.0
_REPEAT = 0.7
#: A chord's foreign note: chords may leave the key where a tune had better stay in it.
_COLOUR = 1.6
#: A semitone away from the pitch to which a line returns.
_AGAIN = 2.0
#: Steps of a leap that may bend to the chord.
_WIDE = 3
#: How much more the first note of a statement belongs to its chord.
_ANCHOR = 1.8
#: A long strong note a semitone above a chord note.
_CLASH = 2.5
#: A note of a tune: a semitone away from it, outside the chord, outside the scale, and a semitone
#: above a chord note.
_KEEPS, _MISFIT, _ALIEN, _GRATES = 1.6, 0.6, 2.5, 2.5
#: How much each scale degree (and a note outside) makes the key clear.
_HOME: Costs = np.array([1.0, 0.0, 0.7, 0.0, 0.9, 0.0, 0.0, 0.0])


@cache
def recovery(width: int) -> Costs:
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
    cost += np.where(leap & ~(back & step), 0.45, 0.0)
    cost += np.where(leap & onward & (np.abs(then) > 2), 2.5, 0.0)
    cost += np.where(wide & onward & (np.abs(then) > 2), 30.0, 0.0)
    cost += np.where((first == 0) & (then == 0), 1.2, 0.0)
    # Going there and back again says nothing new, least of all by a leap.
    cost += np.where((first == -then) & (first != 0), np.where(np.abs(first) > 2, 1.3, 0.7), 0.0)
    return cost


@cache
def _mask(tones: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which of the twelve pitch classes belong to a set."""
    return np.isin(np.arange(12), tones)


def local_cost(slot: Slot, pitches: Pitches, weights: LineWeights) -> Costs:
    """Return what each pitch costs on a slot: chord, register, memory, peak and goal."""
    classes = pitches % 12
    own = _mask(slot.harmony.chord.pitch_classes)[classes]
    scale = _mask(slot.harmony.scale)[classes]
    beats = slot.length / TICKS
    if slot.sure:
        return _tune_cost(slot, pitches, own=own, scale=scale)
    weight = (2.6 * slot.strength + 0.5 * min(beats, 3.0)) * (_ANCHOR if slot.anchor else 1.0)
    cost = np.where(own, 0.0, np.where(scale, weight * weights.chord * slot.own, _FOREIGN))
    if slot.lean:
        # A leaning note is at home in the scale and not in the chord.
        cost = np.where(own, 1.6, np.where(scale, 0.0, _FOREIGN))
    elif slot.strength >= 0.6 and beats >= 0.5:
        sharp = _mask(tuple((tone + 1) % 12 for tone in slot.harmony.chord.pitch_classes))[classes]
        cost = cost + np.where(sharp & ~own, _CLASH, 0.0)
    if slot.harmony.foreign:
        cost = cost + np.where(_mask(slot.harmony.foreign)[classes], _COLOUR, 0.0)
    cost = cost + 0.065 * (pitches - slot.target) ** 2
    home = _HOME[_degrees(classes, slot.harmony)]
    cost = cost - weights.home * (slot.strength + 0.3 * min(beats, 3.0)) * home
    if slot.pitch is not None:
        cost = cost + _AGAIN * weights.motif * np.minimum(np.abs(pitches - slot.pitch), 3)
    if slot.ceiling is not None:
        over = pitches != slot.ceiling if slot.peak else pitches >= slot.ceiling
        cost = cost + np.where(over, 8.0 if slot.summit or not slot.peak else 2.2, 0.0)
    if slot.goal:
        cost = cost + goal_costs(slot, classes)
    return np.asarray(cost)


def _tune_cost(
    slot: Slot, pitches: Pitches, *, own: NDArray[np.bool_], scale: NDArray[np.bool_]
) -> Costs:
    """Return what each pitch costs where a tune has its own."""
    beats = slot.length / TICKS
    heavy = slot.strength * min(1.0, beats) + 0.15 * min(beats, 3.0)
    cost = np.where(own, 0.0, np.where(scale, _MISFIT, _ALIEN) * heavy)
    if slot.strength >= 0.35 and beats >= 0.5:
        sharp = _mask(tuple((tone + 1) % 12 for tone in slot.harmony.chord.pitch_classes))
        cost = cost + np.where(sharp[pitches % 12] & ~own, _GRATES * heavy, 0.0)
    away = np.abs(pitches - (slot.pitch or 0))
    cost = cost + _KEEPS * np.minimum(away, 6) + np.where(scale | (away == 0), 0.0, _FOREIGN)
    if slot.goal:
        cost = cost + goal_costs(slot, pitches % 12)
    return np.asarray(cost)


def goal_costs(slot: Slot, classes: Pitches) -> Costs:
    """Return what a phrase end costs on each pitch class, of a slot that has a goal."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    """What is known of all moves within a window before any slot is, shape (width, width)."""

    repeats: Costs
    far: Costs
    harsh: Costs
    at_end: Costs
    leap_out: Costs
    leap_in: Costs
    down: NDArray[np.bool_]


@cache
def _moves(width: int) -> _Moves:
    p = np.arange(width)
    size = p[None, :] - p[:, None]
    wide = np.abs(size)
    leaping = wide > 2
    return _Moves(
        # A search for the cheapest line repeats notes more than people do.
        repeats=np.where(size == 0, _REPEAT, 0.0),
        far=np.select([wide > 7, wide > 4], [3.0, 0.7], 0.0),
        harsh=np.where(np.isin(wide, (6, 10, 11)), 5.0, 0.0),
        at_end=np.select([wide > 4, size == 0, leaping], [1.6, 1.4, 0.8], 0.0),
        leap_out=np.where(leaping, 1.4, 0.0),
        leap_in=np.where(leaping, 0.9, 0.0),
        down=(size == -1) | (size == -2),
    )


def pair_cost(before: Slot, slot: Slot, pitches: Pitches, weights: LineWeights) -> Costs:
    """Return what each move from one slot to the next costs, row from, column to."""
    if before.sure and slot.sure:
        return np.zeros((len(pitches), len(pitches)))
    moves = _moves(len(pitches))
    cost = moves.repeats.copy()
    classes = pitches % 12
    foreign_before = ~_mask(before.harmony.chord.pitch_classes)[classes]
    foreign = ~_mask(slot.harmony.chord.pitch_classes)[classes]
    cost += moves.leap_out * foreign_before[:, None]
    cost += moves.leap_in * foreign[None, :]
    if before.lean:
        cost += np.where(moves.down & ~foreign[None, :], 0.0, 2.5)
    if slot.step is None:
        cost += moves.far
    else:
        cost += weights.motif * slot.firm * _step_cost(slot, pitches)
        if abs(slot.step) >= _WIDE:
            cost += moves.harsh
    if slot.goal:
        cost += moves.at_end
    return cost


def _step_cost(slot: Slot, pitches: Pitches) -> Costs:
    """Return the cost of steps that differ from the motif's, in steps of the scale."""
    inside = _mask(slot.harmony.scale)[pitches % 12]
    index: Costs = np.add(np.cumsum(inside), np.where(inside, 0.0, 0.5))
    steps: Costs = index[None, :] - index[:, None]
    error: Costs = np.abs(steps - (slot.step or 0))
    if abs(slot.step or 0) >= _WIDE:
        # A leap may grow or shrink by a step to reach a note of the chord, as in a tonal answer.
        error = np.where(error <= 1.0, 0.45 * error, error)
    turned = np.sign(np.round(steps)) != np.sign(slot.step or 0)
    return np.asarray(1.5 * np.minimum(error, 4.0) + np.where(turned, 1.2, 0.0))
