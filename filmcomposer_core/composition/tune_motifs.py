"""The material of a theme out of tunes that the network made up: the best of many."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.manner import Idea
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.motif_faults import likeness, motif_fault
from filmcomposer_core.composition.rhythm import Metre, Onsets
from filmcomposer_core.composition.tables import Style
from filmcomposer_core.composition.tune_faults import part_fault, second_fault
from filmcomposer_core.composition.tune_ideas import PART, Tune, at_rest, gone_on, make_up
from filmcomposer_core.composition.tune_lens import Lens

#: Tunes made up for one idea, and second parts for the best of them.
_TUNES: Final = 56
_SECONDS: Final = 48
#: Weight of what speaks against the whole part beside what speaks against its motif.
_WHOLE: Final = 0.8
#: What it is worth that the answer stands in the same tune as the motif.
_OWN: Final = 6.0
#: Weight of how likely a tune is (mean ``ln P`` a note) beside what speaks against its motif.
_LIKELY: Final = 1.0
#: Tunes whose bars are kept for each task.
_KEPT: Final = 10
#: Bar of the tune (from 0) that serves a task.
_TASKS: Final = {"d": (6, 2), "h": (3,), "c": (7,), "D": (6,)}


def idea_of(
    metre: Metre,
    lens: Lens,
    *,
    style: Style,
    scale: Sequence[int],
    bars: int,
    density: float,
    unlike: Sequence[Motif],
    chords: tuple[int, ...] = (),
    rng: np.random.Generator,
) -> Idea:
    """Return motif, answer and bars.

    Parameters
    ----------
    metre : Metre
        Of the film's bars.
    lens : Lens
        How tunes are held against them.
    style : Style
        Manner of the idiom.
    scale : sequence of int
        Semitones of the mode above its tonic.
    bars : int
        Bars of film that a motif has, 1 or 2.
    density : float
        Notes per second wanted.
    unlike : sequence of Motif
        Motifs from which it has to differ.
    chords : tuple of int
        Degrees of the chords on which its tune is to stand, two for each of its sixteen bars.
    rng : numpy.random.Generator
        Source of choice.
    """
    upbeat = _upbeat(lens, rng) if rng.random() < style.pickup else 0
    tunes = make_up(lens, minor=4 not in scale, upbeat=upbeat, count=_TUNES, chords=chords, rng=rng)
    triad = tuple(i for i, tone in enumerate(scale) if tone in (0, 3, 4, 7))

    def fault(motif: Motif, tune: Tune, start: int, others: Sequence[Motif]) -> float:
        found = motif_fault(motif, start, metre, style, density, triad, len(scale))
        return found + sum(likeness(motif, other) for other in others) - _LIKELY * tune.likely

    openings = [(m, t, s) for t in tunes for m, s in [_motif(t, 0, metre, bars)] if m is not None]
    if not openings:
        return _held(metre, bars)
    ranked = sorted(
        openings,
        key=lambda found: (
            fault(found[0], found[1], found[2], unlike) + _WHOLE * part_fault(found[1], 0, style)
        ),
    )
    motif, own, _ = ranked[0]
    whole = gone_on(own, minor=4 not in scale, count=_SECONDS, chords=chords, rng=rng)
    tune = min(whole, key=lambda each: second_fault(each, style) - _LIKELY * each.likely)
    answers = [
        (m, t, s)
        for t in (tune, *tunes)
        for first in (PART, 4, 2)
        if first < len(t.chords) // 2
        for m, s in [_motif(t, first // _per(lens, metre), metre, bars, upbeat=False)]
        if m is not None and m.steps != motif.steps
    ] or [(motif, own, 0)]
    # The answer had best be how the tune itself goes on.
    answer = min(
        answers,
        key=lambda found: (
            fault(found[0], found[1], found[2], [*unlike, motif]) - _OWN * (found[1] is tune)
        ),
    )[0]
    best = [own, *(tune for _, tune, _ in ranked[1:_KEPT])]
    return Idea(
        motif=motif,
        answer=answer,
        tune=at_rest(tune, minor=4 not in scale),
        bars={task: _bars(best, numbers, metre) for task, numbers in _TASKS.items()},
    )


def _held(metre: Metre, bars: int) -> Idea:
    """Return an idea of one held note a bar, for bars too short for a tune."""
    motif = Motif(
        bars=(((0, metre.ticks),),) * bars, ticks=metre.ticks, steps=(None, *[1] * (bars - 1))
    )
    return Idea(motif=motif, answer=motif)


def _upbeat(lens: Lens, rng: np.random.Generator) -> int:
    """Draw an upbeat in ticks of film: a beat, half a beat, or a bar's last third."""
    beat = lens.factor * 96 * 4 // lens.den
    if lens.den == 8:
        return beat * int(rng.choice((1, 2)))
    return int(rng.choice((beat, beat // 2)))


def _motif(
    tune: Tune, first: int, metre: Metre, bars: int, *, upbeat: bool = True
) -> tuple[Motif | None, int]:
    """Return some bars of a tune as a motif, and the degree on which it begins."""
    rhythms = [_film_bar(tune, first + i, metre) for i in range(bars)]
    if any(rhythm is None for rhythm in rhythms):
        return None, 0
    start = tune.bar(first * _per(tune.lens, metre))[0]
    count = sum(len(rhythm or ()) for rhythm in rhythms)
    heights = tune.heights[start : start + count]
    if len(heights) < count or count < 2:
        return None, 0
    lifts = start if upbeat and first == 0 else 0
    motif = Motif(
        bars=tuple(rhythm or () for rhythm in rhythms),
        ticks=metre.ticks,
        steps=(None, *_moves(heights)),
        upbeat=tune.gaps[:lifts],
        rise=_moves(tune.heights[: lifts + 1]),
    )
    return motif, heights[0] % 7


def _per(lens: Lens, metre: Metre) -> int:
    """Return how many bars of a tune one bar of film holds."""
    return metre.ticks // lens.ticks or 1


def _moves(heights: Sequence[int]) -> tuple[int, ...]:
    return tuple(b - a for a, b in itertools.pairwise(heights))


def _film_bar(tune: Tune, number: int, metre: Metre) -> Onsets | None:
    """Return the rhythm of a bar of film; None if it does not begin with a note."""
    per = _per(tune.lens, metre)
    onsets: list[tuple[int, int]] = []
    for i in range(per):
        row = tune.onsets(number * per + i)
        if not row or row[0][0] != 0:
            return None
        onsets += [(start + i * tune.lens.ticks, length) for start, length in row]
    return tuple(onsets)


def _bars(tunes: Sequence[Tune], numbers: Sequence[int], metre: Metre) -> tuple[Onsets, ...]:
    per = _per(tunes[0].lens, metre)
    found = [_film_bar(tune, n // per, metre) for tune in tunes for n in numbers]
    return tuple(dict.fromkeys(row for row in found if row))
