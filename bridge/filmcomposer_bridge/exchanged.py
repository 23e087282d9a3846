"""The files that REAPER's side and the core exchange, in the folder ``reaper`` of a cue."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from filmcomposer_bridge.paths import NotRegisteredError, is_link, lies_in, resolve, shown
from filmcomposer_core.contracts.observed import OBSERVED_FILE
from filmcomposer_core.contracts.session import SESSION_FILE
from filmcomposer_core.errors import InputError

_FOLDER = "reaper"
_FILES = (OBSERVED_FILE, SESSION_FILE)


def is_exchanged(inside: PurePath) -> bool:
    """Whether a path inside a cue folder may be there before the cue is: REAPER's side writes it.

    Parameters
    ----------
    inside : PurePath
        Relative to the cue folder; also of a file half written (``.NAME.part``).
    """
    bare = inside.name.removeprefix(".").removesuffix(".part")
    return inside.as_posix() == _FOLDER or inside.with_name(bare or "_").as_posix() in _FILES


def check_exchange(folder: Path) -> None:
    """Refuse links, even inside the cue folder, where files are exchanged.

    Raises
    ------
    InputError
        Naming what is not the cue's own.
    """
    for name in (_FOLDER, *_FILES):
        path = folder.joinpath(*name.split("/"))
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            continue
        except OSError as exc:
            msg = f"{shown(path)} cannot be looked at: {exc.strerror}."
            raise InputError(msg, "Check its permissions.") from exc
        wanted = stat.S_ISDIR if name == _FOLDER else stat.S_ISREG
        if is_link(status) or not wanted(status.st_mode):
            kind = "folder" if name == _FOLDER else "file"
            msg = f"{shown(path)} is not a {kind} of the cue's own."
            raise InputError(msg, "Remove it; it is written anew.")


def with_resources(session: Mapping[str, Any], roots: Sequence[Path]) -> dict[str, Any]:
    """Return a session's parameters with REAPER's resource folder resolved.

    The core reads the plug-ins of REAPER there and keeps ``FilmComposer/sounds.toml`` in it.

    Raises
    ------
    InputError
        If it is not in a registered folder (:class:`NotRegisteredError`), or no folder.
    """
    text = str(session["resources"])
    subject = f"REAPER's resource folder {shown(text)}"
    folder = resolve(subject, text)
    if not lies_in(folder, roots):
        hint = "Register its folder first, then send the job again."
        raise NotRegisteredError(f"{subject} is not in a registered folder.", hint)
    if not folder.is_dir():
        raise InputError(f"{subject} is not a folder.", "Check the path.")
    return {**session, "resources": str(folder)}
