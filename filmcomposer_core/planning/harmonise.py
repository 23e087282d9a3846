"""Chords under a tune: those in which its notes are at home, led as the idiom leads them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.grid import TICKS, metric_strength
from filmcomposer_core.composition.tune_lens import PLAIN
from filmcomposer_core.contracts.harmony import MODES, QUALITIES
from filmcomposer_core.planning.colour import bass_cost, chord_tension, transition_cost
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.phrases import SHORTEST_S, fitted
from filmcomposer_core.planning.recipe import Recipe
from filmcomposer_core.planning.roman import Step, parse_line, parse_numeral

Costs = NDArray[np.float64]
#: Chords that every idiom may use beside its own.
_COMMON: Final = {
    "major": ("I", "ii", "iii", "IV", "V", "vi", "I/3", "ii/4", "IV/6", "V/7", "V7"),
    "minor": ("i", "iv", "V", "v", "VI", "VII", "III", "i/3", "iv/6", "V/#7", "V7"),
}
#: A note outside its chord: on an accent or long, in passing, and a semitone above a chord note.
_MISFIT, _PASSING, _GRATES = 3.0, 0.5, 1.2
#: A note beside its own alteration in the chord, even in passing: A over Ab.
_CROSSES: Final = 2.0
#: A chord that the idiom does not name, a note foreign to the key at rest, a foreign bass note.
_UNNAMED, _FOREIGN, _PEDAL = 0.3, 0.5, 0.5
_TENSION: Final = 0.05
_FOLLOWS, _BASS, _NAMED_MOVE = 0.35, 0.6, 0.5
#: Semitones by which the root moves on from a dominant seventh, and the cost of other ways.
_RESOLVES: Final = (0, 1, 2, 5)
_HANGS: Final = 1.0
#: Half a bar more on a dominant seventh.
_HELD: Final = 0.25
#: A phrase that begins away from home, not on a root or outside the key; an inversion anywhere.
_AWAY, _UNROOTED, _STRANGE, _INVERTED = 1.8, 1.2, 2.0, 0.3
#: A phrase of four bars says little with fewer chords; then those that it has are worn.
_SPEAKS: Final = 3
_WORN: Final = (0.0, 0.6, 1.5, 3.0)
#: A chord that was heard under the tune before.
_FAMILIAR: Final = 0.35
_LUCK: Final = 0.15
_NEVER: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A phrase to harmonise.

    ``notes`` are start, length (ticks from its first bar line) and height in steps above the tonic;
    ``bars`` holds numerator, denominator and seconds of each bar; ``wanted`` is the chord tension
    (0 to 10) of each half bar.
    """

    notes: tuple[tuple[int, int, int], ...]
    bars: tuple[tuple[int, int, float], ...]
    wanted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A note as it sounds in half a bar: its degree from 0, weight, and whether it passes."""

    degree: int
    weight: float
    passing: bool


def harmonised(
    stretch: Stretch,
    closes: Sequence[tuple[Step, ...]],
    *,
    key: Key,
    recipe: Recipe,
    before: Step | None,
    chord_s: float,
    begins: Collection[int] = (),
    familiar: Collection[Step] = (),
    rng: np.random.Generator,
) -> list[Step]:
    """Return the chord of each half bar under a tune.

    Parameters
    ----------
    stretch : Stretch
        The tune.
    closes : sequence of tuple of Step
        Ways to make its close; the one that suits the tune best is taken.
    key : Key
        Tonic and mode.
    recipe : Recipe
        The idiom: its chords, and which of them follow one another.
    before : Step or None
        The chord before.
    chord_s : float
        Length wanted for a chord in seconds.
    begins : collection of int
        Semitones above the tonic on which it may begin, on chords of the key; () = anywhere.
    familiar : collection of Step
        Chords under which the tune has been heard: where it returns others are welcome.
    rng : numpy.random.Generator
        A small chance for each chord against better ones.

    Notes
    -----
    The last chord waits for a tonic that comes in the middle of the last bar. Exact by dynamic
    programming over a chord for each half bar (Viterbi).
    """
    kind = key.kind
    chords = _vocabulary(recipe, key, closes)
    moves = _moves(chords, recipe, key)
    heard = _halves(stretch)
    alone = np.array([
        _fit(notes, chords, recipe, key, wanted)
        for notes, wanted in zip(heard, stretch.wanted, strict=True)
    ])  # fmt: skip
    known = {(step.root, step.quality) for step in familiar if step.root}
    alone += np.array([_FAMILIAR * ((c.root, c.quality) in known) for c in chords])
    alone -= rng.gumbel(0.0, _LUCK, alone.shape)
    first = np.array([_opening(chord, begins, key) for chord in chords])
    if before is not None:
        first = first + [_FOLLOWS * transition_cost(before, c, kind=kind) for c in chords]
    pace = [_pace(stretch, half, chord_s) for half in range(len(heard))]
    fast = float(np.mean([seconds for *_, seconds in stretch.bars])) / 2 < SHORTEST_S
    # A close takes half of a short phrase at most: it has to set out from somewhere.
    room = max(1, len(heard) // 2)
    tails = [fitted(close, len(heard), fast=fast)[-room:] for close in closes]
    if not fast and _comes_late(stretch):
        tails = [_delayed(tail) for tail in tails]
    path: list[Step] = []
    for worn in _WORN:
        heard_of = {step.root for step in path}
        used = np.array([worn * (c.root in heard_of) for c in chords])
        ways = [_walk(alone + used, first, moves, pace, chords, tail) for tail in tails]
        path = min(ways, key=lambda way: way[0])[1]
        if len({step.root for step in path}) >= min(_SPEAKS, len(stretch.bars) - 1):
            break
    return path


def _comes_late(stretch: Stretch) -> bool:
    """Return whether a tune comes to its tonic just in the middle of its last bar."""
    num, den, _ = stretch.bars[-1]
    begin = sum(TICKS * 4 * n // d for n, d, _ in stretch.bars[:-1])
    middle = begin + TICKS * 4 * num // den * half_split(num, den)[0] // sum(half_split(num, den))
    rests = {start: height % 7 for start, _, height in stretch.notes if start >= begin}
    return rests.get(begin, 0) != 0 and rests.get(middle) == 0


def _delayed(tail: list[Step]) -> list[Step]:
    """Return a close whose last chord comes half a bar later."""
    if len(tail) < 3 or tail[-1] is not tail[-2] or tail[-3] is tail[-2]:
        return tail
    return [*tail[:-2], tail[-3], tail[-1]]


def _opening(chord: Step, begins: Collection[int], key: Key) -> float:
    """Return what it costs to begin a phrase with a chord."""
    strange = bool(_foreign(chord, key))
    if begins and (chord.root not in begins or strange):
        return _NEVER
    return _AWAY * (chord.root != 0) + _UNROOTED * (chord.bass != chord.root) + _STRANGE * strange


def _vocabulary(recipe: Recipe, key: Key, closes: Sequence[tuple[Step, ...]]) -> list[Step]:
    own = [s for line in recipe.lines(key.mode) for s in parse_line(line, kind=key.kind)]
    own += [step for close in closes for step in close]
    own += [parse_numeral(word, kind=key.kind) for word in _COMMON[key.kind]]
    found: dict[tuple[int, str, int], Step] = {}
    for step in own:
        found.setdefault((step.root, step.quality, step.bass), step)
    return list(found.values())


def _moves(chords: Sequence[Step], recipe: Recipe, key: Key) -> Costs:
    """Return what each move from chord to chord costs, shape (chords, chords)."""
    named = {
        ((a.root, a.quality), (b.root, b.quality))
        for line in recipe.lines(key.mode)
        for a, b in itertools.pairwise(parse_line(line, kind=key.kind))
    }
    cost = np.zeros((len(chords), len(chords)))
    for i, a in enumerate(chords):
        for j, b in enumerate(chords):
            if i != j:
                cost[i, j] = _FOLLOWS * transition_cost(a, b, kind=key.kind)
                cost[i, j] += _BASS * bass_cost(a.bass, b.bass)
                hangs = a.quality.startswith("7") and (b.root - a.root) % 12 not in _RESOLVES
                cost[i, j] += _HANGS * hangs
                cost[i, j] -= _NAMED_MOVE * (
                    ((a.root, a.quality), (b.root, b.quality)) in named and a.root != b.root
                )
    return cost


def _halves(stretch: Stretch) -> list[tuple[_Heard, ...]]:
    """Return what sounds in each half bar."""
    found: list[tuple[_Heard, ...]] = []
    begin = 0
    for num, den, _ in stretch.bars:
        length = TICKS * 4 * num // den
        middle = begin + length * half_split(num, den)[0] // sum(half_split(num, den))
        for start, end in ((begin, middle), (middle, begin + length)):
            row = []
            for at, lasts, height in stretch.notes:
                overlap = min(end, at + lasts) - max(start, at)
                if overlap <= 0:
                    continue
                inside = start <= at < end
                strength = metric_strength(at - begin, num=num, den=den) if inside else 0.5
                weight = (0.3 + strength) * min(overlap, 2 * TICKS) / TICKS
                passing = strength < 0.35 and overlap < TICKS
                row.append(_Heard(height % 7, weight, passing))
            found.append(tuple(row))
        begin += length
    return found


def half_split(num: int, den: int) -> tuple[int, int]:
    """Return how a bar is shared by its two halves, in units of any length.

    Examples
    --------
    >>> half_split(4, 4), half_split(3, 4), half_split(7, 8)
    ((1, 1), (2, 1), (4, 3))
    """
    if num % 2 == 0 or num == 1:
        return 1, 1
    if num == 9:
        return 2, 1
    if den >= 8 and num > 3:
        return num - 3, 3
    return num // 2 + 1, num // 2


def _fit(
    heard: Sequence[_Heard], chords: Sequence[Step], recipe: Recipe, key: Key, wanted: float
) -> list[float]:
    """Return what each chord costs under what sounds in half a bar."""
    scale = _scale(key)
    named = {(s.root, s.quality) for line in recipe.lines(key.mode)
             for s in parse_line(line, kind=key.kind)}  # fmt: skip
    low, high = recipe.tension
    calm = 1.0 - (wanted - low) / max(1e-6, high - low)
    costs = []
    for chord in chords:
        tones = {(chord.root + step) % 12 for step in QUALITIES[chord.quality]}
        cost = sum(_misfit(note, tones, scale, key) for note in heard)
        unnamed = (chord.root, chord.quality) not in named
        cost += _UNNAMED * unnamed + _PEDAL * chord.pedal
        cost += _INVERTED * (chord.bass != chord.root)
        cost += _FOREIGN * (0.5 + calm + 2.0 * unnamed) * len(_foreign(chord, key))
        cost += _TENSION * (chord_tension(chord, kind=key.kind) - wanted) ** 2
        costs.append(cost)
    return costs


def _scale(key: Key) -> tuple[int, ...]:
    steps = MODES[key.mode]
    return steps if len(steps) == 7 else PLAIN[key.kind == "minor"]


def _foreign(chord: Step, key: Key) -> set[int]:
    """Return the notes of a chord that neither the key has nor its leading note is."""
    tones = {(chord.root + step) % 12 for step in QUALITIES[chord.quality]}
    return tones - {*_scale(key), 11}


def _misfit(note: _Heard, tones: set[int], scale: Sequence[int], key: Key) -> float:
    tone = scale[note.degree]
    if note.degree == 6 and key.kind == "minor" and 11 in tones:
        tone = 11
    if tone in tones:
        return 0.0
    cost = (_PASSING if note.passing else _MISFIT) * note.weight
    grates = (tone - 1) % 12 in tones and not note.passing
    altered = tones - {*scale, 11}
    crosses = (tone - 1) % 12 in altered or (tone + 1) % 12 in altered
    return cost + _GRATES * note.weight * grates + _CROSSES * max(0.5, note.weight) * crosses


def _pace(stretch: Stretch, half: int, chord_s: float) -> tuple[float, float]:
    """Return what it costs to stay on a chord at a half bar, and what to leave it."""
    seconds = stretch.bars[half // 2][2]
    rate = seconds / chord_s
    if half % 2:
        if seconds / 2 < SHORTEST_S:
            return 0.0, _NEVER
        return 0.0, max(0.2, 1.2 - 0.8 * max(0.0, rate - 1.0))
    if rate >= 1.0:
        return 0.6, 0.0
    return 0.0, min(0.8, 0.3 * (1.0 / rate - 1.0))


def _walk(
    alone: Costs,
    first: Costs,
    moves: Costs,
    pace: Sequence[tuple[float, float]],
    chords: Sequence[Step],
    tail: Sequence[Step],
) -> tuple[float, list[Step]]:
    """Return the cheapest chords that end with a close, and what they cost."""
    names = {(c.root, c.quality, c.bass): i for i, c in enumerate(chords)}
    close = [names[step.root, step.quality, step.bass] for step in tail]
    body = len(alone) - len(close)
    total = alone[0] + first
    if body <= 0:
        total = np.where(np.arange(len(chords)) == close[0], total, _NEVER)
    # A dominant seventh wants to move on.
    held = np.array([_HELD * c.quality.startswith("7") for c in chords])
    came: list[NDArray[np.int64]] = []
    for half in range(1, len(alone)):
        stay, leave = pace[half] if half < body else (0.0, 0.0)
        ways = total[:, None] + moves + leave
        np.fill_diagonal(ways, total + stay + held)
        came.append(ways.argmin(axis=0))
        total = ways.min(axis=0) + alone[half]
        if half >= body:
            total = np.where(np.arange(len(chords)) == close[half - body], total, _NEVER)
    index = int(total.argmin())
    path = [index]
    for link in reversed(came):
        path.append(int(link[path[-1]]))
    return float(total[index]), [chords[i] for i in path[::-1]]
