"""Range checks shared by the contracts."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection
from typing import Any

#: Configuration that pydantic reads: unknown keys are refused. Plain dict: no pydantic import here.
STRICT: dict[str, Any] = {"extra": "forbid"}


def in_range(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError unless ``low <= value <= high`` and the value is finite."""
    if not (math.isfinite(value) and low <= value <= high):
        msg = f"{name} is {value}, must be {low:g} to {high:g}"
        raise ValueError(msg)


def one_of(name: str, value: str, allowed: Collection[str]) -> None:
    """Raise ValueError unless the value is one of the allowed words."""
    if value not in allowed:
        near = difflib.get_close_matches(str(value), list(allowed), n=1, cutoff=0.6)
        guess = f" (did you mean {near[0]!r}?)" if near else ""
        msg = f"{name} is {value!r}{guess}, must be one of: {', '.join(allowed)}"
        raise ValueError(msg)


def inside_folder(name: str, path: str) -> None:
    """Raise ValueError unless a path is relative, uses ``/`` and stays in the cue folder."""
    parts = path.split("/")
    hidden = parts[0].lower().startswith(".filmcomposer")
    if {"", ".", ".."} & set(parts) or set(path) & set("\\:\0") or hidden:
        msg = f"{name} is {path!r}, must be a path inside the cue folder, with /"
        raise ValueError(msg)


def not_empty(name: str, value: str) -> None:
    """Raise ValueError for an empty word."""
    if not value:
        msg = f"{name} is empty"
        raise ValueError(msg)
