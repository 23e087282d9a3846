"""The search for a motif: many are drawn from rhythms and figures, the best is kept."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import SIXTEENTH, TICKS, metric_strength
from filmcomposer_core.composition.motif import Motif, steps_of
from filmcomposer_core.composition.motif_faults import likeness, motif_fault
from filmcomposer_core.composition.rhythm import Metre, Onsets, draw_bar
from filmcomposer_core.composition.tables import Style

#: Steps of the scale that tunes are made of: runs, neighbours, broken chords, filled leaps.
_FIGURES: Final = (
    (1,), (-1,), (1, 1), (-1, -1), (1, 1, 1), (-1, -1, -1), (-1, 1), (1, -1), (2,), (-2,),
    (2, 2), (-2, -2), (2, -1), (-2, 1), (3, -1), (-3, 1), (4, -1, -1), (-1, -1, 2), (1, -1, -1),
    (0,), (-2, 1, -2), (2, -1, 2), (1, 1, -2), (-1, 2, -1),
)  # fmt: skip
#: Upbeats: lengths in eighths and the steps from each note of it to the next.
_UPBEATS: Final = (
    ((2,), (3,)), ((1,), (3,)), ((2,), (1,)), ((1,), (1,)), ((1, 1), (1, 1)), ((1, 1), (1, 2)),
    ((2,), (2,)), ((1,), (-1,)), ((1, 1), (-1, -1)), ((1,), (0,)), ((1, 1, 1), (1, 1, 1)),
)  # fmt: skip
_LUCK: Final = 0.45
_OPENING_SHARE: Final = 0.6


def find_motif(
    metre: Metre,
    *,
    style: Style,
    scale: Sequence[int],
    bars: int,
    density: float,
    unlike: Sequence[Motif],
    opens: bool,
    tries: int,
    rng: np.random.Generator,
) -> Motif:
    """Return the best of many motifs.

    Parameters
    ----------
    metre : Metre
        Signature and length of the bar.
    style : Style
        Manner of the idiom.
    scale : sequence of int
        Semitones of the mode above its tonic.
    bars : int
        1 or 2.
    density : float
        Notes per second wanted.
    unlike : sequence of Motif
        Motifs from which it has to differ.
    opens : bool
        Whether it begins phrases, and so may have an upbeat.
    tries : int
        How many to draw.
    rng : numpy.random.Generator
        Source of choice.
    """
    triad = tuple(i for i, tone in enumerate(scale) if tone in (0, 3, 4, 7))
    best: tuple[float, Motif] | None = None
    known = [onsets for other in unlike for onsets in other.bars[:1]]
    rhythms = [_rhythm(metre, style, bars, density, known, rng) for _ in range(max(6, tries // 6))]
    luck = rng.gumbel(0.0, _LUCK, tries)
    lifts = opens and rng.random() < style.pickup
    for number in range(tries):
        rhythm = rhythms[number % len(rhythms)]
        steps, start, upbeat = _steps(rhythm, style, lifts, metre, rng)
        motif = _with_manner(rhythm, metre, steps, upbeat, style, rng)
        fault = motif_fault(motif, start, metre, style, density, triad, len(scale))
        # The motif has the leap by which it is known; what answers it goes by step.
        fault += 0.0 if opens else 1.3 * sum(abs(step or 0) >= 3 for step in motif.steps)
        fault += sum(likeness(motif, other) for other in unlike) - float(luck[number])
        if best is None or fault < best[0]:
            best = (fault, motif)
    assert best is not None
    return best[1]


def _rhythm(
    metre: Metre,
    style: Style,
    bars: int,
    density: float,
    known: Sequence[Onsets],
    rng: np.random.Generator,
) -> tuple[Onsets, ...]:
    """Draw the rhythm: a first bar that moves, and where there is a second, one that arrives."""
    rows: list[Onsets] = []
    for place in range(bars):
        rows.append(
            draw_bar(
                style,
                metre,
                close=False,
                density=density * (1.15 if place == 0 else 0.85),
                hits=(),
                known=(*known, *rows),
                fresh=-1.0,
                rng=rng,
            )
        )
    return tuple(rows)


def _steps(
    rhythm: Sequence[Onsets], style: Style, lifts: bool, metre: Metre, rng: np.random.Generator
) -> tuple[list[int], int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Draw the steps between the notes, the degree of the first, and an upbeat."""
    count = sum(len(onsets) for onsets in rhythm) - 1
    upbeat: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    if lifts:
        upbeat = _UPBEATS[int(rng.choice(len(_UPBEATS), p=_upbeat_shares(metre)))]
    steps: list[int] = []
    if rng.random() < _OPENING_SHARE and upbeat[1][:1] != (3,):
        move = int(rng.choice(style.opening))
        steps.append(steps_of(move))
        if abs(steps[0]) >= 3:
            steps.append(-1 if steps[0] > 0 else 1)
    head = len(rhythm[0]) - 1
    answers = len(rhythm) > 1 and rng.random() < 0.5
    while len(steps) < count:
        if answers and head < len(steps) <= head + 1 and len(steps) == head + 1:
            turn = -1 if rng.random() < 0.4 else 1
            steps += [turn * step for step in steps[:head]] or [-1]
            continue
        own = bool(style.figures) and rng.random() < 0.5
        pool = style.figures if own else _FIGURES
        steps += pool[int(rng.integers(len(pool)))]
    return steps[:count], int(rng.choice((0, 2, 4), p=(0.36, 0.28, 0.36))), upbeat


def _upbeat_shares(metre: Metre) -> list[float]:
    compound = metre.den == 8 and metre.num % 3 == 0
    shares = [
        0.1 if compound and sum(lengths) == 2 else 0.6 if compound and sum(lengths) == 3 else 1.0
        for lengths, _ in _UPBEATS
    ]
    shares = [
        share * (2.0 if rise == (3,) else 0.3 if len(rise) == 3 and not compound else 1.0)
        for share, (_, rise) in zip(shares, _UPBEATS, strict=True)
    ]
    return [share / sum(shares) for share in shares]


def _with_manner(
    rhythm: tuple[Onsets, ...],
    metre: Metre,
    steps: Sequence[int],
    upbeat: tuple[tuple[int, ...], tuple[int, ...]],
    style: Style,
    rng: np.random.Generator,
) -> Motif:
    head = len(rhythm[0])
    lean = -1
    leans = len(rhythm) > 1 and len(rhythm[1]) > 1 and steps[head] == -1
    if leans and rng.random() < style.lean:
        lean = head
    near: tuple[int, ...] = ()
    if style.chromatic and rng.random() < 0.7:
        flat = list(itertools.chain.from_iterable(rhythm))
        near = tuple(
            i
            for i in range(1, len(flat) - 1)
            if steps[i - 1] == -1 and steps[i] == 1 and _is_passing(flat[i], metre, style)
        )[:1]  # fmt: skip
    lengths = tuple(2 * SIXTEENTH * length for length in upbeat[0])
    fits = sum(lengths) * 3 <= metre.ticks
    return Motif(
        bars=rhythm,
        ticks=metre.ticks,
        steps=(None, *steps),
        upbeat=lengths if fits else (),
        rise=upbeat[1] if fits else (),
        lean=lean,
        near=near,
    )


def _is_passing(note: tuple[int, int], metre: Metre, style: Style) -> bool:
    """Whether a note may be a chromatic neighbour: short and weak, in slow music anywhere."""
    if style.corpus == "slow":
        return note[1] <= metre.ticks // 2
    return note[1] <= TICKS // 2 and metric_strength(note[0], num=metre.num, den=metre.den) < 0.6
