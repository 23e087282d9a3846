"""The chords of the whole cue on a grid of half bars: loops, cadences, colour."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.harmony import NO_CHORD
from filmcomposer_core.planning.drafts import Draft, Half
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.progressions import Weights, choose_progression, paced
from filmcomposer_core.planning.recipe import Recipe
from filmcomposer_core.planning.recolour import recoloured
from filmcomposer_core.planning.roman import Step, parse_line, parse_numeral, symbol

Values = NDArray[np.float64]
#: Bars that the close of a short section takes from its progression.
_CLOSE_BARS = 2
#: Which loop a section uses: sections with the same letter share their chords.
_LETTER = {
    "establish": "A", "theme": "A", "climax": "A", "aftermath": "A", "button": "A",
    "turn": "B", "build": "C",
}  # fmt: skip


def cue_chords(
    drafts: list[Draft],
    *,
    recipe: Recipe,
    tension: Values,
    bar_s: Values,
    open_end: bool,
    weights: Weights,
    rng: np.random.Generator,
) -> list[Half]:
    """Return the chords of a cue, two halves for each bar.

    Parameters
    ----------
    drafts : list of Draft
        The sections in order.
    recipe : Recipe
        Gives progressions and cadences.
    tension, bar_s : ndarray, shape (bars,)
        Tension (0 to 1) and length in seconds of each bar from the first section on.
    open_end : bool
        Whether the cue stops on a question.
    weights : Weights
        What counts how much.
    rng : numpy.random.Generator
        Source of choice.
    """
    halves: list[Half] = []
    loops: dict[tuple[str, int, str], str] = {}
    for draft in drafts:
        mean = float(np.mean(tension[draft.first : draft.end]))
        loop = _loop(draft, loops, recipe, mean, weights, rng)
        steps = paced(
            parse_line(loop, kind=draft.key.kind),
            bars=draft.bars - (_CLOSE_BARS if _closes(draft) and draft.bars < 8 else 0),
            bar_s=float(np.mean(bar_s[draft.first : draft.end])),
            function=draft.function,
            tension=mean,
        )
        halves += _looped(steps, draft)
    for draft, after in itertools.pairwise(drafts):
        _inner_cadences(halves, draft, recipe, rng)
        _lead_over(halves, draft, after, recipe)
    _final_cadence(halves, drafts, recipe, open_end=open_end, rng=rng)
    return recoloured(halves, recipe=recipe, tension=tension, weights=weights)


def _loop(
    draft: Draft,
    loops: dict[tuple[str, int, str], str],
    recipe: Recipe,
    tension: float,
    weights: Weights,
    rng: np.random.Generator,
) -> str:
    place = (_LETTER[draft.function], draft.wave % 3, draft.key.mode)
    if place not in loops:
        loops[place] = choose_progression(
            recipe,
            mode=draft.key.mode,
            tension=tension,
            avoid=tuple(loops.values()),
            weights=weights,
            rng=rng,
        )
    return loops[place]


def _looped(steps: tuple[Step, ...], draft: Draft) -> list[Half]:
    """Fill a section with a progression; its first chord keeps its plain form.

    Where the opening would give fewer than three chords, a later tonic of the loop begins it.
    """
    row = [step for step in steps for _ in range(step.halves)]
    length = 2 * draft.bars
    starts = [0] + [i for i, step in enumerate(row) if step.root == 0 and row[i - 1] != step]

    def roots(start: int) -> int:
        return len({row[(start + i) % len(row)].root for i in range(length)})

    start = max(starts, key=lambda i: (min(3, roots(i)), -i))
    first = row[start]
    opening = next((i for i in range(length) if row[(start + i) % len(row)] is not first), length)
    return [Half(row[(start + i) % len(row)], draft.key, fixed=i < opening) for i in range(length)]


def _closes(draft: Draft) -> bool:
    """Whether a section's phrases are closed by cadences of their own."""
    return draft.function in ("theme", "turn") and draft.bars >= 4


def _write(halves: list[Half], end: int, steps: tuple[Step, ...], key: Key, first: int) -> None:
    """Put chords so that they stop at a half, not reaching back beyond another."""
    row = [step for step in steps for _ in range(step.halves)][-(end - first) :]
    for offset, step in enumerate(row):
        halves[end - len(row) + offset] = Half(step, key, fixed=True)


def _inner_cadences(
    halves: list[Half], draft: Draft, recipe: Recipe, rng: np.random.Generator
) -> None:
    """Close the 8-bar phrases of theme and turn; their middle stops on the half-close chord."""
    if not _closes(draft):
        return
    key = draft.key
    half = parse_numeral(recipe.half[key.kind], kind=key.kind)
    for phrase in range(draft.first, draft.end, 8):
        length = min(8, draft.end - phrase)
        if length == 8 and recipe.dominants:
            _write(halves, 2 * (phrase + 4), (half,), key, 2 * phrase + 4)
        if length >= 4 and (recipe.dominants or length == 8):
            lines = recipe.closes(key.mode)
            close = parse_line(lines[int(rng.integers(len(lines)))], kind=key.kind)
            _write(halves, 2 * (phrase + length), close, key, 2 * (phrase + length) - 6)


def _lead_over(halves: list[Half], draft: Draft, after: Draft, recipe: Recipe) -> None:
    """Prepare the next section: a build stops on a dominant, a new key gets its own."""
    if draft.silence or after.silence or not recipe.dominants:
        return
    end = 2 * draft.end
    if draft.key != after.key:
        seventh = parse_numeral("V7", kind=after.key.kind)
        _write(halves, end, (dataclasses.replace(seventh, halves=1),), after.key, end - 1)
    elif draft.function == "build" and after.function != "build":
        dominant = parse_numeral(recipe.half[draft.key.kind], kind=draft.key.kind)
        _write(halves, end, (dominant,), draft.key, 2 * draft.first)


def _final_cadence(
    halves: list[Half],
    drafts: list[Draft],
    recipe: Recipe,
    *,
    open_end: bool,
    rng: np.random.Generator,
) -> None:
    """End on the tonic in the last bar, or on a question; the strongest close of the cue."""
    key = drafts[-1].key
    lines = recipe.closes(key.mode)
    close = parse_line(lines[int(rng.integers(len(lines)))], kind=key.kind)
    if open_end:
        last = "VI" if key.kind == "minor" else "vi"
        question = parse_numeral(last, kind=key.kind)
        close = (*close[:-1], question) if recipe.dominants else close
    same_key = [d for d in reversed(drafts) if d.key == key]
    first = 2 * drafts[-1].first
    if len(same_key) > 1 and len(drafts) > 1 and drafts[-2].key == key and not drafts[-2].silence:
        first = 2 * drafts[-2].first
    _write(halves, len(halves), close, key, first)


def chord_line(halves: list[Half], *, signatures: list[tuple[int, int]], silence: bool) -> str:
    """Return the lead-sheet line of some bars.

    Parameters
    ----------
    halves : list of Half
        Two for each bar.
    signatures : list of (int, int)
        Numerator and denominator of each bar; uneven metres are split where they are felt.
    silence : bool
        Whether the bars hold no chord.
    """
    cells = []
    for bar, (num, den) in enumerate(signatures):
        if silence:
            cells.append(NO_CHORD)
            continue
        first, second = (symbol(h.step, key=h.key.tonic) for h in halves[2 * bar : 2 * bar + 2])
        if first == second:
            cells.append(first)
        else:
            left, right = _split(num, den)
            cells.append(" ".join([first] * left + [second] * right))
    return " | ".join(cells)


def _split(num: int, den: int) -> tuple[int, int]:
    if num % 2 == 0 or num == 1:
        return 1, 1
    if num == 9:
        return 2, 1
    if den >= 8 and num > 3:
        return num - 3, 3
    return num // 2 + 1, num // 2
