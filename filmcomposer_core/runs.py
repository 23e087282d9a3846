"""The states of a cue folder that were laid into a REAPER project, so that undo there counts here.

::

    DIR/history/runs/latest         the last state, and the one laid, if it is another
    DIR/.filmcomposer/underway      what a run that has not ended was asked for
    DIR/.filmcomposer/returning     the state that is being put back: a kill in between is mended

How a state is kept: :mod:`filmcomposer_core.run_states`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import CueFolder, file_hash, text_hash
from filmcomposer_core.documents import DOCUMENT_OF
from filmcomposer_core.run_states import (
    DERIVED,
    LAST,
    State,
    held_file,
    is_kept,
    keep_file,
    name_of,
    prune,
    read_state,
    read_text,
    runs_folder,
    state_path,
)

Tell = Callable[[str], None]


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
    names = [n for n, a in ledger.artefacts.items() if a.stage not in DERIVED and folder.exists(n)]
    last = folder.path / LAST
    names += [LAST + f.relative_to(last).as_posix() for f in last.rglob("*") if f.is_file()]
    files = {name: keep_file(folder, folder.path / name) for name in sorted(names)}
    run = name_of(files, ledger)
    data = codec.dump_json(State(files=files, ledger=ledger)).encode()
    write_atomic(state_path(folder, run), data)
    write_atomic(runs_folder(folder) / "latest", f"{run} {laid}".encode())
    _underway(folder).unlink(missing_ok=True)
    prune(folder)
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
    latest = read_text(runs_folder(folder) / "latest").split()
    asked = text_hash(json.dumps(codec.plain(dict(wishes)), sort_keys=True).encode())
    broken_off = read_text(_underway(folder)) not in ("", asked)
    if run and latest and (run not in latest or broken_off):
        if is_kept(folder, run):
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
    text = read_text(path)
    if text:
        back = codec.build(_Return, codec.parse_json(text, where=str(path)), where=str(path))
        if is_kept(folder, back.run):
            _restore(folder, read_state(folder, back.run), edited=back.edited)
    path.unlink(missing_ok=True)


def _put_back(folder: CueFolder, run: str, tell: Tell) -> None:
    state, now = read_state(folder, run), folder.load_ledger()
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
            write_atomic(target, held_file(folder, sha).read_bytes())
    derived = {n: a for n, a in known.items() if a.stage in DERIVED}
    for name in known.keys() - derived.keys() - state.files.keys():
        folder.file(name).unlink(missing_ok=True)
    held = {n: a for n, a in state.ledger.artefacts.items() if n in state.files}
    folder.save_ledger(replace(state.ledger, artefacts=derived | held))


def _underway(folder: CueFolder) -> Path:
    return folder.path / ".filmcomposer" / "underway"


def _returning(folder: CueFolder) -> Path:
    return folder.path / ".filmcomposer" / "returning"
