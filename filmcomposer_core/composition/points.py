"""What the theme asks of a writer of rhythm, and what it does with the points that it gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from filmcomposer_core.composition.free_bars import DENSITY
from filmcomposer_core.composition.grid import TICKS, GridBar
from filmcomposer_core.composition.hits import Hit
from filmcomposer_core.composition.manner import Idea
from filmcomposer_core.composition.outline_units import RESTS, Phrase
from filmcomposer_core.composition.rhythm import Onsets
from filmcomposer_core.composition.statement import free_kind, stated_motif
from filmcomposer_core.composition.tune_lens import bar_in_eight
from filmcomposer_core.contracts.rhythm import BarAsked, RhythmPoint, RhythmWriter
from filmcomposer_core.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Rhythm of the bars outside motifs by bar number, and strengths of onsets by tick."""

    free: Mapping[int, Onsets] = field(default_factory=dict)
    levels: Mapping[int, int] = field(default_factory=dict)


def points_for(
    rhythm: RhythmWriter | None,
    *,
    phrases: Sequence[Phrase],
    grid: Sequence[GridBar],
    hits: Sequence[Hit],
    ideas: Mapping[str, Idea],
    density: float,
    timeline: Timeline,
) -> Points:
    """Let a writer make the rhythm of a theme.

    Parameters
    ----------
    rhythm : callable or None
        None = the composer draws the rhythms itself; there are no points.
    phrases, grid, hits, ideas
        The outline, its bars, where the picture wants onsets, and the motifs.
    density : float
        Notes per second that the idiom wants.
    timeline : Timeline
        Of the tempo map.
    """
    if rhythm is None:
        return Points()
    rows = [row for phrase in phrases for row in _bars(phrase, grid, ideas)]
    asked = [
        _asked(row, hits=hits, density=density, timeline=timeline)
        for row in sorted(rows, key=lambda row: row.bar.start)
    ]
    starts = {bar.number: bar.start for bar in grid}
    free: dict[int, Onsets] = {}
    levels: dict[int, int] = {}
    for bar, points in zip(asked, rhythm(asked), strict=True):
        levels |= {starts[bar.number] + point.start: point.level for point in points}
        if not bar.given:
            free[bar.number] = _onsets(points)
    return Points(free=free, levels=levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    bar: GridBar
    kind: str
    place: int
    given: Onsets


def _bars(phrase: Phrase, grid: Sequence[GridBar], ideas: Mapping[str, Idea]) -> Iterator[_Row]:
    """Yield the sung bars of a phrase: task, bar of eight, and the motif's rhythm in it."""
    for unit in phrase.units:
        if unit.kind in RESTS:
            continue
        bars = grid[unit.first : unit.first + unit.bars]
        motif = stated_motif(unit, bars, ideas[phrase.motif])
        for i, bar in enumerate(bars):
            given = motif.bars[i % len(motif.bars)] if motif else ()
            place = bar_in_eight(
                unit.first + i - phrase.first, bars=phrase.bars, closes=phrase.closes
            )
            kind = free_kind(unit, phrase, last=i == len(bars) - 1)
            yield _Row(bar=bar, kind=kind, place=place, given=given)


def _asked(row: _Row, *, hits: Sequence[Hit], density: float, timeline: Timeline) -> BarAsked:
    bar = row.bar
    return BarAsked(
        number=bar.number,
        num=bar.num,
        den=bar.den,
        start_s=timeline.time_at(bar.start / TICKS),
        end_s=timeline.time_at(bar.end / TICKS),
        notes=density * DENSITY[row.kind] * bar.seconds,
        place=row.place,
        close=row.kind in "hc",
        hits=tuple(h.tick - bar.start for h in hits if h.strong and bar.start <= h.tick < bar.end),
        given=row.given,
    )


def _onsets(points: Sequence[RhythmPoint]) -> Onsets:
    return tuple((point.start, point.length) for point in points)
