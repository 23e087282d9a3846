"""Arrange: says which measures of which tracks are softened, and which tracks are duplicated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from filmcomposer_core.agents.arrange.faults import unknown
from filmcomposer_core.agents.arrange.state import ArrangeState
from filmcomposer_core.agents.arrange.words import (
    abc_of,
    brief_of,
    phrases_of,
    picture_of,
    runs,
    sections_of,
)
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.roles.arrange import DUPLICATED
from filmcomposer_core.contracts.arranging import ArrangeReply
from filmcomposer_core.contracts.labels import ROLES

#: What may be softened: all but the theme.
SOFTENED = tuple(role for role in ROLES if role != "melody")


def variables(state: ArrangeState) -> dict[str, str]:
    """Return what is told of plan, theme and lines."""
    return {
        "last": str(state.measures),
        "brief": brief_of(state.take.description),
        "picture": picture_of(state.take.description),
        "sections": sections_of(state.take.ground.plan),
        "phrases": phrases_of(state.take, state.lines.sketches),
        "abc": abc_of(state.abc),
        "remark": state.remarks.get("Arrange", "(none)"),
    }


def theory(state: ArrangeState) -> ArrangeReply:
    """Return what is computed."""
    blocks = state.take.ground.blocks
    return ArrangeReply(
        soften={role: tuple(sorted(state.lines.soften.get(role, ()))) for role in SOFTENED},
        duplicate={
            role: tuple(bar.number for i in sorted(full) for bar in blocks[i].bars)
            for role, full in state.lines.duplicated.items()
        },
    )


def check(reply: ArrangeReply, state: ArrangeState) -> tuple[str, ...]:
    """Return tracks and measures that do not exist or may not be touched."""
    faults = unknown("soften", reply.soften, SOFTENED, "track to soften")
    faults += unknown("duplicate", reply.duplicate, DUPLICATED, "track to duplicate")
    for field, tracks in (("soften", reply.soften), ("duplicate", reply.duplicate)):
        faults += _beyond(field, tracks, state.measures)
    return tuple(faults)


def _beyond(field: str, tracks: Mapping[str, tuple[int, ...]], last: int) -> list[str]:
    faults = []
    for name, numbers in tracks.items():
        wrong = [number for number in numbers if not 1 <= number <= last]
        if wrong:
            faults.append(f"{field}: {name[:20]} names measure {wrong[0]}, the last is {last}")
    return faults


def hear(state: ArrangeState, reply: ArrangeReply) -> ArrangeState:
    """Return the state in which Instrument speaks."""
    return replace(state, arrange=reply)


def say(reply: ArrangeReply) -> str:
    """Return both lists in short."""
    return f"Softened: {_listed(reply.soften)}. Duplicated: {_listed(reply.duplicate)}."


def _listed(tracks: Mapping[str, tuple[int, ...]]) -> str:
    found = (f"{name} {runs(numbers)}" for name, numbers in tracks.items() if numbers)
    return "; ".join(found) or "nothing"


def _some_measures(state: ArrangeState) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 1, "maximum": state.measures}
    return {"type": "array", "items": number, "maxItems": state.measures}


ARRANGE: Role[ArrangeState, ArrangeReply] = Role(
    name="Arrange",
    prompt="arrange",
    kind=ArrangeReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=hear,
    say=say,
    max_tokens=700,
    by_id=("soften", "duplicate"),
    entry=lambda state: dict.fromkeys(("soften", "duplicate"), _some_measures(state)),
)
