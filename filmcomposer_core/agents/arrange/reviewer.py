"""Reviewer: does all match the picture, do the techniques work; sends roles back, or is content."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.agents.arrange.faults import text_fault, unknown
from filmcomposer_core.agents.arrange.mix_words import (
    facts_of,
    mix_of,
    motion_of,
    part_ids,
    too_loud,
)
from filmcomposer_core.agents.arrange.state import MixState
from filmcomposer_core.agents.arrange.words import brief_of, picture_of, sections_of
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.heed_mix import technique_fault
from filmcomposer_core.arrangement.mix_take import ROUNDS
from filmcomposer_core.contracts.arranging import ReviewReply

#: Who may be sent back: these at once, the others by another arrangement.
IN_THE_MIX = ("Volume", "Mixing")
BEFORE_IT = ("Analyze", "Arrange", "Instrument")


def variables(state: MixState) -> dict[str, str]:
    """Return what is told of picture, plan and mix."""
    return {
        "brief": brief_of(state.take.description),
        "picture": picture_of(state.take.description),
        "sections": sections_of(state.take.plan),
        "motion": motion_of(state.take),
        "mix": mix_of(state),
        "facts": facts_of(state),
        "left": str(max(0, ROUNDS - 1 - state.reviews)),
    }


def theory(state: MixState) -> ReviewReply:
    """Return what is computed."""
    found = state.found
    back: dict[str, str] = {}
    if found.lower_db or found.wider:
        wider = ["Loudness does not follow the tension; go further."] if found.wider else []
        back["Volume"] = " ".join([*too_loud(state), *wider])
    if found.narrower:
        back["Mixing"] = "The stage leans to one side; bring the parts nearer to the middle."
    led = "follows" if not found.wider else "does not yet follow"
    return ReviewReply(
        match=f"Loudness {led} the tension of the picture (rank correlation {found.follows:.2f}).",
        techniques=found.techniques,
        send_back=back,
    )


def check(reply: ReviewReply, state: MixState) -> tuple[str, ...]:
    """Return parts, techniques and roles that do not exist."""
    faults = text_fault("match", reply.match)
    faults += unknown("techniques", reply.techniques, part_ids(state.take), "part")
    for part in state.take.score.parts:
        if part.id in reply.techniques:
            fault = technique_fault(state.take, part, reply.techniques[part.id])
            faults += [f"techniques.{fault}"] if fault else []
    faults += unknown("send_back", reply.send_back, (*BEFORE_IT, *IN_THE_MIX), "role")
    for role, remark in reply.send_back.items():
        faults += text_fault(f"send_back.{role[:20]}", remark)
    return tuple(faults)


def hear(state: MixState, reply: ReviewReply) -> MixState:
    """Return the state in which those who are sent back speak, if he may still send any."""
    may = state.reviews < ROUNDS - 1
    again = tuple(role for role in IN_THE_MIX if role in reply.send_back) if may else ()
    return replace(
        state,
        review=reply,
        reviews=state.reviews + 1,
        again=again,
        asked=state.asked.also(state.found) if again else state.asked,
        remarks=reply.send_back,
    )


def say(reply: ReviewReply) -> str:
    """Return the verdict and the remarks."""
    back = (f"{role}: {remark}" for role, remark in reply.send_back.items())
    changed = ", ".join(f"{part} {name}" for part, name in reply.techniques.items())
    techniques = f" Techniques: {changed}." if changed else ""
    return f"{reply.match}{techniques} Sent back: {' '.join(back) or 'nobody.'}"


REVIEWER: Role[MixState, ReviewReply] = Role(
    name="Reviewer",
    prompt="reviewer",
    kind=ReviewReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=hear,
    say=say,
    max_tokens=700,
    some_of=lambda state: {
        "techniques": part_ids(state.take),
        "send_back": (*IN_THE_MIX, *BEFORE_IT),
    },
)
