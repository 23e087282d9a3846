"""Density that follows the picture: a pattern is thinned or subdivided by the half bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, GroundBar, Span, Tone

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
#: Grids on which an onset is put between two: sixteenths, else triplets; what is off, in steps.
GRIDS, OFF_GRID = (0.25, 1 / 3), 0.05
#: A single onset between two may follow this much sooner than a whole row of them.
QUICKER = 0.85
#: A figure goes no further than this on its way, and no closer to the theme, semitones.
WIDE, CLEAR = 7, 3

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
    """Put an onset between two where there is time: a repetition, or another note of the figure."""
    found: list[Group] = []
    for place, group in enumerate(groups):
        after = groups[place + 1] if place + 1 < len(groups) else None
        begin, until = group[0].beat, after[0].beat if after is not None else end
        between = _place_between(ground.bar_at(begin), begin, until, QUICKER / most_per_beat)
        span = ground.span_at(begin)
        free = between is not None and span is not None and span.end > between - SAME_BEAT
        if span is None or between is None or not free or between >= ground.final:
            found.append(group)
            continue
        found.append([replace(t, length=min(t.length, between - begin)) for t in group])
        played = group
        if not repeat and len(group) == 1:
            played = [_turned(ground, span, group[0], between, after)]
        found.append(
            [
                Tone(between, min(t.length, until - between), t.pitch, min(0, t.accent) + SOFTER)
                for t in played
            ]
        )
    return found


def _place_between(bar: GroundBar, begin: float, until: float, least: float) -> float | None:
    """Return the beat between two onsets that the metre gives most weight, None if none is free.

    They are no closer to each other than ``least``, in beats.
    """
    least = max(least, SHORTEST_GAP / 2)
    middle = (begin + until) / 2
    for grid in GRIDS:
        first, last = ((beat - bar.start) / grid for beat in (begin, until))
        if max(abs(first - round(first)), abs(last - round(last))) > OFF_GRID:
            continue
        places = [bar.start + n * grid for n in range(round(first) + 1, round(last))]
        places = [p for p in places if min(p - begin, until - p) >= least - SAME_BEAT]
        if places:
            return min(places, key=lambda p: (_lightness(bar, p), abs(p - middle), -p))
    return None


def _lightness(bar: GroundBar, beat: float) -> int:
    """Return 0 for a beat of the metre, 1 for an offbeat quaver, 2 for anything finer."""
    whole = 1.5 if bar.den == 8 and bar.num % 3 == 0 else 1.0
    for rank, grid in enumerate((whole, 0.5)):
        steps = (beat - bar.start) / grid
        if abs(steps - round(steps)) < OFF_GRID:
            return rank
    return 2


def _turned(ground: Ground, span: Span, tone: Tone, between: float, after: Group | None) -> Tone:
    """Return what a figure plays on its way: a chord note that is neither this nor the next one.

    Struck twice on one pitch a broken chord would stutter.
    """
    following = after[0].pitch if after else tone.pitch
    theme = {note.pitch for note in ground.theme_over(between, between + 2 * SAME_BEAT)}
    way = [
        pitch
        for pitch in range(tone.pitch - WIDE, tone.pitch + WIDE + 1)
        if pitch % 12 in span.chord.pitch_classes
        and pitch not in (tone.pitch, following)
        and all(abs(pitch - other) >= CLEAR for other in theme)
    ]
    middle = (tone.pitch + following) / 2
    pitch = min(way, key=lambda p: (abs(p - middle), p), default=following)
    return replace(tone, pitch=pitch)
