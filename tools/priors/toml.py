"""Plain, stable TOML of nested tables of numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

HEAD = "# Learned by `python -m tools.priors` (see composition/SOURCE.md); do not edit by hand.\n"


def toml_text(data: Mapping[str, Any], *, note: str) -> str:
    """Return tables as TOML, one key a line.

    Examples
    --------
    >>> print(toml_text({"a": {"x": 1.5, "-1": [1, 2]}}, note="Shares.")[len(HEAD):])
    # Shares.
    <BLANKLINE>
    [a]
    x = 1.5
    "-1" = [1, 2]
    <BLANKLINE>
    """
    lines = [HEAD + "".join(f"# {line}\n" for line in note.splitlines())]
    _table(data, (), lines)
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    plain = {key: value for key, value in data.items() if not isinstance(value, Mapping)}
    if plain and path:
        lines.append(f"[{'.'.join(map(_key, path))}]")
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    if plain:
        lines.append("")
    for key, value in data.items():
        if isinstance(value, Mapping):
            _table(value, (*path, key), lines)


def _key(key: str) -> str:
    plain = key.replace("_", "")
    return key if plain.isascii() and plain.isalpha() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, Sequence) and value and isinstance(value[0], Sequence):
        return "[\n" + "".join(f"  {json.dumps(row)},\n" for row in value) + "]"
    return json.dumps(value)
