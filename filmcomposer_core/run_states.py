"""The states of a cue folder on disk: what each held, by content.

::

    DIR/history/runs/ID.json        a state: its files by name, and its ledger
    DIR/history/runs/files/SHA256   what they hold, each content once

A state holds everything down to ``daw_plan.json``; sound and movie are made anew from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from filmcomposer_core.atomic import disk_faults, write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, inside_folder
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import CueFolder, text_hash
from filmcomposer_core.errors import InputError

#: Stages whose files follow from the others and are large.
DERIVED: Final = frozenset(("project", "render", "movie", "report"))
#: How many states are kept.
KEPT: Final = 24
#: Digits of a state's id, and of a content's in the name of a stem.
DIGITS: Final = 12
LAST: Final = ".filmcomposer/last/"
#: Which of REAPER's reports was read last: it says something else with each change of the user's,
#: also where what the folder holds is the same.
_TAKEN: Final = f"{LAST}reaper/observed.sha256"
_SHA: Final = re.compile("[0-9a-f]{64}")
_RUN: Final = re.compile(f"[0-9a-f]{{{DIGITS}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state: the SHA-256 of each of its files by name, and the ledger."""

    __pydantic_config__ = STRICT

    files: Mapping[str, str]
    ledger: CueFile

    def __post_init__(self) -> None:
        for name, sha in self.files.items():
            inside_folder("files", name.removeprefix(LAST))
            if not _SHA.fullmatch(sha):
                msg = f"files: {name} has {sha!r}, must be a SHA-256"
                raise ValueError(msg)


def name_of(files: Mapping[str, str], ledger: CueFile) -> str:
    """Name a state by what it holds; sound and movie follow from that."""
    held = {n: a for n, a in ledger.artefacts.items() if a.stage not in DERIVED}
    named = {name: sha for name, sha in files.items() if name != _TAKEN}
    state = State(files=named, ledger=replace(ledger, artefacts=held))
    return text_hash(codec.dump_json(state).encode())[:DIGITS]


def keep_file(folder: CueFolder, path: Path) -> str:
    """Keep what a file holds, once; return its SHA-256."""
    with disk_faults(str(path)):
        data = path.read_bytes()
    sha = text_hash(data)
    kept = held_file(folder, sha)
    if not kept.is_file():
        write_atomic(kept, data)
    return sha


def read_state(folder: CueFolder, run: str) -> State:
    """Read a state; InputError where it or what its files held is gone."""
    path = state_path(folder, run)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        msg = f"{path} cannot be read."
        raise InputError(msg, "Delete it; the cue folder goes on as it is.") from exc
    state = codec.build(State, codec.parse_json(text, where=str(path)), where=str(path))
    missing = [n for n, sha in state.files.items() if not held_file(folder, sha).is_file()]
    if missing:
        msg = f"{path}: what {missing[0]} held is gone."
        raise InputError(msg, f"Delete {path.name}; the cue folder goes on as it is.")
    return state


def by_age(folder: CueFolder) -> list[str]:
    """Return the ids of the states, the youngest first."""
    states = [p for p in runs_folder(folder).glob("*.json") if _RUN.fullmatch(p.stem)]
    return [p.stem for p in sorted(states, key=lambda p: (-p.stat().st_mtime_ns, p.stem))]


def prune(folder: CueFolder) -> None:
    """Let go of the oldest states, and of what only they held."""
    runs = by_age(folder)
    for run in runs[KEPT:]:
        remove(state_path(folder, run))
    used: set[str] = set()
    for run in runs[:KEPT]:
        used |= set(read_state(folder, run).files.values())
    for kept in (runs_folder(folder) / "files").glob("*"):
        if kept.name not in used:
            remove(kept)


def remove(path: Path) -> None:
    """Delete a file if that can be done now."""
    try:
        path.unlink()
    except OSError:
        return  # in use on Windows, or gone: the next run tries again


def read_text(path: Path) -> str:
    """Return a short file's text, empty where it cannot be read."""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def is_kept(folder: CueFolder, run: str) -> bool:
    """Whether a text is the id of a state that is there."""
    return bool(_RUN.fullmatch(run)) and state_path(folder, run).is_file()


def runs_folder(folder: CueFolder) -> Path:
    """Return where the states are kept."""
    return folder.path / "history" / "runs"


def held_file(folder: CueFolder, sha: str) -> Path:
    """Return the file that keeps a content."""
    return runs_folder(folder) / "files" / sha


def state_path(folder: CueFolder, run: str) -> Path:
    """Return the file of a state."""
    return runs_folder(folder) / f"{run}.json"
