"""Phrases: how a section falls into them, and how chords are laid out in one up to its close."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.planning.colour import bass_cost, chord_tension, transition_cost
from filmcomposer_core.planning.drafts import Draft
from filmcomposer_core.planning.progressions import Weights
from filmcomposer_core.planning.recipe import Recipe
from filmcomposer_core.planning.roman import Step

#: A chord of half a bar is not shorter than this, seconds.
SHORTEST_S: Final = 0.55
#: Share of a phrase that a close may take.
_CLOSE_SHARE: Final = 0.65
#: Share of the themes and climaxes that turn aside at their end where the music goes on.
ASIDE: Final = 0.4
_GOES_ON: Final = {"theme": ("turn", "build", "theme"), "climax": ("climax", "aftermath")}
_SHORT_BARS: Final = 6
#: So short a phrase is all close if it comes home.
_SHORT_HALVES: Final = 4
#: Four bars that last less than this, seconds, are half a phrase.
_BREATH_S: Final = 4.4
#: Cost of a chord that only repeats the one before, of a row with few chords, of
#: a chord half or twice as long as wanted, and of one of three bars.
_AGAIN_COST, _POOR_COST, _PACE_COST, _ODD_COST = 1.2, 0.9, 1.0, 0.4
_LUCK: Final = 0.35
#: Mean squared error of chord tension that costs one.
_FIT_SCALE: Final = 2.0
#: A phrase of four bars says little with fewer than three chords.
_SPEAKING_HALVES, _BARE_COST = 8, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase of a section: ``first`` and ``halves`` count half bars, ``close`` is how it ends."""

    first: int
    halves: int
    close: str


def phrase_bars(bars: int, *, sentence: bool) -> list[int]:
    """Return the lengths in bars of the phrases of a section.

    Parameters
    ----------
    bars : int
        Bars of the section.
    sentence : bool
        Whether eight bars run on to one close; otherwise every four bars have one.

    Examples
    --------
    >>> phrase_bars(11, sentence=False), phrase_bars(12, sentence=True)
    ([4, 4, 3], [8, 4])
    """
    unit, lengths = (8 if sentence else 4), []
    while bars > _SHORT_BARS:
        here = unit if bars == unit or bars - unit >= 3 else 4
        lengths.append(min(here, bars))
        bars -= lengths[-1]
    return [*lengths, bars] if bars else lengths


def section_phrases(
    draft: Draft,
    after: Draft | None,
    *,
    recipe: Recipe,
    bar_s: float,
    open_end: bool,
    rng: np.random.Generator,
) -> list[Phrase]:
    """Return the phrases of a section and how each closes.

    Parameters
    ----------
    draft : Draft
        The section.
    after : Draft or None
        The one that follows; None = this is the last.
    recipe : Recipe
        Idioms with dominants close by them.
    bar_s : float
        Length of a bar in seconds; short bars make long phrases.
    open_end : bool
        Whether the cue ends on a question.
    rng : numpy.random.Generator
        Chooses between period and sentence, and whether a theme turns aside at its end.
    """
    sentence = rng.random() < (0.35 if draft.function == "theme" else 0.6) or 4 * bar_s < _BREATH_S
    aside = recipe.dominants and rng.random() < ASIDE
    lengths = phrase_bars(draft.bars, sentence=sentence)
    phrases, first = [], 2 * draft.first
    for number, bars in enumerate(lengths):
        close = "full" if number % 2 else "half"
        if bars <= 3 and draft.function == "establish":
            close = "still" if bars == 1 else "upbeat"
        elif number == len(lengths) - 1:
            close = last_close(draft, after, aside=aside, open_end=open_end)
        phrases.append(Phrase(first=first, halves=2 * bars, close=close))
        first += 2 * bars
    return phrases


def last_close(draft: Draft, after: Draft | None, *, aside: bool, open_end: bool) -> str:
    """Return how a section ends, one of ``cadences.CLOSES``; ``aside``: it may turn aside."""
    if after is None:
        return "open" if open_end else "full"
    if after.bars == 1 and after.function == "button" and not after.silence:
        return "half"  # the button is the chord that the close comes home to
    if draft.function in ("establish", "turn", "build") or (
        draft.bars <= 2 and draft.function in ("theme", "climax")
    ):
        return "half"
    if draft.function == "aftermath":
        return "plagal"
    goes_on = _GOES_ON.get(draft.function, ())
    return "deceptive" if aside and after.function in goes_on and after.key == draft.key else "full"


def laid_out(
    phrase: Phrase,
    row: Sequence[Step],
    closes: Sequence[tuple[Step, ...]],
    *,
    before: Step | None,
    bar_s: float,
    chord_s: float,
    wanted: Sequence[float],
    kind: str,
    weights: Weights,
    rng: np.random.Generator,
) -> list[tuple[Step, bool]]:
    """Return the chord of each half bar of a phrase, and whether it belongs to its close.

    Parameters
    ----------
    phrase : Phrase
        Where it lies.
    row : sequence of Step
        The chords that it may walk through, in their order.
    closes : sequence of tuple of Step
        Ways to make its close.
    before : Step or None
        The chord before.
    bar_s, chord_s : float
        Length of a bar, and the length wanted for a chord, seconds.
    wanted : sequence of float
        Chord tension wanted in each half bar, 0 to 10.
    kind : str
        ``major`` or ``minor``.
    weights : Weights
        What counts how much.
    rng : numpy.random.Generator
        A small chance for each way against better ones.

    Notes
    -----
    Every number of chords near the pace wanted is tried with every close, and the cheapest is
    taken: chords that follow one another, a bass that sings, no standing still. The later chords of
    a phrase are the shorter ones, so that it moves into its close.
    """
    fast = bar_s / 2 < SHORTEST_S
    if before and len(row) > 1 and row[0].root == before.root != 0:
        row = row[1:]  # it would stand still on the chord of the last close
    best: tuple[float, list[tuple[Step, bool]]] | None = None
    for close in closes:
        tail = fitted(close, phrase.halves, fast=fast)
        body = phrase.halves - len(tail)
        for count in _counts(body, 2 * chord_s / bar_s, len(row), fast=fast):
            chords = list(row[:count])
            placed = [
                chord
                for chord, length in zip(chords, spread(body, count), strict=True)
                for _ in range(length)
            ]
            ring = _without_echo(([before] if before else []) + chords + _chords(tail))
            cost = _walk_cost(ring, kind=kind, weights=weights)
            errors = [
                (chord_tension(step, kind=kind) - want) ** 2
                for step, want in zip([*placed, *tail], wanted, strict=True)
            ]
            cost += weights.fit * sum(errors) / len(errors) / _FIT_SCALE
            held = body / max(1, count) * bar_s / 2
            cost += _PACE_COST * abs(math.log(max(held, 0.1) / chord_s)) if body else 0.0
            cost += _ODD_COST * sum(length == 6 for length in spread(body, count))
            joined = [before, *chords, *_chords(tail)]
            echoes = sum(
                a is not None and b is not None and a.root == b.root and a.bass == b.bass
                for a, b in itertools.pairwise(joined)
            )
            if phrase.halves >= _SPEAKING_HALVES:
                heard = {step.root for step in [*chords, *_chords(tail)]}
                cost += _BARE_COST * max(0, 3 - len(heard))
            cost += _AGAIN_COST * echoes - float(rng.gumbel(0.0, _LUCK))
            if best is None or cost < best[0]:
                best = (cost, [(s, False) for s in placed] + [(s, True) for s in tail])
    if best is None:
        msg = "a phrase needs at least one close"
        raise ValueError(msg)
    return best[1]


def spread(halves: int, count: int) -> list[int]:
    """Return the lengths in half bars of a number of chords, the longer ones first.

    Chords change on bar lines as long as there are bars enough.

    Examples
    --------
    >>> spread(6, 2), spread(6, 4), spread(7, 3)
    ([4, 2], [2, 2, 1, 1], [2, 2, 3])
    """
    if count == 0:
        return []
    bars = halves // 2
    if count > bars:
        pairs = halves - count
        return [2] * pairs + [1] * (count - pairs)
    base, more = divmod(bars, count)
    lengths = [2 * (base + (i < more)) for i in range(count)]
    lengths[-1] += halves % 2
    return lengths


def _counts(body: int, halves_a_chord: float, most: int, *, fast: bool) -> list[int]:
    if body == 0:
        return [0]
    top = min(most, max(1, body // 2) if fast else body)
    near = round(body / halves_a_chord)
    return sorted({min(max(1, near + shift), top) for shift in (-1, 0, 1)})


def fitted(close: tuple[Step, ...], halves: int, *, fast: bool) -> list[Step]:
    """Return the chord of each half bar of a close, cut from the front to what fits a phrase."""
    lengths = [max(2, step.halves) if fast else step.halves for step in close]
    room = max(1, math.floor(_CLOSE_SHARE * halves))
    if halves <= _SHORT_HALVES:
        room = halves if close[-1].root == 0 else max(1, halves - (2 if fast else 1))
    out: list[Step] = []
    for number, (step, length) in enumerate(zip(close[::-1], lengths[::-1], strict=True)):
        if number and len(out) + length > room:
            break
        out = [step] * min(length, room) + out
    return out


def _chords(tail: list[Step]) -> list[Step]:
    return [step for i, step in enumerate(tail) if i == 0 or tail[i - 1] is not step]


def _without_echo(steps: list[Step]) -> list[Step]:
    kept = steps[:1]
    for step in steps[1:]:
        if (step.root, step.bass) != (kept[-1].root, kept[-1].bass):
            kept.append(step)
    return kept


def _walk_cost(steps: list[Step], *, kind: str, weights: Weights) -> float:
    """Return the mean cost of the moves of a row, and of its poverty."""
    if len(steps) < 2:
        return 0.0
    pairs = list(itertools.pairwise(steps))
    follow = sum(transition_cost(a, b, kind=kind) for a, b in pairs) / len(pairs)
    bass = sum(bass_cost(a.bass, b.bass) for a, b in pairs) / len(pairs)
    seen = len({(step.root, step.quality) for step in steps}) / len(steps)
    poor = max(0.0, 0.67 - seen) / 0.67
    return 0.5 * weights.follow * follow + 1.2 * bass + _POOR_COST * weights.variety * poor
