"""A typed answer from a model that writes text: forms of reply, reading, checks, re-asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Generic, TypeVar

import pydantic

from filmcomposer_core.agents.budget import Budget
from filmcomposer_core.agents.contract import (
    AgentError,
    Ask,
    BudgetError,
    ChatModel,
    Message,
    Reply,
)
from filmcomposer_core.agents.forms import FORMS, Forms, ask_in_a_known_form
from filmcomposer_core.agents.reading import known, read_json
from filmcomposer_core.contracts.codec import adapter

__all__ = [
    "FORMS",
    "Answer",
    "BudgetError",
    "Forms",
    "ask_for",
    "build_answer",
    "read_json",
    "read_value",
    "schema_of",
]

T = TypeVar("T")

#: How often a model is told what is wrong before theory answers.
RE_ASKS = 2
_MOST_FAULTS = 6
_MOST_FAULT_CHARS = 400
_QUOTED_CHARS = 4000
#: A reply that was cut off is asked for again with so much more room.
_MORE_ROOM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """A reply read and checked, or why there is none.

    ``value`` is None where the model gave no usable answer; ``given`` names the fields of it that
    the reply holds. ``faults`` are those of the last reply (or why none came), ``replies``
    everything that came back, in order.
    """

    value: T | None
    given: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()


async def ask_for(
    kind: type[T],
    ask: Ask,
    *,
    model: ChatModel,
    budget: Budget,
    forms: Forms,
    check: Callable[[T], tuple[str, ...]],
    complete: Callable[[T, tuple[str, ...]], T] = lambda value, given: value,
) -> Answer[T]:
    """Ask until a reply is of a kind and passes a check, at most three times.

    Parameters
    ----------
    kind : type
        A frozen dataclass; keys that it does not know are dropped.
    ask : Ask
        ``form`` is set here, and ``schema`` where it is empty.
    check : callable
        Returns what is wrong with a value in the role's own terms, e.g. bars that do not exist.
    complete : callable
        Value and fields given to the value that is checked.

    Returns
    -------
    Answer
        Never raises for what a model says, or for an endpoint that does not answer.
    """
    question = replace(ask, schema=ask.schema or schema_of(kind))
    replies: list[Reply] = []
    faults: tuple[str, ...] = ()
    for _ in range(1 + RE_ASKS):
        try:
            reply = await ask_in_a_known_form(question, model=model, budget=budget, forms=forms)
        except AgentError as exc:
            return Answer(value=None, faults=(*faults, exc.message), replies=tuple(replies))
        said_before = bool(replies) and replies[-1].text == reply.text
        replies.append(reply)
        value, given, faults = _read(kind, reply)
        if value is not None:
            faults = check(complete(value, given))
            if not faults:
                return Answer(value=value, given=given, replies=tuple(replies))
        if said_before:  # it will not be told
            break
        question = replace(
            question,
            messages=(
                *ask.messages,
                Message(role="assistant", text=reply.text[:_QUOTED_CHARS] or "(nothing)"),
                Message(role="user", text=_re_ask(faults)),
            ),
            max_tokens=question.max_tokens * (_MORE_ROOM if reply.cut else 1),
        )
    return Answer(value=None, faults=faults, replies=tuple(replies))


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the JSON schema of a dataclass, for the endpoint and for the prompt; not to change."""
    return _schema(kind)


@cache
def _schema(kind: Any) -> dict[str, Any]:
    return adapter(kind).json_schema()


def names_of(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields of an answer."""
    return tuple(item.name for item in fields(kind))


def _read(kind: type[T], reply: Reply) -> tuple[T | None, tuple[str, ...], tuple[str, ...]]:
    """Return value, fields given and faults of a reply."""
    data, fault = read_json(reply.text, names_of(kind))
    value, faults = (None, (fault,)) if fault or data is None else build_answer(kind, data)
    if value is None and reply.cut:
        faults = (f"the reply was cut off after {reply.tokens_out} tokens; answer shorter", *faults)
    given = tuple(name for name in names_of(kind) if data and _holds(data, name))
    if value is not None and not given:
        return None, (), ("the reply says nothing; fill the fields of the schema",)
    return value, given, faults


def _holds(data: Mapping[str, Any], name: str) -> bool:
    """Whether an object says anything of a field: an empty table leaves all to theory."""
    return name in data and data[name] != {}


def read_value(kind: type[T], text: str) -> tuple[T | None, tuple[str, ...]]:
    """Read a reply: the JSON object in it, if it is of a kind.

    Returns
    -------
    tuple
        The value, or None and what is wrong, in words that a model can act on.
    """
    value, _, faults = _read(kind, Reply(text=text, model=""))
    return value, faults


def build_answer(kind: type[T], data: Mapping[str, Any]) -> tuple[T | None, tuple[str, ...]]:
    """Make an answer of plain data: unknown keys are dropped, numbers are finite.

    Returns
    -------
    tuple
        The value, or None and the faults.
    """
    anything: Any = kind
    try:
        value: T = adapter(anything).validate_python(known(data, schema_of(kind)))
    except pydantic.ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
        return None, tuple(_said(error["loc"], error["msg"]) for error in errors)
    except (RecursionError, OverflowError):
        return None, ("the reply is nested too deeply or holds too large a number",)
    place = _not_finite(adapter(anything).dump_python(value))
    return (None, (f"{place}: is no finite number",)) if place else (value, ())


def _said(loc: tuple[int | str, ...], msg: str) -> str:
    place = ".".join(str(part) for part in loc)[:80] or "the reply"
    return f"{place}: {msg.removeprefix('Value error, ')}"[:_MOST_FAULT_CHARS]


def _not_finite(data: Any, place: str = "") -> str:
    """Return where in plain data a number is not finite, "" if nowhere."""
    if isinstance(data, float) and not math.isfinite(data):
        return place or "the reply"
    items: Iterable[tuple[Any, Any]] = data.items() if isinstance(data, dict) else ()
    items = enumerate(data) if isinstance(data, list | tuple) else items
    inside = (_not_finite(item, f"{place}.{key}".lstrip(".")) for key, item in items)
    return next((found for found in inside if found), "")


def _re_ask(faults: tuple[str, ...]) -> str:
    told = "\n".join(f"- {fault[:_MOST_FAULT_CHARS]}" for fault in faults[:_MOST_FAULTS])
    return f"That reply cannot be used:\n{told}\nAnswer again with one JSON object, mended."
