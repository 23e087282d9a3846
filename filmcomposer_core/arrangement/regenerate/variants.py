"""A rhythm of ``patterns.csv`` changed a little: a stroke less, one more, or its tones turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from filmcomposer_core.arrangement.patterns import Pattern, Step

#: How often one, two or three things change; of a drum's pattern twice as many.
CHANGES = (0.5, 0.35, 0.15)
#: What a bass may do on a step that is not the first.
BASS_TONES = ("R", "5", "8", "L")
#: Patterns of fewer strokes are not thinned; no stroke is split into shorter ones than this.
FEWEST, SHORTEST = 3, 0.25
#: An added stroke is soft.
SOFT = -14


def other_pattern(pattern: Pattern, *, most: float, rng: np.random.Generator) -> Pattern:
    """Return a variant of a pattern; its first stroke stays.

    Parameters
    ----------
    most : float
        Onsets per quarter note that are not exceeded.
    """
    steps = list(pattern.steps)
    changes = 1 + int(rng.choice(len(CHANGES), p=CHANGES))
    for _ in range(2 * changes if pattern.role == "percussion" else changes):
        ways = [_thinned, _turned] if len(steps) + 1 > most * pattern.beats else _WAYS
        steps = ways[int(rng.integers(len(ways)))](steps, pattern, rng)
    return replace(pattern, steps=tuple(steps))


def _thinned(steps: Sequence[Step], pattern: Pattern, rng: np.random.Generator) -> list[Step]:
    """Leave out a stroke; a held one before it lasts over its place."""
    weak = [i for i in range(1, len(steps)) if steps[i].accent <= 0]
    if len(steps) < FEWEST or not weak:
        return list(steps)
    out = weak[int(rng.integers(len(weak)))]
    before, gone = steps[out - 1], steps[out]
    if not before.short:
        before = replace(before, length=gone.offset + gone.length - before.offset)
    return [*steps[: out - 1], before, *steps[out + 1 :]]


def _split(steps: Sequence[Step], pattern: Pattern, rng: np.random.Generator) -> list[Step]:
    """Strike a stroke again in the middle of the time that it has."""
    ends = [*(step.offset for step in steps[1:]), pattern.beats]
    wide = [i for i, end in enumerate(ends) if end - steps[i].offset >= 2 * SHORTEST - 1e-6]
    if not wide:
        return list(steps)
    i = wide[int(rng.integers(len(wide)))]
    half = (ends[i] - steps[i].offset) / 2
    half = max(SHORTEST, round(half / SHORTEST) * SHORTEST) if pattern.role != "motion" else half
    if half >= ends[i] - steps[i].offset - 1e-6:
        return list(steps)
    first = replace(steps[i], length=min(steps[i].length, half))
    again = replace(
        first, offset=steps[i].offset + half, length=min(first.length, half), accent=SOFT
    )
    return [*steps[:i], first, again, *steps[i + 1 :]]


def _turned(steps: Sequence[Step], pattern: Pattern, rng: np.random.Generator) -> list[Step]:
    """Play the tones of a figure from another place or backwards; let a bass step elsewhere."""
    tones = [step.tone for step in steps]
    if pattern.role == "bass" and len(steps) > 1 and not any("-" in tone for tone in tones):
        place = 1 + int(rng.integers(len(steps) - 1))
        tones[place] = str(rng.choice(BASS_TONES))
    elif pattern.role == "motion" and all(tone.isdigit() for tone in tones):
        turn = int(rng.integers(1, len(tones))) if len(tones) > 1 else 0
        tones = [*tones[turn:], *tones[:turn]]
        tones = tones[::-1] if rng.random() < 0.5 else tones
    return [replace(step, tone=tone) for step, tone in zip(steps, tones, strict=True)]


_WAYS = [_thinned, _turned, _split]
