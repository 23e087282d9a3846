"""Mixing: sets pan and reverb of each part."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from filmcomposer_core.agents.arrange.faults import REASON, SHOWN, unknown
from filmcomposer_core.agents.arrange.mix_words import part_ids, parts_of
from filmcomposer_core.agents.arrange.state import MixState
from filmcomposer_core.agents.arrange.words import brief_of, picture_of
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.mix_take import placed
from filmcomposer_core.contracts.arranging import MixingReply

#: How wet the idiom wants the room, in a word.
_ROOMS = ((1.0, "wet"), (-1.0, "natural"), (-math.inf, "dry"))


def variables(state: MixState) -> dict[str, str]:
    """Return what is told of picture, room and parts."""
    palette = state.take.palette
    return {
        "brief": brief_of(state.take.description),
        "picture": picture_of(state.take.description),
        "idiom": palette.id,
        "room": next(word for least, word in _ROOMS if palette.wet_db >= least),
        "parts": parts_of(state.take),
        "remark": state.remarks.get("Mixing", "(none)"),
    }


def theory(state: MixState) -> MixingReply:
    """Return what is computed, with what the Reviewer asked for."""
    places = placed(state.take, state.asked)
    return MixingReply(
        panning={part: place.panning for part, place in places.items()},
        reverb={part: place.reverb_space for part, place in places.items()},
    )


def check(reply: MixingReply, state: MixState) -> tuple[str, ...]:
    """Return parts that do not exist and values out of range."""
    ids = part_ids(state.take)
    faults = []
    for field, values in (
        ("panning", reply.panning), ("reverb", reply.reverb), ("why", reply.why),
    ):  # fmt: skip
        faults += unknown(field, values, ids, "part")
    faults += _outside("panning", reply.panning, -1.0)
    faults += _outside("reverb", reply.reverb, 0.0)
    return tuple(faults)


def _outside(field: str, values: Mapping[str, float], low: float) -> list[str]:
    return [
        f"{field}: {part[:SHOWN]} is {value:g}, it goes from {low:g} to 1"
        for part, value in values.items()
        if not (math.isfinite(value) and low <= value <= 1.0)
    ]


def hear(state: MixState, reply: MixingReply) -> MixState:
    """Return the state in which the Reviewer speaks."""
    return replace(state, mixing=reply)


def say(reply: MixingReply) -> str:
    """Return pan and reverb of each part."""
    places = (
        f"{part} {pan:.2f}/{reply.reverb.get(part, 0.0):.2f}" for part, pan in reply.panning.items()
    )
    return f"Pan and reverb: {', '.join(places)}."


MIXING: Role[MixState, MixingReply] = Role(
    name="Mixing",
    prompt="mixing",
    kind=MixingReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=hear,
    say=say,
    max_tokens=1100,
    by_id=("panning", "reverb"),
    entry=lambda state: {
        "panning": {"type": "number", "minimum": -1, "maximum": 1},
        "reverb": {"type": "number", "minimum": 0, "maximum": 1},
        "why": REASON,
    },
    some_of=lambda state: {"why": part_ids(state.take)},
)
