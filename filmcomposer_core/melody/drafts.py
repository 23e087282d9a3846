"""Write a folder whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filmcomposer_core.errors import DiskError, InputError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def draft_of(dest: Path) -> Iterator[Path]:
    """Give a folder to write into; it takes the place of ``dest`` when nothing went wrong.

    Parameters
    ----------
    dest : Path
        Not there yet, or an empty folder.

    Yields
    ------
    Path
        An empty folder beside it; gone if anything is raised.

    Raises
    ------
    InputError
        If ``dest`` is there and holds something.
    DiskError
        If the disk is full or may not be written to.
    """
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise InputError(f"{dest} exists already.", "Name a folder that is not there yet.")
    draft = dest.parent / f".{dest.name}.{os.getpid()}.part"
    try:
        draft.mkdir(parents=True)
        try:
            yield draft
            if dest.exists():
                dest.rmdir()
            draft.rename(dest)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as exc:
        raise disk_error(dest, exc.strerror or str(exc), full=exc.errno in _FULL) from exc


def disk_error(path: Path, reason: str, *, full: bool) -> DiskError:
    """Return what to say of a disk that refuses.

    Parameters
    ----------
    path : Path
        What could not be written.
    reason : str
        What the system says.
    full : bool
        Whether the disk is full.
    """
    if full:
        msg = f"The disk is full: {path.name} could not be written."
        return DiskError(msg, "Free some space and run it again.")
    hint = "Check that the folder exists and may be written to."
    return DiskError(f"{path} could not be written: {reason}.", hint)
