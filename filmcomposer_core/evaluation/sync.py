"""How the music meets the hits, and how much of that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Bools, Floats
from filmcomposer_core.evaluation.heard import Heard

#: An accent is among the heaviest fifth of the onsets within four seconds.
AROUND_S: Final = 4.0
TOP: Final = 0.2
SHIFTS: Final = 200
_FRAMES: Final = 1.0
#: Multiples of the golden section lie evenly and never in step with a beat.
_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Shares of the hits that are met within a frame, and what time shifts of the music meet.

    ``rate`` is the share met by some onset, ``accent_rate`` by an accent; ``chance`` and
    ``accent_chance`` are the means of the same over the shifts.
    """

    rate: float
    chance: float
    accent_rate: float
    accent_chance: float

    @property
    def lift(self) -> float:
        """How much more often accents meet the hits than at other times."""
        return ratio(self.accent_rate, self.accent_chance)

    @property
    def onset_lift(self) -> float:
        """The same for all onsets."""
        return ratio(self.rate, self.chance)


def ratio(rate: float, chance: float) -> float:
    """Return a rate over its chance; NaN where chance meets nothing."""
    return rate / chance if chance > 0 else float("nan")


def accents(heard: Heard) -> Bools:
    """Return which onsets stand out.

    Returns
    -------
    ndarray, shape (onsets,), bool
        True if at most a fifth of the onsets within four seconds (and at least one) weigh as much:
        where all weigh the same, none does.
    """
    times, weights = heard.times_s, heard.weights
    low = np.searchsorted(times, times - AROUND_S)
    high = np.searchsorted(times, times + AROUND_S, side="right")
    found = np.zeros(times.size, dtype=np.bool_)
    for i, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        rank = int(np.count_nonzero(weights[a:b] >= weights[i] - 1e-9))
        found[i] = rank <= max(1, round(TOP * (b - a)))
    return found


def hit_share(onsets_s: Floats, hits_s: Floats, *, reach_s: float) -> float:
    """Return the share of hits with an onset within a reach.

    Parameters
    ----------
    onsets_s : ndarray, shape (onsets,), float64
        Ascending.
    hits_s : ndarray, shape (hits,), float64
        Seconds.
    reach_s : float
        Seconds to either side.

    Returns
    -------
    float
        NaN for no hits.
    """
    if not hits_s.size:
        return float("nan")
    first = np.searchsorted(onsets_s, hits_s - reach_s - 1e-9)
    last = np.searchsorted(onsets_s, hits_s + reach_s + 1e-9, side="right")
    return float(np.mean(last > first))


def meeting(heard: Heard, hits_s: Floats, *, fps: float) -> Meeting:
    """Measure how the music meets the hits.

    Parameters
    ----------
    heard : Heard
        The music.
    hits_s : ndarray, shape (hits,), float64
        The strong hits, seconds.
    fps : float
        Frames per second.

    Returns
    -------
    Meeting
        Within one frame. The chance is the mean over 200 circular time shifts of the music.
    """
    reach = _FRAMES / fps
    strong = heard.times_s[accents(heard)]
    rates = [hit_share(onsets, hits_s, reach_s=reach) for onsets in (heard.times_s, strong)]
    chances = [_chance(o, hits_s, reach, heard.duration_s) for o in (heard.times_s, strong)]
    return Meeting(rate=rates[0], chance=chances[0], accent_rate=rates[1], accent_chance=chances[1])


def _chance(onsets: Floats, hits: Floats, reach: float, duration: float) -> float:
    found = []
    for number in range(1, SHIFTS + 1):
        # Moving the hits back is moving the music on.
        moved = (hits - duration * ((number * _GOLDEN) % 1.0)) % duration
        found.append(hit_share(onsets, moved, reach_s=reach))
    return float(np.mean(found))
