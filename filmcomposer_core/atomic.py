"""Files that are at any moment either the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from filmcomposer_core.errors import DiskError


@contextlib.contextmanager
def disk_faults(what: str) -> Iterator[None]:
    """Turn a full or unwritable disk into one clear sentence (exit code 2)."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            msg = f"The disk is full: {what} could not be written."
            raise DiskError(msg, "Free some space and run it again.") from exc
        msg = f"{what} could not be written: {exc.strerror}."
        raise DiskError(msg, "Choose another cue folder, or allow writing there.") from exc


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that it is at any moment either the old one or the new one, whole."""
    temporary = path.with_name(f".{path.name}.part")
    with disk_faults(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
