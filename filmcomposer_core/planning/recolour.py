"""Colour of the chords by tension: inversions, sevenths, neighbours of the same function."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.harmony import QUALITIES
from filmcomposer_core.planning.colour import bass_cost, chord_tension, transition_cost
from filmcomposer_core.planning.drafts import Half
from filmcomposer_core.planning.progressions import Weights, wanted_tension
from filmcomposer_core.planning.recipe import MAJOR, Recipe
from filmcomposer_core.planning.roman import Step, parse_numeral

#: Degrees whose major triads bear a major seventh or an added sixth within the key.
_MAJOR_SEVENTHS: Final = {"major": (0, 5), "minor": (3, 8)}
_SEVENTH = {"": "maj7", "m": "m7", "dim": "m7b5"}
#: Chords that may stand for another: of like function, and nearer home or further where the
#: tension of the cue asks for it.
_SUBSTITUTE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "major": {"IV": ("ii", "iv"), "ii": ("IV",)},
    "minor": {"iv": ("iio",), "VII": ("v",)},
}
#: Share of sevenths from which an idiom uses major sevenths on major degrees.
_LUSH: Final = 0.45
#: Cost of a squared step of chord tension away from what the cue wants.
TENSION_FIT: Final = 0.4
#: Cost of a change after which the harmony stands still where a chord was to follow.
_STANDSTILL_COST: Final = 2.5
_INVERSION_COST, _SUBSTITUTE_COST, _BASS_WEIGHT = 0.7, 0.7, 1.4
#: What stands for a tonic that comes back where the cue is as tense as this.
_FOR_TONIC: Final = {"major": "vi", "minor": "VI"}
_TENSE: Final = 0.5
#: Share of sevenths below which an idiom keeps its tonic a triad.
_PLAIN: Final = 0.3


def recoloured(
    halves: list[Half], *, recipe: Recipe, tension: NDArray[np.float64], weights: Weights
) -> list[Half]:
    """Return the chords with the colours whose tension follows the cue's best.

    Exact by dynamic programming over one choice for each chord: error of tension against
    :func:`wanted_tension`, the step from chord to chord, the line of the bass, and the cost of the
    change. Cadences and pedals stay as they are.
    """
    spans = _spans(halves)
    if not spans:
        return halves
    options = [
        _options(halves[a], recipe, float(np.mean(tension[a // 2 : (b + 1) // 2])), weights)
        for a, b in spans
    ]
    written = [halves[a] for a, _ in spans]
    chosen = _best_path(options, written, weights)
    out = list(halves)
    for (a, b), step in zip(spans, chosen, strict=True):
        for i in range(a, b):
            out[i] = dataclasses.replace(halves[i], step=step)
    return out


def _spans(halves: list[Half]) -> list[tuple[int, int]]:
    """Return the first and last half (exclusive) of each chord; a long one is cut at 4 bars."""
    spans: list[tuple[int, int]] = []
    for i, half in enumerate(halves):
        if spans and halves[spans[-1][0]] == half and i - spans[-1][0] < 4:
            spans[-1] = (spans[-1][0], i + 1)
        else:
            spans.append((i, i + 1))
    return spans


def _options(
    half: Half, recipe: Recipe, tension: float, weights: Weights
) -> list[tuple[float, Step]]:
    kind, step = half.key.kind, half.step
    variants = [(0.0, step)]
    if not half.fixed and not step.pedal:
        variants += _variants(step, recipe, tension, kind, weights)
    wanted = wanted_tension(recipe, tension)
    return [
        (change + TENSION_FIT * weights.fit * (chord_tension(s, kind=kind) - wanted) ** 2, s)
        for change, s in variants
    ]


def _variants(
    step: Step, recipe: Recipe, tension: float, kind: str, weights: Weights
) -> list[tuple[float, Step]]:
    found: list[tuple[float, Step]] = []
    third = QUALITIES[step.quality][1]
    if step.bass == step.root and third in (3, 4):
        bass, degree = (step.root + third) % 12, (step.degree + 1) % 7 + 1
        found.append((_INVERSION_COST, dataclasses.replace(step, bass=bass, bass_degree=degree)))
    rich = recipe.sevenths * weights.colour
    if tension > 0.4 and rich > 0.1 and _bears_seventh(step, recipe, kind):
        dominant = step.quality == "" and step.root == 7
        quality = "7" if dominant else _SEVENTH[step.quality]
        if quality == "maj7" and kind == MAJOR and recipe.sevenths < _LUSH:
            quality = "6"  # dances and marches know the added sixth, not the major seventh
        price = 0.1 if dominant else max(0.1, 1.0 - rich)
        found.append((price, dataclasses.replace(step, quality=quality)))
    if step.quality == "7" and step.root == 7 and kind != MAJOR and recipe.tension[1] > 6:
        found.append((0.3, dataclasses.replace(step, quality="7b9")))
    others = _SUBSTITUTE[kind].get(step.name, ()) if step.bass == step.root else ()
    if step.root == 0 and tension > _TENSE:
        others = (_FOR_TONIC[kind],)
    for other in others:
        cost = _SUBSTITUTE_COST / max(0.25, weights.variety)
        swap = parse_numeral(other, kind=kind)
        found.append((cost, dataclasses.replace(swap, halves=step.halves)))
    return found


def _bears_seventh(step: Step, recipe: Recipe, kind: str) -> bool:
    """Return whether a chord may have its seventh: in plain idioms no tonic, no borrowed triad."""
    if step.quality not in _SEVENTH or (step.root == 0 and recipe.sevenths <= _PLAIN):
        return False
    if step.quality or step.root == 7:
        return True
    return step.root in _MAJOR_SEVENTHS[kind] and (kind == MAJOR or recipe.sevenths > _PLAIN)


def _best_path(
    options: list[list[tuple[float, Step]]], written: list[Half], weights: Weights
) -> list[Step]:
    best = [cost for cost, _ in options[0]]
    links: list[list[int]] = []
    for i, (before, after) in enumerate(itertools.pairwise(options)):
        kind = written[i + 1].key.kind
        moved = written[i].step.root != written[i + 1].step.root
        row, link = [], []
        for cost, step in after:
            costs = [
                total
                + 0.3 * weights.follow * transition_cost(last, step, kind=kind)
                + _BASS_WEIGHT * weights.follow * bass_cost(last.bass, step.bass)
                + (_STANDSTILL_COST if moved and last.root == step.root else 0.0)
                for total, (_, last) in zip(best, before, strict=True)
            ]
            k = int(np.argmin(costs))
            row.append(costs[k] + cost)
            link.append(k)
        best = row
        links.append(link)
    index = int(np.argmin(best))
    path = [options[-1][index][1]]
    for link, row_options in zip(reversed(links), reversed(options[:-1]), strict=True):
        index = link[index]
        path.append(row_options[index][1])
    return path[::-1]
