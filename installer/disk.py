"""What the installer asks of the disk: safe paths, whole files, renames, and plain refusals."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from installer.errors import SetupError

#: Beside a target on another disk, where a rename out of the work folder is impossible.
_PART = ".filmcomposer-part"


def digest(data: bytes) -> str:
    """Return the sha256 of bytes as hex text."""
    return hashlib.sha256(data).hexdigest()


def is_safe(path: str) -> bool:
    """Whether a path is relative, uses ``/`` and stays below the folder it is relative to."""
    parts = path.split("/")
    return bool(path) and not {"", ".", ".."} & set(parts) and not set(path) & set('\\:\0"')


def read(root: Path, path: str) -> bytes | None:
    """Return a file's bytes, None when there is no file.

    Raises
    ------
    SetupError
        When it is not a file or may not be read.
    """
    try:
        return (root / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        msg = f"{root / path} cannot be read: {exc.strerror}."
        raise SetupError(msg, "Move it away or allow reading it, then run this again.") from exc


def missing_folders(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that would have to be made for these files, outer ones first."""
    found: set[str] = set()
    for path in paths:
        for folder in PurePosixPath(path).parents:
            if str(folder) != "." and not (root / folder).is_dir():
                found.add(str(folder))
    return tuple(sorted(found))


def place_file(source: Path, place: Path) -> None:
    """Rename a file over another; a link keeps standing and what it points to is replaced."""
    place = Path(os.path.realpath(place))
    try:
        source.replace(place)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        part = part_of(place)
        try:
            copy_file(source, part)
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def set_aside(place: Path, kept: Path) -> None:
    """Move a file into the work folder; that takes no space where both are on one disk."""
    try:
        place.replace(kept)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        copy_file(place, kept)
        place.unlink()


def copy_file(source: Path, copy: Path) -> None:
    """Copy a file with its mode, times and, where allowed, owner, and bring it to the disk."""
    shutil.copy2(source, copy)
    take_mode(copy, source)
    flush(copy)


def part_of(place: Path) -> Path:
    """Return where a file is written first when it comes from another disk."""
    place = Path(os.path.realpath(place))
    return place.with_name(place.name + _PART)


def take_mode(path: Path, model: Path) -> None:
    """Give a file another one's mode and, where allowed, its owner."""
    shutil.copymode(model, path)
    if hasattr(os, "chown"):
        found = model.stat()
        with contextlib.suppress(OSError):  # only the administrator may give files away
            os.chown(path, found.st_uid, found.st_gid)


def flush(path: Path) -> None:
    """Bring a file or folder to the disk before the next step counts on it."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refusal(exc: OSError, what: Path) -> SetupError:
    """Return one sentence for what the disk refused, with what to do."""
    place = exc.filename2 or exc.filename or what
    if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        msg = f"The disk that holds {what} is full; nothing was changed."
        return SetupError(msg, "Free some space and run this again.")
    if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        msg = f"{place} may not be written; nothing was changed."
        return SetupError(msg, "Allow writing to it, or run this as the user who owns it.")
    msg = f"{place} could not be written: {exc.strerror}; nothing was changed."
    return SetupError(msg, "Mend that and run this again.")
