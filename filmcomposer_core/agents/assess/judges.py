"""The five roles of Table 1: what each is asked, what theory answers, what may be answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from filmcomposer_core.agents.arrange.faults import text_fault, unknown
from filmcomposer_core.agents.assess.state import NAMES, AssessState
from filmcomposer_core.agents.assess.words import variables_of
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.contracts.assessing import JudgeReply, Wanted
from filmcomposer_core.contracts.wishing import ANYWHERE, LOCAL

_DIGIT: Final = re.compile(r"\d")
_MOST_SAID: Final = 160
#: What a server that writes to a schema may write: characters of a reason, bars of a wish.
_MOST_REASON, _MOST_BARS = 240, 8


def theory(state: AssessState, role: str) -> JudgeReply:
    """Return what the measures say."""
    found = state.judged(role)
    return JudgeReply(
        scores={str(each.id): round(each.score or 0.0, 3) for each in found},
        reasons={str(each.id): each.evidence for each in found},
        wishes={number: Wanted(words=words) for number, words in state.wished(role).items()},
    )


def check(reply: JudgeReply, state: AssessState, role: str) -> tuple[str, ...]:
    """Return scores beyond their limits, reasons without a measure, wishes nobody can carry out."""
    found = {str(each.id): each for each in state.judged(role)}
    faults = unknown("scores", reply.scores, found, "criterion")
    faults += unknown("reasons", reply.reasons, found, "criterion")
    faults += unknown("wishes", reply.wishes, found, "criterion")
    for number, score in reply.scores.items():
        if not 0.0 <= score <= 1.0:
            faults.append(f"scores: {number[:20]} is {score:g}, must lie between 0 and 1")
        elif number in found and score > found[number].at_most + 1e-9:
            most, why = found[number].at_most, found[number].evidence
            faults.append(f"scores: {number} is at most {most:g}, for {why}")
    for number, text in reply.reasons.items():
        faults += text_fault(f"reasons.{number[:20]}", text)
        if text.strip() and not _DIGIT.search(text):
            faults.append(f"reasons.{number[:20]} cites no measure and no bar")
    theirs = state.wished(role)
    for number, wish in reply.wishes.items():
        if wish.action or wish.words != theirs.get(number):
            faults += _wish_faults(number[:20], wish, state)
    return tuple(faults)


def _wish_faults(number: str, wish: Wanted, state: AssessState) -> list[str]:
    faults = unknown(f"wishes.{number}", [wish.action], state.actions, "action")
    wrong = [bar for bar in wish.bars if not 1 <= bar <= state.bars]
    if wrong:
        faults.append(f"wishes.{number} names bar {wrong[0]}, the last is {state.bars}")
    if wish.action in LOCAL and not wish.bars:
        faults.append(f"wishes.{number}: {wish.action} needs its bars")
    if wish.bars and wish.action in state.actions and wish.action not in LOCAL | ANYWHERE:
        faults.append(f"wishes.{number}: {wish.action} is for the whole, name no bars")
    return faults


def _entry(state: AssessState) -> dict[str, dict[str, Any]]:
    """Return the schemas of a score, a reason and a wish."""
    bar = {"type": "integer", "minimum": 1, "maximum": state.bars}
    wish = {
        "type": "object",
        "properties": {
            "action": {"enum": list(state.actions)},
            "bars": {"type": "array", "items": bar, "maxItems": _MOST_BARS},
        },
        "required": ["action"],
    }
    return {
        "scores": {"type": "number", "minimum": 0, "maximum": 1},
        "reasons": {"type": "string", "maxLength": _MOST_REASON},
        "wishes": wish,
    }


def say(reply: JudgeReply) -> str:
    """Return each score with its reason in short."""
    return " ".join(
        f"{number}: {score:.2f} ({reply.reasons.get(number, '')[:_MOST_SAID].rstrip('. ')})."
        for number, score in reply.scores.items()
    )


def _judge(name: str) -> Role[AssessState, JudgeReply]:
    def bound(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: function(*given, name)

    return Role(
        name=name,
        prompt=name.lower(),
        kind=JudgeReply,
        variables=bound(variables_of),
        theory=bound(theory),
        check=bound(check),
        hear=lambda state, _: state,
        say=say,
        max_tokens=900,
        by_id=("scores", "reasons"),
        some_of=lambda state: {"wishes": [str(each.id) for each in state.judged(name)]},
        entry=_entry,
    )


JUDGES: Final[tuple[Role[AssessState, JudgeReply], ...]] = tuple(_judge(name) for name in NAMES)
