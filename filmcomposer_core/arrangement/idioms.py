"""The palettes of ``idioms.toml``: which instruments and patterns an idiom asks for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from filmcomposer_core.contracts.labels import NULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """One idiom's palette; the fields are explained at the head of ``idioms.toml``."""

    id: str
    lead: tuple[str, ...]
    full: tuple[str, ...]
    double: tuple[str, ...]
    counter: tuple[str, ...]
    pad: tuple[str, ...]
    motion: tuple[str, ...]
    bass: tuple[str, ...]
    drone: tuple[str, ...]
    colour: tuple[str, ...]
    bass_patterns: tuple[str, ...]
    motion_patterns: tuple[str, ...]
    drums: tuple[str, ...]
    hits: tuple[str, ...]
    stab: tuple[str, ...]
    strike: tuple[str, ...]
    short: bool
    metre: float
    range_db: float
    wet_db: float


def _words(table: dict[str, object], key: str) -> tuple[str, ...]:
    value = table[key]
    if not isinstance(value, list):
        msg = f"{key} in idioms.toml must be a list"
        raise TypeError(msg)
    return tuple(str(item) for item in value)


@cache
def _tables() -> dict[str, dict[str, object]]:
    text = resources.files(__package__).joinpath("idioms.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def idiom(name: str, blend: str = NULL) -> Idiom:
    """Return an idiom's palette; a blended idiom lends its colour, pads and counter-melody.

    Raises
    ------
    KeyError
        For a name that is not in ``contracts.labels.IDIOMS``.
    """
    own = _tables()[name]
    lists = ("lead", "full", "double", "counter", "pad", "motion", "bass", "drone", "colour")
    palette = {key: _words(own, key) for key in lists}
    if blend not in (NULL, name):
        other = _tables()[blend]
        for key in ("pad", "counter", "colour"):
            palette[key] = _interleave(palette[key], _words(other, key))
    return Idiom(
        id=name,
        **palette,
        bass_patterns=_words(own, "bass_patterns"),
        motion_patterns=_words(own, "motion_patterns"),
        drums=_words(own, "drums"),
        hits=_words(own, "hits"),
        stab=_words(own, "stab"),
        strike=_words(own, "strike"),
        short=bool(own.get("short", False)),
        metre=_figure(own, "metre"),
        range_db=_figure(own, "range_db"),
        wet_db=_figure(own, "wet_db"),
    )


def _figure(table: dict[str, object], key: str) -> float:
    value = table[key]
    if not isinstance(value, int | float):
        msg = f"{key} in idioms.toml must be a number"
        raise TypeError(msg)
    return float(value)


def _interleave(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    mixed: list[str] = []
    for i in range(max(len(first), len(second))):
        mixed += [items[i] for items in (first, second) if i < len(items)]
    return tuple(dict.fromkeys(mixed))


def split_desk(text: str) -> tuple[str, str]:
    """Return instrument and technique (empty if free) of ``instrument/technique``."""
    name, _, technique = text.partition("/")
    return name, technique
