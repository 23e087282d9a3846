"""The arrange stage: Analyze, Arrange and Instrument speak, then hits are met and parts written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filmcomposer_core.arrangement.endings import end_cue
from filmcomposer_core.arrangement.gestures import Stage
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.heed import (
    heed_dynamics,
    heed_lines,
    heed_players,
    with_decisions,
)
from filmcomposer_core.arrangement.hits import find_hits
from filmcomposer_core.arrangement.landing import land_hits
from filmcomposer_core.arrangement.lead import spare_player
from filmcomposer_core.arrangement.orchestra import seat_orchestra
from filmcomposer_core.arrangement.parts import write_parts
from filmcomposer_core.arrangement.playing import play_as_asked
from filmcomposer_core.arrangement.roles.analyze import Development
from filmcomposer_core.arrangement.single import single_gesture
from filmcomposer_core.arrangement.take import Take, analysed, arranged, begin_take, seated
from filmcomposer_core.contracts.arranging import ArrangeChoices
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.decision import Decision
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Measure, Melody, Part, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap

#: Theory decides everything.
NOTHING_CHOSEN = ArrangeChoices()


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
    choices: ArrangeChoices = NOTHING_CHOSEN,
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
    choices : ArrangeChoices
        What the roles have decided in conversation. A choice that cannot be played gives way to
        theory's; the parts say by field who decided.

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
    take = begin_take(
        plan=plan,
        melody=melody,
        tempo_map=tempo_map,
        spots=spots,
        curves=curves,
        description=description,
        duration_s=duration_s,
        seed=seed,
        attempt=attempt,
        wishes=wishes,
    )
    return arrange_take(take, choices=choices)


def arrange_take(take: Take, *, choices: ArrangeChoices = NOTHING_CHOSEN) -> Score:
    """Arrange what the roles have looked at; ``arrange`` in one go does the same."""
    development, marked = heed_dynamics(analysed(take), choices)
    measures = _measures(take.ground, development, marked)
    if take.empty:
        parts = single_gesture(take.ground, forces=take.forces, palette=take.palette)
        return Score(measures=measures, parts=parts)
    parts = _play(take, development, choices)
    return Score(measures=measures, parts=play_as_asked(parts, take.forces))


def _play(take: Take, development: Development, choices: ArrangeChoices) -> tuple[Part, ...]:
    """Let Arrange and Instrument speak, then meet the hits and write the parts."""
    ground = take.ground
    computed = arranged(take, development)
    arrangement = heed_lines(ground, computed, choices)
    seating = heed_players(take, arrangement, seated(take, arrangement), choices)
    spare = spare_player(ground, take.palette, take.forces)
    stage = Stage(
        ground=ground,
        voices=take.voices,
        idiom=take.palette,
        forces=take.forces,
        orchestra=seat_orchestra(ground, arrangement.sketches, seating.desks, spare=spare),
    )
    hits = find_hits(ground, take.spots, idiom=take.palette, rng=take.rng("hits"))
    end_cue(ground, stage.orchestra)
    land_hits(stage, hits)
    parts, theirs = write_parts(
        stage,
        spots=take.spots,
        hits=hits,
        arrangements=(arrangement, computed),
        development=development,
        rng=take.rng("touch"),
    )
    return with_decisions(parts, theirs, seating, choices)


def _measures(
    ground: Ground, development: Development, decided: Mapping[int, Decision]
) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            number=bar.number,
            beat=round(bar.start, 9),
            num=bar.num,
            den=bar.den,
            dynamic=dynamic,
            decision=decided.get(bar.number),
        )
        for bar, dynamic in zip(ground.bars, development.dynamics, strict=True)
    )
