"""Paths that came from outside: what may stand in them, and where they really lead."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from filmcomposer_core.errors import InputError

MAX_PATH_CHARS = 4000
_SHOWN_CHARS = 240
_WHOLE = "Give the whole path as the system's file browser shows it."
#: What Windows takes for a device, whatever follows after a full stop.
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
    | {f"{name}{digit}" for name in ("COM", "LPT") for digit in "0123456789¹²³"}
)
#: ``stat.IO_REPARSE_TAG_MOUNT_POINT``, which only Windows has: a junction.
_JUNCTION = 0xA0000003
_NOT_IN_WINDOWS_NAMES = frozenset('<>:"|?*')


class NotRegisteredError(InputError):
    """Refuse a path outside the registered folders."""

    code = "not_registered"


def shown(text: str | Path, limit: int = _SHOWN_CHARS) -> str:
    """Return a text that came from outside as it may stand in a sentence: printable and short."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))
    return clean if len(clean) <= limit else f"{clean[: limit // 2]}…{clean[-(limit // 2) :]}"


def check_text(subject: str, text: str, *, windows: bool = os.name == "nt") -> None:
    """Refuse a path whose mere text is no good; no file is touched.

    Parameters
    ----------
    subject : str
        What the path is of, as the sentence begins ("The clip /films/a.mov").
    text : str
        The path as it was sent.
    windows : bool
        Whether the rules of Windows hold.

    Raises
    ------
    InputError
        For a path that is empty, too long, relative, not Unicode, or names a device, a share or an
        alternate data stream.
    """
    fault = _fault_in(text) or (_windows_fault(text) if windows else _posix_fault(text))
    if fault:
        reason, hint = fault
        msg = f"{subject} {reason}."
        raise InputError(msg, hint)


def _fault_in(text: str) -> tuple[str, str] | None:
    if not text:
        return "has an empty path", _WHOLE
    if len(text) > MAX_PATH_CHARS:
        return f"has a path of more than {MAX_PATH_CHARS} characters", "Move it higher up."
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return "has a path that is not valid Unicode", "Rename the file or folder."
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in text):
        return "has a control character in its path", "Rename the file or folder."
    return None


def _posix_fault(text: str) -> tuple[str, str] | None:
    return None if PurePosixPath(text).is_absolute() else ("has no absolute path", _WHOLE)


def _windows_fault(text: str) -> tuple[str, str] | None:
    path = PureWindowsPath(text)
    if text.replace("/", "\\").startswith(("\\\\", "\\??\\")):
        return "names a network share or a device", "Give the share a drive letter first."
    if not path.is_absolute():
        return "has no absolute path", _WHOLE
    for part in path.parts[1:]:
        if part != ".." and (_NOT_IN_WINDOWS_NAMES & set(part) or part[-1] in " ."):
            return f"has {shown(part, 60)!r} in its path, which is no name on Windows", _WHOLE
        if part.split(".")[0].rstrip().upper() in _DEVICES:
            return f"has the device {shown(part, 60)!r} in its path", "Rename it."
    return None


def resolve(subject: str, text: str) -> Path:
    """Return where a path leads: absolute, without a link on the way, there or not.

    A drive letter that stands for a network share is kept.

    Raises
    ------
    InputError
        As :func:`check_text`; or if the path runs in circles.
    """
    check_text(subject, text)
    # POSIX leaves the meaning of two leading slashes open; here they are one.
    given = Path(text if os.name == "nt" else "/" + text.lstrip("/"))
    try:
        real = Path(os.path.realpath(given))
    except (OSError, RecursionError):
        real = given
    path = given if ".." not in given.parts and is_linkless(given) else real
    if ".." in path.parts or not is_linkless(path):
        msg = f"{subject} cannot be reached: links on the way run in circles."
        raise InputError(msg, "Mend or remove the link.")
    return path


def is_link(status: os.stat_result) -> bool:
    """Whether a file status (not followed) is that of a link or a Windows junction."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


def is_linkless(path: Path) -> bool:
    """Whether no part of a path is a link now."""
    for part in (path, *path.parents):
        try:
            if is_link(os.lstat(part)):
                return False
        except (OSError, ValueError):
            continue
    return True


def lies_in(path: Path, folders: Sequence[Path]) -> bool:
    """Whether a resolved path is one of the folders or lies under one.

    Folders are compared by what the file system says they are, so that letter case, Unicode forms
    and short names do not matter where they do not matter to it. A folder that has been replaced
    by a link since it was resolved counts for nothing.
    """
    above = {mark for part in (path, *path.parents) for mark in _marks(part)}
    return any(above & _marks(folder) and is_linkless(folder) for folder in folders)


def _marks(path: Path) -> set[object]:
    """Return what a path can be recognised by: its text and its number on the disk."""
    marks: set[object] = {os.path.normcase(path)}
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return marks
    # Some network file systems number nothing.
    return marks | {(status.st_dev, status.st_ino)} if status.st_ino else marks
