"""The mix stage: Volume, Mixing and Reviewer speak in turn until the Reviewer is content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.arrangement.idioms import Idiom, idiom
from filmcomposer_core.arrangement.lay_ground import motion_by_bar
from filmcomposer_core.arrangement.roles.mixing import Place, place_tracks
from filmcomposer_core.arrangement.roles.reviewer import Review, review
from filmcomposer_core.arrangement.roles.volume import design_volume
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import MeasureScheme, Scheme, TrackScheme
from filmcomposer_core.contracts.score import Part, Score
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Timeline

#: How often the Reviewer may send Volume or Mixing back.
ROUNDS = 3
WIDER = 1.4
NARROWER = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One round of Volume and Mixing."""

    envelopes: dict[str, dict[str, float]]
    places: dict[str, Place]


#: From this rank correlation on loudness is said to follow something.
FOLLOWED = 0.2


def mix(
    *,
    score: Score,
    plan: CuePlan,
    tempo_map: TempoMap,
    curves: Curves,
    description: Description,
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

    Returns
    -------
    Scheme
        The scheme of Fig. 3: volume envelope, panning, reverb and reasons for every part.

    Notes
    -----
    Implements the Volume, Mixing and Reviewer agents of Table 2 of FilmComposer, Sec. 3.3. The
    Reviewer may send the two others back twice.
    """
    palette = idiom(plan.idiom, plan.blend)
    draft, found = _agree(
        score,
        plan,
        palette=palette,
        description=description,
        motion=_motion(score, tempo_map, curves),
        beat_s=_seconds_per_beat(score, tempo_map),
    )
    return _scheme(score, draft, found, palette)


def _agree(
    score: Score,
    plan: CuePlan,
    *,
    palette: Idiom,
    description: Description,
    motion: Sequence[float],
    beat_s: float,
) -> tuple[Draft, Review]:
    """Let Volume and Mixing speak, then the Reviewer, until he is content or the rounds are up."""
    leads = theme_carriers(score)
    range_db, width = palette.range_db, 1.0
    lower: dict[tuple[str, int], float] = {}
    for turn in range(1, ROUNDS + 1):
        draft = Draft(
            envelopes=design_volume(score, plan, range_db=range_db, lower_db=lower),
            places=place_tracks(score, idiom=palette, description=description, width=width),
        )
        found = review(
            score,
            plan,
            envelopes=draft.envelopes,
            pans={name: place.panning for name, place in draft.places.items()},
            motion=motion,
            leads=leads,
            seconds_per_beat=beat_s,
        )
        if found.content or turn == ROUNDS:
            break
        for key, value in found.lower_db.items():
            lower[key] = lower.get(key, 0.0) + value
        range_db *= WIDER if found.wider else 1.0
        width *= NARROWER if found.narrower else 1.0
    return draft, found


def theme_carriers(score: Score) -> tuple[str, ...]:
    """Return the ids of the parts that carry the theme somewhere; doublings do not."""
    return tuple(
        part.id
        for part in score.parts
        if any(part.role_of(note) == "melody" for note in part.notes)
    )


def _motion(score: Score, tempo_map: TempoMap, curves: Curves) -> list[float]:
    timeline = Timeline(tempo_map.points)
    return motion_by_bar([timeline.time_at(measure.beat) for measure in score.measures], curves)


def _seconds_per_beat(score: Score, tempo_map: TempoMap) -> float:
    middle = score.measures[len(score.measures) // 2].beat
    timeline = Timeline(tempo_map.points)
    return 60.0 / timeline.bpm_at(timeline.time_at(middle))


def _scheme(score: Score, draft: Draft, found: Review, palette: Idiom) -> Scheme:
    leads = theme_carriers(score)
    tracks = []
    for index, part in enumerate(score.parts, start=1):
        place = draft.places[part.id]
        tracks.append(
            TrackScheme(
                id=part.id,
                track_index=index,
                instrument=part.instrument,
                technique=found.techniques.get(part.id, part.technique),
                panning=place.panning,
                reverb_space=place.reverb_space,
                volume_envelope=draft.envelopes[part.id],
                fx=place.fx,
                duplicates=part.duplicates,
                soften=part.soften,
                reasons=give_reasons(part, place, found, palette, leads=part.id in leads),
            )
        )
    measures = tuple(MeasureScheme(measure=m.number, dynamic=m.dynamic) for m in score.measures)
    return Scheme(measures=measures, tracks=tuple(tracks))


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
