"""How loud the music is at every moment: dynamic marks joined by crescendi, and the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.arrangement.energy import STEP_S
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS

Curve = NDArray[np.float64]

#: Steps of the curve to a beat.
PER_BEAT: Final = 2
#: The picture moves the expression by this much at most to either side, dB.
MOTION_DB: Final = 4.0
#: The picture is followed by whoever plays, not mirrored: motion is smoothed over this time.
SMOOTH_S: Final = 1.0
#: A crescendo rises late: the power of its place (craft 4.6).
RISE: Final = 1.8
#: Share of full expression at level 0, and what a full level adds; the rest is left to swell into.
BASE, SPAN = 0.58, 0.26


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """Levels on a grid of half beats from beat 0.

    Attributes
    ----------
    levels : ndarray, shape (steps,), float64
        Dynamic level, 0 to 1; before a louder measure the one before it grows into it, before a
        softer one nothing yields: that is a subito piano.
    swell_db : ndarray, shape (steps,), float64
        What the picture's motion adds.
    """

    levels: Curve
    swell_db: Curve

    def level(self, beat: float) -> float:
        """Return the dynamic level at a beat."""
        return float(self.levels[self._place(beat)])

    def swell(self, beat: float) -> float:
        """Return what the picture adds at a beat, dB."""
        return float(self.swell_db[self._place(beat)])

    @cached_property
    def shares(self) -> Curve:
        """Share of full expression on the grid, without the arches of phrases."""
        result: Curve = (BASE + SPAN * self.levels) * 10.0 ** (self.swell_db / 40.0)
        return result

    def over(self, start: float, end: float) -> tuple[Curve, Curve]:
        """Return the grid's beats strictly inside a stretch, and the shares there."""
        low = int(np.floor(start * PER_BEAT + 1e-6)) + 1
        high = max(low, int(np.ceil(end * PER_BEAT - 1e-6)))
        places = np.arange(low, high)
        return places / PER_BEAT, self.shares[np.minimum(places, self.shares.size - 1)]

    def share(self, beat: float) -> float:
        """Return the share of full expression at a beat, between the steps too."""
        place = min(max(0.0, beat * PER_BEAT), self.shares.size - 1.0)
        low = int(place)
        high = min(low + 1, self.shares.size - 1)
        if self.levels[high] < self.levels[low] - 1e-9:
            return float(self.shares[low])
        return float(self.shares[low] + (place - low) * (self.shares[high] - self.shares[low]))

    def _place(self, beat: float) -> int:
        return min(max(0, int(beat * PER_BEAT + 1e-6)), self.levels.size - 1)


def loudness_of(ground: Ground, dynamics: Sequence[str]) -> Loudness:
    """Return the loudness of a cue.

    Parameters
    ----------
    ground : Ground
        Bars, and how the picture moves.
    dynamics : sequence of str
        Marks by measure, from measure 1.
    """
    steps = int(np.ceil(ground.bars[-1].end * PER_BEAT)) + 1
    beats = np.arange(steps) / PER_BEAT
    starts = np.array([bar.start for bar in ground.bars])
    marks = np.array([DYNAMIC_LEVELS[mark] for mark in dynamics])
    bar = np.clip(np.searchsorted(starts, beats + 1e-6, side="right") - 1, 0, len(marks) - 1)
    after = np.append(marks[1:], marks[-1])
    lengths = np.append(np.diff(starts), ground.bars[-1].end - starts[-1])
    place = np.clip((beats - starts[bar]) / lengths[bar], 0.0, 1.0)
    grows = np.maximum(0.0, after[bar] - marks[bar]) * _connected(ground)[bar]
    return Loudness(levels=marks[bar] + grows * place**RISE, swell_db=_swell(ground, beats))


def _connected(ground: Ground) -> Curve:
    """Return 1 for bars that sound into the next one, 0 before a rest."""
    sounds = [not bar.silent for bar in ground.bars]
    return np.array([float(a and b) for a, b in zip(sounds, [*sounds[1:], False], strict=True)])


def _swell(ground: Ground, beats: Curve) -> Curve:
    if not ground.energy.varies:
        return np.zeros(beats.size)
    ranks = ground.energy.ranks
    width = max(1, round(SMOOTH_S / STEP_S))
    padded = np.concatenate([np.repeat(ranks[0], width), ranks, np.repeat(ranks[-1], width)])
    smooth = np.convolve(padded, np.ones(width) / width, mode="same")[width:-width]
    times = np.array([ground.timeline.time_at(float(beat)) for beat in beats])
    found = np.interp(times, np.arange(ranks.size) * STEP_S, smooth)
    result: Curve = MOTION_DB * (2.0 * found - 1.0)
    return result
