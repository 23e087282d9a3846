"""Describe a clip: labels per shot and overall, emotion over time, story, and music."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import (
    UNKNOWN,
    Attributes,
    Description,
    Label,
    ShotDescription,
)
from filmcomposer_core.contracts.labels import ATTRIBUTES, EMOTION_PLANE, NULL
from filmcomposer_core.contracts.sightings import Sightings
from filmcomposer_core.description.brief import Brief, read_brief
from filmcomposer_core.description.choose_idiom import choose_idiom
from filmcomposer_core.description.clip_model import clip_model
from filmcomposer_core.description.describer import (
    NOTHING_SEEN,
    Describer,
    Evidence,
    Film,
    Findings,
)
from filmcomposer_core.description.detectors import detectors
from filmcomposer_core.description.emotion import (
    Mood,
    emotion_confidence,
    emotion_curves,
    emotion_points,
    nearest_emotion,
    shot_mood,
    shot_spans,
)
from filmcomposer_core.description.evidence import blend, label_evidence, pulls
from filmcomposer_core.description.look import measure_look, shot_weights
from filmcomposer_core.description.merge import MergedShot, merge_shots, surest, vote
from filmcomposer_core.description.music import BRIEF_CONFIDENCE, describe_music
from filmcomposer_core.description.pixels import pixels
from filmcomposer_core.description.story import motion_text, plot_text
from filmcomposer_core.description.words import is_title

#: Who is asked, in the order in which equally sure answers count.
DESCRIBERS: Final[tuple[Describer, ...]] = (pixels, detectors, clip_model)
#: How far the mood of the picture is moved to the one that the brief names.
BRIEF_PULL = 0.85
#: From this share on it is the reasons, not the pixels, that a mood rests on.
MOSTLY_REASONS = 0.35
#: Attributes measured on every frame count for the idiom by time alone, others by time and
#: confidence.
MEASURED = ("brightness", "hue", "emotion")


def describe_clip(
    analysis: Analysis,
    curves: Curves,
    sightings: Sightings = NOTHING_SEEN,
    *,
    brief: str = "",
) -> Description:
    """Describe what a clip shows and what music it asks for.

    Several describers are asked: brightness and hue come from the pixels; setting, action, view
    scale, people, camera, text and theme from rules over what detectors saw, or from a model of the
    user's own. The surest answer counts. Without sightings only the pixels speak. What the brief
    says goes before what is seen.

    Parameters
    ----------
    analysis : Analysis
        The clip and its shots.
    curves : Curves
        Per-frame curves of the same clip, arrays of shape (frames,).
    sightings : Sightings
        What detectors saw in key frames of the same clip.
    brief : str
        The user's wishes in plain English.

    Returns
    -------
    Description
        Each label with its source and confidence.

    Notes
    -----
    Stands in for the vision model of Sec. 3.1 and Table 6 with detectors, rules and measures.
    """
    wishes = read_brief(brief)
    look = measure_look(analysis, curves)
    film = Film(analysis=analysis, curves=curves, look=look, sightings=sightings)
    findings = [describer(film) for describer in DESCRIBERS]
    merged = _with_theme(merge_shots(findings), findings)
    reasons = _reasons(analysis, findings, merged)
    banned = wishes.refused.get("emotion", ())
    mood = _pulled(blend(emotion_curves(analysis, curves, look), reasons), wishes)
    shots = _shots(analysis, merged, mood, reasons, groups=sightings.groups, banned=banned)
    overall = _overall(analysis, shots, findings, wishes)
    labels = _shares(analysis, shots)
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
    points = emotion_points(analysis, mood, banned=banned)
    source = "detectors" if sightings.frames else "pixels"
    return Description(
        brief=brief,
        overall=overall,
        shots=shots,
        emotion=points,
        plot=Label(
            value=plot_text(analysis, look, shots=shots, points=points, reasons=reasons),
            source=source,
            confidence=0.5,
        ),
        motion=Label(value=motion_text(analysis, curves, look), source="pixels", confidence=0.8),
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


def _with_theme(
    shots: Sequence[MergedShot], findings: Sequence[Findings]
) -> tuple[MergedShot, ...]:
    """Give each shot without a theme of its own that of the clip: a film has but one."""
    theme = _of_clip(findings, "theme")
    if theme == UNKNOWN:
        return tuple(shots)
    return tuple(replace(shot, labels={"theme": theme, **shot.labels}) for shot in shots)


def _of_clip(findings: Sequence[Findings], attribute: str) -> Label:
    return surest([label for found in findings for label in found.overall.get(attribute, ())])


def _reasons(
    analysis: Analysis, findings: Sequence[Findings], merged: Sequence[MergedShot]
) -> tuple[Evidence, ...]:
    """Return all reasons for moods: those that describers give, and those of the labels."""
    given = [item for found in findings for shot in found.shots for item in shot.evidence]
    return (*given, *label_evidence(analysis, merged))


def _shots(
    analysis: Analysis,
    merged: Sequence[MergedShot],
    mood: Mood,
    reasons: Sequence[Evidence],
    *,
    groups: Sequence[int],
    banned: Sequence[str],
) -> tuple[ShotDescription, ...]:
    """Return the shots with the word for their mood, unless a surer one was given."""
    made = []
    moods = shot_mood(analysis, mood)
    pull, spans = pulls(mood.time_s, reasons), shot_spans(analysis, mood.time_s)
    for place, (found, (v, a), span) in enumerate(zip(merged, moods, spans, strict=True)):
        felt = Label(
            value=nearest_emotion(v, a, banned=banned),
            source="detectors" if _mean(pull[slice(*span)]) >= MOSTLY_REASONS else "pixels",
            confidence=emotion_confidence(v, a),
        )
        named = found.labels.get("emotion", UNKNOWN)
        emotion = felt if named.value in banned else surest([felt, named])
        made.append(
            ShotDescription(
                shot=found.shot,
                attributes=Attributes(**{**found.labels, "emotion": emotion}),
                people=found.people,
                camera=found.camera,
                text=found.text,
                group=groups[place] if place < len(groups) else 0,
            )
        )
    return tuple(made)


def _overall(
    analysis: Analysis,
    shots: Sequence[ShotDescription],
    findings: Sequence[Findings],
    brief: Brief,
) -> Attributes:
    """Return the labels of the brief, or what the shots vote for and describers say of the clip."""
    weights = shot_weights(analysis)
    labels = {}
    for name in ATTRIBUTES:
        voted = vote([getattr(shot.attributes, name) for shot in shots], weights)
        asked, told = _from_brief(brief, name), _of_clip(findings, name)
        # A vote is as weak as it is divided, yet the longest-lived label is the best there is.
        seen = told if told.confidence > voted.confidence else voted
        labels[name] = asked if asked != UNKNOWN else seen
    return Attributes(**labels)


def _shares(analysis: Analysis, shots: Sequence[ShotDescription]) -> Mapping[str, dict[str, float]]:
    """Return for each attribute its labels, and how much each counts, 0 to 1 together."""
    shares: dict[str, dict[str, float]] = {name: {} for name in (*ATTRIBUTES, "text")}
    for shot, weight in zip(shots, shot_weights(analysis), strict=True):
        for name in ATTRIBUTES:
            label: Label = getattr(shot.attributes, name)
            if label.value != NULL:
                part = weight if name in MEASURED else weight * label.confidence
                shares[name][label.value] = shares[name].get(label.value, 0.0) + part
        if is_title(shot.text):
            shares["text"]["titles"] = shares["text"].get("titles", 0.0) + weight
    return shares


def _from_brief(brief: Brief, attribute: str) -> Label:
    value = brief.first(attribute)
    if value == NULL:
        return UNKNOWN
    return Label(value=value, source="brief", confidence=BRIEF_CONFIDENCE)


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(values.mean()) if len(values) else 0.0
