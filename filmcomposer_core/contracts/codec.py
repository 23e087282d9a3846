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
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        rounded = round(value, DECIMALS)
        return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
    return value


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
        place = ".".join(str(part) for part in faults[0]["loc"]) or "the file"
        reason = faults[0]["msg"].removeprefix("Value error, ")
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        msg = f"{where}: {place}: {reason}{more}."
        raise InputError(
            msg, "Correct the value, or delete the file to have it made anew."
        ) from exc
    return result


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


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_none(item) for key, item in data.items() if item is not None}
    if isinstance(data, list):
        return [_without_none(item) for item in data]
    return data
