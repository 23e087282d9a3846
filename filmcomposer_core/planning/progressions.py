"""The choice of a progression for a kind of section, by tension and by how chords follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.planning.colour import bass_cost, chord_tension, transition_cost
from filmcomposer_core.planning.recipe import Recipe, kind_of
from filmcomposer_core.planning.roman import Step, parse_line

#: Length of a chord at tension 0, 0.45 and 1, as a share of the idiom's own.
_PACE: Final = ((0.0, 0.45, 1.0), (1.5, 0.9, 0.55))
_BROAD: Final = 0.75
_HASTE: Final = {"build": 0.75, "establish": 1.2, "aftermath": 1.1}
#: Chords in a row from which phrases take theirs.
ROW: Final = 14
#: Cost of opening with the chords of another section; gain of a rising line in a build, and of a
#: pedal where the cue dwells.
_USED_COST, _RISING_GAIN, _DWELLING_GAIN = 1.5, 1.0, 1.0
_DWELLING: Final = ("establish", "aftermath")
#: Spread of chance among an idiom's progressions: all are good, and two seeds should differ.
LUCK: Final = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What counts how much when chords are chosen; wishes of the assessor shift them."""

    fit: float = 1.0
    follow: float = 1.0
    variety: float = 1.0
    colour: float = 1.0


def wanted_tension(recipe: Recipe, tension: float) -> float:
    """Return the chord tension (0 to 10) that a bar of this tension (0 to 1) wants."""
    low, high = recipe.tension
    return low + (high - low) * tension


def progression_cost(
    steps: tuple[Step, ...], *, recipe: Recipe, kind: str, tension: float, weights: Weights
) -> float:
    """Return the cost of a looped progression: error of tension, odd steps, monotony."""
    wanted = wanted_tension(recipe, tension)
    values = [chord_tension(step, kind=kind) for step in steps]
    error = (float(np.average(values, weights=[s.halves for s in steps])) - wanted) ** 2 / 6.0
    ring = zip(steps, steps[1:] + steps[:1], strict=True)
    follow = float(np.mean([transition_cost(a, b, kind=kind) for a, b in ring]))
    distinct = len({(s.root, s.quality) for s in steps})
    total = sum(s.halves for s in steps)
    share = max(
        sum(s.halves for s in steps if s.root == root) / total for root in {s.root for s in steps}
    )
    poor = max(0, (3 if recipe.pedal else 4) - distinct) * 0.5 + max(0.0, share - 0.5) * 2
    return weights.fit * error + 0.4 * weights.follow * follow + weights.variety * poor


def chord_row(
    recipe: Recipe,
    *,
    mode: str,
    function: str,
    tension: float,
    avoid: Sequence[tuple[Step, ...]],
    weights: Weights,
    rng: np.random.Generator,
) -> tuple[Step, ...]:
    """Return the chords that the phrases of a section walk through, enough for its longest.

    Parameters
    ----------
    recipe : Recipe
        Gives the lines; a build may take one of its rising ones.
    mode, function : str
        Mode and task of the section.
    tension : float
        Mean tension of the section, 0 to 1.
    avoid : sequence of tuple of Step
        Rows that other sections use: theirs should not open alike.
    weights : Weights
        What counts how much.
    rng : numpy.random.Generator
        Gives each line a chance against better ones.

    Returns
    -------
    tuple of Step
        Two or more lines of the idiom, each joined where it follows well, without a chord twice in
        a row.
    """
    kind = kind_of(mode)
    lines = recipe.lines(mode) + (recipe.rising(kind) if function == "build" else ())
    heads = {_head(row) for row in avoid}
    parsed = [parse_line(line, kind=kind) for line in lines]
    row: list[Step] = []
    used: set[int] = set()
    while len(row) < ROW and len(used) < len(parsed):
        costs = np.array([
            np.inf
            if number in used
            else progression_cost(s, recipe=recipe, kind=kind, tension=tension, weights=weights)
            + (_join_cost(row[-1], s[0], kind=kind) if row else _USED_COST * (_head(s) in heads))
            - (_RISING_GAIN if function == "build" and number >= len(recipe.lines(mode)) else 0.0)
            - (_DWELLING_GAIN if function in _DWELLING and s[-1].pedal else 0.0)
            for number, s in enumerate(parsed)
        ])  # fmt: skip
        number = int(np.argmin(costs - rng.gumbel(0.0, LUCK, len(costs))))
        used.add(number)
        for step in parsed[number]:
            if not row or (step.root, step.bass) != (row[-1].root, row[-1].bass):
                row.append(step)
    return tuple(row)


def _head(row: tuple[Step, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((step.root, step.quality) for step in row[:3])


def _join_cost(before: Step, after: Step, *, kind: str) -> float:
    return 0.5 * transition_cost(before, after, kind=kind) + bass_cost(before.bass, after.bass)


def chord_seconds(recipe: Recipe, function: str, tension: float) -> float:
    """Return how long a chord should last in seconds (craft 3.3).

    It is the idiom's own measure at a middling tension, longer where the cue dwells and shorter
    where it presses; a climax is broad whatever its tension.
    """
    if function == "climax":
        return recipe.chord_s * _BROAD
    pressed = float(np.interp(tension, *_PACE))
    return recipe.chord_s * pressed * _HASTE.get(function, 1.0)
