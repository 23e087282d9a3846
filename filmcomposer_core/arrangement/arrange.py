"""The arrange stage: Analyze, Arrange and Instrument speak, then hits are met and parts written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.brief import Forces, read_forces
from filmcomposer_core.arrangement.endings import end_cue
from filmcomposer_core.arrangement.gestures import Stage
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.hits import find_hits
from filmcomposer_core.arrangement.idioms import Idiom, idiom
from filmcomposer_core.arrangement.landing import land_hits
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.lead import spare_player
from filmcomposer_core.arrangement.orchestra import seat_orchestra
from filmcomposer_core.arrangement.parts import write_parts
from filmcomposer_core.arrangement.playing import play_as_asked
from filmcomposer_core.arrangement.roles.analyze import Development, analyze
from filmcomposer_core.arrangement.roles.arrange import write_arrangement
from filmcomposer_core.arrangement.roles.instrument import assign_instruments
from filmcomposer_core.arrangement.single import single_gesture
from filmcomposer_core.arrangement.voice_leading import lead_voices
from filmcomposer_core.arrangement.wishes import Tuning, read_wishes
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Measure, Melody, Part, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.seeding import rng_for

#: Random streams of an attempt: what one step draws does not disturb the others.
STREAMS = ("lines", "instruments", "hits", "touch")


def arrange(
    *,
    plan: CuePlan,
    melody: Melody,
    tempo_map: TempoMap,
    spots: Sequence[Spot],
    curves: Curves,
    description: Description,
    duration_s: float,
    seed: int,
    attempt: int = 1,
    wishes: Sequence[str] = (),
) -> Score:
    """Arrange a theme for orchestra.

    Parameters
    ----------
    plan : CuePlan
        Sections with chords and textures; silent sections stay silent.
    melody : Melody
        The theme, whose notes are taken over unchanged.
    tempo_map : TempoMap
        Where bars and beats lie on the picture.
    spots : sequence of Spot
        Hit points; every strong one that the plan lets sound gets an onset at its time.
    curves : Curves
        The picture's motion by frame.
    description : Description
        What is seen and what the brief asks for ("solo piano", "no drums").
    duration_s : float
        Length of the picture in seconds; nothing sounds after it.
    seed, attempt : int
        Same values, same score; another attempt varies colours and patterns.
    wishes : sequence of str
        What the assessors want changed, e.g. ``"10: parts overlap in measures 5-8"``.

    Returns
    -------
    Score
        Parts in beats, every note inside its instrument's range.

    Notes
    -----
    Implements the Analyze, Arrange and Instrument agents of Table 2 of FilmComposer, Sec. 3.3.
    Measures listed in ``soften`` are written at full velocity: softening is applied on the way to
    the DAW, so that it stays editable.
    """
    strong = [spot.time_s for spot in spots if spot.strong]
    ground = lay_ground(
        plan=plan,
        melody=melody,
        tempo_map=tempo_map,
        curves=curves,
        duration_s=duration_s,
        breaks=strong,
    )
    development = analyze(ground, curves=curves, description=description)
    forces = read_forces(description)
    palette = idiom(plan.idiom, plan.blend)
    if not ground.blocks or not ground.spans:
        parts = single_gesture(ground, forces=forces, palette=palette)
        return Score(measures=_measures(ground, development), parts=parts)
    take = Take(
        spots=tuple(spots),
        development=development,
        forces=forces,
        palette=palette,
        tuning=read_wishes(wishes),
        rngs={name: rng_for(seed, "arrangement", name, attempt) for name in STREAMS},
    )
    return Score(
        measures=_measures(ground, development), parts=play_as_asked(_play(ground, take), forces)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One attempt: what is known before it, and its random streams."""

    spots: tuple[Spot, ...]
    development: Development
    forces: Forces
    palette: Idiom
    tuning: Tuning
    rngs: dict[str, np.random.Generator]


def _play(ground: Ground, take: Take) -> tuple[Part, ...]:
    """Let Arrange and Instrument speak, then meet the hits and write the parts."""
    voices = lead_voices(ground, planing=take.palette.id == "dream")
    arrangement = write_arrangement(
        ground,
        voices,
        development=take.development,
        idiom=take.palette,
        tuning=take.tuning,
        rng=take.rngs["lines"],
    )
    desks = assign_instruments(
        ground,
        arrangement.sketches,
        parts=arrangement.parts,
        idiom=take.palette,
        forces=take.forces,
        faithful=take.tuning.faithful,
        rng=take.rngs["instruments"],
    )
    spare = spare_player(ground, take.palette, take.forces)
    stage = Stage(
        ground=ground,
        voices=voices,
        idiom=take.palette,
        forces=take.forces,
        orchestra=seat_orchestra(ground, arrangement.sketches, desks, spare=spare),
    )
    hits = find_hits(ground, take.spots, idiom=take.palette, rng=take.rngs["hits"])
    end_cue(ground, stage.orchestra)
    land_hits(stage, hits)
    return write_parts(
        stage,
        spots=take.spots,
        hits=hits,
        arrangement=arrangement,
        development=take.development,
        rng=take.rngs["touch"],
    )


def _measures(ground: Ground, development: Development) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            number=bar.number, beat=round(bar.start, 9), num=bar.num, den=bar.den, dynamic=dynamic
        )
        for bar, dynamic in zip(ground.bars, development.dynamics, strict=True)
    )
