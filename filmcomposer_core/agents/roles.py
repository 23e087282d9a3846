"""A role of Tables 1 and 2: one question, one typed answer, theory and a model to give it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from filmcomposer_core.agents.prompt import Prompt
from filmcomposer_core.agents.structured import build_answer, schema_of
from filmcomposer_core.contracts.codec import adapter

S = TypeVar("S")
R = TypeVar("R")

#: More entries of one reply are not looked at.
_MOST_ENTRIES = 400


def no_images(state: object) -> tuple[bytes, ...]:
    """Show nothing: the role reads only."""
    return ()


def any_key(state: object) -> dict[str, tuple[str, ...]]:
    """Leave open what the keys of dictionaries are."""
    return {}


def any_entry(state: object) -> dict[str, dict[str, Any]]:
    """Say nothing of entries beyond their type."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Generic[S, R]):
    """What a role is asked and how it answers.

    Attributes
    ----------
    name : str
        As in Tables 1 and 2 of the paper.
    prompt : str or Prompt
        Name of its file in ``prompts/``, without ``.md``; or the prompt itself.
    kind : type
        Frozen dataclass of the answer. Fields that hold many things are dictionaries by id
        (criterion, part, measure, shot), so that one bad entry costs that entry only.
    variables : callable
        State to what the prompt's variables stand for.
    theory : callable
        State to the answer that is computed; always there.
    check : callable
        Answer and state to faults in the role's own terms; none = usable.
    hear : callable
        State and answer to the state in which the next role speaks.
    say : callable
        Answer to the text that the others hear.
    images : callable
        State to JPEG files that are shown, where the model can see.
    max_tokens : int
        How long a reply may be.
    by_id : tuple of str
        Fields whose dictionaries have the keys of theory's answer and no others: the schema that is
        sent names them, so that a server that writes to a schema cannot invent any.
    some_of : callable
        State to the keys that other fields may have; none of them has to be there.
    entry : callable
        State to the JSON schema of one entry of a field, or of a field that has no entries, where
        it says more than the type: what is bounded there cannot run on for ever.
    """

    name: str
    prompt: str | Prompt
    kind: type[R]
    variables: Callable[[S], Mapping[str, str]]
    theory: Callable[[S], R]
    check: Callable[[R, S], tuple[str, ...]]
    hear: Callable[[S, R], S]
    say: Callable[[R], str]
    images: Callable[[S], tuple[bytes, ...]] = no_images
    max_tokens: int = 1500
    by_id: tuple[str, ...] = ()
    some_of: Callable[[S], Mapping[str, Iterable[str]]] = any_key
    entry: Callable[[S], Mapping[str, Mapping[str, Any]]] = any_entry


def schema_for(role: Role[S, R], state: S, computed: R) -> dict[str, Any]:
    """Return the JSON schema of a role's answer, with the ids of its dictionaries."""
    schema = schema_of(role.kind)
    properties, defined = dict(schema["properties"]), dict(schema.get("$defs", {}))
    for name, entry in role.entry(state).items():
        if "additionalProperties" not in properties[name]:
            properties[name] = {**properties[name], **entry}
            continue
        defined[f"{name}_entry"] = entry
        properties[name] = {**properties[name], "additionalProperties": _ref(f"{name}_entry")}
    for name in role.by_id:
        ids = [str(key) for key in getattr(computed, name)]
        if ids:
            properties[name] = {**_closed(properties[name], ids), "required": ids}
    for name, keys in role.some_of(state).items():
        properties[name] = _closed(properties[name], keys)
    definitions = {"$defs": defined} if defined else {}
    return {**schema, "properties": properties, **definitions}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _closed(table: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return the schema of a dictionary that has these keys alone."""
    inner = table["additionalProperties"]
    return {**table, "properties": dict.fromkeys(keys, inner), "additionalProperties": False}


def new_faults(role: Role[S, R], answer: R, state: S, computed: R) -> tuple[str, ...]:
    """Return what is wrong with an answer and not with theory's: a model is not blamed for that."""
    faults = role.check(answer, state)
    if not faults:
        return ()
    theirs = set(role.check(computed, state))
    return tuple(fault for fault in faults if fault not in theirs)


def salvage(
    role: Role[S, R], state: S, data: Mapping[str, Any] | None, computed: R
) -> tuple[R, tuple[str, ...]]:
    """Keep what is usable of an answer; what is missing or wrong is theory's.

    Parameters
    ----------
    data : mapping or None
        The JSON object of the reply, None where there was none.
    computed : R
        Theory's answer.

    Returns
    -------
    tuple
        The answer, which has no fault that theory's has not, and the names of the entries that are
        the model's (``scores.3``, ``development``).
    """
    kept: list[str] = []
    answer = computed
    theirs = role.check(computed, state)
    bare = _bare(computed)
    for item in fields(role.kind):  # type: ignore[arg-type]
        given = (data or {}).get(item.name)
        if given is None:
            continue
        if isinstance(bare[item.name], dict) and isinstance(given, dict):
            for key, entry in list(given.items())[:_MOST_ENTRIES]:
                alone = {**bare, item.name: {str(key): entry}}
                answer, taken = _tried(role, state, answer, theirs, item.name, alone)
                kept += [f"{item.name}.{key}"] if taken else []
        elif not isinstance(bare[item.name], dict):
            alone = {**bare, item.name: given}
            answer, taken = _tried(role, state, answer, theirs, item.name, alone)
            kept += [item.name] if taken else []
    return answer, tuple(kept)


def _bare(computed: object) -> dict[str, Any]:
    """Return an answer as plain data, its dictionaries empty: what one entry is read beside."""
    kind: Any = type(computed)
    whole: dict[str, Any] = adapter(kind).dump_python(computed)
    return {name: {} if isinstance(value, dict) else value for name, value in whole.items()}


def _tried(
    role: Role[S, R],
    state: S,
    answer: R,
    theirs: Collection[str],
    name: str,
    alone: Mapping[str, Any],
) -> tuple[R, bool]:
    """Put an entry into an answer if it stays valid and has no faults but ``theirs``."""
    read, _ = build_answer(role.kind, alone)
    if read is None:
        return answer, False
    value, before = getattr(read, name), getattr(answer, name)
    try:
        value = {**before, **value} if isinstance(before, dict) else value
        changed = replace(answer, **{name: value})  # type: ignore[type-var]
    except ValueError:
        return answer, False
    faults = set(role.check(changed, state)).difference(theirs)
    return (answer, False) if faults else (changed, True)


def completed(
    answer: R, computed: R, given: tuple[str, ...] | None = None
) -> tuple[R, tuple[str, ...]]:
    """Fill what an answer leaves out with theory's.

    Parameters
    ----------
    answer, computed : R
        The model's and theory's.
    given : tuple of str or None
        Fields that the model's reply holds; None = all.

    Returns
    -------
    tuple
        The answer, and the names of the entries that are the model's.
    """
    own: list[str] = []
    changes: dict[str, Any] = {}
    for item in fields(answer):  # type: ignore[arg-type]
        value, theory = getattr(answer, item.name), getattr(computed, item.name)
        if given is not None and item.name not in given:
            changes[item.name] = theory
        elif isinstance(value, dict) and isinstance(theory, dict):
            own += [f"{item.name}.{key}" for key in value]
            changes[item.name] = {**theory, **value}
        else:
            own.append(item.name)
    return replace(answer, **changes), tuple(own)  # type: ignore[type-var]
