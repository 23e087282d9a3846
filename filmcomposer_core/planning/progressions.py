"""The choice of a progression for a kind of section, by tension and by how chords follow."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.planning.colour import chord_tension, transition_cost
from filmcomposer_core.planning.recipe import Recipe, kind_of
from filmcomposer_core.planning.roman import Step, parse_line

#: Seconds that one chord lasts at tension 0, 0.45 and 1.
_CHORD_S = ((0.0, 0.45, 1.0), (4.0, 2.4, 1.3))
_CLIMAX_S = 2.2
#: Spread of chance among an idiom's progressions: all are good, and two seeds should differ.
LUCK = 0.9


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


def choose_progression(
    recipe: Recipe,
    *,
    mode: str,
    tension: float,
    avoid: Sequence[str],
    weights: Weights,
    rng: np.random.Generator,
) -> str:
    """Return the line of the recipe that fits best.

    Parameters
    ----------
    recipe : Recipe
        Gives the lines.
    mode : str
        Mode of the section.
    tension : float
        Mean tension of the section, 0 to 1.
    avoid : sequence of str
        Lines that other sections already use.
    weights : Weights
        What counts how much.
    rng : numpy.random.Generator
        Gives each line a small chance against better ones.
    """
    kind = kind_of(mode)
    lines = recipe.lines(mode)
    luck = rng.gumbel(0.0, LUCK, len(lines))
    costs = []
    for line, gain in zip(lines, luck, strict=True):
        steps = parse_line(line, kind=kind)
        cost = progression_cost(steps, recipe=recipe, kind=kind, tension=tension, weights=weights)
        costs.append(cost + (1.5 if line in avoid else 0.0) - float(gain))
    return lines[int(np.argmin(costs))]


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


def chord_seconds(function: str, tension: float) -> float:
    """Return how long a chord should last in seconds (craft 3.3); a climax is broad."""
    if function == "climax":
        return _CLIMAX_S
    return float(np.interp(tension, *_CHORD_S))


def paced(
    steps: tuple[Step, ...], *, bars: int, bar_s: float, function: str, tension: float
) -> tuple[Step, ...]:
    """Return a progression with its chords twice as long, as written, or half as long.

    Chooses the pace nearest to :func:`chord_seconds` that lets at least three chords be heard in
    the section; a chord is never shorter than half a bar, nor than 0.8 s unless written so.
    """
    wanted = chord_seconds(function, tension)
    mean_s = sum(step.halves for step in steps) / len(steps) * bar_s / 2

    def error(scale: float) -> float:
        poor = min(3, len({step.root for step in steps})) - _heard(steps, scale, 2 * bars)
        return abs(math.log(mean_s * scale / wanted)) + max(0, poor)

    shortest = min(step.halves for step in steps)
    scales = [1.0, 2.0]
    if shortest >= 2 and shortest * bar_s / 4 >= 0.6:
        scales.append(0.5)
    scale = min(scales, key=error)
    return tuple(
        dataclasses.replace(step, halves=max(1, round(step.halves * scale))) for step in steps
    )


def _heard(steps: tuple[Step, ...], scale: float, halves: int) -> int:
    """Return how many different roots sound in the first halves of a paced progression."""
    roots, at = set(), 0.0
    for step in steps:
        if at < halves:
            roots.add(step.root)
        at += step.halves * scale
    return len(roots)
