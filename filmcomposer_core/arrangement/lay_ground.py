"""Read plan, tempo map and melody into the ground of the arrangement."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, GroundBar, Span, tonic_of
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.harmony import Chord, parse_chords
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Bar, Timeline

#: A block is at most this long unless its remainder would be a single bar.
BLOCK_BARS = 4
DEFAULT_FRAME_S = 1 / 24


def lay_ground(
    *,
    plan: CuePlan,
    melody: Melody,
    tempo_map: TempoMap,
    curves: Curves,
    duration_s: float,
    breaks: Sequence[float] = (),
) -> Ground:
    """Return bars, chords, blocks and limits of a cue.

    Parameters
    ----------
    breaks : sequence of float
        Times in seconds of strong hits; a block may begin on a bar line that one of them meets.
    """
    timeline = Timeline(tempo_map.points)
    measures = timeline.bars_until(duration_s)
    frame_s = _frame_length(curves)
    bars = tuple(_ground_bar(bar, plan, tempo_map.first_bar) for bar in measures)
    limit = timeline.beat_at(duration_s - ring_s(duration_s))
    last = _last_onset(timeline, measures, plan, duration_s)
    planned = measures[min(plan.last_bar, len(measures)) - 1].end_beat
    spans = _clip_spans(_spans(bars), timeline, duration_s, last, min(limit, planned))
    onset = max([last, *(s.beat for s in spans[-1:]), *(n.beat for n in melody.notes[-1:])])
    marks = _marks(bars, melody, timeline, breaks, frame_s)
    return Ground(
        plan=plan,
        timeline=timeline,
        bars=bars,
        spans=spans,
        blocks=_blocks(bars, marks, limit),
        melody=melody,
        end=limit,
        last_onset=onset,
        frame_s=frame_s,
        duration_s=duration_s,
    )


def ring_s(duration_s: float) -> float:
    """Return how long before the clip's end the last note is let go, in seconds."""
    return min(0.3 * duration_s, max(0.15, min(0.8, 0.04 * duration_s)))


def _frame_length(curves: Curves) -> float:
    if curves.time_s.size < 2:
        return DEFAULT_FRAME_S
    return float(np.median(np.diff(curves.time_s)))


def _ground_bar(bar: Bar, plan: CuePlan, first_bar: int) -> GroundBar:
    section = plan.section_at(bar.number)
    silent = section is None or section.silence or not section.roles or bar.number < first_bar
    tension = plan.bar_tension[bar.number - 1] if bar.number <= plan.last_bar else 0.0
    return GroundBar(
        number=bar.number,
        start=bar.start_beat,
        end=bar.end_beat,
        num=bar.num,
        den=bar.den,
        section=section,
        tension=tension,
        silent=silent,
    )


def _last_onset(
    timeline: Timeline, measures: Sequence[Bar], plan: CuePlan, duration_s: float
) -> float:
    bar = measures[min(plan.last_bar, len(measures)) - 1]
    bar_s = timeline.time_at(bar.end_beat) - bar.start_s
    before_end_s = min(max(1.2, min(bar_s, 2.5)), 0.4 * duration_s)
    return timeline.beat_at(duration_s - before_end_s)


def _spans(bars: Sequence[GroundBar]) -> list[Span]:
    spans: list[Span] = []
    lines: dict[str, tuple[tuple[Chord, ...], ...]] = {}
    for bar in bars:
        section = bar.section
        if bar.silent or section is None:
            continue
        if section.id not in lines:
            lines[section.id] = parse_chords(section.chords)
        spans += _bar_spans(bar, section, lines[section.id][bar.number - section.start])
    return spans


def _bar_spans(bar: GroundBar, section: Section, cell: Sequence[Chord]) -> list[Span]:
    step = (bar.end - bar.start) / len(cell)
    return [
        Span(
            beat=bar.start + i * step,
            end=bar.start + (i + 1) * step,
            chord=chord,
            bar=bar.number,
            tonic=tonic_of(section),
            tension=bar.tension,
        )
        for i, chord in enumerate(cell)
        if not chord.silent
    ]


def _clip_spans(
    spans: list[Span], timeline: Timeline, duration_s: float, last: float, limit: float
) -> tuple[Span, ...]:
    """Keep the chords that can begin in time; the last of the plan may be a little late."""
    late = timeline.beat_at(duration_s - min(0.6, 0.4 * duration_s))
    kept = [
        span
        for i, span in enumerate(spans)
        if span.beat <= last + SAME_BEAT or (i == len(spans) - 1 and span.beat <= late)
    ]
    if not kept:
        return ()
    if len(kept) < len(spans) and spans[-1].end >= limit:
        kept[-1] = replace(kept[-1], end=max(kept[-1].end, limit))
    return tuple(replace(s, end=min(s.end, limit)) for s in kept if s.beat < limit - SAME_BEAT)


def _marks(
    bars: Sequence[GroundBar],
    melody: Melody,
    timeline: Timeline,
    breaks: Sequence[float],
    frame_s: float,
) -> set[int]:
    """Return the bars on which a block should begin: phrases and strong hits on a bar line."""
    marks = set(melody.phrase_starts)
    for time_s in breaks:
        beat = timeline.beat_at(time_s)
        bar = _nearest(bars, beat)
        if abs(timeline.time_at(bar.start) - time_s) <= frame_s:
            marks.add(bar.number)
    return marks


def _nearest(bars: Sequence[GroundBar], beat: float) -> GroundBar:
    i = bisect.bisect_right(bars, beat, key=lambda b: b.start)
    near = bars[max(0, i - 1) : i + 1]
    return min(near, key=lambda b: abs(b.start - beat))


def _blocks(bars: Sequence[GroundBar], marks: set[int], limit: float) -> tuple[Block, ...]:
    groups: list[list[GroundBar]] = []
    for bar in bars:
        if bar.silent or bar.start >= limit - SAME_BEAT:
            continue
        if groups and _continues(groups[-1], bar, marks):
            groups[-1].append(bar)
        else:
            groups.append([bar])
    return tuple(_number_blocks(_join_single_bars(groups, marks)))


def _continues(group: list[GroundBar], bar: GroundBar, marks: set[int]) -> bool:
    same = group[-1].section is bar.section and group[-1].number + 1 == bar.number
    room = len(group) < 2 or (bar.number not in marks and len(group) < BLOCK_BARS)
    return same and room


def _join_single_bars(groups: list[list[GroundBar]], marks: set[int]) -> list[list[GroundBar]]:
    """Give a lone last bar of a section to the block before it."""
    joined: list[list[GroundBar]] = []
    for group in groups:
        before = joined[-1] if joined else None
        lone = len(group) == 1 and group[0].number not in marks
        if before and lone and _touch(before, group):
            before += group
        else:
            joined.append(list(group))
    return joined


def _touch(before: list[GroundBar], group: list[GroundBar]) -> bool:
    return before[-1].section is group[0].section and before[-1].number + 1 == group[0].number


def _number_blocks(groups: list[list[GroundBar]]) -> list[Block]:
    blocks: list[Block] = []
    for index, group in enumerate(groups):
        section = group[0].section
        if section is None:
            continue
        order = blocks[-1].order + 1 if blocks and blocks[-1].section is section else 0
        tension = sum(bar.tension for bar in group) / len(group)
        blocks.append(
            Block(
                index=index,
                order=order,
                section=section,
                bars=tuple(group),
                tension=tension,
                last=index == len(groups) - 1,
            )
        )
    return blocks
