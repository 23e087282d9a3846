"""Rows that became no sample, each with its reasons."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT
from filmcomposer_core.dataset.layout import QUARANTINE
from filmcomposer_core.dataset.manifest import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A file of the quarantine: a row of the manifest and why it became no sample."""

    __pydantic_config__ = STRICT

    id: str
    row: int
    clip: str
    music: str
    reasons: tuple[str, ...]
    trace: str = ""


def row_id(row: Row) -> str:
    """Return the id of a row whose files could not be hashed, or contradict an earlier row."""
    key = f"row/{row.number}/{row.clip}/{row.music}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def set_aside(folder: Path, found: Quarantined) -> None:
    """Write down why a row became no sample."""
    write_atomic(folder / QUARANTINE / f"{found.id}.json", codec.dump_json(found).encode())


def clear(folder: Path, ident: str) -> None:
    """Forget reasons that no longer hold."""
    (folder / QUARANTINE / f"{ident}.json").unlink(missing_ok=True)
