"""The expression of new bars: one arch a phrase inside them, the old curve outside."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground
from filmcomposer_core.arrangement.perform import EXPRESSION, shape_phrases
from filmcomposer_core.arrangement.regenerate.scene import Scene
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.score import Controller, Part

#: The curve reaches its old value this many beats before the bars end.
BEFORE = 0.02


def bowed(scene: Scene, ground: Ground, old: Part, new: Part) -> tuple[Controller, ...]:
    """Return the controllers of a part with new bars.

    Only expression is drawn anew. At both borders it has the value that it had, so that not even
    a glide that crosses one changes outside the bars.
    """
    player = instrument(new.instrument)
    hits = scene.hits_for(old)
    drawn = shape_phrases(ground, player, new.notes, dynamics=scene.dynamics, hits=hits)
    before = [c for c in old.controllers if c.number == EXPRESSION]
    fresh = [c for c in drawn if scene.start < c.beat < scene.end - 2 * BEFORE]
    points = [c for c in before if not scene.inside(c.beat)]
    if any(scene.inside(c.beat) for c in before) or fresh:
        points += _border(before, scene.start, fresh) + fresh
        points += _border(before, scene.end - BEFORE, (), leave=scene.end)
    others = [c for c in old.controllers if c.number != EXPRESSION]
    return tuple(sorted([*others, *points], key=lambda c: c.beat))


def _border(
    points: Sequence[Controller],
    beat: float,
    fresh: Sequence[Controller],
    *,
    leave: float | None = None,
) -> list[Controller]:
    """Return a point with the old value at a border, gliding on as the curve did or has to."""
    found = bisect.bisect_right([c.beat for c in points], beat + SAME_BEAT)
    if not found:
        return []
    last = points[found - 1]
    following = points[found] if found < len(points) else None
    value = _value(last, following, beat)
    ramp = bool(fresh) if leave is None else last.ramp and following is not None
    return [Controller(beat=round(beat, 9), number=EXPRESSION, value=value, ramp=ramp)]


def _value(last: Controller, following: Controller | None, beat: float) -> int:
    if not last.ramp or following is None or following.beat <= last.beat:
        return last.value
    share = (beat - last.beat) / (following.beat - last.beat)
    return round(last.value + share * (following.value - last.value))
