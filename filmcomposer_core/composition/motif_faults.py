"""What speaks against a motif: no face, no shape, a rhythm that does not arrive."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.composition.grid import TICKS, metric_strength
from filmcomposer_core.composition.motif import Motif, steps_of
from filmcomposer_core.composition.rhythm import Metre, is_clear
from filmcomposer_core.composition.tables import Style

#: Triads of a seven-note scale that the second bar of a motif may outline.
_SECOND_TRIADS: Final = ((4, 6, 1), (3, 5, 0), (0, 2, 4), (5, 0, 2), (1, 3, 5))


def motif_fault(
    motif: Motif,
    start: int,
    metre: Metre,
    style: Style,
    density: float,
    triad: Sequence[int],
    size: int,
) -> float:
    """Return what speaks against a motif: no face, no shape, bad rhythm; lower is better."""
    heights = [start + height for height in motif.heights()]
    fault = _rhythm_fault(motif, metre, style, density)
    fault += _tone_fault(motif, heights, metre, triad, size)
    fault += _shape_fault(motif, heights, style)
    first = motif.rise[-1] if motif.rise else motif.steps[1] if len(motif.steps) > 1 else 0
    liked = {steps_of(move) for move in style.opening}
    fault -= 0.7 if first in liked else 0.0
    # A fall by a leap at the very end leaves the idea without a way on.
    last = motif.steps[-1] or 0
    fault += 1.0 if last <= -4 or last >= 6 else 0.5 if last >= 4 else 0.0
    return fault + (0.0 if has_face(motif) else 3.0)


def _rhythm_fault(motif: Motif, metre: Metre, style: Style, density: float) -> float:
    notes = sum(len(onsets) for onsets in motif.bars)
    wanted = 0.85 * density * metre.seconds * len(motif.bars)
    low, high = style.notes[0], max(style.notes[1], round(1.1 * wanted))
    fault = 1.0 * max(0, low - notes, notes - high)
    fault += 5.0 * max(0.0, 1.0 - notes / min(wanted, 14.0))
    values = {length for onsets in motif.bars for _, length in onsets}
    fault += 0.0 if 2 <= len(values) <= 3 else 1.2
    fault += sum(0.0 if is_clear(onsets, metre) else 0.8 for onsets in motif.bars)
    if len(motif.bars) > 1:
        fault += 1.8 if motif.bars[0] == motif.bars[1] else 0.0
        last = motif.bars[1][-1][1]
        fault += 0.0 if last >= min(TICKS, metre.ticks // 2) else 0.9
        fault -= 0.4 if last == max(values) else 0.0
    return fault


def _tone_fault(
    motif: Motif, heights: Sequence[int], metre: Metre, triad: Sequence[int], size: int
) -> float:
    """Return the cost of strong notes outside the chord: tonic first, then any one triad."""
    fault, place = 0.0, 0
    for number, onsets in enumerate(motif.bars):
        strong = []
        for offset, length in onsets:
            strength = metric_strength(offset, num=metre.num, den=metre.den)
            heavy = strength >= 0.6 or (strength >= 0.35 and length >= TICKS)
            if heavy:
                strong.append(heights[place] % size)
            # A leap wants to arrive: on an accent, on a long note, or else on the way down by step.
            leapt = place > 0 and abs(heights[place] - heights[place - 1]) >= 3
            if leapt and not heavy and length <= TICKS and place + 1 < len(heights):
                jump = abs(heights[place] - heights[place - 1])
                on = abs(heights[place + 1] - heights[place])
                fault += (3.0 if jump > 4 else 1.5) if on > 1 else 0.2
            place += 1
        triads = [triad] if number == 0 or size != 7 else _SECOND_TRIADS
        fault += 1.1 * min(sum(tone not in chord for tone in strong) for chord in triads)
    return fault


def _shape_fault(motif: Motif, heights: Sequence[int], style: Style) -> float:
    steps = [step for step in motif.steps if step is not None]
    every = [*motif.rise, *steps]
    leaps = sum(abs(step) >= 3 for step in every)
    slow = style.corpus == "slow"
    fault = (0.1 if slow else 0.3, -0.9, 1.2 if slow else -0.3)[leaps] if leaps < 3 else 1.2 * leaps
    fault *= 1.0 if style.leaps >= 0.8 else 0.4
    fault -= 0.8 if sum(step == 0 for step in every) == 1 else 0.0
    for a, b in itertools.pairwise(every):
        # There and back by leaps is two lines, not one.
        fault += 1.5 if a * b < 0 and min(abs(a), abs(b)) >= 3 and abs(a) + abs(b) > 7 else 0.0
        back = a * b < 0 and abs(b) == 1
        fault += 0.0 if abs(a) < 3 or back or (abs(b) <= 1 and b == 0) else 1.0 + 0.5 * (abs(a) > 4)
        fault += 1.5 if a * b > 0 and min(abs(a), abs(b)) >= 2 and abs(a) + abs(b) > 4 else 0.0
    span = max(heights) - min(heights)
    widest = max(4, round(style.span * 7 / 12))
    fault += 0.55 * max(0, min(6, len(heights) - 1, style.span // 2) - span)
    fault += 0.9 * max(0, span - widest)
    if len(steps) < 3:
        return fault
    fault += 2.0 * abs(
        sum(abs(step) == 1 for step in steps) / len(steps) - (0.68 if slow else 0.58)
    )
    reach = sum(abs(step) for step in every) / len(every)
    fault += 3.5 * max(0.0, reach - 1.6) if slow else 0.0
    for a, b, c, d in zip(heights, heights[1:], heights[2:], heights[3:], strict=False):
        fault += 1.5 if (a, b) == (c, d) else 0.0
    common = max(list(heights).count(height) for height in set(heights))
    fault += 1.2 * max(0.0, common - 0.45 * len(heights))
    fault += 0.6 * max(0, list(heights).count(max(heights)) - 1)
    fault += 0.8 * max(0, sum(step == 0 for step in steps) - max(1, len(steps) // 4))
    fault += 1.0 if min(steps) > 0 or max(steps) < 0 else 0.0
    run = max(sum(1 for _ in group) for _, group in itertools.groupby(steps))
    return fault + 0.6 * max(0, run - 4)


def likeness(motif: Motif, other: Motif) -> float:
    """Return how much a motif that should contrast resembles another."""
    same = 2.0 if motif.bars[0] == other.bars[0] else 0.0
    same += 1.0 if motif.bars[-1] == other.bars[-1] else 0.0
    same += 1.5 if motif.steps[1:4] == other.steps[1:4] else 0.0
    ways = [sum(step or 0 for step in each.steps) for each in (motif, other)]
    return same + (0.7 if ways[0] * ways[1] > 0 else 0.0)


def has_face(motif: Motif) -> bool:
    """Whether a motif can be told from others: a leap, a dotted note or a repeated head."""
    steps = [step for step in motif.steps if step is not None]
    leap = any(abs(step) >= 3 for step in (*motif.rise, *steps))
    lengths = [length for onsets in motif.bars for _, length in onsets]
    dotted = any(a == 3 * b or b == 3 * a for a, b in itertools.pairwise(lengths))
    syncopated = any(
        start % TICKS and length >= TICKS for onsets in motif.bars for start, length in onsets
    )
    return leap or dotted or syncopated or (len(steps) > 1 and steps[0] == steps[1] == 0)
