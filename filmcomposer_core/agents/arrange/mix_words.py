"""The parts of a score and the state of their mix, in the tables in which the roles are asked."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.agents.arrange.state import MixState
from filmcomposer_core.agents.arrange.words import pitch_range, runs, stretches
from filmcomposer_core.arrangement.mix_take import MixTake
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.score import DOUBLING, Part, Score

#: How the theme and what doubles it are told.
_SPOKEN = {"melody": "THEME", DOUBLING: "doubles the theme"}


def parts_of(take: MixTake) -> str:
    """Return the parts, a line each: what they do, measure by measure."""
    return "\n".join(_part(part, take.roles[part.id]) for part in take.score.parts)


def _part(part: Part, does: Sequence[str]) -> str:
    roles = [_SPOKEN.get(role, role) for role in does]
    pitched = instrument(part.instrument).pitched and part.notes
    reach = f"; {pitch_range([note.pitch for note in part.notes])}" if pitched else ""
    return f"{part.id} ({part.technique}){reach}: {stretches(roles)}"


def dynamics_of(score: Score) -> str:
    """Return the dynamics by stretches of measures."""
    return stretches([measure.dynamic for measure in score.measures])


def motion_of(take: MixTake) -> str:
    """Return the picture's motion by stretches of measures, from still to fast."""
    top = max(take.motion, default=0.0) or 1.0
    words = ("still", "slow", "moving", "fast")
    return stretches([words[min(3, int(4 * value / top))] for value in take.motion])


def mix_of(state: MixState) -> str:
    """Return what Volume and Mixing have set, a line for each part."""
    return "\n".join(_mixed(state, part) for part in state.take.score.parts)


def _mixed(state: MixState, part: Part) -> str:
    gains = state.volume.volume.get(part.id, {}) if state.volume else {}
    pan = state.mixing.panning.get(part.id, 0.0) if state.mixing else 0.0
    reverb = state.mixing.reverb.get(part.id, 0.0) if state.mixing else 0.0
    levels = f"{min(gains.values()):.2f} to {max(gains.values()):.2f}" if gains else "-"
    techniques = " ".join(t.name for t in instrument(part.instrument).techniques[:8])
    return (
        f"{part.id} ({part.role}): volume {levels}, pan {pan:.2f}, reverb {reverb:.2f}; plays "
        f"{part.technique}, could play {techniques}"
    )


def facts_of(state: MixState) -> str:
    """Return what was measured of the mix: theory's review in words."""
    found = state.found
    lines = [
        f"Loudness follows the tension with a rank correlation of {found.follows:.2f} and the "
        f"picture's motion with {found.moves:.2f}."
    ]
    lines += too_loud(state)
    if found.narrower:
        lines.append("The stage leans to one side.")
    lines += [f"{part}: its notes are too short for its technique." for part in found.techniques]
    return "\n".join(lines)


def too_loud(state: MixState) -> list[str]:
    """Return who covers the theme, where, and by how much at most."""
    found: dict[str, dict[int, float]] = {}
    for (part, measure), over in state.found.lower_db.items():
        found.setdefault(part, {})[measure] = over
    return [
        f"{part} is up to {max(bars.values()):.0f} dB too loud beside the theme in measures "
        f"{runs(bars)}."
        for part, bars in found.items()
    ]


def part_ids(take: MixTake) -> Sequence[str]:
    """Return the ids of the parts."""
    return [part.id for part in take.score.parts]
