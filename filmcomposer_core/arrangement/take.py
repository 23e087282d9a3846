"""One attempt at an arrangement: what the roles look at, and what theory says for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.brief import Forces, read_forces
from filmcomposer_core.arrangement.desks import Desk
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.idioms import Idiom, idiom
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.roles.analyze import Development, analyze
from filmcomposer_core.arrangement.roles.arrange import Arrangement, write_arrangement
from filmcomposer_core.arrangement.roles.instrument import assign_instruments
from filmcomposer_core.arrangement.voice_leading import Voices, lead_voices
from filmcomposer_core.arrangement.wishes import Tuning, read_wishes
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.seeding import rng_for

Desks = tuple[tuple[Desk, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What is known before the first role speaks.

    ``voices`` are the led voices of each chord, empty where nothing sounds. ``seed`` and
    ``attempt`` give the random streams of :meth:`rng`.
    """

    ground: Ground
    voices: tuple[Voices, ...]
    spots: tuple[Spot, ...]
    curves: Curves
    description: Description
    forces: Forces
    palette: Idiom
    tuning: Tuning
    seed: int
    attempt: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to arrange."""
        return not self.ground.blocks or not self.ground.spans

    def rng(self, stream: str) -> np.random.Generator:
        """Return a random stream from its start: what one step draws does not disturb others."""
        return rng_for(self.seed, "arrangement", stream, self.attempt)


def begin_take(
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
) -> Take:
    """Read everything that the roles look at; the parameters are those of ``arrange``."""
    ground = lay_ground(
        plan=plan,
        melody=melody,
        tempo_map=tempo_map,
        curves=curves,
        duration_s=duration_s,
        breaks=[spot.time_s for spot in spots if spot.strong],
    )
    palette = idiom(plan.idiom, plan.blend)
    sounds = bool(ground.blocks and ground.spans)
    return Take(
        ground=ground,
        voices=tuple(lead_voices(ground, planing=palette.id == "dream")) if sounds else (),
        spots=tuple(spots),
        curves=curves,
        description=description,
        forces=read_forces(description),
        palette=palette,
        tuning=read_wishes(wishes),
        seed=seed,
        attempt=attempt,
    )


def analysed(take: Take) -> Development:
    """Let theory speak for Analyze."""
    return analyze(take.ground, curves=take.curves, description=take.description)


def arranged(take: Take, development: Development) -> Arrangement:
    """Let theory speak for Arrange, who has heard Analyze."""
    return write_arrangement(
        take.ground,
        take.voices,
        development=development,
        idiom=take.palette,
        tuning=take.tuning,
        rng=take.rng("lines"),
    )


def seated(take: Take, arrangement: Arrangement) -> Desks:
    """Let theory speak for Instrument, who has heard Arrange."""
    return assign_instruments(
        take.ground,
        arrangement.sketches,
        parts=arrangement.parts,
        idiom=take.palette,
        forces=take.forces,
        faithful=take.tuning.faithful,
        rng=take.rng("instruments"),
    )
