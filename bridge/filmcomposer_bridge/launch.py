"""Start the bridge as a process that outlives its starter. Standard library only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filmcomposer_bridge.state import START_LOG_FILE, bridge_lives, state_folder
from filmcomposer_core.errors import BridgeError

_MAX_START_LOG_BYTES = 64 * 1024
#: A start that printed something and holds no lock this much later has failed.
_GRACE_S = 2.0
_LONG_S = 15.0
#: What tells a failure from a warning of the system's loader, say; other words are believed later.
_FAILURE = re.compile(r"filmcomposer|Traceback|[\w.]*(Error|Exception)\b|.*: No module named")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A launch: when (monotonic seconds), and how long its log was before."""

    at_s: float
    log_bytes: int


def serve_command(python: str | Path, roots: Iterable[str | Path] = ()) -> list[str]:
    """Return the words that start a bridge.

    Parameters
    ----------
    python : str or Path
        The product's own interpreter (in ``.venv``), never ``sys.executable`` inside REAPER.
    roots : iterable of str or Path
        Folders that it may open.
    """
    # -P: nothing in the state folder, where it runs, is imported.
    words = [str(python), "-P", "-m", "filmcomposer_bridge", "serve"]
    for root in roots:
        words += ["--root", str(root)]
    return words


def clean_environment(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an environment without what an embedding program set for its own Python."""
    kept = {
        name: value
        for name, value in env.items()
        if not name.upper().startswith("PYTHON") and name != "__PYVENV_LAUNCHER__"
    }
    kept["FILMCOMPOSER_STATE"] = str(folder)
    return kept


def launch(command: Sequence[str], folder: Path | None = None) -> Start:
    """Start a bridge and return at once.

    It is no child of this process, has no console and no window, and keeps none of this process's
    files open. What it prints before it has a log goes to ``bridge.start.log``.

    Parameters
    ----------
    command : sequence of str
        As :func:`serve_command` gives it.
    folder : Path, optional
        The state folder, if not this user's usual one.

    Raises
    ------
    BridgeError
        If the program is not there.
    """
    folder = folder or state_folder()
    if shutil.which(command[0]) is None:
        msg = f"The bridge cannot be started: there is no program {command[0]}."
        raise BridgeError(msg, "Run install.py again.", code="start_failed")
    log = folder / START_LOG_FILE
    try:
        with log.open("ab") as stream:
            if stream.tell() > _MAX_START_LOG_BYTES:
                stream.truncate(0)
            start = Start(at_s=time.monotonic(), log_bytes=stream.seek(0, os.SEEK_END))
            _detach(command, folder, stream.fileno())
    except OSError as exc:
        msg = f"The bridge cannot be started with {command[0]} in {folder}: {exc.strerror}."
        hint = "Allow writing to that folder, or run install.py again."
        raise BridgeError(msg, hint, code="start_failed") from exc
    return start


if sys.platform == "win32":

    def _detach(command: Sequence[str], folder: Path, log: int) -> None:
        # Not DETACHED_PROCESS: the python.exe of a virtual environment starts the real one, which
        # without any console to inherit would open a window of its own.
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=clean_environment(os.environ, folder),
            creationflags=flags,
        )
        # Nobody waits for it, which is meant: without this, dropping the object warns.
        process.returncode = 0

else:

    def _detach(command: Sequence[str], folder: Path, log: int) -> None:
        # The shell ends at once and leaves the bridge to the system, which also buries it: as our
        # own child it would stay a zombie until REAPER's Python happens to look.
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=clean_environment(os.environ, folder),
            start_new_session=True,
            check=False,
        )


def check_start(folder: Path, start: Start) -> None:
    """Raise BridgeError with the last words of a start that has failed."""
    if time.monotonic() - start.at_s < _GRACE_S or bridge_lives(folder):
        return
    try:
        said = (folder / START_LOG_FILE).read_bytes()[start.log_bytes :]
    except OSError:
        return
    lines = said.decode("utf-8", errors="replace").strip().splitlines()
    sure = [line for line in lines if _FAILURE.match(line)]
    failures = sure or (lines if time.monotonic() - start.at_s > _LONG_S else [])
    if failures:
        msg = f"The bridge did not come up: {failures[-1][:300]}"
        raise BridgeError(msg, f"See {folder / START_LOG_FILE}.", code="start_failed")
