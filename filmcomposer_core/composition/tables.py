"""Figures of real tunes and the manners of the idioms, read from the TOML files beside this."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the theme of an idiom behaves; see the head of ``styles.toml`` for the fields."""

    corpus: str
    density: float
    span: int
    centre: int
    leaps: float
    lean: float
    peak: float
    notes: tuple[int, int]
    same: float
    pickup: float
    opening: tuple[int, ...]
    signature: tuple[tuple[str, float], ...]


@cache
def _data(name: str) -> dict[str, Any]:
    folder = resources.files("filmcomposer_core.composition")
    data: dict[str, Any] = tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))
    return data


@cache
def style_of(idiom: str) -> Style:
    """Return the manner of an idiom of ``contracts.labels.IDIOMS``."""
    data = dict(_data("styles.toml")[idiom])
    data["notes"] = tuple(data["notes"])
    data["opening"] = tuple(data["opening"])
    data["signature"] = tuple((bar, float(weight)) for bar, weight in data["signature"])
    return Style(**data)


@cache
def bar_patterns(group: str, *, close: bool) -> tuple[tuple[str, float], ...]:
    """Return the bars of a metre group such as ``3/4`` with their weights."""
    rows = _data("rhythms.toml")[group]["close" if close else "flow"]
    return tuple((pattern, float(weight)) for pattern, weight in rows)


@cache
def band(corpus: str, figure: str) -> tuple[float, float, float]:
    """Return the 10th, 50th and 90th percentile of a figure over the tunes of a corpus."""
    low, middle, high = _data("tables.toml")["bands"][corpus][figure]
    return float(low), float(middle), float(high)
