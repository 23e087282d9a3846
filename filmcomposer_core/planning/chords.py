"""The chords of the whole cue on a grid of half bars: phrases, closes, changes of key, colour."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.composition.tune_form import REMEMBERS, Statement
from filmcomposer_core.contracts.harmony import NO_CHORD
from filmcomposer_core.planning.cadences import closes_of, lead_to
from filmcomposer_core.planning.drafts import Draft, Half
from filmcomposer_core.planning.harmonise import half_split, harmonised
from filmcomposer_core.planning.phrases import (
    ASIDE,
    Phrase,
    laid_out,
    last_close,
    section_phrases,
)
from filmcomposer_core.planning.progressions import (
    Weights,
    chord_row,
    chord_seconds,
    wanted_tension,
)
from filmcomposer_core.planning.recipe import Recipe
from filmcomposer_core.planning.recolour import recoloured
from filmcomposer_core.planning.roman import Step, parse_numeral, symbol
from filmcomposer_core.planning.tunes import Tunes

Values = NDArray[np.float64]
Place = tuple[str, int, str, str]
#: A climax has chords for this tension at least.
_PEAK: Final = 0.75
#: Semitones above the tonic on which a section that states a tune begins: at home, a climax also on
#: the sixth, to which a dominant leads as well.
_BEGINS: Final = {"theme": (0,), "climax": (0, 8, 9)}
#: Which chords a section uses: sections with the same letter share them.
_LETTER: Final = {
    "establish": "E", "theme": "A", "climax": "D", "aftermath": "A", "button": "A",
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
    tunes: Tunes,
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
    tunes : Tunes
        The tunes of the cue, and which bars of them each section states.

    Notes
    -----
    A section that states a tune has chords under it (``harmonise.py``). Any other falls into
    phrases, each of which walks through the chords of its letter and ends in a close; a section in
    another key is led to and from by a chord common to both. Colours follow the tension last.
    """
    halves: list[Half] = []
    rows: dict[Place, tuple[Step, ...]] = {}
    for number, (draft, after) in enumerate(itertools.zip_longest(drafts, drafts[1:])):
        home = parse_numeral("i" if draft.key.kind == "minor" else "I", kind=draft.key.kind)
        if draft.silence:
            halves += [Half(home, draft.key, fixed=True)] * (2 * draft.bars)
            continue
        if tunes.stated[number]:
            halves += _under_tune(
                draft, after, tunes, tunes.stated[number], halves, recipe, tension, bar_s,
                open_end=open_end, rng=rng,
            )  # fmt: skip
            continue
        mean = float(np.mean(tension[draft.first : draft.end]))
        row = _row(draft, rows, recipe, mean, weights, rng)
        opens = not halves or halves[-1].key != draft.key or draft.function == "theme"
        if row[0].root != 0 and (opens or _astray(draft, row[0])):
            row = (home, *row)
        if draft.function == "climax":
            row = tuple(_rooted(step) for step in row)
        goes_on = draft.function in ("build", "turn", "climax") and number > 0
        again = goes_on and drafts[number - 1].function == draft.function
        phrases = section_phrases(
            draft,
            after,
            recipe=recipe,
            bar_s=float(np.mean(bar_s[draft.first : draft.end])),
            open_end=open_end,
            rng=rng,
        )
        for place, phrase in enumerate(phrases, start=int(again)):
            walked = _consequent(row, rng) if place % 2 else row
            chords = _phrase(phrase, walked, draft, halves, recipe, tension, bar_s, weights, rng)
            opening = chords[0].step  # a phrase begins on a plain root
            halves += [dataclasses.replace(c, fixed=c.fixed or c.step is opening) for c in chords]
    for number, (before, after) in enumerate(itertools.pairwise(drafts)):
        goes_on = not tunes.stated[number] or before.function == "turn"
        sounds = not (before.silence or after.silence)
        if before.key != after.key and recipe.dominants and sounds and goes_on:
            lead_to(
                halves,
                end=2 * before.end,
                first=2 * before.first,
                old=before.key,
                new=after.key,
                rests=before.function not in ("establish", "turn", "build"),
            )
    return recoloured(halves, recipe=recipe, tension=tension, weights=weights)


def _under_tune(
    draft: Draft,
    after: Draft | None,
    tunes: Tunes,
    stated: Sequence[Statement],
    halves: list[Half],
    recipe: Recipe,
    tension: Values,
    bar_s: Values,
    *,
    open_end: bool,
    rng: np.random.Generator,
) -> list[Half]:
    """Return the chords of a section that states its tune; they keep their colour."""
    found: list[Half] = []
    key = draft.key
    aside = recipe.dominants and rng.random() < ASIDE
    for number, statement in enumerate(stated):
        first = draft.first + statement.first
        bars = slice(first, first + len(statement.bars))
        close = "full" if statement.closes else "half"
        if number == len(stated) - 1 and statement.closes:
            wish = last_close(draft, after, aside=aside, open_end=open_end)
            close = "full" if wish == "half" else wish
        mean = float(np.mean(tension[bars]))
        here_s = float(np.mean(bar_s[bars]))
        held = (halves + found)[-1] if halves or found else None
        chosen = harmonised(
            tunes.stretch(
                draft.motif,
                statement,
                bars,
                rests=draft.function in REMEMBERS,
                wanted=[wanted_tension(recipe, float(t)) for t in tension[bars] for _ in range(2)],
            ),
            closes_of(
                close,
                recipe=recipe,
                mode=key.mode,
                kind=key.kind,
                plain=2 * len(statement.bars) <= 4,
            ),
            key=key,
            recipe=recipe,
            before=held.step if held and held.key == key else None,
            chord_s=min(chord_seconds(recipe, draft.function, mean), 2.0 * max(0.8, here_s)),
            begins=_BEGINS.get(draft.function, ()) if number == 0 else (),
            familiar=()
            if draft.function == "theme"
            else [half.step for half in halves if half.key == key],
            rng=rng,
        )
        found += [Half(step, key, fixed=True) for step in chosen]
    return found


def _row(
    draft: Draft,
    rows: dict[Place, tuple[Step, ...]],
    recipe: Recipe,
    tension: float,
    weights: Weights,
    rng: np.random.Generator,
) -> tuple[Step, ...]:
    place = (_LETTER[draft.function], draft.wave % 3, draft.key.mode, draft.motif)
    if place not in rows:
        rows[place] = chord_row(
            recipe,
            mode=draft.key.mode,
            function=draft.function,
            tension=max(tension, _PEAK) if draft.function == "climax" else tension,
            avoid=tuple(rows.values()),
            weights=weights,
            rng=rng,
        )
    theme = rows.get((_LETTER["theme"], *place[1:]))
    if draft.function == "climax" and theme and rows[place][0].root == 0:
        return (theme[0], *rows[place][1:])  # it begins as the theme did and goes further
    return rows[place]


def _astray(draft: Draft, first: Step) -> bool:
    """Return whether a climax would begin on what no dominant leads to: not home, not the sixth."""
    return draft.function == "climax" and first.root not in (8, 9)


def _rooted(step: Step) -> Step:
    """Return a chord off its pedal: a climax moves its bass."""
    return (
        dataclasses.replace(step, bass=step.root, bass_degree=step.degree) if step.pedal else step
    )


def _consequent(row: tuple[Step, ...], rng: np.random.Generator) -> tuple[Step, ...]:
    """Return the chords of an answering phrase: it begins alike and goes another way, or on."""
    way = rng.random()
    if way < 0.3 or len(row) < 7:
        return row
    if way < 0.65:
        return (*row[:2], *row[4:])
    return row[4:]


def _phrase(
    phrase: Phrase,
    row: tuple[Step, ...],
    draft: Draft,
    halves: list[Half],
    recipe: Recipe,
    tension: Values,
    bar_s: Values,
    weights: Weights,
    rng: np.random.Generator,
) -> list[Half]:
    bars = slice(phrase.first // 2, (phrase.first + phrase.halves) // 2)
    mean = float(np.mean(tension[bars]))
    here_s = float(np.mean(bar_s[bars]))
    key = draft.key
    held = halves[-1] if halves else None
    chosen = laid_out(
        phrase,
        row,
        closes_of(
            phrase.close,
            recipe=recipe,
            mode=key.mode,
            kind=key.kind,
            standing=draft.function == "build" and phrase.halves >= 8,
            plain=phrase.halves <= 4,
        ),
        before=held.step if held and held.key == key else None,
        bar_s=here_s,
        chord_s=min(chord_seconds(recipe, draft.function, mean), 2.0 * max(0.8, here_s)),
        wanted=[wanted_tension(recipe, float(t)) for t in tension[bars] for _ in range(2)],
        kind=key.kind,
        weights=weights,
        rng=rng,
    )
    return [Half(step, key, fixed=closes) for step, closes in chosen]


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
            left, right = half_split(num, den)
            cells.append(" ".join([first] * left + [second] * right))
    return " | ".join(cells)
