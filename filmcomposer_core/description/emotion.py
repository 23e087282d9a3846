"""Emotion over time: valence and arousal that the picture suggests, and the nearest word."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import EmotionPoint
from filmcomposer_core.contracts.labels import EMOTION_PLANE
from filmcomposer_core.description.look import (
    WARMTH,
    Look,
    chroma_of,
    filled_motion,
    log_speed,
    smooth,
    tone_of,
)

Array = NDArray[np.float64]

SMOOTH_S = 2.0
MOST_POINTS = 600
#: Times in files are rounded; a frame this much before a cut is its first.
ROUNDING_S = 1e-6
#: Arousal runs over half the range of valence; equal distances should count the same.
AROUSAL_SCALE = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """Valence (-1 to 1) and arousal (0 to 1) at each frame, arrays of shape (frames,)."""

    time_s: Array
    valence: Array
    arousal: Array


def emotion_curves(analysis: Analysis, curves: Curves, look: Look) -> Mood:
    """Estimate valence and arousal of each frame.

    Valence rises with light, with colour and its warmth, and with even or lively local motion;
    it falls with darkness, stillness and motion that jerks. Half of it is the mean of the shot, so
    that a cut to another place changes the mood at once. Arousal rises with speed, cutting and
    liveliness, and with the arousal of the analysis.

    Returns
    -------
    Mood
        Smoothed over 2 s.
    """
    width = SMOOTH_S * float(analysis.clip.fps)
    motion = filled_motion(analysis, curves)
    steady = smooth(motion, width)
    jerk = smooth(np.abs(smooth(motion, width / 10) - steady), width / 2)
    ease = 0.5 - np.clip(jerk / (steady + 0.02) / 0.6, 0.0, 1.0)
    light = np.clip((tone_of(curves) - 0.5) / 0.25, -1.0, 1.0)
    # Lively small movements in the light are people and animals; moving as a whole says less.
    lit = min(1.0, look.light / 0.6)
    lively = lit * look.flicker * (1.0 - 0.5 * look.sweep) * (1.0 - look.still)
    if look.monochrome:
        valence = 0.5 * light + 0.6 * ease + 0.5 * lively - 0.5 * look.still
    else:
        colour = np.clip((chroma_of(curves) - 0.08) / 0.08, -1.0, 1.0)
        warmth = _per_frame_warmth(analysis, curves.time_s) * np.clip(colour, 0.0, 1.0)
        valence = 0.4 * light + 0.3 * colour + 0.15 * warmth + 0.3 * ease + 0.3 * lively
    own = smooth(np.clip(valence, -1.0, 1.0), width)
    arousal = (
        0.45 * np.clip((smooth(curves.arousal, width) - 0.05) / 0.4, 0.0, 1.0)
        + 0.55 * log_speed(steady)
        + 0.15 * look.cuts
        + 0.25 * lively
    )
    return Mood(
        time_s=curves.time_s,
        valence=0.5 * own + 0.5 * _shot_means(analysis, own, curves.time_s),
        arousal=np.clip(arousal, 0.0, 1.0),
    )


def nearest_emotion(valence: float, arousal: float, *, banned: Collection[str] = ()) -> str:
    """Return the word of Table 6 that lies nearest on the plane of valence and arousal."""
    allowed = [name for name in EMOTION_PLANE if name not in banned] or list(EMOTION_PLANE)
    return min(allowed, key=lambda name: (_distance(name, valence, arousal), name))


def emotion_confidence(valence: float, arousal: float) -> float:
    """Return how clearly a point belongs to its word: 0.25 on a border, 0.5 on the word."""
    near, second = sorted(_distance(name, valence, arousal) for name in EMOTION_PLANE)[:2]
    return round(0.25 + 0.25 * (1.0 - near / second), 3) if second > 0 else 0.5


def emotion_points(
    analysis: Analysis, mood: Mood, *, banned: Collection[str] = ()
) -> tuple[EmotionPoint, ...]:
    """Sample the mood about once a second and at each change of shot, 600 points at most."""
    return tuple(
        EmotionPoint(
            time_s=time_s,
            valence=round(float(mood.valence[frame]), 3),
            arousal=round(float(mood.arousal[frame]), 3),
            emotion=nearest_emotion(
                float(mood.valence[frame]), float(mood.arousal[frame]), banned=banned
            ),
        )
        for time_s, frame in _sample_frames(analysis, mood)
    )


def shot_mood(analysis: Analysis, mood: Mood) -> list[tuple[float, float]]:
    """Return the mean valence and arousal of each shot."""
    spans = shot_spans(analysis, mood.time_s)
    return [
        (float(mood.valence[a:b].mean()), float(mood.arousal[a:b].mean())) if b > a else (0.0, 0.0)
        for a, b in spans
    ]


def shot_spans(analysis: Analysis, time_s: Array) -> list[tuple[int, int]]:
    """Return the half-open range of frames of each shot, by their times: the rate may vary.

    Parameters
    ----------
    analysis : Analysis
    time_s : ndarray, shape (frames,)
        Time of each frame, seconds.
    """
    starts_s = [shot.start_s - ROUNDING_S for shot in analysis.shots[1:]]
    edges = np.searchsorted(time_s, starts_s).tolist()
    return list(pairwise([0, *edges, len(time_s)])) if analysis.shots else []


def _sample_frames(analysis: Analysis, mood: Mood) -> list[tuple[float, int]]:
    """Return times in seconds and frames: an even grid, the changes of shot, and the last frame."""
    frames = len(mood.time_s)
    if not frames:
        return []
    duration_s = analysis.clip.duration_s
    cuts = [s.start_frame for s in analysis.shots if 0 < s.start_frame < frames]
    # Of very many shots every n-th has to do.
    cuts = cuts[:: 1 + len(cuts) // (MOST_POINTS // 2)]
    steps = min(int(duration_s), MOST_POINTS - 2 - len(cuts))
    grid = np.searchsorted(mood.time_s, np.arange(steps + 1) * duration_s / max(1, steps))
    chosen = {0, *cuts, *(int(i) for i in grid if i < frames), frames - 1}
    return [(round(float(mood.time_s[i]), 6), i) for i in sorted(chosen)]


def _distance(name: str, valence: float, arousal: float) -> float:
    v, a = EMOTION_PLANE[name]
    return float(np.hypot(valence - v, AROUSAL_SCALE * (arousal - a)))


def _per_frame_warmth(analysis: Analysis, time_s: Array) -> Array:
    warmth = np.zeros(len(time_s))
    for shot, (a, b) in zip(analysis.shots, shot_spans(analysis, time_s), strict=True):
        warmth[a:b] = WARMTH[shot.hue]
    return warmth


def _shot_means(analysis: Analysis, values: Array, time_s: Array) -> Array:
    means = np.array(values)
    for a, b in shot_spans(analysis, time_s):
        if b > a:
            means[a:b] = values[a:b].mean()
    return means
