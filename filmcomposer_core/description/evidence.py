"""Reasons for the mood of the moment, and how they move the curve that the pixels draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.labels import EMOTION_PLANE
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.emotion import Array, Mood
from filmcomposer_core.description.merge import MergedShot
from filmcomposer_core.description.tables import Points, label_points, trust_of

#: Most of the curve that reasons may take over: the pixels always keep a share.
MOST_PULL = 0.8
#: What lies farther from an emotion, on the plane with valence halved, is no reason for it.
FAR = 0.4
#: What a sure label of each attribute weighs as a reason. A kiss says more of the mood than a room.
LABEL_WEIGHTS = {"action": 0.45, "theme": 0.2, "setting": 0.15}
#: Points at which a label says all it can about the mood.
FULL_POINTS = 4.0


def label_evidence(analysis: Analysis, shots: Sequence[MergedShot]) -> tuple[Evidence, ...]:
    """Return what settings, actions and themes say about the mood of their shots.

    Returns
    -------
    tuple of Evidence
        The mood of a label is that of the idioms it leads to (``label_points.toml``), which is
        that of the emotions which lead to the same idioms.
    """
    found = []
    for shot, merged in zip(analysis.shots, shots, strict=True):
        for attribute, weight in LABEL_WEIGHTS.items():
            label = merged.labels.get(attribute)
            mood = mood_of(attribute, label.value) if label else None
            if label is None or mood is None:
                continue
            valence, arousal, strength = mood
            found.append(
                Evidence(
                    time_s=shot.start_s,
                    length_s=shot.end_s - shot.start_s,
                    valence=valence,
                    arousal=arousal,
                    weight=weight * strength * label.confidence * min(1.0, trust_of(attribute)),
                    reason=f"{attribute} {label.value}",
                )
            )
    return tuple(found)


@cache
def mood_of(attribute: str, label: str) -> tuple[float, float, float] | None:
    """Return valence, arousal and strength, 0 to 1, of a label; None if it leads nowhere.

    Examples
    --------
    >>> valence, arousal, strength = mood_of("action", "run")
    >>> arousal > 0.8, strength
    (True, 1.0)
    """
    points = label_points().get(attribute, {}).get(label, {})
    total = sum(points.values())
    if total <= 0:
        return None
    moods = {name: _mood_of_idiom(name) for name in points}
    valence = sum(value * moods[name][0] for name, value in points.items()) / total
    arousal = sum(value * moods[name][1] for name, value in points.items()) / total
    return valence, arousal, min(1.0, max(points.values()) / FULL_POINTS)


@cache
def _mood_of_idiom(idiom: str) -> tuple[float, float]:
    """Return the mean of the emotions that lead to an idiom, by their points."""
    weights: Points = {
        emotion: points[idiom]
        for emotion, points in label_points()["emotion"].items()
        if idiom in points
    }
    total = sum(weights.values())
    valence = sum(w * EMOTION_PLANE[name][0] for name, w in weights.items()) / total
    arousal = sum(w * EMOTION_PLANE[name][1] for name, w in weights.items()) / total
    return valence, arousal


def blend(mood: Mood, evidence: Sequence[Evidence]) -> Mood:
    """Move a mood towards what the evidence says, the more the heavier it is.

    Parameters
    ----------
    mood : Mood
        As the pixels draw it, arrays of shape (frames,).
    evidence : sequence of Evidence

    Returns
    -------
    Mood
        Where reasons of weight W lie on one another, the curve goes ``W / (1 + W)`` of the way to
        their weighted mean, 0.8 at most. Without evidence the mood is as it was.
    """
    weight = np.zeros(len(mood.time_s))
    valence, arousal = np.zeros_like(weight), np.zeros_like(weight)
    for item in evidence:
        span = _span(mood.time_s, item)
        weight[span] += item.weight
        valence[span] += item.weight * item.valence
        arousal[span] += item.weight * item.arousal
    safe, pull = np.where(weight > 0, weight, 1.0), _pull(weight)
    return Mood(
        time_s=mood.time_s,
        valence=np.clip(mood.valence + pull * (valence / safe - mood.valence), -1.0, 1.0),
        arousal=np.clip(mood.arousal + pull * (arousal / safe - mood.arousal), 0.0, 1.0),
    )


def pulls(time_s: Array, evidence: Sequence[Evidence]) -> Array:
    """Return how far reasons move the curve at each frame, 0 to ``MOST_PULL``, shape (frames,)."""
    weight = np.zeros(len(time_s))
    for item in evidence:
        weight[_span(time_s, item)] += item.weight
    return _pull(weight)


def _pull(weight: Array) -> Array:
    return np.minimum(MOST_PULL, weight / (1.0 + weight))


def main_reason(evidence: Sequence[Evidence], word: str, start_s: float, end_s: float) -> str:
    """Return the reason that weighs most for an emotion between two times, empty if none does.

    Parameters
    ----------
    evidence : sequence of Evidence
    word : str
        An emotion; only what pulls to its side of the plane is a reason for it.
    start_s, end_s : float
    """
    valence, arousal = EMOTION_PLANE[word]
    weights: dict[str, float] = {}
    for item in evidence:
        weight = item.weight * _common(item, start_s, end_s)
        far = abs(item.valence - valence) / 2.0 + abs(item.arousal - arousal)
        if weight > 0 and far < FAR:
            weights[item.reason] = weights.get(item.reason, 0.0) + weight
    return max(weights, key=lambda reason: (weights[reason], reason), default="")


def _common(item: Evidence, start_s: float, end_s: float) -> float:
    return max(0.0, min(end_s, item.time_s + item.length_s) - max(start_s, item.time_s))


def _span(time_s: Array, item: Evidence) -> slice:
    start, end = np.searchsorted(time_s, [item.time_s, item.time_s + item.length_s])
    return slice(int(start), int(end))
