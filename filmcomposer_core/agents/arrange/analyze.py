"""Analyze: counts the harmonies of each measure, tells the development, sets the dynamics."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.agents.arrange.faults import SHOWN, miscounted, text_fault, unknown
from filmcomposer_core.agents.arrange.state import ArrangeState
from filmcomposer_core.agents.arrange.words import (
    abc_of,
    brief_of,
    measures_of,
    picture_of,
    sections_of,
    stretches,
)
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.heed import key_of
from filmcomposer_core.contracts.arranging import AnalyzeReply
from filmcomposer_core.contracts.labels import DYNAMICS


def variables(state: ArrangeState) -> dict[str, str]:
    """Return what is told of picture, plan and theme."""
    return {
        "last": str(state.measures),
        "brief": brief_of(state.take.description),
        "picture": picture_of(state.take.description),
        "sections": sections_of(state.take.ground.plan),
        "measures": measures_of(state.take),
        "abc": abc_of(state.abc),
        "remark": state.remarks.get("Analyze", "(none)"),
    }


def theory(state: ArrangeState) -> AnalyzeReply:
    """Return what is computed."""
    found = state.computed
    return AnalyzeReply(
        harmonies={key_of(n): count for n, count in enumerate(found.harmonies, start=1)},
        development=found.summary,
        dynamics={key_of(n): mark for n, mark in enumerate(found.dynamics, start=1)},
    )


def check(reply: AnalyzeReply, state: ArrangeState) -> tuple[str, ...]:
    """Return wrong counts, measures that do not exist and marks that are none."""
    counts = theory(state).harmonies
    faults = unknown("harmonies", reply.harmonies, counts, "measure")
    faults += miscounted("harmonies", reply.harmonies, counts)
    faults += text_fault("development", reply.development)
    faults += unknown("dynamics", reply.dynamics, counts, "measure")
    faults += [
        f"dynamics: {key[:SHOWN]} is {mark[:SHOWN]!r}, must be one of {', '.join(DYNAMICS)}"
        for key, mark in reply.dynamics.items()
        if mark not in DYNAMICS
    ]
    return tuple(faults)


def hear(state: ArrangeState, reply: AnalyzeReply) -> ArrangeState:
    """Return the state in which Arrange speaks."""
    return replace(state, analyze=reply)


def say(reply: AnalyzeReply) -> str:
    """Return the development and the dynamics by stretches of measures."""
    marks = list(reply.dynamics.values())
    return f"{reply.development} Dynamics by measure: {stretches(marks)}."


ANALYZE: Role[ArrangeState, AnalyzeReply] = Role(
    name="Analyze",
    prompt="analyze",
    kind=AnalyzeReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=hear,
    say=say,
    max_tokens=1600,
    by_id=("harmonies", "dynamics"),
    entry=lambda state: {"dynamics": {"enum": [*DYNAMICS]}},
)
