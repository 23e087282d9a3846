"""The look of a whole clip in nine numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves

Array = NDArray[np.float64]

#: Warmth of a hue, -1 cold to 1 warm.
WARMTH = {
    "red": 1.0, "orange": 1.0, "yellow": 0.8, "brown": 0.6, "pink": 0.5, "white": 0.0,
    "green": -0.1, "gray": -0.2, "black": -0.3, "purple": -0.5, "blue": -1.0, "null": 0.0,
}  # fmt: skip
#: Below this mean chroma a film counts as black and white, and its hue says nothing.
MONOCHROME = 0.02
#: Motion in picture widths per second: just noticed, fast action, and still.
NOTICED, FAST, STILL = 0.05, 0.6, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The axes on which clips are compared with idioms, each 0 to 1.

    ``speed`` of motion (logarithmic), ``gesture`` from even to stop-and-go motion, ``light``,
    ``colour`` and ``warmth`` (0.5 neutral), ``cuts`` per time, ``still`` share of time, ``sweep``
    from many small movements to the whole picture moving one way, ``flicker`` from smooth motion
    to motion that jumps from frame to frame as in hand-cranked and hand-drawn film. ``monochrome``
    clips count as middling in colour and warmth. ``speed_mean`` and ``saliency_mean`` are Eqs. 4
    and 5 over the clip; ``lone_spike`` tells of a single violent movement in a quiet clip, away
    from any cut.
    """

    speed: float
    gesture: float
    light: float
    colour: float
    warmth: float
    cuts: float
    still: float
    sweep: float
    flicker: float
    monochrome: bool
    speed_mean: float
    saliency_mean: float
    lone_spike: bool

    def axis(self, name: str) -> float:
        """Return one of the axes by name; colour unknown in black and white is middling."""
        if self.monochrome and name in ("colour", "warmth"):
            return 0.4
        return float(getattr(self, name))


def measure_look(analysis: Analysis, curves: Curves) -> Look:
    """Measure the look of a clip.

    Parameters
    ----------
    analysis : Analysis
        The clip and its shots.
    curves : Curves
        Per-frame curves, arrays of shape (frames,).
    """
    fps = float(analysis.clip.fps)
    motion = filled_motion(analysis, curves)
    mean = float(motion.mean()) if len(motion) else 0.0
    short, long = smooth(motion, 0.2 * fps), smooth(motion, 2.0 * fps)
    drift = np.hypot(smooth(curves.flow_x, 0.5 * fps), smooth(curves.flow_y, 0.5 * fps))
    weights = shot_weights(analysis)
    chroma = _mean(chroma_of(curves))
    saliency = sum(w * s.saliency for w, s in zip(weights, analysis.shots, strict=True))
    warmth = sum(w * WARMTH[s.hue] for w, s in zip(weights, analysis.shots, strict=True))
    rate = 60.0 * (len(analysis.shots) - 1) / max(3.0, analysis.clip.duration_s)
    moving = mean > STILL / 2
    return Look(
        speed=float(log_speed(np.array([mean]))[0]),
        gesture=clip01(_mean(np.abs(short - long)) / (_mean(long) + STILL) / 0.5),
        light=clip01((_mean(tone_of(curves)) - 0.15) / 0.6),
        colour=clip01(chroma / 0.2),
        warmth=clip01(0.5 + 0.5 * warmth),
        cuts=clip01(rate / 20.0),
        still=_mean((smooth(motion, fps) < STILL).astype(np.float64)),
        sweep=clip01(_mean(drift) / mean) if moving else 0.5,
        flicker=clip01(saliency / mean / 0.7) if moving else 0.0,
        monochrome=chroma < MONOCHROME,
        speed_mean=mean,
        saliency_mean=saliency,
        lone_spike=_lone_spike(short, analysis, fps),
    )


def filled_motion(analysis: Analysis, curves: Curves) -> Array:
    """Return the motion curve without the zeros that stand at the first frame of a shot."""
    motion = np.array(curves.motion, dtype=np.float64)
    for shot in analysis.shots:
        frame = shot.start_frame
        if 0 <= frame < len(motion) - 1:
            motion[frame] = motion[frame + 1]
    return motion


def tone_of(curves: Curves) -> Array:
    """Return how light the lit parts are: mean and half the contrast, 0 to 1.5.

    Black bars at the sides lower the mean and raise the contrast, so this hardly sees them.
    """
    return curves.luma + 0.5 * curves.contrast


def chroma_of(curves: Curves) -> Array:
    """Return how much colour there is: saturation counts little in the dark."""
    return curves.saturation * curves.luma


def log_speed(motion: Array) -> Array:
    """Put motion on the scale of ``speed``: 0 still, 1 fast action, logarithmic."""
    scaled: Array = np.log2(1.0 + motion / NOTICED) / np.log2(1.0 + FAST / NOTICED)
    return np.clip(scaled, 0.0, 1.0)


def shot_weights(analysis: Analysis) -> list[float]:
    """Return the share of time of each shot, summing to 1."""
    lengths = [shot.end_s - shot.start_s for shot in analysis.shots]
    total = sum(lengths)
    if total <= 0:
        return [1.0 / max(1, len(lengths))] * len(lengths)
    return [length / total for length in lengths]


def smooth(values: Array, width: float) -> Array:
    """Average over about ``width`` frames, the window shrinking at either end."""
    count = len(values)
    half = int(width) // 2
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(count)
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, count)
    averaged: Array = (total[high] - total[low]) / np.maximum(high - low, 1)
    return averaged


def clip01(value: float) -> float:
    """Limit a number to 0 to 1."""
    return float(min(1.0, max(0.0, value)))


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else 0.0


def _lone_spike(motion: Array, analysis: Analysis, fps: float) -> bool:
    """Tell whether a quiet clip has exactly one violent movement, and not at a cut."""
    if not len(motion) or float(np.median(motion)) > 2 * STILL:
        return False
    high = np.flatnonzero(motion > max(0.3, 12 * float(np.median(motion))))
    if not len(high) or int(high[-1] - high[0]) > 1.5 * fps:
        return False
    edges = [shot.start_frame for shot in analysis.shots] + [len(motion)]
    return all(min(abs(edge - high[0]), abs(edge - high[-1])) > fps for edge in edges)
