"""Volume: designs a fader curve for each part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from filmcomposer_core.agents.arrange.faults import REASON, unknown
from filmcomposer_core.agents.arrange.mix_words import dynamics_of, part_ids, parts_of
from filmcomposer_core.agents.arrange.state import MixState
from filmcomposer_core.agents.arrange.words import brief_of, picture_of, sections_of
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.heed import key_of
from filmcomposer_core.arrangement.heed_mix import volume_fault
from filmcomposer_core.contracts.arranging import VolumeReply


def variables(state: MixState) -> dict[str, str]:
    """Return what is told of picture, plan and parts."""
    return {
        "last": str(len(state.take.score.measures)),
        "brief": brief_of(state.take.description),
        "picture": picture_of(state.take.description),
        "sections": sections_of(state.take.plan),
        "dynamics": dynamics_of(state.take.score),
        "parts": parts_of(state.take),
        "remark": state.remarks.get("Volume", "(none)"),
    }


def theory(state: MixState) -> VolumeReply:
    """Return what is computed, with what the Reviewer asked for."""
    return VolumeReply(volume={part: dict(curve) for part, curve in state.levels.items()})


def check(reply: VolumeReply, state: MixState) -> tuple[str, ...]:
    """Return parts and measures that do not exist, gains out of range, and themes not heard.

    What is theory's own is not looked at again.
    """
    ids = part_ids(state.take)
    faults = unknown("volume", reply.volume, ids, "part") + unknown("why", reply.why, ids, "part")
    for part in state.take.score.parts:
        curve = reply.volume.get(part.id)
        if curve is not None and curve != state.levels[part.id]:
            fault = volume_fault(state.take, part, curve)
            faults += [f"volume.{fault}"] if fault else []
    return tuple(faults)


def hear(state: MixState, reply: VolumeReply) -> MixState:
    """Return the state in which Mixing or the Reviewer speaks."""
    return replace(state, volume=reply)


def say(reply: VolumeReply) -> str:
    """Return the range of each fader."""
    gains = {part: curve.values() for part, curve in reply.volume.items() if curve}
    ranges = (f"{part} {min(g):.2f}-{max(g):.2f}" for part, g in gains.items())
    return f"Faders: {', '.join(ranges)}."


def _curve(state: MixState) -> dict[str, Any]:
    gain = {"type": "number", "minimum": 0, "maximum": 1}
    points = {key_of(measure.number): gain for measure in state.take.score.measures}
    return {"type": "object", "properties": points, "additionalProperties": False}


VOLUME: Role[MixState, VolumeReply] = Role(
    name="Volume",
    prompt="volume",
    kind=VolumeReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=hear,
    say=say,
    max_tokens=1800,
    by_id=("volume",),
    entry=lambda state: {"volume": _curve(state), "why": REASON},
    some_of=lambda state: {"why": part_ids(state.take)},
)
