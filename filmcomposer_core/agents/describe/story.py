"""Story: tells how the plot develops and how the picture moves, for agents and for readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.agents.arrange.words import NO_BRIEF
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.describing import StoryReply
from filmcomposer_core.contracts.description import Description, ShotDescription
from filmcomposer_core.contracts.labels import ATTRIBUTES, NULL

_MOST_SHOTS: Final = 60
#: Longest text that is taken, and that a server which writes to a schema may write.
_MOST_CHARS, _ASKED_CHARS = 1500, 900
_BRIEF_CHARS: Final = 600


@dataclass(frozen=True, kw_only=True)
class StoryState:
    """A clip that was described; the sentences in it are theory's."""

    analysis: Analysis
    described: Description


def variables(state: StoryState) -> dict[str, str]:
    """Return what was seen in the shots, read on the screen, and measured of the motion."""
    description = state.described
    return {
        "seconds": f"{state.analysis.clip.duration_s:.1f}",
        "brief": description.brief[:_BRIEF_CHARS] or NO_BRIEF,
        "shots": "\n".join(_shot(state, shot) for shot in description.shots[:_MOST_SHOTS]),
        "measured": description.motion.value[:_MOST_CHARS],
    }


def _shot(state: StoryState, shot: ShotDescription) -> str:
    span = state.analysis.shots[shot.shot - 1]
    values = [getattr(shot.attributes, name).value for name in ATTRIBUTES]
    seen = ", ".join(value for value in values if value != NULL)
    people = f"; people: {shot.people}" if shot.people >= 0 else ""
    text = f"; on the screen: {shot.text[:200]}" if shot.text else ""
    again = f"; as other shots of group {shot.group}" if shot.group else ""
    return (
        f"{shot.shot}: {span.start_s:.1f}-{span.end_s:.1f} s, speed {span.speed:.2f}; {seen}"
        f"{people}{text}{again}"
    )


def theory(state: StoryState) -> StoryReply:
    """Return the sentences that are made from what was measured."""
    return StoryReply(plot=state.described.plot.value, motion=state.described.motion.value)


def check(reply: StoryReply, state: StoryState) -> tuple[str, ...]:
    """Return texts that are empty or too long; theory's own are neither."""
    ours, faults = theory(state), []
    for field in ("plot", "motion"):
        text: str = getattr(reply, field)
        if text != getattr(ours, field) and not text.strip():
            faults.append(f"{field} is empty")
        elif text != getattr(ours, field) and len(text) > _MOST_CHARS:
            faults.append(f"{field} has {len(text)} characters, tell it in {_MOST_CHARS}")
    return tuple(faults)


def say(reply: StoryReply) -> str:
    """Return both texts."""
    return f"{reply.plot} {reply.motion}"


STORY: Final[Role[StoryState, StoryReply]] = Role(
    name="Story",
    prompt="story",
    kind=StoryReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=lambda state, _: state,
    say=say,
    max_tokens=900,
    entry=lambda _: {name: {"maxLength": _ASKED_CHARS} for name in ("plot", "motion")},
)
