"""Instrument: summarises what the tracks were, then seats players with their techniques."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.agents.arrange.faults import miscounted, unknown
from filmcomposer_core.agents.arrange.state import ArrangeState
from filmcomposer_core.agents.arrange.words import (
    brief_of,
    picture_of,
    players_of,
    seats_of,
    sections_of,
)
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.heed import fitting_players
from filmcomposer_core.arrangement.roles.instrument import summarise_roles
from filmcomposer_core.contracts.arranging import InstrumentReply


def variables(state: ArrangeState) -> dict[str, str]:
    """Return what is told of plan, seats and catalogue."""
    return {
        "brief": brief_of(state.take.description),
        "picture": picture_of(state.take.description),
        "idiom": state.take.palette.id,
        "sections": sections_of(state.take.ground.plan),
        "seats": seats_of(state.take, state.seats),
        "catalogue": players_of(state.take, state.seats),
        "remark": state.remarks.get("Instrument", "(none)"),
    }


def theory(state: ArrangeState) -> InstrumentReply:
    """Return what is computed."""
    return InstrumentReply(
        originals=summarise_roles(state.take.ground.plan),
        players={seat.id: seat.player for seat in state.seats},
    )


def check(reply: InstrumentReply, state: ArrangeState) -> tuple[str, ...]:
    """Return wrong counts, and players who are not there or cannot play what they are given."""
    counts = summarise_roles(state.take.ground.plan)
    faults = unknown("originals", reply.originals, counts, "track")
    faults += miscounted("originals", reply.originals, counts)
    faults += unknown("players", reply.players, [seat.id for seat in state.seats], "seat")
    _, wrong = fitting_players(state.take, state.seats, reply.players)
    return (*faults, *(f"players.{fault}" for fault in wrong.values()))


def hear(state: ArrangeState, reply: InstrumentReply) -> ArrangeState:
    """Return the state in which the score is written."""
    return replace(state, instrument=reply)


def say(reply: InstrumentReply) -> str:
    """Return who sits where."""
    sits = (f"{seat} {p.instrument} {p.technique}" for seat, p in reply.players.items())
    return f"Players: {'; '.join(sits)}."


INSTRUMENT: Role[ArrangeState, InstrumentReply] = Role(
    name="Instrument",
    prompt="instrument",
    kind=InstrumentReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=hear,
    say=say,
    max_tokens=1400,
    by_id=("originals",),
    some_of=lambda state: {"players": [seat.id for seat in state.seats]},
)
