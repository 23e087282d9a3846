"""What Volume, Mixing and Reviewer look at, and what theory says for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from filmcomposer_core.arrangement.idioms import Idiom, idiom
from filmcomposer_core.arrangement.lay_ground import motion_by_bar
from filmcomposer_core.arrangement.levels import Roles, roles_by_measure
from filmcomposer_core.arrangement.roles.mixing import Place, place_tracks
from filmcomposer_core.arrangement.roles.reviewer import Review, review
from filmcomposer_core.arrangement.roles.volume import design_volume
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Timeline

#: How often Volume and Mixing speak at most: the Reviewer may send them back twice.
ROUNDS = 3
WIDER = 1.4
NARROWER = 0.8
Envelopes = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixTake:
    """An arranged cue before it is mixed.

    ``motion`` is the picture's by measure, ``leads`` are the parts that carry the theme somewhere,
    ``roles`` say what each part mainly does in each measure, ``beat_s`` is the length of a beat in
    seconds at the cue's middle.
    """

    score: Score
    plan: CuePlan
    palette: Idiom
    description: Description
    motion: tuple[float, ...]
    leads: tuple[str, ...]
    roles: Roles
    beat_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the Reviewer has asked for so far: levels in dB, loudness range and stage width."""

    lower_db: Mapping[tuple[str, int], float] = field(default_factory=dict)
    range_db: float
    width: float = 1.0

    def also(self, found: Review) -> Asked:
        """Return what is asked for after another review."""
        lower = dict(self.lower_db)
        for key, value in found.lower_db.items():
            lower[key] = lower.get(key, 0.0) + value
        return Asked(
            lower_db=lower,
            range_db=self.range_db * (WIDER if found.wider else 1.0),
            width=self.width * (NARROWER if found.narrower else 1.0),
        )


def begin_mix(
    *,
    score: Score,
    plan: CuePlan,
    tempo_map: TempoMap,
    curves: Curves,
    description: Description,
) -> MixTake:
    """Read everything that the roles look at; the parameters are those of ``mix``."""
    timeline = Timeline(tempo_map.points)
    starts_s = [timeline.time_at(measure.beat) for measure in score.measures]
    middle = score.measures[len(score.measures) // 2].beat
    return MixTake(
        score=score,
        plan=plan,
        palette=idiom(plan.idiom, plan.blend),
        description=description,
        motion=tuple(motion_by_bar(starts_s, curves)),
        leads=theme_carriers(score),
        roles={part.id: tuple(roles_by_measure(score, part)) for part in score.parts},
        beat_s=60.0 / timeline.bpm_at(timeline.time_at(middle)),
    )


def theme_carriers(score: Score) -> tuple[str, ...]:
    """Return the ids of the parts that carry the theme somewhere; doublings do not."""
    return tuple(
        part.id
        for part in score.parts
        if any(part.role_of(note) == "melody" for note in part.notes)
    )


def nothing_asked(take: MixTake) -> Asked:
    """Return what stands before the Reviewer has spoken."""
    return Asked(range_db=take.palette.range_db)


def levelled(take: MixTake, asked: Asked) -> dict[str, dict[str, float]]:
    """Let theory speak for Volume."""
    return design_volume(
        take.score,
        take.plan,
        roles=take.roles,
        range_db=asked.range_db,
        lower_db=asked.lower_db,
    )


def placed(take: MixTake, asked: Asked) -> dict[str, Place]:
    """Let theory speak for Mixing."""
    return place_tracks(
        take.score, idiom=take.palette, description=take.description, width=asked.width
    )


def reviewed(take: MixTake, envelopes: Envelopes, pans: Mapping[str, float]) -> Review:
    """Let theory speak for the Reviewer."""
    return review(
        take.score,
        take.plan,
        envelopes=envelopes,
        pans=pans,
        motion=take.motion,
        leads=take.leads,
        roles=take.roles,
        seconds_per_beat=take.beat_s,
    )


def with_technique(take: MixTake, part: str, technique: str) -> Score:
    """Return a score of one part alone, played with a technique."""
    kept = tuple(replace(p, technique=technique) for p in take.score.parts if p.id == part)
    return replace(take.score, parts=kept)
