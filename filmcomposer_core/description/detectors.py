"""The describer that puts rules over what detectors saw in the key frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.description.action import actions
from filmcomposer_core.description.camera import camera_move
from filmcomposer_core.description.cards import picture_weights
from filmcomposer_core.description.describer import Film, Findings, ShotFindings
from filmcomposer_core.description.emotion import shot_spans
from filmcomposer_core.description.face_mood import face_evidence
from filmcomposer_core.description.people import count_people
from filmcomposer_core.description.seen import SeenShot, seen_shots
from filmcomposer_core.description.setting import settings
from filmcomposer_core.description.tables import trust_of
from filmcomposer_core.description.theme import themes
from filmcomposer_core.description.view_scale import view_scale
from filmcomposer_core.description.words import is_card, labels_of_text, mood_of_text, text_of

SOURCE = "detectors"
#: Models that can find people, by the purpose told in ``Sightings.models``.
FINDERS = ("face", "bod", "people", "person", "pose")

#: Nets were taught on photographs: in drawn pictures places and actions count this much less, and
#: that nobody is found does not mean that nobody is there.
DRAWN_TRUST, DRAWN = 0.6, 0.35

Labels = dict[str, tuple[Label, ...]]


def detectors(film: Film) -> Findings:
    """Say what the finds in the key frames amount to.

    Parameters
    ----------
    film : Film

    Returns
    -------
    Findings
        Setting, action, view scale, people, camera, text and reasons for moods of each shot; the
        theme of the whole clip. What text cards name is told of the shot that follows them.
    """
    seen = seen_shots(film.analysis, film.sightings)
    cards = [is_card(shot) for shot in seen]
    texts = [text_of(shot) for shot in seen]
    # Nothing is looked for on paper, nor lent from it to the shots beside it.
    seen = tuple(
        replace(shot, frames=(), group=0) if card else shot
        for shot, card in zip(seen, cards, strict=True)
    )
    done = [actions(shot) for shot in seen]
    kinds = _themes(film, seen, done, picture_weights(film.analysis, cards))
    drawn = _drawn(kinds)
    trust = DRAWN_TRUST if drawn else 1.0
    told = _told(cards, texts)
    places = settings(seen)
    spans = shot_spans(film.analysis, film.curves.time_s)
    can_count = _can_count(film)
    shots = []
    for i, shot in enumerate(seen):
        own: Labels = {}
        if not cards[i]:
            own = {"setting": _less(places[i], trust), "action": _less(done[i], trust)}
        view = view_scale(shot, card=cards[i])
        own |= {"view_scale": (view,)} if view.value != NULL else {}
        shots.append(
            ShotFindings(
                shot=shot.number,
                labels=_joined(own, told[i]),
                people=_people(shot, drawn=drawn) if can_count and shot.frames else -1,
                camera=camera_move(shot, film.curves, start=spans[i][0], end=spans[i][1]),
                text=texts[i],
                evidence=(
                    *face_evidence(shot),
                    *mood_of_text(texts[i], shot.shot.start_s, shot.shot.end_s),
                ),
            )
        )
    overall = _joined({"theme": kinds}, _all(texts))
    return Findings(source=SOURCE, shots=tuple(shots), overall=overall)


def _people(shot: SeenShot, *, drawn: bool) -> int:
    """Return how many people are seen; -1 where a drawn picture shows nobody that nets know."""
    return count_people(shot.frames) or (-1 if drawn else 0)


def _drawn(kinds: Sequence[Label]) -> bool:
    return any(kind.value == "animation" and kind.confidence >= DRAWN for kind in kinds)


def _less(labels: Sequence[Label], trust: float) -> tuple[Label, ...]:
    return tuple(replace(label, confidence=round(trust * label.confidence, 3)) for label in labels)


def _can_count(film: Film) -> bool:
    purposes = [use.purpose for use in film.sightings.models]
    return any(word in purpose for purpose in purposes for word in FINDERS)


def _themes(
    film: Film,
    seen: Sequence[SeenShot],
    done: Sequence[tuple[Label, ...]],
    shares: Sequence[float],
) -> tuple[Label, ...]:
    if not film.sightings.frames:
        return ()
    # What is not to change the music must not do so by way of the theme.
    heard = done if trust_of("action") > 0 else [()] * len(seen)
    return themes(seen, shares=shares, actions=heard, look=film.look)


def _told(cards: Sequence[bool], texts: Sequence[str]) -> list[Labels]:
    """Return for each shot what the cards right before it name: scenes follow their titles."""
    told: list[Labels] = []
    pending: Labels = {}
    for card, text in zip(cards, texts, strict=True):
        told.append({} if card else pending)
        pending = _joined(pending, _of_scene(text)) if card else {}
    return told


def _of_scene(text: str) -> Labels:
    return {name: found for name, found in labels_of_text(text).items() if name != "theme"}


def _all(texts: Sequence[str]) -> Labels:
    """Return the themes that any text of the clip names."""
    found = labels_of_text(". ".join(text for text in texts if text))
    return {"theme": found["theme"]} if "theme" in found else {}


def _joined(one: Labels, other: Labels) -> Labels:
    """Return the labels of both, the surest first."""
    return {
        name: tuple(sorted((*one.get(name, ()), *other.get(name, ())), key=_order))
        for name in {**one, **other}
        if one.get(name) or other.get(name)
    }


def _order(label: Label) -> float:
    return -label.confidence
