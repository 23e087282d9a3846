"""The bars that a cue may use, and how long each lasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.closing import least_s
from filmcomposer_core.timeline import Bar, Timeline

#: A hit this near to a downbeat stands on it.
_ON_HIT_S: Final = 0.05
#: A MUST hit falls on its place to less than this.
_SAME_S: Final = 0.005


def playable_bars(
    timeline: Timeline,
    *,
    first_bar: int,
    duration_s: float,
    strong_s: Sequence[float] = (),
    must_s: Sequence[float] = (),
) -> tuple[Bar, ...]:
    """Return the bars from the first sounding one to the last that may hold a cadence.

    The last downbeat leaves max(1.2 s, min(1 bar, 2.5 s)) for the release, 1.2 s are enough if a
    strong hit stands on it; three tenths of a clip are enough if it is under 4 s. At least one
    bar is returned, and every one until the last of the times ``must_s`` that leaves a last note
    the time to speak.
    """
    near_end_s = duration_s - least_s(duration_s) + 1e-9
    needed_s = max((time_s for time_s in must_s if time_s <= near_end_s), default=-1.0)
    bars = timeline.bars_until(duration_s)
    bars = bars[min(first_bar, len(bars)) - 1 :]
    usable: list[Bar] = []
    for bar in bars:
        bar_s = timeline.time_at(bar.end_beat) - bar.start_s
        met = any(abs(time_s - bar.start_s) <= _ON_HIT_S for time_s in strong_s)
        release_s = min(1.2 if met else max(1.2, min(bar_s, 2.5)), 0.3 * duration_s)
        needed = bar.start_s <= needed_s + _SAME_S
        if not usable or needed or bar.start_s <= duration_s - release_s + 1e-9:
            usable.append(bar)
    return tuple(usable)


def bar_seconds(bars: tuple[Bar, ...], timeline: Timeline) -> NDArray[np.float64]:
    """Return the length of each bar in seconds, shape (bars,)."""
    lengths = [timeline.time_at(bar.end_beat) - bar.start_s for bar in bars]
    return np.array(lengths, dtype=np.float64)
