"""The bar of silence before a climax that begins with the strongest hit."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.planning.drafts import Draft
from filmcomposer_core.timeline import Bar, Timeline

#: Shorter clips have no time to lose.
SILENCE_FROM_S: Final = 20.0
_LONGEST_S: Final = 2.6


def with_silence(
    drafts: list[Draft], bars: tuple[Bar, ...], timeline: Timeline, spots: Sequence[Spot]
) -> list[Draft]:
    """Cut one bar of silence before the climax if the strongest hit stands on its downbeat.

    Parameters
    ----------
    drafts : list of Draft
        The sections in order.
    bars : tuple of Bar
        The bars they fill.
    timeline : Timeline
    spots : sequence of Spot
        A strong hit inside the bar wants music there, so that it is not silenced.

    Returns
    -------
    list of Draft
        As given where there is no such place.
    """
    strong = [spot for spot in spots if spot.strong]
    if not strong:
        return drafts
    hit_s = max(strong, key=lambda spot: (spot.strength, spot.time_s)).time_s
    for i, (before, climax) in enumerate(itertools.pairwise(drafts)):
        if climax.function != "climax" or before.function == "climax" or before.bars < 4:
            continue
        start_s, end_s = bars[climax.first - 1].start_s, bars[climax.first].start_s
        room_s = 0.5 * (end_s - start_s) / max(1, bars[climax.first].num)
        near = abs(hit_s - end_s) < room_s
        kept_free = all(not start_s - 0.1 < spot.time_s < end_s - room_s for spot in strong)
        if near and kept_free and end_s - start_s <= _LONGEST_S:
            kept = dataclasses.replace(before, bars=before.bars - 1)
            rest = dataclasses.replace(before, first=kept.end, bars=1, silence=True)
            return [*drafts[:i], kept, rest, *drafts[i + 1 :]]
    return drafts
