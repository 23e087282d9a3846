"""Score theory, and a model if one is configured, on the written cases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.agents.budget import Budget, Caps
from filmcomposer_core.agents.exam.asking import EXAM_STEPS, Result, ask_model, ask_theory
from filmcomposer_core.agents.exam.cases import Case, our_cases, read_cases
from filmcomposer_core.agents.exam.tally import as_json, table
from filmcomposer_core.agents.for_cue import speaker_of
from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.errors import InputError

#: Tokens of a question and its answer as a rule, for the estimate.
_USUAL_TOKENS: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What is to be scored: cases, steps of Table 7, the settings of the endpoint."""

    cases: tuple[Case, ...]
    steps: tuple[str, ...]
    settings: AgentSettings
    prompts: dict[str, str]


def choose_cases(
    paths: Sequence[Path] = (),
    *,
    tasks: Sequence[str] = (),
    roles: Sequence[str] = (),
    most: int = 0,
) -> tuple[Case, ...]:
    """Return the cases of files, or those that come with the package.

    Parameters
    ----------
    paths : sequence of Path
    tasks, roles : sequence of str
        Only these, if any.
    most : int
        So many of each role, 0 = all.

    Raises
    ------
    InputError
        If a file is faulty, or no case is left.
    """
    cases = read_cases(paths) if paths else our_cases()
    wanted_roles = {role.lower() for role in roles}
    kept: list[Case] = []
    for case in cases:
        if (tasks and case.task not in tasks) or (roles and case.role.lower() not in wanted_roles):
            continue
        if most and sum(one.role == case.role and one.task == case.task for one in kept) >= most:
            continue
        kept.append(case)
    if not kept:
        raise InputError("No case is left to ask.", "Leave out --task, --role or --most.")
    return tuple(kept)


def run_exam(exam: Exam, *, tell: Callable[[str], None]) -> tuple[tuple[Result, ...], str]:
    """Ask theory, and the model step by step.

    Parameters
    ----------
    exam : Exam
        Without an address in its settings theory alone is asked.
    tell : callable
        Hears a line at the start and after each step.

    Returns
    -------
    tuple
        All results, and what was spent in words.

    Raises
    ------
    MissingDependencyError
        If an endpoint is configured and the extra is not installed.
    Cancelled
        If the user stops the work.
    """
    results = list(ask_theory(exam.cases))
    if not exam.settings.url or not exam.steps:
        return tuple(results), ""
    budget = Budget(caps=exam.settings.caps, prices=exam.settings.prices)
    speaker = replace(speaker_of(exam.settings), budget=budget)
    tell(estimate(exam))
    for step in exam.steps:
        found = ask_model(exam.cases, step, speaker=speaker)
        results += found
        right = sum(result.state == "right" for result in found)
        tell(f"{step}: {right} of {len(found)} right; so far {budget.said()}")
    return tuple(results), budget.said()


def estimate(exam: Exam) -> str:
    """Say who is asked and what it may cost, before anything is sent."""
    settings, caps = exam.settings, exam.settings.caps
    calls = len(exam.steps) * sum(2 if case.than else 1 for case in exam.cases)
    tokens = calls * _USUAL_TOKENS
    price = settings.prices.get(settings.model)
    cost = (
        f"{price.of(0.8 * tokens, 0.2 * tokens):.2f} {price.currency}" if price else "cost unknown"
    )
    return (
        f"{len(exam.cases)} cases in {len(exam.steps)} steps ask {settings.model} at "
        f"{settings.host}: {calls} calls and re-asks, about {tokens:,} tokens, {cost}; at most "
        f"{caps.calls} calls, {caps.tokens:,} tokens, {caps.seconds:g} s."
    )


def with_caps(settings: AgentSettings, **given: float | None) -> AgentSettings:
    """Return settings with other caps; what is None stays.

    Raises
    ------
    InputError
        If a cap is out of range.
    """
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        caps: Caps = replace(settings.caps, **changes)
    except ValueError as exc:
        raise InputError(f"{exc}.", "Give another cap.") from exc
    return replace(settings, caps=caps)


def written(exam: Exam, results: Sequence[Result], spent: str, path: Path | None) -> str:
    """Return the table; write everything as JSON if a file is named.

    Raises
    ------
    DiskError
        If the file cannot be written.
    """
    if path is not None:
        data = as_json(
            results,
            model=exam.settings.model if spent else "",
            host=exam.settings.host if spent else "",
            spent=spent,
            prompts=exam.prompts,
        )
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        write_atomic(path, text.encode())
    return table(results)


def steps_named(words: Sequence[str]) -> tuple[str, ...]:
    """Return steps by their names without the plus sign, all if none is named."""
    by_name = {step.removeprefix("+ "): step for step in EXAM_STEPS}
    return tuple(by_name[word] for word in words) if words else EXAM_STEPS
