"""The point tables and word lists of this package, read once from their TOML files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Points = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """What an idiom asks for: felt tempo in beats per minute, metres, look, palette."""

    name: str
    bpm_low: float
    bpm_high: float
    meters: tuple[str, ...]
    look: dict[str, float]
    palette: tuple[str, ...]
    character: str


@cache
def idioms() -> dict[str, Idiom]:
    """Return the idioms by name, in the order of the table."""
    return {
        name: Idiom(
            name=name,
            bpm_low=float(entry["bpm"][0]),
            bpm_high=float(entry["bpm"][1]),
            meters=tuple(entry["meters"]),
            look=entry["look"],
            palette=tuple(entry["palette"]),
            character=entry["character"],
        )
        for name, entry in read_table("idioms.toml")["idioms"].items()
    }


@cache
def label_points() -> dict[str, dict[str, Points]]:
    """Return the points of each label by attribute: ``label_points()["hue"]["blue"]``."""
    tables: dict[str, dict[str, Points]] = {}
    for attribute, table in read_table("label_points.toml").items():
        if isinstance(table, list):
            tables[attribute] = {
                member: group["points"] for group in table for member in group["members"]
            }
        else:
            tables[attribute] = table
    return tables


@cache
def pixel_settings() -> dict[str, Any]:
    """Return how the measures of the whole clip count."""
    settings: dict[str, Any] = read_table("idioms.toml")["pixels"]
    return settings


@cache
def settings_of_classes() -> dict[str, Points]:
    """Return the settings that a class of ImageNet speaks for, with their weights."""
    groups = read_table("settings_of_classes.toml")["classes"]
    return {name: group["settings"] for group in groups for name in group["names"]}


@cache
def views_of_classes() -> dict[str, str]:
    """Return the view scale that a class of ImageNet speaks for, where it does."""
    groups = read_table("settings_of_classes.toml")["classes"]
    return {name: group["view"] for group in groups if "view" in group for name in group["names"]}


@cache
def settings_of_things() -> dict[str, Points]:
    """Return the settings that an object of COCO speaks for, with their weights."""
    things = read_table("settings_of_classes.toml")["things"]
    return {name: entry["settings"] for name, entry in things.items()}


@cache
def sizes_of_things() -> dict[str, float]:
    """Return how tall objects of COCO stand, metres; those of no certain size are left out."""
    things = read_table("settings_of_classes.toml")["things"]
    return {name: float(entry["size_m"]) for name, entry in things.items() if "size_m" in entry}


def trust_of(attribute: str) -> float:
    """Return how much the labels of an attribute count for the music, 0 not at all."""
    return float(trusted().get(attribute, {}).get("counts", 1.0))


@cache
def trusted() -> dict[str, dict[str, float]]:
    """Return the table ``trust``: what each attribute counts, and the figures that say so."""
    table: dict[str, dict[str, float]] = read_table("idioms.toml")["trust"]
    return table


@cache
def read_table(name: str) -> dict[str, Any]:
    """Return one of the package's TOML files."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))
