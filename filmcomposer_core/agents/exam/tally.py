"""What came of the cases: shares of right answers by task, role and step, as table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from filmcomposer_core.agents.exam.asking import EXAM_STEPS, THEORY_STEP, Result
from filmcomposer_core.agents.exam.cases import TASKS

_STATES: Final = ("right", "wrong", "no answer", "no reply")
#: A role's name and the table's first column.
_WIDTH: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many answers are right, wrong or of no use, and how often nothing came back."""

    right: int
    wrong: int
    no_answer: int
    no_reply: int

    @property
    def answered(self) -> int:
        """All to which the model said something."""
        return self.right + self.wrong + self.no_answer

    @property
    def share(self) -> float | None:
        """Share of right answers, None where nothing came back."""
        return self.right / self.answered if self.answered else None


def tally(results: Sequence[Result]) -> Tally:
    """Count results."""
    right, wrong, no_answer, no_reply = (
        sum(result.state == state for result in results) for state in _STATES
    )
    return Tally(right=right, wrong=wrong, no_answer=no_answer, no_reply=no_reply)


def rows_of(results: Sequence[Result]) -> list[tuple[str, dict[str, Tally]]]:
    """Return what the table shows.

    Returns
    -------
    list of tuple
        A task, or a role of it after two spaces, and its counts by step.
    """
    steps = steps_of(results)
    rows = []
    for task in TASKS:
        of_task = [result for result in results if result.task == task]
        if not of_task:
            continue
        rows.append((task, _by_step(of_task, steps)))
        for role in dict.fromkeys(result.role for result in of_task):
            of_role = [result for result in of_task if result.role == role]
            rows.append((f"  {role}", _by_step(of_role, steps)))
    return [*rows, ("all", _by_step(results, steps))]


def steps_of(results: Sequence[Result]) -> tuple[str, ...]:
    """Return the steps that were taken, theory last."""
    taken = {result.step for result in results}
    return tuple(step for step in (*EXAM_STEPS, THEORY_STEP) if step in taken)


def _by_step(results: Sequence[Result], steps: Sequence[str]) -> dict[str, Tally]:
    return {step: tally([r for r in results if r.step == step]) for step in steps}


def table(results: Sequence[Result]) -> str:
    """Return the shares of right answers as in Table 7, theory beside them."""
    steps = steps_of(results)
    widths = [max(len(step), len("100 % (00/00)")) for step in steps]
    lines = ["".ljust(_WIDTH) + "  ".join(s.rjust(w) for s, w in zip(steps, widths, strict=True))]
    for name, counts in rows_of(results):
        cells = (_cell(counts[s]).rjust(w) for s, w in zip(steps, widths, strict=True))
        lines.append(name.ljust(_WIDTH) + "  ".join(cells))
    return "\n".join(lines)


def _cell(counts: Tally) -> str:
    if counts.share is None:
        return "-"
    return f"{counts.share:.0%} ({counts.right}/{counts.answered})"


def as_json(
    results: Sequence[Result], *, model: str, host: str, spent: str, prompts: dict[str, str]
) -> dict[str, Any]:
    """Return everything as plain data.

    Parameters
    ----------
    results : sequence of Result
    model, host : str
        Who was asked and where, empty for theory alone.
    spent : str
        What it cost, in words.
    prompts : dict of str to str
        Version of each role's prompt.
    """
    return {
        "model": model,
        "host": host,
        "spent": spent,
        "prompts": prompts,
        "totals": [
            {"of": name.strip(), "step": step, "share": counts.share, **asdict(counts)}
            for name, by_step in rows_of(results)
            for step, counts in by_step.items()
        ],
        "results": [asdict(result) for result in results],
    }
