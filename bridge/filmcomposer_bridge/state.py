r"""Where the bridge keeps its state, and the file that tells callers how to reach it.

Standard library only: REAPER's side reads it too. ::

    bridge.json       port and token of the running bridge (user only)
    bridge.lock       held by the bridge for as long as it lives
    worker.lock       held by the worker process for as long as it lives
    bridge.log        what the bridge did; bridge.start.log: what a start printed
    jobs/             the queue

The folder is ``FILMCOMPOSER_STATE`` if that is set; else ``%LOCALAPPDATA%\FilmComposer`` on
Windows, ``~/Library/Application Support/FilmComposer`` on macOS and
``$XDG_STATE_HOME/filmcomposer`` or ``~/.local/state/filmcomposer`` elsewhere. On POSIX it has mode
0700 and the address file 0600. On Windows both inherit the access list of the user's profile, which
lets in the user, SYSTEM and administrators.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from filmcomposer_bridge.protocol import SERVICE
from filmcomposer_core.errors import BridgeError

ADDRESS_FILE = "bridge.json"
LOCK_FILE = "bridge.lock"
LOG_FILE = "bridge.log"
START_LOG_FILE = "bridge.start.log"
JOBS_FOLDER = "jobs"

_LATEST_START_S = 1e12
_MAX_ADDRESS_BYTES = 64 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,512}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How to reach a bridge: ``started`` is in seconds since 1970."""

    protocol: int
    version: str
    pid: int
    port: int
    token: str
    started: float

    def __repr__(self) -> str:
        # The token must not reach a log or a message by way of a repr.
        return f"Address(pid={self.pid}, port={self.port}, version={self.version!r})"


def state_place(system: str, env: Mapping[str, str], home: str) -> PurePath:
    """Return where the state folder belongs.

    Parameters
    ----------
    system : str
        As ``sys.platform`` names it.
    env : mapping of str to str
        The environment.
    home : str
        The user's home folder.
    """
    if system == "win32":
        local = env.get("LOCALAPPDATA")
        base = PureWindowsPath(local) if local else PureWindowsPath(home, "AppData", "Local")
        return base / "FilmComposer"
    if system == "darwin":
        return PurePosixPath(home, "Library", "Application Support", "FilmComposer")
    given = PurePosixPath(env.get("XDG_STATE_HOME", ""))
    # The XDG base directory rules: a relative path is passed over.
    base_dir = given if given.is_absolute() else PurePosixPath(home, ".local", "state")
    return base_dir / "filmcomposer"


def state_folder() -> Path:
    """Return the state folder; make it, for this user alone, where it is missing.

    Raises
    ------
    BridgeError
        If it cannot be made or belongs to somebody else.
    """
    folder = _chosen_place()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            _keep_private(folder)
    except OSError as exc:
        msg = f"The bridge's folder {folder} cannot be used: {exc.strerror}."
        raise BridgeError(msg, _ANOTHER_PLACE, code="state") from exc
    return folder


_ANOTHER_PLACE = "Set FILMCOMPOSER_STATE to the full path of a folder of your own."


def _chosen_place() -> Path:
    given = os.environ.get("FILMCOMPOSER_STATE")
    try:
        if given:
            place = Path(given).expanduser()
            if not place.is_absolute():
                msg = f"FILMCOMPOSER_STATE is {given!r}, which is not a full path."
                raise BridgeError(msg, _ANOTHER_PLACE, code="state")
            return place
        return Path(state_place(sys.platform, os.environ, str(Path.home())))
    except RuntimeError as exc:
        raise BridgeError("Your home folder is not known.", _ANOTHER_PLACE, code="state") from exc


def _keep_private(folder: Path) -> None:
    """Take the rights of others away from a folder, which must be ours."""
    found = folder.stat()
    if found.st_uid != os.geteuid():
        msg = f"The bridge's folder {folder} belongs to another user."
        raise BridgeError(msg, _ANOTHER_PLACE, code="state")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def read_address(folder: Path) -> Address | None:
    """Read the address file; None where there is none or it makes no sense."""
    try:
        with (folder / ADDRESS_FILE).open("rb") as stream:
            # Another user's file, left in a folder open to all, would lead us to their bridge.
            if os.name == "posix" and os.fstat(stream.fileno()).st_uid != os.geteuid():
                return None
            raw = stream.read(_MAX_ADDRESS_BYTES + 1)
        data = json.loads(raw.decode("utf-8")) if len(raw) <= _MAX_ADDRESS_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None
    return _address(data) if isinstance(data, dict) else None


def _address(data: dict[str, Any]) -> Address | None:
    whole = [data.get(name) for name in ("protocol", "pid", "port")]
    version, token, started = data.get("version"), data.get("token"), data.get("started")
    if data.get("service") != SERVICE or any(type(n) is not int or n < 1 for n in whole):
        return None
    if not isinstance(version, str) or len(version) > 100 or not version.isprintable():
        return None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or data["port"] > 0xFFFF:
        return None
    if isinstance(started, bool) or not isinstance(started, int | float):
        return None
    if not 0 <= started < _LATEST_START_S or max(data["pid"], data["protocol"]) > 2**32:
        return None
    return Address(**{name: data[name] for name in Address.__dataclass_fields__})


def write_address(folder: Path, address: Address) -> None:
    """Write the address file in one step, readable by the user alone.

    Raises
    ------
    BridgeError
        If the folder cannot be written.
    """
    text = json.dumps({"service": SERVICE, **asdict(address)}, indent=1)
    temporary = ""
    try:
        # mkstemp makes the file with mode 0600 before there is anything in it to read.
        handle, temporary = tempfile.mkstemp(prefix=".bridge.", suffix=".part", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        _replace(Path(temporary), folder / ADDRESS_FILE)
    except OSError as exc:
        with contextlib.suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        msg = f"{folder / ADDRESS_FILE} could not be written: {exc.strerror}."
        raise BridgeError(msg, "Free some space, or allow writing there.", code="state") from exc


def _replace(source: Path, target: Path, *, tries: int = 50) -> None:
    """Rename over a file; on Windows wait for a reader to let go of it."""
    for left in reversed(range(tries)):
        try:
            os.replace(source, target)
        except PermissionError:
            if os.name == "posix" or not left:
                raise
            time.sleep(0.02)
        else:
            return


def remove_address(folder: Path, pid: int) -> None:
    """Remove the address file if it is the one of this process."""
    found = read_address(folder)
    if found and found.pid == pid:
        with contextlib.suppress(OSError):
            (folder / ADDRESS_FILE).unlink(missing_ok=True)


def bridge_lives(folder: Path) -> bool:
    """Whether a bridge process holds its lock.

    Process numbers come round again and a port is soon taken by another program, but this lock
    goes only when its process does. It is probed for a moment, as the ``filelock`` package (which
    is not at hand inside REAPER) takes it.
    """
    try:
        handle = os.open(folder / LOCK_FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        return _is_locked(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _is_locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return True
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        return False

else:
    import fcntl

    def _is_locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
