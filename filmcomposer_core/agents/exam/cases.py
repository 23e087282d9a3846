"""The written cases: what is asked, what is right, why, and who says so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from filmcomposer_core.errors import InputError

#: The columns of Table 7, each with a file of cases in ``cases/``.
TASKS: Final = ("assessment", "arrangement", "mix")
_FIELDS: Final = {
    "id", "role", "expects", "right", "answer", "wrong", "why", "source", "given", "than",
}  # fmt: skip
_CONDITION: Final = re.compile(r"^(\S+) (>=|<=|>|<|is not|is|in|not in) (.+)$")
_SUM: Final = re.compile(r"^(\S+?)(?: ([+-]) ([0-9.]+))?$")

#: An answer in plain values: a number, a word, by name (``score.3``, ``pan.horns``).
Value = float | str
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question.

    Attributes
    ----------
    id : str
    task : str
        One of ``TASKS``.
    role : str
        Who is asked, as in Tables 1 and 2.
    given : dict
        The music and the picture; ``material.py`` reads it.
    than : dict or None
        What differs in the second music, where two are compared: then the names of the values
        begin with ``a.`` and ``b.``.
    right : tuple of str
        What must hold of the answer, e.g. ``score.1 >= 0.6``; the tolerance is in it.
    answer, wrong : dict
        An answer that is right, and one that is not.
    expects : str
        What is right, in a word; no word may be right for most cases of a task.
    why, source : str
    """

    id: str
    task: str
    role: str
    given: dict[str, Any]
    right: tuple[str, ...]
    answer: dict[str, Value]
    wrong: dict[str, Value]
    expects: str
    why: str
    source: str
    than: dict[str, Any] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The values that the conditions are about."""
        found: list[str] = []
        for text in self.right:
            left, _, other = parts_of(text)
            reference = _SUM.match(other)
            found.append(left)
            if reference is not None and _is_name(reference[1]):
                found.append(reference[1])
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Whether an answer is right; ``faults`` are the conditions that do not hold."""

    right: bool
    faults: tuple[str, ...] = field(default=())


def judge(case: Case, values: Values) -> Judged:
    """Hold an answer against what is right.

    Parameters
    ----------
    case : Case
    values : mapping
        Of the names in the conditions; what is missing is wrong.

    Returns
    -------
    Judged
    """
    faults = tuple(text for text in case.right if not holds(text, values))
    return Judged(right=not faults, faults=faults)


def parts_of(condition: str) -> tuple[str, str, str]:
    """Return name, comparison and what it is compared with.

    Raises
    ------
    ValueError
        If that is no condition.
    """
    match = _CONDITION.match(condition)
    if match is None:
        msg = f"{condition!r} is no condition; write e.g. 'score.1 >= 0.6'"
        raise ValueError(msg)
    return match[1], match[2], match[3]


def holds(condition: str, values: Values) -> bool:
    """Return whether a condition holds; one about a missing value does not.

    Examples
    --------
    >>> holds("pan.horns < pan.basses - 0.1", {"pan.horns": -0.4, "pan.basses": 0.5})
    True
    >>> holds("dynamic.3 >= mf", {"dynamic.3": "f"})
    True
    """
    name, comparison, other = parts_of(condition)
    if name not in values:
        return False
    value = values[name]
    if comparison in ("in", "not in"):
        listed = str(value) in [word.strip() for word in other.split(",")]
        return listed == (comparison == "in")
    if comparison in ("is", "is not"):
        return _same(value, other) == (comparison == "is")
    left, right = _number(value), _operand(other, values)
    if left is None or right is None:
        return False
    slack = 1e-9
    return {
        ">=": left >= right - slack,
        "<=": left <= right + slack,
        ">": left > right + slack,
        "<": left < right - slack,
    }[comparison]


def _same(value: Value, other: str) -> bool:
    mine, theirs = _number(value), _number(other)
    return str(value) == other if mine is None or theirs is None else abs(mine - theirs) < 1e-6


def _operand(text: str, values: Values) -> float | None:
    match = _SUM.match(text.strip())
    if match is None:
        return None
    base = _number(values[match[1]]) if match[1] in values else _number(match[1])
    if base is None or not match[2]:
        return base
    return base + float(match[3]) * (1 if match[2] == "+" else -1)


def _number(value: Value) -> float | None:
    """Return a number; a dynamic mark stands for its level."""
    if isinstance(value, str) and value in DYNAMIC_LEVELS:
        return DYNAMIC_LEVELS[value]
    try:
        return float(value)
    except ValueError:
        return None


def _is_name(text: str) -> bool:
    return _number(text) is None and "." in text


@cache
def our_cases() -> tuple[Case, ...]:
    """Return the cases that come with the package, by task."""
    folder = files("filmcomposer_core.agents").joinpath("cases")
    return tuple(
        case
        for task in TASKS
        for case in parse_cases(folder.joinpath(f"{task}.toml").read_text("utf-8"), where=task)
    )


def read_cases(paths: Sequence[Path]) -> tuple[Case, ...]:
    """Read files of cases.

    Raises
    ------
    InputError
        Naming the file and what is wrong in it.
    """
    found: list[Case] = []
    for path in paths:
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as exc:
            raise InputError(f"{path} cannot be read.", "Give a TOML file of cases.") from exc
        found += parse_cases(text, where=str(path))
    ids = [case.id for case in found]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise InputError(f"Two cases are named {twice[0]}.", "Give each case an id of its own.")
    return tuple(found)


def parse_cases(text: str, *, where: str) -> tuple[Case, ...]:
    """Read cases from TOML.

    Raises
    ------
    InputError
        Naming the case and what is wrong in it.
    """
    cure = "docs/agents_scores.md tells how a case is written."
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise InputError(f"{where} is no TOML: {exc}.", cure) from exc
    task, rows = data.get("task"), data.get("case")
    if task not in TASKS or not isinstance(rows, list):
        raise InputError(f"{where} needs task = one of {', '.join(TASKS)}, and cases.", cure)
    found = []
    for place, row in enumerate(rows, start=1):
        try:
            found.append(_case(str(task), row))
        except (TypeError, ValueError, KeyError) as exc:
            name = row.get("id", place) if isinstance(row, dict) else place
            raise InputError(f"{where}, case {name}: {exc}.", cure) from exc
    return tuple(found)


def _case(task: str, row: dict[str, Any]) -> Case:
    unknown = set(row) - _FIELDS
    if unknown:
        msg = f"{', '.join(sorted(unknown))} is unknown"
        raise ValueError(msg)
    case = Case(
        id=str(row["id"]),
        task=task,
        role=str(row["role"]),
        given=dict(row["given"]),
        than=dict(row["than"]) if "than" in row else None,
        right=tuple(str(text) for text in row["right"]),
        answer=dict(row["answer"]),
        wrong=dict(row["wrong"]),
        expects=str(row["expects"]),
        why=str(row["why"]),
        source=str(row["source"]),
    )
    for text in case.right:
        parts_of(text)
    if not case.right or not judge(case, case.answer).right or judge(case, case.wrong).right:
        msg = "its right answer must be right by its conditions, and its wrong one wrong"
        raise ValueError(msg)
    return case
