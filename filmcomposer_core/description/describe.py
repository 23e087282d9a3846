"""Describe a clip: labels per shot and overall, emotion over time, story, and music."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.description import (
    UNKNOWN,
    Attributes,
    Description,
    Label,
    ShotDescription,
)
from filmcomposer_core.contracts.labels import EMOTION_PLANE, NULL
from filmcomposer_core.description.brief import Brief, read_brief
from filmcomposer_core.description.choose_idiom import choose_idiom
from filmcomposer_core.description.emotion import (
    Mood,
    emotion_confidence,
    emotion_curves,
    emotion_points,
    nearest_emotion,
    shot_mood,
)
from filmcomposer_core.description.look import Look, measure_look, shot_weights
from filmcomposer_core.description.music import BRIEF_CONFIDENCE, describe_music
from filmcomposer_core.description.story import motion_text, plot_text

Shares = dict[str, float]
#: How far the mood of the pixels is moved to the one that the brief names.
BRIEF_PULL = 0.85


def describe_clip(analysis: Analysis, curves: Curves, *, brief: str = "") -> Description:
    """Describe what a clip shows and what music it asks for.

    Brightness, hue and emotion come from the pixels. Setting, action, theme and view scale cannot
    be told from these measures and stay ``null`` unless the brief names them; what the brief says
    goes before what the pixels suggest.

    Parameters
    ----------
    analysis : Analysis
        The clip and its shots.
    curves : Curves
        Per-frame curves of the same clip, arrays of shape (frames,).
    brief : str
        The user's wishes in plain English.

    Returns
    -------
    Description
        Each label with its source and confidence.

    Notes
    -----
    Stands in for the vision model of Sec. 3.1 and Table 6 with measured values alone.
    """
    wishes = read_brief(brief)
    look = measure_look(analysis, curves)
    banned = wishes.refused.get("emotion", ())
    mood = _pulled(emotion_curves(analysis, curves, look), wishes)
    moods = shot_mood(analysis, mood)
    labels = _shares(analysis, moods, banned)
    overall = _overall(labels, look=look, mood=mood, brief=wishes)
    music = describe_music(
        choose_idiom(labels, look=look, brief=wishes),
        look=look,
        valence=_mean(mood.valence),
        arousal=_mean(mood.arousal),
        emotion=overall.emotion.value,
        brightness=labels["brightness"],
        brief=wishes,
        words=brief,
    )
    return Description(
        brief=brief,
        overall=overall,
        shots=_shots(analysis, moods, banned, look),
        emotion=emotion_points(analysis, mood, banned=banned),
        plot=_text(plot_text(analysis, look), 0.5),
        motion=_text(motion_text(analysis, curves, look), 0.8),
        music=music,
    )


def _pulled(mood: Mood, brief: Brief) -> Mood:
    """Move the whole curve towards the emotion that the brief names, keeping its shape."""
    named = brief.first("emotion")
    if named == NULL or not len(mood.time_s):
        return mood
    valence, arousal = EMOTION_PLANE[named]
    by_v = BRIEF_PULL * (valence - float(mood.valence.mean()))
    by_a = BRIEF_PULL * (arousal - float(mood.arousal.mean()))
    return Mood(
        time_s=mood.time_s,
        valence=np.clip(mood.valence + by_v, -1.0, 1.0),
        arousal=np.clip(mood.arousal + by_a, 0.0, 1.0),
    )


def _shares(
    analysis: Analysis, moods: Sequence[tuple[float, float]], banned: Sequence[str]
) -> dict[str, Shares]:
    """Return for each attribute seen in the pixels its labels and their share of time."""
    shares: dict[str, Shares] = {"emotion": {}, "brightness": {}, "hue": {}}
    for shot, weight, (v, a) in zip(analysis.shots, shot_weights(analysis), moods, strict=True):
        found = {
            "emotion": nearest_emotion(v, a, banned=banned),
            "brightness": shot.brightness,
            "hue": shot.hue,
        }
        for attribute, label in found.items():
            if label != NULL:
                shares[attribute][label] = shares[attribute].get(label, 0.0) + weight
    return shares


def _overall(labels: Mapping[str, Shares], *, look: Look, mood: Mood, brief: Brief) -> Attributes:
    """Return the labels that hold longest, and those of the brief."""
    emotion = brief.first("emotion")
    sure = emotion_confidence(_mean(mood.valence), _mean(mood.arousal))
    return Attributes(
        setting=_from_brief(brief, "setting"),
        brightness=_commonest(labels["brightness"], 0.7),
        hue=_commonest(labels["hue"], 0.3 if look.monochrome else 0.6),
        action=_from_brief(brief, "action"),
        view_scale=_from_brief(brief, "view_scale"),
        emotion=_commonest(labels["emotion"], sure)
        if emotion == NULL
        else _from_brief(brief, "emotion"),
        theme=_from_brief(brief, "theme"),
    )


def _shots(
    analysis: Analysis,
    moods: Sequence[tuple[float, float]],
    banned: Sequence[str],
    look: Look,
) -> tuple[ShotDescription, ...]:
    return tuple(
        ShotDescription(
            shot=number,
            attributes=Attributes(
                brightness=_seen(shot.brightness, 0.7),
                hue=_seen(shot.hue, _hue_confidence(shot, look)),
                emotion=_seen(nearest_emotion(v, a, banned=banned), emotion_confidence(v, a)),
            ),
        )
        for number, (shot, (v, a)) in enumerate(zip(analysis.shots, moods, strict=True), start=1)
    )


def _hue_confidence(shot: Shot, look: Look) -> float:
    """Return how surely a hue is seen: little in a film without colour, more the richer it is."""
    return 0.3 if look.monochrome else round(min(0.9, 0.4 + shot.saturation), 3)


def _from_brief(brief: Brief, attribute: str) -> Label:
    value = brief.first(attribute)
    if value == NULL:
        return UNKNOWN
    return Label(value=value, source="brief", confidence=BRIEF_CONFIDENCE)


def _commonest(shares: Shares, confidence: float) -> Label:
    """Return the label that holds longest, the less sure the shorter it holds."""
    if not shares:
        return UNKNOWN
    label = max(shares, key=lambda name: (shares[name], name))
    return _seen(label, round(confidence * shares[label], 3))


def _seen(value: str, confidence: float) -> Label:
    if value == NULL:
        return UNKNOWN
    return Label(value=value, source="pixels", confidence=confidence)


def _text(value: str, confidence: float) -> Label:
    return Label(value=value, source="pixels", confidence=confidence)


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(values.mean()) if len(values) else 0.0
