"""Run the bridge: one of it, on the loopback interface, until it is asked to end or long idle."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import os
import platform
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from filmcomposer_bridge.access import Roots
from filmcomposer_bridge.app import make_app
from filmcomposer_bridge.client import find
from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.listener import Activity, Ending, Idle, Server, listening_socket
from filmcomposer_bridge.protocol import PROTOCOL
from filmcomposer_bridge.state import LOCK_FILE, LOG_FILE, Address, remove_address, state_folder
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError, FilmComposerError

IDLE_HOURS = 4.0
STALL_S = 600.0

_LOG = logging.getLogger("filmcomposer_bridge")
_MAX_LOG_BYTES = 1_000_000
#: How long a start waits for a bridge that is about to end.
_WAIT_FOR_LOCK_S = 30.0


def serve(
    roots: Sequence[Path] = (), *, idle_hours: float = IDLE_HOURS, stall_s: float = STALL_S
) -> tuple[bool, str]:
    """Run the bridge in this process until it ends.

    Parameters
    ----------
    roots : sequence of Path
        Folders that it may open.
    idle_hours : float
        It ends itself after so many hours without a job and without a request.
    stall_s : float
        A job without any progress for so many seconds is given up.

    Returns
    -------
    bool, str
        Whether it ran, and a sentence: why it ended, or that a bridge runs already (which then
        knows the roots too).

    Raises
    ------
    InputError
        If a root may not be one.
    BridgeError
        If the state folder cannot be used, or another bridge is in the way.
    """
    folder = state_folder()
    allowed = Roots(roots)
    lock = FileLock(folder / LOCK_FILE)
    other = _take(lock, folder, allowed)
    if other is not None:
        return False, f"A bridge is running already (process {other}) and knows the roots too."
    try:
        with _logging_to(folder / LOG_FILE):
            return True, _serve(folder, allowed, idle_hours=idle_hours, stall_s=stall_s)
    finally:
        lock.release()


def _take(lock: FileLock, folder: Path, roots: Roots) -> int | None:
    """Take the lock; or tell the bridge that holds it our roots and return its process number."""
    deadline = time.monotonic() + _WAIT_FOR_LOCK_S
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            pass
        except OSError as exc:
            msg = f"{folder / LOCK_FILE} cannot be written: {exc.strerror}."
            hint = "Allow writing to that folder, or set FILMCOMPOSER_STATE to another one."
            raise BridgeError(msg, hint, code="state") from exc
        else:
            return None
        # No answer: that bridge is about to listen, or to end, and then the lock comes free.
        client = find(folder)
        if client is not None and client.address.version == __version__:
            with client:
                for root in roots.all():
                    client.add_root(root)
            return client.address.pid
        if client is not None:
            client.close()
        if time.monotonic() > deadline:
            msg = f"Another bridge holds {folder / LOCK_FILE} and does not make way."
            hint = "Run `filmcomposer bridge stop`, or end that process, and start again."
            raise BridgeError(msg, hint, code="no_answer")
        time.sleep(0.05)


@contextlib.contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Send what is logged to a file that never grows large."""
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_MAX_LOG_BYTES, backupCount=2, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    except FilmComposerError as exc:
        # Who started us in the background does not see what is printed.
        _LOG.error("the bridge cannot run: %s", exc)
        raise
    finally:
        root.removeHandler(handler)
        handler.close()


@contextlib.contextmanager
def _signals_to(ending: Ending) -> Iterator[None]:
    """Let the signals that end a process end the bridge in good order.

    uvicorn puts handlers of its own in place while it serves and raises what it caught once more
    afterwards, which then comes here: so a signal at any moment, before and after too, is noted.
    """

    def note(number: int, frame: FrameType | None) -> None:
        ending.ask(f"it got the signal {signal.Signals(number).name}")

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _serve(folder: Path, roots: Roots, *, idle_hours: float, stall_s: float) -> str:
    ending = Ending()
    # A crash of the interpreter itself says where it was; launched, that is in the start log.
    faulthandler.enable()
    with _signals_to(ending), contextlib.closing(listening_socket()) as sock:
        address = Address(
            protocol=PROTOCOL,
            version=__version__,
            pid=os.getpid(),
            port=sock.getsockname()[1],
            token=secrets.token_urlsafe(32),
            started=time.time(),
        )
        _LOG.info("bridge %s: process %d, port %d", __version__, address.pid, address.port)
        jobs = Jobs(folder, stall_s=stall_s)
        try:
            server = _server(folder, address, jobs, roots, ending, idle_hours * 3600)
            server.run(sockets=[sock])
        finally:
            remove_address(folder, address.pid)
            jobs.close()
            _LOG.info("bridge ended: %s", ending.why or "a fault")
    return f"The bridge ended: {ending.why}."


def _server(
    folder: Path, address: Address, jobs: Jobs, roots: Roots, ending: Ending, idle_s: float
) -> Server:
    info = {
        "version": address.version,
        "pid": address.pid,
        "started": address.started,
        "python": platform.python_version(),
    }
    app = Activity(
        make_app(
            jobs=jobs,
            roots=roots,
            token=address.token,
            port=address.port,
            info=info,
            stop=lambda: ending.ask("it was asked to"),
        )
    )
    idle = Idle(app, jobs, limit_s=idle_s)
    return Server(app, folder=folder, address=address, ending=ending, idle=idle)
