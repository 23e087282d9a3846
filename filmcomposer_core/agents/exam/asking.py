"""Ask the written cases: theory, or a model with one step of Table 7 after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from filmcomposer_core.agents.exam.cases import Case, Value, Values, judge
from filmcomposer_core.agents.exam.seats import take_seat
from filmcomposer_core.agents.prompt import STEPS
from filmcomposer_core.agents.speaker import THEORY, Speaker, speak
from filmcomposer_core.agents.waiting import finish, run_watched
from filmcomposer_core.contracts.speech import Speech

THEORY_STEP: Final = "theory"
#: The columns of Table 7: what the question holds beside the bare question.
ORGANIZED, ORDER, ROLE_PLAY, FEW_SHOT, THOUGHT = (
    "organized", "+ speaking order", "+ role-play", "+ few-shot", "+ chain of thought",
)  # fmt: skip
EXAM_STEPS: Final = (ORGANIZED, ORDER, ROLE_PLAY, FEW_SHOT, THOUGHT)
#: Sections of the prompts by column.
_SECTIONS: Final = {
    ORGANIZED: (), ORDER: (), ROLE_PLAY: STEPS[:1], FEW_SHOT: STEPS[:2], THOUGHT: STEPS,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One case by one speaker.

    ``state`` is ``right``, ``wrong``, ``no answer`` (of what the model said nothing that counts
    could be used) or ``no reply`` (nothing came back, or the budget was spent before).
    ``tokens`` and ``seconds`` are the model's.
    """

    case: str
    task: str
    role: str
    step: str
    state: str
    values: dict[str, Value]
    faults: tuple[str, ...] = ()
    replies: int = 0
    tokens: int = 0
    seconds: float = 0.0


def ask_theory(cases: Sequence[Case]) -> tuple[Result, ...]:
    """Return what theory answers; nothing is sent."""
    return tuple(finish(_asked(case, THEORY_STEP, THEORY)) for case in cases)


def ask_model(
    cases: Sequence[Case],
    step: str,
    *,
    speaker: Speaker,
    done: Callable[[Result], None] = lambda result: None,
) -> tuple[Result, ...]:
    """Ask a model every case with the instructions of one step.

    Parameters
    ----------
    cases : sequence of Case
    step : str
        One of ``EXAM_STEPS``; each holds those before it. From the second on the model hears what
        the roles before its own have said (theory's words, so that a case is one question).
    speaker : Speaker
        With a model and a budget.
    done : callable
        Told each result as it comes.

    Raises
    ------
    Cancelled
        If the user stops the work.
    """
    with_step = replace(speaker, steps=_SECTIONS[step])

    async def one(case: Case) -> Result:
        result = await _asked(case, step, with_step)
        done(result)
        return result

    async def everything() -> list[Result]:
        return await asyncio.gather(*(one(case) for case in cases))

    def stop() -> None:
        if speaker.budget is not None:
            speaker.budget.closed = True

    return tuple(run_watched(everything, watch=lambda: speaker.watch(step), stop=stop))


async def _asked(case: Case, step: str, speaker: Speaker) -> Result:
    values: dict[str, Value] = {}
    speeches: list[Speech] = []
    for prefix, given in _questions(case):
        seat = take_seat(case, given)
        _, speech = await speak(
            seat.role,
            seat.state,
            speaker=speaker,
            conversation=f"{step} {case.id}",
            turn=seat.turn,
            heard="" if step == ORGANIZED else seat.heard,
        )
        wanted_here = [n.removeprefix(prefix) for n in case.names if n.startswith(prefix)]
        found = seat.values(speech, wanted_here)
        values |= {f"{prefix}{name}": value for name, value in found.items()}
        speeches.append(speech)
    judged = judge(case, values)
    return Result(
        case=case.id,
        task=case.task,
        role=case.role,
        step=step,
        state=_state(case, values, speeches, right=judged.right),
        values=values,
        faults=judged.faults,
        replies=sum(len(speech.replies) for speech in speeches),
        tokens=sum(speech.tokens_in + speech.tokens_out for speech in speeches),
        seconds=round(sum(speech.seconds for speech in speeches), 3),
    )


def _questions(case: Case) -> list[tuple[str, dict[str, Any]]]:
    if case.than is None:
        return [("", case.given)]
    return [("a.", case.given), ("b.", {**case.given, **case.than})]


def _state(case: Case, values: Values, speeches: Sequence[Speech], *, right: bool) -> str:
    if right:
        return "right"
    if set(case.names) <= set(values):
        return "wrong"
    return "no answer" if all(speech.replies for speech in speeches) else "no reply"
