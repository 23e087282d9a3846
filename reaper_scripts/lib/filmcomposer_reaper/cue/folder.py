"""A cue's folder beside the project: found, followed, and brought up to what the project holds."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.dialogs import ask_yes_no
from filmcomposer_reaper.adapter.project import project_in_front
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.lost import place_of
from filmcomposer_reaper.cue.records import CueRecord, laid_run

FOLDER = "FilmComposer"
#: Where a cue folder keeps its states (:mod:`filmcomposer_core.run_states`).
_STATES = Path("history") / "runs"
_SHA = re.compile("[0-9a-f]{64}")


def project_folder(reaper: Reaper) -> Path:
    """Return the folder of the project in front.

    Raises
    ------
    DawError
        Where it was never saved, or its folder is gone.
    """
    path = project_in_front(reaper).path
    if path is None:
        msg = "This project has not been saved yet, and its cues are kept beside it."
        raise DawError(msg, "Save it (Ctrl+S, Cmd+S), then try again.")
    if not path.parent.is_dir():
        raise DawError(f"The project's folder {path.parent} is not there.", "Save the project.")
    return path.parent


def cue_folder(record: CueRecord, home: Path) -> Path:
    """Return the full path of a cue's folder."""
    return Path(os.path.normpath(home / record.folder))


def settle(reaper: Reaper, record: CueRecord, home: Path) -> None:
    """Follow a cue folder that was renamed; see that the project's music comes from it.

    After Save as in another folder, undo can bring back music that was made in the old one: its
    state is fetched from there. Where that cannot be, or the folder is gone, the user is asked
    before other music is laid over it.

    Raises
    ------
    DawError
        If the music in the project is to stay.
    """
    folder, left = cue_folder(record, home), _left(record, home)
    if not folder.is_dir():
        renamed = [f for f in sorted((home / FOLDER).glob(f"*{record.id}*")) if f.is_dir()]
        if not renamed:
            _ask_for_folder(reaper, record, folder, left)
            return
        record.folder = f"{FOLDER}/{renamed[0].name}"
        folder = renamed[0]
    if left is not None and not _bring_state(folder, left, laid_run(record)):
        _ask_for_music(reaper, folder, left)


def prepare(folder: Path) -> None:
    """Make a cue's folder where it is missing, and see that we may write there.

    Raises
    ------
    DawError
        If we may not.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        msg = f"The cue's folder {folder} cannot be written ({exc.strerror or exc})."
        hint = "Allow writing there, or save the project in a folder of your own."
        raise DawError(msg, hint) from exc


def _left(record: CueRecord, home: Path) -> Path | None:
    """Return the cue's folder beside the project that it was last laid into, if another one."""
    before = place_of(record).get("home")
    left = cue_folder(record, Path(before)) if isinstance(before, str) else None
    return None if left == cue_folder(record, home) else left


def _bring_state(folder: Path, left: Path, run: str) -> bool:
    """Have a folder hold the state that lies in the project; False if it is to be had nowhere."""
    name = f"{run}.json"
    if not run or (folder / _STATES / name).is_file():
        return True
    try:
        data = json.loads((left / _STATES / name).read_bytes())
        for sha in data["files"].values():
            if not _SHA.fullmatch(sha):
                return False
            _copy(left / _STATES / "files" / sha, folder / _STATES / "files" / sha)
        _copy(left / _STATES / name, folder / _STATES / name)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    os.replace(part, target)


def _ask_for_folder(reaper: Reaper, record: CueRecord, folder: Path, left: Path | None) -> None:
    """Ask before a cue folder is made anew under music of ours."""
    stayed = left is not None and left.is_dir()
    copy = f"copy {left} to {folder.parent}" if stayed else "put it back"
    if not record.parts.get("tracks", {}).get("tracks"):
        if stayed:
            reaper.say(
                f"FilmComposer: the cue's folder is not beside this project, so it is made anew. "
                f"To go on with your edits, {copy} and press again."
            )
        return
    fault = f"The folder of this cue is not there: {folder}"
    why = "The music in the project was made from it. Without it other music is written and laid"
    _ask(reaper, fault, f"{why} over this.", copy)


def _ask_for_music(reaper: Reaper, folder: Path, left: Path) -> None:
    """Ask before music is laid over that of another folder."""
    fault = f"The folder of this cue is not the one that the music was made in: {folder}"
    why = f"That one is {left}. What is made now is laid over the music in the project."
    _ask(reaper, fault, why, f"copy it to {folder.parent} in the place of the other")


def _ask(reaper: Reaper, fault: str, why: str, cure: str) -> None:
    question = (
        f"{fault}\n\n{why} Go on all the same?\n\nTo keep the music answer No, {cure}, and press "
        "again."
    )
    if not ask_yes_no(reaper, question):
        raise DawError(f"{fault}.", f"To go on with this music, {cure} and press again.")
