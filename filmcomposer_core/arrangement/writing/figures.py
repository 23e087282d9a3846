"""Inner motion: ostinati and broken chords in the room that the theme leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, GroundBar, Span, Tone
from filmcomposer_core.arrangement.patterns import Pattern, Step, fill_bar, patterns_for
from filmcomposer_core.arrangement.writing.pitches import ladder, nearest

#: A figure moves its lowest rung by at most this much from chord to chord.
NEAR = 4
#: Semitones between a figure and the theme where both strike together.
CLEAR = 3
LOWEST, HIGHEST = 48, 88
#: How far the picture's motion moves the choice of pattern against the tension.
FOLLOW = 0.8


def choose_patterns(
    block: Block,
    role: str,
    names: tuple[str, ...],
    *,
    lift: float,
    most_per_beat: float,
    pick: float,
) -> list[Pattern | None]:
    """Return a pattern for every bar of a block, denser with tension and the picture's motion.

    Parameters
    ----------
    lift : float
        Added to the tension (answering figures, wishes).
    most_per_beat : float
        Onsets per quarter note that the players can manage at the tempo.
    pick : float
        0 to 1 from the seed: shifts the choice by up to one place.
    """
    chosen: list[Pattern | None] = []
    for bar in block.bars:
        known = patterns_for(role, names, bar.num, bar.den)
        playable = [p for p in known if p.density <= most_per_beat] or list(known[:1])
        if not playable:
            chosen.append(None)
            continue
        level = block.tension + lift + FOLLOW * (bar.motion - 0.5)
        place = level * (len(playable) - 1) + (pick - 0.5)
        chosen.append(playable[max(0, min(len(playable) - 1, round(place)))])
    return chosen


def write_figure(
    ground: Ground,
    block: Block,
    patterns: Sequence[Pattern | None],
    *,
    centre: float,
    rng: np.random.Generator,
) -> list[Tone]:
    """Play the patterns on a ladder of chord tones around a centre; the last chord is held."""
    tones: list[Tone] = []
    anchor = centre - 4.0
    for n, (bar, pattern) in enumerate(zip(block.bars, patterns, strict=True)):
        if pattern is None:
            continue
        steps = fill_bar(pattern, bar.end - bar.start)
        if n % 4 == 3:
            steps = _vary(steps, rng)
        for step in steps:
            span = ground.span_at(bar.start + step.offset)
            if span is None or bar.start + step.offset > ground.final + SAME_BEAT:
                continue
            rungs = _rungs(span, anchor, centre)
            anchor = rungs[0]
            tones += _strike(ground, bar, step, span, rungs)
    return tones


def centre_for(ground: Ground, block: Block) -> float:
    """Return where a figure has room: below a high theme, above a low one."""
    theme = [note.pitch for note in ground.theme_over(block.start, block.end)]
    if not theme:
        return 62.0
    low, high = min(theme), max(theme)
    if np.median(theme) < 62:
        return min(78.0, high + 9.0)
    return max(55.0, min(65.0, low - 5.0))


def _vary(steps: tuple[Step, ...], rng: np.random.Generator) -> tuple[Step, ...]:
    """Leave out one or two cells of the bar, never the first: every fourth bar breathes."""
    if len(steps) < 4:
        return steps
    drop = {int(i) for i in rng.choice(np.arange(1, len(steps)), size=1 + len(steps) // 8)}
    return tuple(step for i, step in enumerate(steps) if i not in drop)


def _rungs(span: Span, anchor: float, centre: float) -> tuple[int, ...]:
    classes = span.chord.pitch_classes[:4]
    starts = [nearest(c, anchor) for c in classes]
    near = [p for p in starts if abs(p - (centre - 4)) <= NEAR + 3] or starts
    start = min(near, key=lambda p: (abs(p - anchor), p))
    return ladder(classes, max(LOWEST, start), 9)


def _strike(
    ground: Ground, bar: GroundBar, step: Step, span: Span, rungs: tuple[int, ...]
) -> list[Tone]:
    beat = bar.start + step.offset
    at_end = abs(beat - ground.final) < SAME_BEAT
    length = span.end - beat if at_end else min(step.length, span.end - beat)
    if step.tone == "C":
        pitches = rungs[:3]
    elif step.tone == "D":
        pitches = rungs[:2]
    else:
        pitches = (rungs[int(step.tone) - 1],)
    theme = ground.theme_in(beat, beat + 2 * SAME_BEAT)
    if theme:
        pitches = tuple(_clear_of(p, theme[0].pitch, rungs) for p in pitches)
    kept = dict.fromkeys(p for p in pitches if p <= HIGHEST)
    return [Tone(beat, length, p, step.accent) for p in kept]


def _clear_of(pitch: int, theme: int, rungs: tuple[int, ...]) -> int:
    """Return the nearest rung (or the pitch an octave lower) that keeps away from the theme."""
    if abs(pitch - theme) >= CLEAR:
        return pitch
    free = [p for p in rungs[:6] if p < theme and theme - p >= CLEAR]
    if free:
        return max(free)
    return pitch - 12 if pitch - 12 >= LOWEST - 5 else pitch
