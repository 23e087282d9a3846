"""Strong hits: where each falls in beats and which gesture meets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.contracts.spots import Spot

#: A grid place this near the picture is inside a strong hit's tolerance of one frame. Everybody
#: lands there, the theme included: nearer to the picture but apart from the theme would be a flam.
LAND_FRAMES = 0.98
#: Two hits closer than this share one gesture.
TOGETHER_S = 0.06
#: Roles that can carry a gesture; the theme is not touched.
CARRIERS = {
    "stab": ("pad", "bass", "motion"),
    "thud": ("bass", "percussion", "drone"),
    "roll": ("percussion",),
    "run": ("motion", "colour", "counter"),
    "touch": ("colour", "motion", "counter", "percussion", "pad"),
    "stop": ("pad", "bass", "motion"),
    "turn": ("pad", "bass", "drone"),
    "toll": ("bass", "colour", "percussion", "drone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A strong hit in beats.

    ``beat`` is a place of the grid if one lies within a frame of the picture, else the exact beat
    of the picture. ``gesture`` is a key of ``CARRIERS``; ``repeat`` means that the gesture
    has to be lighter, because the same one came twice before.
    """

    spot: str
    time_s: float
    beat: float
    strength: float
    gesture: str
    block: Block


def find_hits(
    ground: Ground, spots: Sequence[Spot], *, idiom: Idiom, rng: np.random.Generator
) -> tuple[Hit, ...]:
    """Return the strong hits that music can meet, each with its gesture.

    Parameters
    ----------
    spots : sequence of Spot
        All hit points of the clip.
    idiom : Idiom
        Gives the gestures by preference.

    Returns
    -------
    tuple of Hit
        In order of time. A hit in the silent lead-in, in a silent section or after the last note
        has to stop is left out: the plan wants nothing there. The same gesture never comes three
        times running.
    """
    hits: list[Hit] = []
    strong = sorted((s for s in spots if s.strong), key=lambda s: (s.time_s, s.id))
    for spot in strong:
        if spot.time_s >= ground.duration_s - ground.frame_s / 2:
            continue
        beat = grid_beat(ground, spot.time_s)
        block = _block_at(ground, beat)
        if block is None or beat >= ground.end - SAME_BEAT:
            continue
        if hits and spot.time_s - hits[-1].time_s < TOGETHER_S:
            gesture = "turn"
        else:
            gesture = _gesture(ground, block, beat, spot.strength, hits, idiom, rng)
        hits.append(
            Hit(
                spot=spot.id,
                time_s=spot.time_s,
                beat=beat,
                strength=spot.strength,
                gesture=gesture,
                block=block,
            )
        )
    return tuple(hits)


def grid_beat(ground: Ground, time_s: float) -> float:
    """Return the place of the grid within a frame of a time, the theme's first, or its beat."""
    exact = ground.timeline.beat_at(time_s)
    bar = ground.bar_at(exact)
    places = [n.beat for n in ground.theme_in(exact - 0.25, exact + 0.25)]
    sixteenth = bar.start + round((exact - bar.start) * 4) / 4
    triplet = bar.start + round((exact - bar.start) * 3) / 3
    for place in (*places, bar.start, bar.end, sixteenth, triplet):
        if abs(ground.timeline.time_at(place) - time_s) <= LAND_FRAMES * ground.frame_s:
            return place
    return max(0.0, exact)


def _block_at(ground: Ground, beat: float) -> Block | None:
    bar = ground.bar_at(beat)
    if bar.silent:
        return None
    low, high = 0, len(ground.blocks)
    while low < high:
        middle = (low + high) // 2
        if ground.blocks[middle].end <= beat + SAME_BEAT:
            low = middle + 1
        else:
            high = middle
    if low < len(ground.blocks) and ground.blocks[low].start <= beat + SAME_BEAT:
        return ground.blocks[low]
    return None


def _gesture(
    ground: Ground,
    block: Block,
    beat: float,
    strength: float,
    before: Sequence[Hit],
    idiom: Idiom,
    rng: np.random.Generator,
) -> str:
    since = beat - before[-1].beat if before else beat
    fitting = [
        name
        for name in dict.fromkeys((*idiom.hits, "stab", "thud", "turn", "touch"))
        if _carried(name, block) and _has_room(name, ground, block, beat, since, strength)
    ]
    tired = {before[-1].gesture} if len(before) > 1 and _twice(before) else set()
    fresh = [name for name in fitting if name not in tired] or ["touch" if tired else "turn"]
    if before and len(fresh) > 1 and rng.random() < 0.7:
        fresh = [name for name in fresh if name != before[-1].gesture] or fresh
    weights = np.array([2.0**-i for i in range(len(fresh))])
    return fresh[int(rng.choice(len(fresh), p=weights / weights.sum()))]


def _twice(before: Sequence[Hit]) -> bool:
    return before[-1].gesture == before[-2].gesture


def _carried(name: str, block: Block) -> bool:
    return any(role in block.section.roles for role in CARRIERS[name])


def _has_room(
    name: str, ground: Ground, block: Block, beat: float, since: float, strength: float
) -> bool:
    if name == "roll":
        return since >= 3.0 and strength >= 7.5 and ground.span_at(beat - 1.5) is not None
    if name == "run":
        return since >= 1.5 and ground.span_at(beat - 1.0) is not None
    if name == "stop":
        quiet = ground.sound_until(beat) - beat
        return strength >= 8.0 and beat < ground.final - 1.0 and quiet > 1.5
    if name == "touch":
        return strength < 9.0
    if name == "turn":
        near = [s for s in ground.spans_in(beat - 0.1, beat + 0.1)]
        return bool(near) and ground.span_at(beat) is not None
    return True
