"""The files that REAPER's side and the core exchange, in the folder ``reaper`` of a cue."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePath

from filmcomposer_bridge.paths import is_link, shown
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
