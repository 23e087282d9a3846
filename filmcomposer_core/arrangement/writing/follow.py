"""Density that follows the picture: a pattern is thinned or subdivided by the half bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, GroundBar, Tone

#: Below and above these ranks of motion a half bar is thinned or subdivided.
STILL, BUSY = 0.36, 0.64
#: Below and above these a still one is bared to its first onset, a busy one filled twice over.
STILLEST, BUSIEST = 0.14, 0.86
#: Lines that follow, and the most onsets a second that they ask for.
PER_S = {"figure": 8.0, "answer": 6.0, "bass": 4.5, "percussion": 8.5}
CALM = 0.6
#: A subdivision is played this much softer.
SOFTER = -8
#: A gap shorter than this is not divided, beats.
SHORTEST_GAP = 0.3

Group = list[Tone]


def follow_motion(
    ground: Ground, block: Block, lines: Mapping[str, Sequence[Tone]], *, calm: bool = False
) -> dict[str, list[Tone]]:
    """Return the lines of a block, thinner where the picture is still and busier where it moves.

    Parameters
    ----------
    lines : mapping of str to sequence of Tone
        By name; pads, drones, the theme and what answers it stay as they are.
    calm : bool
        Whether the idiom is a lyrical one, whose quickest notes are slower.

    Notes
    -----
    What is kept of a pattern keeps its place, so that the groove goes on: in a still half bar
    every other onset rests, in a busy one an onset comes between two. The first onset of a half
    bar and every change of chord stay. Where the picture moves evenly nothing changes.
    """
    followed = {name: list(tones) for name, tones in lines.items()}
    if not ground.energy.varies:
        return followed
    halves = [half for bar in block.bars for half in halves_of(bar)]
    for name, tones in followed.items():
        kind = name.partition(":")[0]
        if kind in PER_S and tones:
            followed[name] = _follow(ground, halves, tones, kind, CALM if calm else 1.0)
    return followed


def halves_of(bar: GroundBar) -> list[tuple[float, float]]:
    """Return the stretches of a bar that follow the picture: halves of even bars, else all."""
    even = (bar.num % 2 == 0 and bar.den == 4) or (bar.den == 8 and bar.num % 6 == 0)
    if not even or bar.end - bar.start < 3.0 - SAME_BEAT:
        return [(bar.start, bar.end)]
    middle = (bar.start + bar.end) / 2
    return [(bar.start, middle), (middle, bar.end)]


def _follow(
    ground: Ground,
    halves: Sequence[tuple[float, float]],
    tones: Sequence[Tone],
    kind: str,
    pace: float,
) -> list[Tone]:
    groups = _groups(tones)
    beats = [group[0].beat for group in groups]
    found: list[Tone] = []
    for start, end in halves:
        inside = [g for g, b in zip(groups, beats, strict=True) if start <= b + SAME_BEAT < end]
        if not inside:
            continue
        rank = ground.energy.over(ground.timeline.time_at(start), ground.timeline.time_at(end))
        if rank < STILL and inside[0][0].beat < ground.final - SAME_BEAT:
            inside = _thinned(ground, inside, end, bare=rank < STILLEST and kind != "bass")
        elif rank > BUSY:
            most = (
                pace * PER_S[kind] * 60.0 / ground.timeline.bpm_at(ground.timeline.time_at(start))
            )
            for _ in range(2 if rank > BUSIEST and kind == "percussion" else 1):
                inside = _divided(ground, inside, end, most_per_beat=most, repeat=kind != "figure")
        found += [tone for group in inside for tone in group]
    return found


def _groups(tones: Sequence[Tone]) -> list[Group]:
    ordered = sorted(tones, key=lambda t: (round(t.beat, 4), t.pitch))
    return [list(group) for _, group in groupby(ordered, key=lambda t: round(t.beat, 4))]


def _thinned(ground: Ground, groups: list[Group], end: float, *, bare: bool) -> list[Group]:
    """Keep the first onset, chord changes and, unless all is to be bare, every other one."""
    kept: list[int] = []
    for place, group in enumerate(groups):
        span = ground.span_at(group[0].beat)
        change = span is not None and abs(span.beat - group[0].beat) < SAME_BEAT
        if change or place == 0 or (place % 2 == 0 and not bare):
            kept.append(place)
    found = []
    for place, after in pairwise([*kept, len(groups)]):
        until = groups[after][0].beat if after < len(groups) else end
        joined = _joins(groups, place)
        found.append(_held(groups[place], until) if joined else groups[place])
    return found


def _joins(groups: Sequence[Group], place: int) -> bool:
    """Whether a group is played into the next one: then it lasts over what is left out."""
    if place + 1 >= len(groups):
        return False
    gap = groups[place + 1][0].beat - groups[place][0].beat
    return groups[place][0].length > 0.8 * gap and gap > 0.3


def _held(group: Group, until: float) -> Group:
    return [replace(t, length=max(t.length, until - t.beat)) for t in group]


def _divided(
    ground: Ground, groups: list[Group], end: float, *, most_per_beat: float, repeat: bool
) -> list[Group]:
    """Put an onset between two where there is time: a repetition, or the figure's other notes."""
    found: list[Group] = []
    for place, group in enumerate(groups):
        after = groups[place + 1] if place + 1 < len(groups) else None
        until = after[0].beat if after is not None else end
        gap = until - group[0].beat
        half = group[0].beat + gap / 2
        span = ground.span_at(group[0].beat)
        free = gap >= SHORTEST_GAP and 2.0 / gap <= most_per_beat + 1e-6
        if span is None or span.end < half + SAME_BEAT or half >= ground.final or not free:
            found.append(group)
            continue
        found.append([replace(t, length=min(t.length, gap / 2)) for t in group])
        pick = _repeated if repeat or after is None else _answering(after)
        found.append(
            [
                Tone(half, min(t.length, gap / 2), t.pitch, min(0, t.accent) + SOFTER)
                for t in pick(group)
            ]
        )
    return found


def _repeated(group: Group) -> Group:
    return group


def _answering(after: Group) -> Callable[[Group], Group]:
    """Return what steps towards the next onset's notes: one of its tones, or the same again."""

    def step(group: Group) -> Group:
        own = {tone.pitch for tone in group}
        other = [tone for tone in after if tone.pitch not in own]
        return [replace(other[0], length=group[0].length)] if other else group[:1]

    return step
