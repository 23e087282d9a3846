"""The mix stage: Volume, Mixing and Reviewer speak in turn until the Reviewer is content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from filmcomposer_core.arrangement.heed_mix import heed_mix
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.mix_take import (
    ROUNDS,
    Envelopes,
    MixTake,
    begin_mix,
    levelled,
    nothing_asked,
    placed,
    reviewed,
    theme_carriers,
)
from filmcomposer_core.arrangement.roles.mixing import Place
from filmcomposer_core.arrangement.roles.reviewer import Review
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.arranging import MixChoices
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.decision import Decision
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import MeasureScheme, Scheme, TrackScheme
from filmcomposer_core.contracts.score import Part, Score
from filmcomposer_core.contracts.tempo import TempoMap

__all__ = ["ROUNDS", "mix", "theme_carriers"]

#: From this rank correlation on loudness is said to follow something.
FOLLOWED = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What Volume and Mixing have set; ``decisions`` by part say which of it a model decided."""

    envelopes: Envelopes
    places: Mapping[str, Place]
    techniques: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, Mapping[str, Decision]] = field(default_factory=dict)


def mix(
    *,
    score: Score,
    plan: CuePlan,
    tempo_map: TempoMap,
    curves: Curves,
    description: Description,
    choices: MixChoices | None = None,
) -> Scheme:
    """Mix an arranged cue.

    Parameters
    ----------
    score : Score
        Parts in beats.
    plan : CuePlan
        Tension by bar, which loudness follows, and the idiom, which sets range and room.
    tempo_map : TempoMap
        For lengths in seconds and the picture's motion by measure.
    curves : Curves
        The picture's motion by frame.
    description : Description
        Close or long views change the room.
    choices : MixChoices or None
        What the roles have decided in conversation, None = theory decides. What cannot be heard
        or played gives way to theory's; the scheme says by field who decided.

    Returns
    -------
    Scheme
        The scheme of Fig. 3: volume envelope, panning, reverb and reasons for every part.

    Notes
    -----
    Implements the Volume, Mixing and Reviewer agents of Table 2 of FilmComposer, Sec. 3.3. The
    Reviewer may send the two others back twice.
    """
    take = begin_mix(
        score=score, plan=plan, tempo_map=tempo_map, curves=curves, description=description
    )
    return mix_take(take, choices=choices)


def mix_take(take: MixTake, *, choices: MixChoices | None = None) -> Scheme:
    """Mix what the roles have looked at; ``mix`` in one go does the same."""
    if choices is None:
        draft, found = _agree(take)
    else:
        heeded = heed_mix(take, choices)
        draft = Draft(
            envelopes=heeded.envelopes,
            places=heeded.places,
            techniques=heeded.techniques,
            decisions=heeded.decisions,
        )
        found = reviewed(take, draft.envelopes, _pans(draft))
    return _scheme(take, draft, found)


def _agree(take: MixTake) -> tuple[Draft, Review]:
    """Let Volume and Mixing speak, then the Reviewer, until he is content or the rounds are up."""
    asked = nothing_asked(take)
    for turn in range(1, ROUNDS + 1):
        draft = Draft(envelopes=levelled(take, asked), places=placed(take, asked))
        found = reviewed(take, draft.envelopes, _pans(draft))
        if found.content or turn == ROUNDS:
            break
        asked = asked.also(found)
    return draft, found


def _pans(draft: Draft) -> dict[str, float]:
    return {name: place.panning for name, place in draft.places.items()}


def _scheme(take: MixTake, draft: Draft, found: Review) -> Scheme:
    score = take.score
    techniques = {**found.techniques, **draft.techniques}
    tracks = []
    for index, part in enumerate(score.parts, start=1):
        place = draft.places[part.id]
        decisions = {**part.decisions, **draft.decisions.get(part.id, {})}
        reasons = give_reasons(part, place, found, take.palette, leads=part.id in take.leads)
        tracks.append(
            TrackScheme(
                id=part.id,
                track_index=index,
                instrument=part.instrument,
                technique=techniques.get(part.id, part.technique),
                panning=place.panning,
                reverb_space=place.reverb_space,
                volume_envelope=dict(draft.envelopes[part.id]),
                fx=place.fx,
                duplicates=part.duplicates,
                soften=part.soften,
                reasons=_said(reasons, decisions),
                decisions=decisions,
            )
        )
    measures = tuple(
        MeasureScheme(measure=m.number, dynamic=m.dynamic, decision=m.decision)
        for m in score.measures
    )
    return Scheme(measures=measures, tracks=tuple(tracks))


#: Decided field -> the reason of a track that tells of it.
_TELLS = {
    "technique": "technique", "panning": "panning", "reverb_space": "reverb",
    "volume_envelope": "volume",
}  # fmt: skip


def _said(reasons: dict[str, str], decisions: Mapping[str, Decision]) -> dict[str, str]:
    """Return the reasons of a track, a model's own where it decided."""
    theirs = {
        word: decisions[name].why or f"Chosen by {decisions[name].model}."
        for name, word in _TELLS.items()
        if name in decisions and decisions[name].by == "model"
    }
    return reasons | theirs


def give_reasons(
    part: Part, place: Place, found: Review, palette: Idiom, *, leads: bool
) -> dict[str, str]:
    """Return one plain sentence each for instrument, panning, reverb and volume of a track."""
    player = instrument(part.instrument)
    side = "left" if place.panning < -0.05 else "right" if place.panning > 0.05 else "the middle"
    where = f"on the {side}" if side != "the middle" else "in the middle"
    depth = "near" if player.depth < 0.33 else "far back" if player.depth > 0.52 else "mid-stage"
    if leads:
        level = "Where it has the theme it stands at least 4 dB above its neighbours"
    else:
        level = f"The {part.role} stays under the theme"
    reasons = {
        "instrument": part.reasons[0] if part.reasons else f"{player.name} plays the {part.role}.",
        "panning": f"{player.name}: {where}, as in a concert hall.",
        "reverb": f"{player.name} sits {depth}; {palette.id} wants a "
        f"{'wet' if palette.wet_db > 0 else 'dry' if palette.wet_db < 0 else 'natural'} room.",
        "volume": f"{level}; {_loudness(found.follows, found.moves)}.",
    }
    if part.id in found.techniques:
        reasons["technique"] = f"Its notes are too short to speak with {part.technique}."
    return reasons


def _loudness(follows: float, moves: float) -> str:
    """Say what the loudness follows, by rank correlations."""
    led = [
        f"{what} (rank correlation {value:.2f})"
        for what, value in (("the tension", follows), ("the picture's motion", moves))
        if value >= FOLLOWED
    ]
    return f"loudness follows {' and '.join(led)}" if led else "loudness follows its own phrases"
