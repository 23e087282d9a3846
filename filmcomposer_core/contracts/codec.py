"""Contracts to JSON and TOML text and back; the only way in for files that a user may edit."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from functools import cache
from typing import Any, TypeVar

import pydantic
import tomlkit

from filmcomposer_core.errors import InputError

T = TypeVar("T")

_CURE = "Correct it, or delete the file to have it made anew."

#: Decimals kept in files: microseconds and millionths of a beat with room to spare.
DECIMALS = 9


@cache
def adapter(kind: Any) -> pydantic.TypeAdapter[Any]:
    """Return the validator of a contract, strict about unknown keys."""
    return pydantic.TypeAdapter(kind)


def plain(value: Any) -> Any:
    """Turn a contract into dictionaries, lists and numbers as they stand in a file."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        items = ((name, sparse, getattr(value, name)) for name, sparse in _fields(type(value)))
        return {name: plain(item) for name, sparse, item in items if not sparse or item}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        rounded = round(value, DECIMALS)
        return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
    return value


@cache
def _fields(kind: Any) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a contract, and whether they are left out where they say nothing."""
    return tuple((f.name, bool(f.metadata.get("sparse"))) for f in dataclasses.fields(kind))


def build(kind: type[T], data: Any, *, where: str) -> T:
    """Make a contract from plain data.

    Raises
    ------
    InputError
        Naming the file (``where``), the field and the fault.
    """
    try:
        anything: Any = kind
        result: T = adapter(anything).validate_python(data)
    except pydantic.ValidationError as exc:
        faults = _own_faults(exc.errors())
        more = f" ({len(faults) - 1} more faults)" if len(faults) > 1 else ""
        msg = f"{where}: {_place(faults[0]['loc'], data)}: {_reason(faults[0])}{more}."
        raise InputError(
            msg, "Correct the value, or delete the file to have it made anew."
        ) from exc
    return result


def _place(loc: tuple[Any, ...], data: Any) -> str:
    """Name the place of a fault as the user sees it: by id, or counted from 1."""
    words: list[str] = []
    for part in loc:
        if isinstance(part, str) and _is_type_name(part) and not _holds(data, part):
            continue
        data = data[part] if _holds(data, part) else None
        words.append(_name_of(data) or f"number {part + 1}" if isinstance(part, int) else str(part))
    return " > ".join(words) or "the file"


def _name_of(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    return next((str(item[key]) for key in ("id", "spot", "rank", "shot") if key in item), "")


def _holds(data: Any, part: Any) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list | tuple) and isinstance(part, int) and 0 <= part < len(data)


def _is_type_name(part: str) -> bool:
    """Whether a part of a path names a member of a union and not a field."""
    return part[:1].isupper() or part in ("float", "int", "str") or "[" in part


def _reason(fault: Any) -> str:
    """Say a fault in the words of the file, not of the validator."""
    kind, given = fault["type"], fault.get("input")
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return "there is no such field"
    if kind in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return "is missing"
    for start, wanted in (
        ("float", "a number"),
        ("int", "a whole number"),
        ("bool", "true or false"),
        ("string", "text"),
        ("dict", "a table"),
        ("tuple", "a list"),
    ):
        if kind.startswith(start):
            return f"is {given!r}, must be {wanted}"
    return str(fault["msg"]).removeprefix("Value error, ")


def _own_faults(errors: list[Any]) -> list[Any]:
    """Drop the complaints of those members of a union whose ``op`` names another member."""
    foreign = {e["loc"][:-1] for e in errors if e["loc"][-1:] == ("op",)}
    own = [e for e in errors if not any(e["loc"][: len(f)] == f for f in foreign)]
    return own or errors


def dump_json(value: Any) -> str:
    """Write a contract as JSON text, one space of indent, a new line at the end."""
    return json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def parse_json(text: str, *, where: str) -> Any:
    """Read JSON text into plain data; InputError names the line of a fault."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as exc:
        msg = f"{where}: line {exc.lineno}: not valid JSON ({exc.msg})."
        raise InputError(msg, _CURE) from exc
    except (ValueError, RecursionError) as exc:
        msg = f"{where}: a number in it is too long, or it is nested too deeply."
        raise InputError(msg, _CURE) from exc


def dump_toml(value: Any) -> str:
    """Write a contract as TOML text; fields that are None are left out."""
    return tomlkit.dumps(_without_none(plain(value)))


def parse_toml(text: str, *, where: str) -> Any:
    """Read TOML text into plain data; InputError names the fault."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as exc:
        msg = f"{where}: not valid TOML ({exc})."
        raise InputError(msg, _CURE) from exc
    except (ValueError, RecursionError) as exc:
        msg = f"{where}: a number in it is too long, or it is nested too deeply."
        raise InputError(msg, _CURE) from exc


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_none(item) for key, item in data.items() if item is not None}
    if isinstance(data, list):
        return [_without_none(item) for item in data]
    return data
