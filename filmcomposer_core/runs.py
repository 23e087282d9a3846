"""The states of a cue folder that were laid into a REAPER project, so that undo there counts here.

::

    DIR/history/runs/ID.json        a state: its files by name, and its ledger
    DIR/history/runs/files/SHA256   what they hold, each content once
    DIR/history/runs/latest         the last state, and the one laid, if it is another
    DIR/reaper/stems/NAME-SHA.wav   printed stems as the project plays them, never overwritten
    DIR/.filmcomposer/underway      what a run that has not ended was asked for
    DIR/.filmcomposer/returning     the state that is being put back: a kill in between is mended

A state holds everything down to ``daw_plan.json``; sound and movie are made anew from it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, inside_folder
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import (
    CueFolder,
    disk_faults,
    file_hash,
    text_hash,
    write_atomic,
)
from filmcomposer_core.documents import DOCUMENT_OF
from filmcomposer_core.errors import InputError

Tell = Callable[[str], None]

#: Stages whose files follow from the others and are large.
_DERIVED: Final = frozenset(("project", "render", "movie", "report"))
#: How many states are kept, and of how many the stems.
KEPT: Final = 24
STEMS_KEPT: Final = 4
#: Digits of a state's id, and of a content's in the name of a stem.
_DIGITS: Final = 12
_LAST: Final = ".filmcomposer/last/"
_SHA: Final = re.compile("[0-9a-f]{64}")
_RUN: Final = re.compile(f"[0-9a-f]{{{_DIGITS}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state: the SHA-256 of each of its files by name, and the ledger."""

    __pydantic_config__ = STRICT

    files: Mapping[str, str]
    ledger: CueFile

    def __post_init__(self) -> None:
        for name, sha in self.files.items():
            inside_folder("files", name.removeprefix(_LAST))
            if not _SHA.fullmatch(sha):
                msg = f"files: {name} has {sha!r}, must be a SHA-256"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """A state that is being put back; ``edited`` files stay as the user has them."""

    __pydantic_config__ = STRICT

    run: str
    edited: tuple[str, ...] = ()


def keep_state(folder: CueFolder, ledger: CueFile, *, laid: str = "") -> str:
    """Keep the folder as it is at the end of a run that goes into a project.

    Parameters
    ----------
    folder : CueFolder
    ledger : CueFile
        As saved.
    laid : str
        The state that stays in the project, where this one is not laid in.

    Returns
    -------
    str
        The state's id, 12 hexadecimal digits: the same for the same state.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    names = [n for n, a in ledger.artefacts.items() if a.stage not in _DERIVED and folder.exists(n)]
    last = folder.path / _LAST
    names += [_LAST + f.relative_to(last).as_posix() for f in last.rglob("*") if f.is_file()]
    files = {name: _keep_file(folder, folder.path / name) for name in sorted(names)}
    run = _name_of(files, ledger)
    data = codec.dump_json(State(files=files, ledger=ledger)).encode()
    write_atomic(_state_path(folder, run), data)
    write_atomic(_runs(folder) / "latest", f"{run} {laid}".encode())
    _underway(folder).unlink(missing_ok=True)
    _prune(folder)
    return run


def follow_project(folder: CueFolder, run: str, *, wishes: Mapping[str, Any], tell: Tell) -> None:
    """Bring the folder to the state that lies in the project, before anything is made of it.

    It lies behind where the last step was undone there, and where work was cancelled and something
    else is asked for now.

    Parameters
    ----------
    folder : CueFolder
    run : str
        The state's id as the project has it; empty = none yet.
    wishes : mapping
        What is asked for now: if it is the same as before a cancel, the work goes on.
    tell : callable
        Told a sentence if the folder changes.

    Raises
    ------
    InputError
        If the state's own files are damaged.
    DiskError
        If a file cannot be written.
    """
    latest = _read_text(_runs(folder) / "latest").split()
    asked = text_hash(json.dumps(codec.plain(dict(wishes)), sort_keys=True).encode())
    broken_off = _read_text(_underway(folder)) not in ("", asked)
    if run and latest and (run not in latest or broken_off):
        if _is_kept(folder, run):
            _put_back(folder, run, tell)
        elif run not in latest:
            tell(
                "The project was taken back to a state that the cue folder no longer has; "
                "the work goes on from the folder as it is."
            )
    write_atomic(_underway(folder), asked.encode())


def finish_return(folder: CueFolder) -> None:
    """Complete what a kill has broken off; call it before the folder is read.

    Raises
    ------
    InputError
        If the state's own files are damaged.
    DiskError
        If a file cannot be written.
    """
    path = _returning(folder)
    text = _read_text(path)
    if text:
        back = codec.build(_Return, codec.parse_json(text, where=str(path)), where=str(path))
        if _is_kept(folder, back.run):
            _restore(folder, _read_state(folder, back.run), edited=back.edited)
    path.unlink(missing_ok=True)


def stem_paths(folder: CueFolder, ledger: CueFile) -> dict[str, str]:
    """Give each printed stem a name of its content, where no later run overwrites it.

    Returns
    -------
    dict of str to str
        Path in the folder to the path for the project; those of the last few states stay.

    Raises
    ------
    DiskError
        If a file cannot be written.
    """
    wanted = _stem_names(ledger)
    with disk_faults(str(folder.path / "reaper" / "stems")):
        for name, path in wanted.items():
            target = folder.path / path
            if folder.exists(name) and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(folder.file(name), target)
    kept = set(wanted.values())
    for run in _by_age(folder)[:STEMS_KEPT]:
        kept |= set(_stem_names(_read_state(folder, run).ledger).values())
    for found in (folder.path / "reaper" / "stems").glob("*"):
        if found.relative_to(folder.path).as_posix() not in kept:
            _remove(found)
    return {name: path for name, path in wanted.items() if (folder.path / path).is_file()}


def _name_of(files: Mapping[str, str], ledger: CueFile) -> str:
    """Name a state by what it holds; sound and movie follow from that."""
    held = {n: a for n, a in ledger.artefacts.items() if a.stage not in _DERIVED}
    state = State(files=files, ledger=replace(ledger, artefacts=held))
    return text_hash(codec.dump_json(state).encode())[:_DIGITS]


def _stem_names(ledger: CueFile) -> dict[str, str]:
    stems = {n: a for n, a in ledger.artefacts.items() if n.startswith("stems/")}
    return {
        name: f"reaper/stems/{Path(name).stem}-{artefact.sha256[:_DIGITS]}{Path(name).suffix}"
        for name, artefact in stems.items()
    }


def _link(source: Path, target: Path) -> None:
    """Name a file once more, or copy it where the disk knows no links."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        shutil.copyfile(source, part)
    os.replace(part, target)


def _put_back(folder: CueFolder, run: str, tell: Tell) -> None:
    state, now = _read_state(folder, run), folder.load_ledger()
    staying = []
    for name, known in (now.artefacts if now else {}).items():
        if name not in DOCUMENT_OF or not folder.exists(name):
            continue
        if file_hash(folder.file(name)) in (known.sha256, state.files.get(name)):
            continue
        before = state.ledger.artefacts.get(name)
        if before is not None and before.sha256 == known.sha256:
            staying.append(name)  # an edit of just what is put back
            continue
        kept = folder.keep_in_history(name)
        tell(f"{name} was changed since; your version is {kept}.")
    back = _Return(run=run, edited=tuple(staying))
    write_atomic(_returning(folder), codec.dump_json(back).encode())
    _restore(folder, state, edited=back.edited)
    _returning(folder).unlink(missing_ok=True)
    tell("The cue folder was taken back to the state that lies in the project.")


def _restore(folder: CueFolder, state: State, *, edited: Collection[str]) -> None:
    now = folder.load_ledger()
    known = now.artefacts if now else {}
    for name, sha in state.files.items():
        target = folder.path / name
        if name not in edited and not (target.is_file() and file_hash(target) == sha):
            write_atomic(target, (_runs(folder) / "files" / sha).read_bytes())
    derived = {n: a for n, a in known.items() if a.stage in _DERIVED}
    for name in known.keys() - derived.keys() - state.files.keys():
        folder.file(name).unlink(missing_ok=True)
    held = {n: a for n, a in state.ledger.artefacts.items() if n in state.files}
    folder.save_ledger(replace(state.ledger, artefacts=derived | held))


def _keep_file(folder: CueFolder, path: Path) -> str:
    with disk_faults(str(path)):
        data = path.read_bytes()
    sha = text_hash(data)
    kept = _runs(folder) / "files" / sha
    if not kept.is_file():
        write_atomic(kept, data)
    return sha


def _read_state(folder: CueFolder, run: str) -> State:
    path = _state_path(folder, run)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        msg = f"{path} cannot be read."
        raise InputError(msg, "Delete it; the cue folder goes on as it is.") from exc
    state = codec.build(State, codec.parse_json(text, where=str(path)), where=str(path))
    missing = [n for n, sha in state.files.items() if not (_runs(folder) / "files" / sha).is_file()]
    if missing:
        msg = f"{path}: what {missing[0]} held is gone."
        raise InputError(msg, f"Delete {path.name}; the cue folder goes on as it is.")
    return state


def _by_age(folder: CueFolder) -> list[str]:
    """Return the ids of the states, the youngest first."""
    states = [p for p in _runs(folder).glob("*.json") if _RUN.fullmatch(p.stem)]
    return [p.stem for p in sorted(states, key=lambda p: (-p.stat().st_mtime_ns, p.stem))]


def _prune(folder: CueFolder) -> None:
    runs = _by_age(folder)
    for run in runs[KEPT:]:
        _remove(_state_path(folder, run))
    used: set[str] = set()
    for run in runs[:KEPT]:
        used |= set(_read_state(folder, run).files.values())
    for kept in (_runs(folder) / "files").glob("*"):
        if kept.name not in used:
            _remove(kept)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return  # in use on Windows, or gone: the next run tries again


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_kept(folder: CueFolder, run: str) -> bool:
    return bool(_RUN.fullmatch(run)) and _state_path(folder, run).is_file()


def _runs(folder: CueFolder) -> Path:
    return folder.path / "history" / "runs"


def _state_path(folder: CueFolder, run: str) -> Path:
    return _runs(folder) / f"{run}.json"


def _underway(folder: CueFolder) -> Path:
    return folder.path / ".filmcomposer" / "underway"


def _returning(folder: CueFolder) -> Path:
    return folder.path / ".filmcomposer" / "returning"
