"""The process that does the work: ``python -m filmcomposer_bridge.worker``.

Standard input brings one JSON object a line: ``{"do": "run", "job", "stage", "cue", "params",
"roots"}`` and ``{"do": "cancel", "job"}``; its end (the bridge has died) ends the process at once.
Standard output gives back one event a line, always with ``event`` and ``job``:

::

    took                      the job is begun
    started   stage
    moved     stage fraction text
    ended     stage ran
    tell      text            a sentence for the user
    done      result
    failed    fault
    cancelled
    unfit     fault           this process cannot work at all; it ends

On macOS and Linux the process lowers its own priority, so that REAPER's sound is not disturbed; on
Windows the bridge starts it with a lower one.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import json
import math
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from filmcomposer_bridge.protocol import Fault
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.session import SESSION_FILE, SessionRequest
from filmcomposer_core.errors import Cancelled, FilmComposerError
from filmcomposer_core.pipeline import Outcome, Watcher, run_cue

if TYPE_CHECKING:
    from filmcomposer_bridge.access import CheckedJob

#: How long to wait for a worker of a bridge that has just died, in seconds.
_WAIT_S = 15.0
#: Progress is sent at most this often, in seconds; stages and sentences always.
_EVERY_S = 0.1
_NICE = 5
_MOST_TOLD = 200
_FILES = ("cue.rpp", "cue.wav", "cue.mp4", "report.html", "report.json", SESSION_FILE)
_NOT_SETTINGS = (
    *("start", "discard", "replace_clip", "until"),
    *("observed", "session", "regenerate"),
)
_CV2_NO_MEMORY = -4
#: What systems say where a library finds no room.
_NO_ROOM = ("failed to map segment", "Cannot allocate memory", "paging file")
_BUSY = Fault(
    code="worker_busy",
    message="An earlier worker process is still at work.",
    hint="Wait a moment and send the job again; restart the computer if this stays.",
)


class Line:
    """The way back to the bridge: whole lines, whichever thread speaks."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, event: str, job: str = "", **fields: Any) -> None:
        """Send one event; if nobody listens any more, the process ends."""
        data = json.dumps({"event": event, "job": job, **fields}).encode() + b"\n"
        try:
            with self._lock:
                self._stream.write(data)
                self._stream.flush()
        except OSError:
            os._exit(1)


class Teller(Watcher):
    """Turn the progress of a run into events, and stop it when the user wants that."""

    def __init__(self, line: Line, job: str, cancelled: threading.Event) -> None:
        self._line = line
        self._job = job
        self._cancelled = cancelled
        self._sent_s = 0.0

    def _stop_if_wanted(self) -> None:
        if self._cancelled.is_set():
            msg = "The job was cancelled."
            raise Cancelled(msg)

    def stage_started(self, stage: str) -> None:
        """Send that a stage begins."""
        self._stop_if_wanted()
        self._line.send("started", self._job, stage=stage)

    def stage_moved(self, stage: str, fraction: float, message: str) -> None:
        """Send how far a stage is, at most ten times a second."""
        self._stop_if_wanted()
        now = time.monotonic()
        if now - self._sent_s >= _EVERY_S or fraction >= 1.0:
            self._sent_s = now
            self._line.send("moved", self._job, stage=stage, fraction=fraction, text=message)

    def stage_ended(self, stage: str, *, ran: bool) -> None:
        """Send that a stage is done."""
        self._line.send("ended", self._job, stage=stage, ran=ran)

    def tell(self, sentence: str) -> None:
        """Send a sentence for the user."""
        self._line.send("tell", self._job, text=sentence)


class Inbox:
    """What the bridge asks for, read by a thread of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._cancelled: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def flag(self, job: str) -> threading.Event:
        """Return the flag that says whether a job is to be stopped."""
        with self._lock:
            return self._cancelled.setdefault(job, threading.Event())

    def forget(self, job: str) -> None:
        """Drop the flag of a job that has ended."""
        with self._lock:
            self._cancelled.pop(job, None)

    def _read(self, stream: IO[bytes]) -> None:
        for data in stream:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                message = json.loads(data)
                if message["do"] == "run":
                    self.flag(message["job"])
                    self.jobs.put(message)
                elif message["job"] in self._cancelled:
                    self.flag(message["job"]).set()
        # The bridge is gone or wants no more: nothing finished can be lost, so end at once.
        os._exit(0)


def main() -> None:
    """Work until standard input ends."""
    line = _private_output()
    faulthandler.enable()
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(_NICE)
    inbox = Inbox(sys.stdin.buffer)
    state = Path(os.environ["FILMCOMPOSER_STATE"])
    if not _alone(state):
        line.send("unfit", fault=asdict(_BUSY))
        return
    while True:
        message = inbox.jobs.get()
        job = message["job"]
        line.send("took", job)
        event, fields = _carry_out(message, line, inbox.flag(job), state / "worker.log")
        inbox.forget(job)
        line.send(event, job, **fields)


def _private_output() -> Line:
    """Keep the way to the bridge for events alone: what a library prints goes to the log."""
    private = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return Line(private)


def _alone(state: Path) -> bool:
    """Hold the state folder for the life of this process; False if another one keeps it."""
    from filelock import FileLock, Timeout

    try:
        # Held by the module, so that it is never collected: the system frees it at the end.
        _HELD.append(FileLock(state / "worker.lock").acquire(timeout=_WAIT_S))
    except Timeout:
        return False
    return True


_HELD: list[Any] = []


def _carry_out(
    message: Mapping[str, Any], line: Line, cancelled: threading.Event, log: Path
) -> tuple[str, dict[str, Any]]:
    """Do one job and return its last event."""
    try:
        return "done", {"result": _score(message, Teller(line, message["job"], cancelled))}
    except Cancelled:
        return "cancelled", {}
    except FilmComposerError as exc:
        fault = Fault(code=exc.code, message=exc.message, hint=exc.hint)
    except Exception as exc:  # noqa: BLE001 - the outermost frame of the job runner
        traceback.print_exc()
        fault = fault_of(exc, log)
    return "failed", {"fault": asdict(fault)}


def fault_of(exc: Exception, log: Path) -> Fault:
    """Say in one sentence what nobody foresaw; the log has the traceback."""
    if _is_memory(exc):
        return Fault(
            code="out_of_memory",
            message="The memory of this computer did not suffice; what was finished is kept.",
            hint=f"Close other programs or take a shorter clip, and send the job again. Log: {log}",
        )
    if isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault(
            code="disk",
            message="The disk is full; what was finished is kept.",
            hint="Free some space and send the job again.",
        )
    return Fault(
        code="internal",
        message=f"Unexpected fault: {type(exc).__name__}; what was finished is kept.",
        hint=f"Details are in {log}.",
    )


def _is_memory(exc: Exception) -> bool:
    if isinstance(exc, MemoryError):
        return True
    if isinstance(exc, ImportError | OSError):
        return any(words in str(exc) for words in _NO_ROOM)
    return type(exc).__module__ == "cv2" and getattr(exc, "code", None) == _CV2_NO_MEMORY


def _score(message: Mapping[str, Any], watcher: Watcher) -> dict[str, Any]:
    from filmcomposer_bridge.access import check_job

    roots = tuple(Path(root) for root in message["roots"])
    # Checked when it was sent; links may have moved since.
    checked = check_job(message["stage"], message["cue"], message["params"], roots)
    return _result(checked.cue, run_cue(checked.cue, watcher=watcher, **_arguments(checked)))


def _arguments(checked: CheckedJob) -> dict[str, Any]:
    """Return what :func:`run_cue` is called with, as the command line would call it."""
    params = checked.params
    changes = {name: value for name, value in params.items() if name not in _NOT_SETTINGS}
    if changes.get("keep_sound_db") == "off":
        changes["keep_sound_db"] = -math.inf
    if changes.get("out_s") == "end":
        changes["out_s"] = math.inf
    if changes.get("agents") == "on":
        changes["agents"] = ""
    whole = checked.stage == "score"
    session, again = params.get("session"), params.get("regenerate")
    return {
        "changes": changes,
        "until": params.get("until", "report") if whole else checked.stage,
        "start": params.get("start") if whole else checked.stage,
        "discard": tuple(params.get("discard") or ()),
        "replace_clip": bool(params.get("replace_clip")),
        "observed": bool(params.get("observed")),
        "session": SessionRequest(**session) if session else None,
        "regenerate": Regenerate(**again | {"tracks": tuple(again["tracks"])}) if again else None,
    }


def _result(cue: Path, outcome: Outcome) -> dict[str, Any]:
    """Return what the caller needs to go on: where things are and what made them."""
    artefacts = outcome.ledger.artefacts
    # The mix says most: it names the soundfont and what played it.
    named = next((name for name in ("cue.wav", *reversed(artefacts)) if name in artefacts), None)
    made = artefacts[named].provenance if named else None
    return {
        "folder": str(cue),
        "ran": list(outcome.ran),
        "files": {name: str(cue / name) for name in _FILES if (cue / name).is_file()},
        "told": list(outcome.told[:_MOST_TOLD]),
        "provenance": asdict(made) | {"of": named} if made else {},
    }


if __name__ == "__main__":
    main()
