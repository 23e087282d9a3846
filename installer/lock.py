"""A lock on a file that the system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from installer.disk import refusal
from installer.errors import SetupError

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, removed at the end.

    Raises
    ------
    SetupError
        When another process holds it, or it may not be written.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as exc:
        raise refusal(exc, path.parent.parent) from exc
    try:
        try:
            _take(handle)
            # Its last holder may have removed it after we opened it: then it guards nothing.
            stale = not os.path.samestat(os.fstat(handle), path.stat())
        except OSError:
            stale = True
        if stale:
            msg = f"Another installer is at work in {path.parent.parent}."
            raise SetupError(msg, "Wait until it has finished, then run this again.")
        try:
            yield
        finally:
            if os.name != "nt":
                path.unlink(missing_ok=True)
    finally:
        os.close(handle)
        if os.name == "nt":  # nothing that is open can be removed there
            with contextlib.suppress(OSError):
                path.unlink()
