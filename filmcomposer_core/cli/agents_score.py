"""The command that scores a model, and theory, on written cases."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import _SubParsersAction

SCORE = "score"
_TASKS = ("assessment", "arrangement", "mix")
_STEPS = ("organized", "speaking order", "role-play", "few-shot", "chain of thought")


def add_score(kinds: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = kinds.add_parser(
        SCORE, help="score the model on written cases, theory beside it", allow_abbrev=False
    )
    parser.add_argument("cases", nargs="*", metavar="CASES", help="TOML files of cases of your own")
    parser.add_argument("--task", action="append", choices=_TASKS, help="only this task")
    parser.add_argument("--role", action="append", metavar="ROLE", help="only this role")
    parser.add_argument("--step", action="append", choices=_STEPS, help="only this step")
    parser.add_argument("--most", type=int, default=0, metavar="N", help="N cases of each role")
    parser.add_argument("--theory", action="store_true", help="ask no model")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results here")
    parser.add_argument("--calls", type=int, metavar="N", help="at most so many calls")
    parser.add_argument("--tokens", type=int, metavar="N", help="at most so many tokens")
    parser.add_argument("--seconds", type=float, metavar="S", help="at most so many seconds")
    parser.add_argument("--money", type=float, metavar="M", help="at most so much money")
    parser.add_argument("--url", metavar="URL", help="another endpoint than the configured one")
    parser.add_argument("--model", metavar="NAME", help="another model")


def score(arguments: argparse.Namespace) -> int:
    """Carry out the command and return its exit code.

    Raises
    ------
    FilmComposerError
        If a file or the settings are faulty, or the extra is missing.
    """
    from filmcomposer_core.agents.check import NO_ENDPOINT
    from filmcomposer_core.agents.exam.score import (
        Exam,
        choose_cases,
        run_exam,
        steps_named,
        with_caps,
        written,
    )
    from filmcomposer_core.agents.exam.seats import prompt_versions
    from filmcomposer_core.agents.settings import AgentSettings, read_settings

    cases = choose_cases(
        [Path(name) for name in arguments.cases],
        tasks=arguments.task or (),
        roles=arguments.role or (),
        most=max(0, arguments.most),
    )
    settings = AgentSettings()
    if not arguments.theory:
        given = {"url": arguments.url or "", "model": arguments.model or ""}
        settings = read_settings(given=given)
        if not settings.url:
            print(NO_ENDPOINT)
    caps = ("calls", "tokens", "seconds", "money")
    exam = Exam(
        cases=cases,
        steps=steps_named(arguments.step or ()),
        settings=with_caps(settings, **{name: getattr(arguments, name) for name in caps}),
        prompts=prompt_versions(cases),
    )
    results, spent = run_exam(exam, tell=lambda words: print(words, flush=True))
    print(written(exam, results, spent, arguments.json))
    return 0
