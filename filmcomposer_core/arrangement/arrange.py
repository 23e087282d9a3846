"""The arrange stage: Analyze, Arrange and Instrument speak, then hits are met and parts written."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.arrangement.brief import read_forces
from filmcomposer_core.arrangement.endings import end_cue
from filmcomposer_core.arrangement.gestures import Stage
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.hits import find_hits
from filmcomposer_core.arrangement.idioms import idiom
from filmcomposer_core.arrangement.landing import land_hits
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.lead import spare_player
from filmcomposer_core.arrangement.orchestra import seat_orchestra
from filmcomposer_core.arrangement.parts import write_parts
from filmcomposer_core.arrangement.roles.analyze import Development, analyze
from filmcomposer_core.arrangement.roles.arrange import write_arrangement
from filmcomposer_core.arrangement.roles.instrument import assign_instruments
from filmcomposer_core.arrangement.single import single_gesture
from filmcomposer_core.arrangement.voice_leading import lead_voices
from filmcomposer_core.arrangement.wishes import read_wishes
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Measure, Melody, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.seeding import rng_for


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
    tuning = read_wishes(wishes)
    voices = lead_voices(ground, planing=plan.idiom == "dream")
    arrangement = write_arrangement(
        ground,
        voices,
        development=development,
        idiom=palette,
        tuning=tuning,
        rng=rng_for(seed, "arrangement", "lines", attempt),
    )
    desks = assign_instruments(
        ground,
        arrangement.sketches,
        parts=arrangement.parts,
        idiom=palette,
        forces=forces,
        faithful=tuning.faithful,
        rng=rng_for(seed, "arrangement", "instruments", attempt),
    )
    orchestra = seat_orchestra(
        ground, arrangement.sketches, desks, spare=spare_player(ground, palette, forces)
    )
    hits = find_hits(
        ground, spots, idiom=palette, rng=rng_for(seed, "arrangement", "hits", attempt)
    )
    end_cue(ground, orchestra)
    stage = Stage(ground=ground, voices=voices, idiom=palette, forces=forces, orchestra=orchestra)
    land_hits(stage, hits)
    parts = write_parts(
        stage,
        spots=spots,
        hits=hits,
        arrangement=arrangement,
        development=development,
        rng=rng_for(seed, "arrangement", "touch", attempt),
    )
    return Score(measures=_measures(ground, development), parts=parts)


def _measures(ground: Ground, development: Development) -> tuple[Measure, ...]:
    return tuple(
        Measure(number=bar.number, beat=bar.start, num=bar.num, den=bar.den, dynamic=dynamic)
        for bar, dynamic in zip(ground.bars, development.dynamics, strict=True)
    )
