"""Show a folder or a page with the programs that the user has for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filmcomposer_core.errors import DawError

#: What opens a path with the program that the user has chosen for it.
OPENERS = {"darwin": "open", "linux": "xdg-open"}


def open_path(path: Path) -> None:
    """Open a folder or a file and return at once.

    Raises
    ------
    DawError
        If it is not there, or nothing opens it.
    """
    if not path.exists():
        msg = f"{path} is not there."
        raise DawError(msg, "Score the cue first.")
    try:
        if sys.platform == "win32":
            os.startfile(path)
        else:
            process = subprocess.Popen(
                [OPENERS.get(sys.platform, "xdg-open"), str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            # Nobody waits for it, which is meant: without this, dropping the object warns.
            process.returncode = 0
    except OSError as exc:
        msg = f"{path} could not be opened ({exc.strerror or exc})."
        raise DawError(msg, "Open it in your file manager.") from exc
