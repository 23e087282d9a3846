"""The worker process as the bridge holds it: pipes, events, its log, and its end."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from filmcomposer_bridge.protocol import Fault

_LOG = logging.getLogger(__name__)
#: A line longer than this is none of the worker's.
_LINE_BYTES = 1 << 20
_LOG_BYTES = 1 << 20
_TAIL_BYTES = 2000
_WAITING_EVENTS = 1000
_KINDS = frozenset(
    {"took", "started", "moved", "ended", "tell", "done", "failed", "cancelled", "unfit"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the worker, checked. ``kind`` ``died`` is the end of its output."""

    kind: str
    job: str = ""
    stage: str = ""
    text: str = ""
    fraction: float = 0.0
    ran: bool = True
    result: dict[str, Any] | None = None
    fault: Fault | None = None


def read_event(line: bytes) -> Event | None:
    """Read one line of the worker; None if it is not an event (a stray print, say)."""
    if not line.startswith(b"{") or len(line) > _LINE_BYTES:
        return None
    try:
        data = _clean(json.loads(line))
        fraction = float(data.get("fraction", 0.0))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    kind, fault, result = data.get("event"), data.get("fault"), data.get("result")
    if not isinstance(kind, str) or kind not in _KINDS or not math.isfinite(fraction):
        return None
    if isinstance(fault, dict):
        fault = Fault(**{n: str(fault.get(n, ""))[:2000] for n in ("code", "message", "hint")})
    return Event(
        kind=kind,
        job=str(data.get("job", "")),
        stage=str(data.get("stage", ""))[:50],
        text=str(data.get("text", ""))[:1000],
        fraction=min(1.0, max(0.0, fraction)),
        ran=data.get("ran") is not False,
        result=result if isinstance(result, dict) else None,
        fault=fault if isinstance(fault, Fault) else None,
    )


def _clean(data: dict[str, Any]) -> dict[str, Any]:
    """Return the same values with texts that any encoder takes: no lone surrogates."""
    text = json.dumps(data, ensure_ascii=False)
    return data if text.isascii() else dict(json.loads(text.encode("utf-8", "replace")))


class Worker:
    """A running worker process. A resource: call :meth:`end`.

    Parameters
    ----------
    command : sequence of str
        What to start.
    folder : Path
        The bridge's state folder; takes ``worker.log``.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        options: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            options = {"creationflags": flags}
        self.log_path = folder / "worker.log"
        self.events: queue.Queue[Event] = queue.Queue(_WAITING_EVENTS)
        self._tail = b""
        self._ended = threading.Event()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Not the caller's folder: Python would look for modules in it.
            cwd=folder,
            env={**os.environ, "FILMCOMPOSER_STATE": str(folder)},
            **options,
        )
        self._messages: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        pipes = {
            self._speak: self._process.stdin,
            self._hear: self._process.stdout,
            self._keep: self._process.stderr,
        }
        self._threads = [
            threading.Thread(target=work, args=(pipe,), daemon=True) for work, pipe in pipes.items()
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message, without waiting; a worker that is dead says so by its events."""
        self._messages.put(json.dumps(message).encode() + b"\n")

    def next_event(self, timeout_s: float) -> Event | None:
        """Wait for the next event; None if there was none in this time."""
        try:
            return self.events.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def kill(self) -> None:
        """Kill the process and, where the system has groups, what it started.

        What it started is killed too when the process itself has ended before.
        """
        if sys.platform == "win32":
            # What the worker had started ends by itself: its pipes are closed.
            if self.alive:
                self._process.kill()
            return
        if not self.alive and _runs(self._process.pid):
            # A system gives no number away that a group still bears: none of ours is left.
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self, patience_s: float = 0.0) -> None:
        """Let the process end by closing its input, kill it after a while, and tidy up."""
        self._ended.set()
        self._messages.put(None)
        if patience_s > 0.0:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
        self.kill()
        self._process.wait()
        for thread in self._threads:
            # What the worker had started may hold a pipe a little longer.
            thread.join(2.0)

    def death(self, wait_s: float = 2.0) -> Fault:
        """Say how a process that closed its output has ended."""
        try:
            code = self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
            return self._fault("worker_died", "stopped answering")
        self._threads[-1].join(1.0)
        return self._fault(*_how(code, self._tail))

    def _fault(self, code: str, how: str) -> Fault:
        if code in ("out_of_memory", "worker_killed"):
            hint = "Close other programs or take a shorter clip, then send the job again"
        else:
            hint = "Send the job again"
        return Fault(
            code=code,
            message=f"The worker process {how}; what was finished is kept.",
            hint=f"{hint}. Details are in {self.log_path}.",
        )

    def _speak(self, stream: IO[bytes]) -> None:
        """Write messages (a thread of its own: a worker that does not read may block it)."""
        while (message := self._messages.get()) is not None:
            with contextlib.suppress(OSError):
                stream.write(message)
                stream.flush()
        with contextlib.suppress(OSError):
            stream.close()

    def _hear(self, stream: IO[bytes]) -> None:
        """Read events until the worker's output ends (a thread of its own)."""
        whole = True
        with stream:
            while line := stream.readline(_LINE_BYTES):
                begins, whole = whole, line.endswith(b"\n")
                event = read_event(line) if begins and whole else None
                if event is not None:
                    self._pass_on(event)
        self._pass_on(Event(kind="died"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10.0)

    def _pass_on(self, event: Event) -> None:
        """Wait for room: a worker that floods is slowed down by its full pipe."""
        while not self._ended.is_set():
            with contextlib.suppress(queue.Full):
                self.events.put(event, timeout=0.2)
                return

    def _keep(self, stream: IO[bytes]) -> None:
        """Write what the worker prints into its log, which stays small (a thread of its own)."""
        with stream:
            while data := os.read(stream.fileno(), 65536):
                self._tail = (self._tail + data)[-_TAIL_BYTES:]
                try:
                    _append(self.log_path, data)
                except OSError as exc:
                    _LOG.warning("%s cannot be written: %s.", self.log_path, exc.strerror)


def _runs(pid: int) -> bool:
    """Whether there is a process of this number, of anybody's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _append(path: Path, data: bytes) -> None:
    """Add to a log; a full one moves aside, over the one that moved before."""
    if path.exists() and path.stat().st_size + len(data) > _LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    with path.open("ab") as stream:
        stream.write(data)


def _how(code: int, tail: bytes) -> tuple[str, str]:
    """Return fault code and words for an exit code and the last lines of the worker's log."""
    if b"MemoryError" in tail or b"bad_alloc" in tail:
        return "out_of_memory", "ran out of memory"
    if sys.platform == "win32":
        # STATUS_NO_MEMORY and STATUS_COMMITMENT_LIMIT.
        if code & 0xFFFFFFFF in (0xC0000017, 0xC000012D):
            return "out_of_memory", "ran out of memory"
        return "worker_died", f"ended unexpectedly (exit code {code & 0xFFFFFFFF:#x})"
    if code == -signal.SIGKILL:
        return "worker_killed", "was killed by the system, most often because memory ran out"
    if code < 0:
        names = {int(known): known.name for known in signal.Signals}
        return "worker_died", f"crashed ({names.get(-code, f'signal {-code}')})"
    return "worker_died", f"ended unexpectedly (exit code {code})"
