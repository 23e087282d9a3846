"""Read plan, tempo map and melody into the ground of the arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from filmcomposer_core.arrangement.blocks import block_marks, cut_blocks
from filmcomposer_core.arrangement.energy import energy_of
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, GroundBar, Span, tonic_of
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.closing import least_s, ring_s
from filmcomposer_core.contracts.harmony import Chord, parse_chords
from filmcomposer_core.contracts.labels import SHORT_ENDINGS
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Bar, Timeline

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
    motion = motion_ranks(motion_by_bar([bar.start_s for bar in measures], curves))
    bars = tuple(
        _ground_bar(bar, plan, tempo_map.first_bar, rank)
        for bar, rank in zip(measures, motion, strict=True)
    )
    limit = timeline.beat_at(duration_s - ring_s(duration_s))
    last = _last_onset(timeline, measures, plan, duration_s)
    planned = measures[min(plan.last_bar, len(measures)) - 1].end_beat
    let_go = _let_go(measures, plan, limit)
    spans = _clip_spans(_spans(bars), timeline, duration_s, last, planned, let_go)
    onset = max([last, *(s.beat for s in spans[-1:]), *(n.beat for n in melody.notes[-1:])])
    marks = block_marks(bars, melody, timeline, breaks, frame_s)
    return Ground(
        plan=plan,
        timeline=timeline,
        bars=bars,
        spans=spans,
        blocks=cut_blocks(bars, marks, limit),
        melody=melody,
        end=limit,
        last_onset=onset,
        frame_s=frame_s,
        duration_s=duration_s,
        energy=energy_of(curves, duration_s),
    )


def _frame_length(curves: Curves) -> float:
    if curves.time_s.size < 2:
        return DEFAULT_FRAME_S
    return float(np.median(np.diff(curves.time_s)))


def motion_by_bar(starts_s: Sequence[float], curves: Curves) -> list[float]:
    """Return the mean motion of the picture in each bar, picture widths per second."""
    places = np.searchsorted(curves.time_s, [*starts_s, float("inf")])
    sums = np.concatenate([[0.0], np.cumsum(curves.motion)])
    return [float((sums[b] - sums[a]) / max(1, b - a)) for a, b in pairwise(places.tolist())]


def motion_ranks(motion: Sequence[float]) -> list[float]:
    """Return the rank 0 to 1 of each bar's motion, smoothed over its neighbours."""
    values = np.array([motion[0], *motion, motion[-1]])
    smooth = 0.25 * values[:-2] + 0.5 * values[1:-1] + 0.25 * values[2:]
    if len(motion) < 2 or np.ptp(smooth) <= 0.2 * float(np.mean(smooth)):
        return [0.5] * len(motion)
    order = np.argsort(np.argsort(smooth, kind="stable"), kind="stable")
    return [float(rank) / (len(motion) - 1) for rank in order]


def _ground_bar(bar: Bar, plan: CuePlan, first_bar: int, motion: float) -> GroundBar:
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
        motion=motion,
    )


def _last_onset(
    timeline: Timeline, measures: Sequence[Bar], plan: CuePlan, duration_s: float
) -> float:
    """Return the last beat at which a chord may begin: the plan's last downbeat if it is later."""
    bar = measures[min(plan.last_bar, len(measures)) - 1]
    bar_s = timeline.time_at(bar.end_beat) - bar.start_s
    before_end_s = min(max(1.2, min(bar_s, 2.5)), 0.4 * duration_s)
    planned_s = min(bar.start_s, duration_s - least_s(duration_s))
    return timeline.beat_at(max(duration_s - before_end_s, planned_s))


def _let_go(measures: Sequence[Bar], plan: CuePlan, limit: float) -> float:
    """Return the beat at which the last chord is let go.

    Where the clip leaves no room for a further bar, a chord that is held lasts until its end; a
    button or a cue cut off is over with its bar.
    """
    bar = measures[min(plan.last_bar, len(measures)) - 1]
    held = plan.ending not in SHORT_ENDINGS and limit - bar.end_beat < bar.beats
    return limit if held else min(limit, bar.end_beat)


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
    spans: list[Span],
    timeline: Timeline,
    duration_s: float,
    last: float,
    planned: float,
    limit: float,
) -> tuple[Span, ...]:
    """Keep the chords that can begin in time; the last of the plan may be a little late.

    ``planned`` is the end of the plan, ``limit`` the beat at which its last chord is let go.
    """
    late = timeline.beat_at(duration_s - min(0.6, 0.4 * duration_s))
    kept = [
        span
        for i, span in enumerate(spans)
        if span.beat <= last + SAME_BEAT or (i == len(spans) - 1 and span.beat <= late)
    ]
    if not kept:
        return ()
    if spans[-1].end >= min(limit, planned) - SAME_BEAT:
        kept[-1] = replace(kept[-1], end=max(kept[-1].end, limit))
    return tuple(replace(s, end=min(s.end, limit)) for s in kept if s.beat < limit - SAME_BEAT)
