"""Themes of made-up clips, and their notes with the bars they stand on."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from filmcomposer_core.composition import compose_theme
from filmcomposer_core.composition.figures import Figures, measure
from filmcomposer_core.composition.grid import GridBar, build_grid
from filmcomposer_core.composition.manner import Sung
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.planning import plan_cue
from filmcomposer_core.timeline import Timeline
from tests.core.planning.cases import case

Given = dict[str, Any]


@functools.cache
def theme(
    idiom: str = "love", seed: int = 1, picture: int = 0, **options: Any
) -> tuple[CuePlan, Melody, Given]:
    given = case(idiom, picture=picture, **options)
    plan = plan_cue(**given, seed=seed)
    return plan, composed(plan, given, seed=seed), given


def composed(plan: CuePlan, given: Given, **options: Any) -> Melody:
    return compose_theme(
        plan=plan,
        tempo_map=given["tempo_map"],
        spots=given["spots"],
        curves=given["curves"],
        duration_s=given["analysis"].clip.duration_s,
        **options,
    )


def grid_of(plan: CuePlan, given: Given) -> tuple[GridBar, ...]:
    timeline = Timeline(given["tempo_map"].points)
    bars = timeline.bars_until(given["analysis"].clip.duration_s)
    ends = [timeline.time_at(bar.end_beat) for bar in bars]
    return build_grid(plan, bars, curves=given["curves"], bar_ends_s=ends)


def figures(plan: CuePlan, melody: Melody, given: Given) -> Figures:
    grid = grid_of(plan, given)
    notes = []
    for note in melody.notes:
        tick = round(note.beat * 96)
        bar = [b for b in grid if b.start <= tick][-1]
        notes.append(
            Sung(
                start=tick,
                length=round(note.length * 96),
                pitch=note.pitch,
                strength=bar.strength(tick),
                bar=bar.number,
                phrase=sum(start <= bar.number for start in melody.phrase_starts),
                place=0.0,
                hit=0.0,
            )
        )
    return measure(notes, grid)


def moves(melody: Melody) -> list[tuple[int, float]]:
    """Return (interval, ratio of lengths) of the first twelve moves."""
    pairs = list(itertools.pairwise(melody.notes))[:12]
    return [(b.pitch - a.pitch, round(b.length / a.length, 2)) for a, b in pairs]


def edit_distance(first: list[tuple[int, float]], second: list[tuple[int, float]]) -> float:
    """Return the share of moves to change; half a change where one of the two agrees."""
    row = [float(j) for j in range(len(second) + 1)]
    for i, a in enumerate(first, start=1):
        last, row[0] = row[0], float(i)
        for j, b in enumerate(second, start=1):
            change = 0.0 if a == b else 0.5 if a[0] == b[0] or a[1] == b[1] else 1.0
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + change)
    return row[-1] / max(len(first), len(second), 1)
