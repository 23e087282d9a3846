"""The manifest: which clip goes with which music, and what people say of them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, not_empty, one_of
from filmcomposer_core.contracts.labels import ATTRIBUTES
from filmcomposer_core.contracts.sample import SOURCES
from filmcomposer_core.errors import InputError

#: Labels of Table 6 that a row may give.
LABELS: Final = tuple(ATTRIBUTES)
#: Words on the music that a row may give.
WORDS: Final = ("genre", "instrumentation", "mood", "tempo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A row: a clip and its music; paths are relative to the manifest.

    ``start_s`` is where the clip begins in its film. Labels of Table 6 and words on the music that
    people give go before what is seen and heard.
    """

    __pydantic_config__ = STRICT

    clip: str
    music: str
    film: str
    clip_licence: str
    music_licence: str
    source: str = "library"
    start_s: float = 0.0
    end_s: float | None = None
    separated: bool = False
    separator: str = ""
    genre: str = ""
    instrumentation: str = ""
    mood: str = ""
    tempo: str = ""
    bpm: float = 0.0
    setting: str = ""
    brightness: str = ""
    hue: str = ""
    action: str = ""
    view_scale: str = ""
    emotion: str = ""
    theme: str = ""

    def __post_init__(self) -> None:
        for name in ("clip", "music", "film", "clip_licence", "music_licence"):
            not_empty(name, getattr(self, name).strip())
        one_of("source", self.source, SOURCES)
        for name in LABELS:
            if getattr(self, name):
                one_of(name, getattr(self, name), ATTRIBUTES[name])
        if self.separated and not self.separator.strip():
            msg = "music separated from a film's sound must name your separator and its weights"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a manifest, counted from 1: a pair, or what is wrong with it."""

    number: int
    clip: str
    music: str
    pair: Pair | None = None
    fault: str = ""


def read_manifest(path: Path) -> tuple[Row, ...]:
    """Read a manifest.

    Parameters
    ----------
    path : Path
        A TOML file of ``[[pair]]`` tables, or a CSV file with a line of names.

    Returns
    -------
    tuple of Row
        A faulty row says what is wrong and spoils no other.

    Raises
    ------
    InputError
        If the file is no manifest, or a column is not known.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        msg = f"{path} cannot be read as a manifest."
        raise InputError(msg, "Give a TOML or CSV file in UTF-8.") from exc
    rows = _toml_rows(text, path) if path.suffix.lower() == ".toml" else _csv_rows(text, path)
    if not rows:
        msg = f"{path} names no pair."
        raise InputError(msg, "Give each pair a row: clip, music, film, both licences.")
    known = {field.name for field in fields(Pair)}
    strange = sorted({name for row in rows for name in row} - known)
    if strange:
        msg = f"{path}: there is no column {strange[0]!r}."
        raise InputError(msg, f"Columns are: {', '.join(sorted(known))}.")
    return tuple(_row(number, data) for number, data in enumerate(rows, start=1))


def _row(number: int, data: dict[str, Any]) -> Row:
    clip, music = str(data.get("clip", "")), str(data.get("music", ""))
    try:
        pair = codec.build(Pair, data, where=f"row {number}")
    except InputError as exc:
        return Row(
            number=number, clip=clip, music=music, fault=exc.message.removeprefix(f"row {number}: ")
        )
    return Row(number=number, clip=clip, music=music, pair=pair)


def _toml_rows(text: str, path: Path) -> list[dict[str, Any]]:
    data = codec.parse_toml(text, where=str(path))
    rows = data.get("pair", [])
    if set(data) - {"pair"} or not all(isinstance(row, dict) for row in rows):
        msg = f"{path} holds more than [[pair]] tables."
        raise InputError(msg, "Write each pair as a [[pair]] table.")
    return [dict(row) for row in rows]


def _csv_rows(text: str, path: Path) -> list[dict[str, Any]]:
    try:
        found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as exc:
        msg = f"{path} is not valid CSV: {exc}."
        raise InputError(msg, "Save it as CSV, with commas and a line of names.") from exc
    if any(None in row for row in found):
        msg = f"{path}: a row has more cells than there are names."
        raise InputError(msg, "Quote cells that hold a comma.")
    return [{name.strip(): cell.strip() for name, cell in row.items() if cell} for row in found]
