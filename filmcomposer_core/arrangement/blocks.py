"""Cut a cue into blocks: phrases at whose edges parts may enter and leave."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, GroundBar
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.timeline import Timeline

#: A block is at most this long unless its remainder would be a single bar.
BLOCK_BARS = 4


def block_marks(
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


def cut_blocks(bars: Sequence[GroundBar], marks: set[int], limit: float) -> tuple[Block, ...]:
    """Return the sounding bars in blocks of one section each.

    Parameters
    ----------
    marks : set of int
        Bars that begin a block where the one before has at least two bars.
    limit : float
        Bars from this beat on are left out.
    """
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
