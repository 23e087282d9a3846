"""The planned chords in time, their functions in the key, and how diverse they are."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.harmony import (
    MODES,
    Chord,
    parse_chords,
    parse_pitch_class,
    scale_pitch_classes,
)
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.timeline import Bar

#: Chord places that are looked at together.
WINDOW = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ChordSpan:
    """A chord of the plan from beat to beat, with its bar and section."""

    start: float
    end: float
    chord: Chord
    bar: int
    section: Section


def chord_spans(plan: CuePlan, bars: Sequence[Bar]) -> tuple[ChordSpan, ...]:
    """Return the planned chords in time; chords of a cell share the bar evenly.

    Parameters
    ----------
    plan : CuePlan
        The plan.
    bars : sequence of Bar
        All bars from bar 1.

    Returns
    -------
    tuple of ChordSpan
        Without silence (``N.C.`` and silent sections).
    """
    spans = []
    for section in plan.sections:
        if section.silence:
            continue
        for number, cell in enumerate(parse_chords(section.chords), start=section.start):
            if number > len(bars):
                break
            bar = bars[number - 1]
            step = bar.beats / len(cell)
            for index, chord in enumerate(cell):
                start = bar.start_beat + index * step
                if not chord.silent:
                    spans.append(
                        ChordSpan(
                            start=start, end=start + step, chord=chord, bar=number, section=section
                        )
                    )
    return tuple(spans)


def triad(chord: Chord, *, key: str, mode: str) -> str:
    """Return ``M``, ``m`` or ``o``: the kind of triad that a chord stands on.

    A chord without a third takes the third of the scale.
    """
    steps = {(pc - chord.root) % 12 for pc in chord.pitch_classes}
    if 3 in steps and 4 not in steps:
        return "o" if 6 in steps and 7 not in steps else "m"
    if 4 in steps:
        return "M"
    minor = (chord.root + 3) % 12 in scale_pitch_classes(key, mode)
    major = (chord.root + 4) % 12 in scale_pitch_classes(key, mode)
    return "m" if minor and not major else "M"


def degree(chord: Chord, *, key: str) -> int:
    """Return the semitones of the chord's root above the tonic, 0 to 11."""
    return (chord.root - parse_pitch_class(key)) % 12


def minor_like(mode: str) -> bool:
    """Whether a mode has a minor third and no major one."""
    return 3 in MODES[mode] and 4 not in MODES[mode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """How many chords there are: means over windows of 16 chord places."""

    places: float
    distinct: float
    top_share: float
    poorest: tuple[int, int]


def diversity(spans: Sequence[ChordSpan]) -> Diversity:
    """Measure the diversity of chords.

    Parameters
    ----------
    spans : sequence of ChordSpan
        At least one.

    Returns
    -------
    Diversity
        Mean number of places and of distinct chords (root and quality) in a window, mean share of
        time of its commonest chord, and first and last bar of the window with the fewest chords.

    Notes
    -----
    The chorales of the collection change chord on most beats, a cue once a bar or less; so the 16
    "chord beats" are read as 16 chord places of the lead sheet.
    """
    windows = [spans[i : i + WINDOW] for i in range(0, len(spans), WINDOW)]
    if len(windows) > 1 and len(windows[-1]) < WINDOW / 2:
        windows.pop()
    distinct = []
    tops = []
    for window in windows:
        time: dict[tuple[int, str], float] = defaultdict(float)
        for span in window:
            time[span.chord.root, span.chord.quality] += span.end - span.start
        distinct.append(len(time))
        tops.append(max(time.values()) / math.fsum(time.values()))
    poorest = windows[distinct.index(min(distinct))]
    return Diversity(
        places=sum(map(len, windows)) / len(windows),
        distinct=sum(distinct) / len(distinct),
        top_share=sum(tops) / len(tops),
        poorest=(poorest[0].bar, poorest[-1].bar),
    )


def bigram_shares(spans: Sequence[ChordSpan]) -> list[float]:
    """Return, for windows of 16 places in a row, distinct pairs of chords over all pairs.

    Chords that are held into the next place count once; windows of less than four chords are left
    out.
    """
    changes = [
        s
        for i, s in enumerate(spans)
        if i == 0
        or (s.chord.root, s.chord.quality) != (spans[i - 1].chord.root, spans[i - 1].chord.quality)
    ]
    shares = []
    for i in range(0, len(changes), WINDOW):
        names = [(s.chord.root, s.chord.quality) for s in changes[i : i + WINDOW]]
        pairs = list(itertools.pairwise(names))
        if len(pairs) >= 3:
            shares.append(len(set(pairs)) / len(pairs))
    return shares
