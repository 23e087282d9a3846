"""Describe a clip: labels per shot and overall, emotion over time, story, and music."""

from __future__ import annotations

from collections.abc import Sequence
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
from filmcomposer_core.description.cards import (
    as_cards,
    carried_over,
    groups_apart,
    picture_weights,
    pictures_of,
)
from filmcomposer_core.description.choose_idiom import choose_by_source, summed
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
from filmcomposer_core.description.seen import seen_shots
from filmcomposer_core.description.story import motion_text, plot_text
from filmcomposer_core.description.words import is_card, is_title

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
    heard: str = "",
    told: Sequence[Findings] = (),
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
    heard : str
        What a reader of the brief understood beyond its words, in words of ``brief_words.toml``.
    told : sequence of Findings
        What a vision model says of the same shots.

    Returns
    -------
    Description
        Each label with its source and confidence.

    Notes
    -----
    Stands in for the vision model of Sec. 3.1 and Table 6 with detectors, rules and measures.
    """
    words = f"{brief}. {heard}" if heard else brief
    wishes = read_brief(words)
    cards = [is_card(seen) for seen in seen_shots(analysis, sightings)]
    pictures = pictures_of(analysis, curves, cards)
    look = measure_look(*pictures)
    film = Film(analysis=analysis, curves=curves, look=look, sightings=sightings)
    findings = [*(describer(film) for describer in DESCRIBERS), *told]
    merged = as_cards(_with_theme(merge_shots(findings), findings), cards)
    shown, written = _reasons(analysis, findings, merged, cards)
    reasons = (*shown, *written)
    banned = wishes.refused.get("emotion", ())
    felt = carried_over(blend(emotion_curves(*pictures, look), shown), curves.time_s)
    mood = _pulled(blend(felt, written), wishes)
    groups = groups_apart(sightings.groups, cards)
    rows = list(zip(merged, groups, cards, strict=True))
    shots = _shots(analysis, rows, mood, reasons, banned=banned)
    overall = _overall(analysis, shots, findings, wishes)
    layers = _layers(analysis, shots, wishes)
    music = describe_music(
        choose_by_source(layers, look=look, brief=wishes),
        look=look,
        valence=_mean(mood.valence),
        arousal=_mean(mood.arousal),
        emotion=overall.emotion.value,
        brightness=summed(layers.values()).get("brightness", {}),
        duration_s=analysis.clip.duration_s,
        brief=wishes,
        words=words,
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
    analysis: Analysis,
    findings: Sequence[Findings],
    merged: Sequence[MergedShot],
    cards: Sequence[bool],
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """Return the reasons for moods that pictures show and those that cards tell.

    Describers give them, and so do the labels of pictures.
    """
    shown: list[Evidence] = []
    told: list[Evidence] = []
    for found in findings:
        for shot, card in zip(found.shots, cards, strict=True):
            (told if card else shown).extend(shot.evidence)
    kept = [place for place, card in enumerate(cards) if not card]
    pictures = replace(analysis, shots=tuple(analysis.shots[place] for place in kept))
    return (*shown, *label_evidence(pictures, [merged[place] for place in kept])), tuple(told)


def _shots(
    analysis: Analysis,
    rows: Sequence[tuple[MergedShot, int, bool]],
    mood: Mood,
    reasons: Sequence[Evidence],
    *,
    banned: Sequence[str],
) -> tuple[ShotDescription, ...]:
    """Return the shots with the word for their mood, unless a surer one was given.

    ``rows`` hold of each shot what was merged, its group, and whether it is a card.
    """
    made = []
    moods = shot_mood(analysis, mood)
    pull, spans = pulls(mood.time_s, reasons), shot_spans(analysis, mood.time_s)
    for (found, group, card), (v, a), span in zip(rows, moods, spans, strict=True):
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
                group=group,
                card=card,
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
    weights = picture_weights(analysis, [shot.card for shot in shots])
    labels = {}
    for name in ATTRIBUTES:
        voted = vote([getattr(shot.attributes, name) for shot in shots], weights)
        asked, told = _from_brief(brief, name), _of_clip(findings, name)
        # A vote is as weak as it is divided, yet the longest-lived label is the best there is.
        seen = told if told.confidence > voted.confidence else voted
        labels[name] = asked if asked != UNKNOWN else seen
    return Attributes(**labels)


def _layers(
    analysis: Analysis, shots: Sequence[ShotDescription], brief: Brief
) -> dict[str, dict[str, dict[str, float]]]:
    """Return by source and attribute the labels, and how much each counts, 0 to 1 together."""
    layers: dict[str, dict[str, dict[str, float]]] = {}

    def count(source: str, name: str, value: str, part: float) -> None:
        shares = layers.setdefault(source, {}).setdefault(name, {})
        shares[value] = shares.get(value, 0.0) + part

    wished = "emotion" in brief.wanted
    weights = picture_weights(analysis, [shot.card for shot in shots])
    for shot, shown, weight in zip(shots, weights, shot_weights(analysis), strict=True):
        for name in ATTRIBUTES:
            label: Label = getattr(shot.attributes, name)
            # Where the brief names an emotion it has moved them all.
            source = "brief" if wished and name == "emotion" else label.source
            if label.value != NULL:
                part = shown if name in MEASURED else shown * label.confidence
                count(source, name, label.value, part)
        if is_title(shot.text):
            count("text", "text", "titles", weight)
    return layers


def _from_brief(brief: Brief, attribute: str) -> Label:
    value = brief.first(attribute)
    if value == NULL:
        return UNKNOWN
    return Label(value=value, source="brief", confidence=BRIEF_CONFIDENCE)


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(values.mean()) if len(values) else 0.0
