"""The thread that takes one job after the other, has it worked on, and watches over it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from filmcomposer_bridge.process import Event, Worker
from filmcomposer_bridge.protocol import Fault, State

_LOG = logging.getLogger(__name__)
_TICK_S = 0.25
#: A tick longer than this was a machine asleep or overloaded; the rest is not held against a job.
_LONGEST_TICK_S = 1.0
#: After these faults the process is not trusted with another job.
_SPENT = frozenset({"out_of_memory", "internal", "worker_busy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job as it is handed to the worker."""

    id: str
    stage: str
    cue: str
    params: dict[str, Any]
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How the work on a job ended; ``queued`` = not at all, it waits for the next start.

    ``taken`` is False if the worker died before it had begun with the job.
    """

    state: State
    result: dict[str, Any] | None = None
    fault: Fault | None = None
    taken: bool = True


class Desk(Protocol):
    """Where the runner gets its jobs and says what becomes of them."""

    def take(self, timeout_s: float | None) -> Task | None:
        """Wait for the next job; None after this time or when it is time to stop."""

    def stopping(self) -> bool:
        """Whether it is time to stop."""

    def cancelling(self, job_id: str) -> bool:
        """Whether the user wants this job stopped."""

    def heard(self, job_id: str, event: Event | None) -> None:
        """Take a sign of progress (None: a moment has passed)."""

    def finished(self, job_id: str, end: End) -> None:
        """Take the end of a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the runner waits, in seconds.

    ``stall_s`` for a sign of progress, ``cancel_s`` for a worker to stop when asked, ``idle_s``
    with a worker that has nothing to do.
    """

    stall_s: float
    cancel_s: float
    idle_s: float


class Watch:
    """Tell a job that moves from one that hangs: only what is new counts as progress."""

    def __init__(self, patience: Patience, *, now_s: float) -> None:
        self.took = False
        self.stage = ""
        self._patience = patience
        self._seen: tuple[object, ...] = ()
        self._last_s = now_s
        self._still_s = 0.0
        self._asked_s: float | None = None

    def see(self, event: Event) -> None:
        """Look at an event of the job."""
        self.took = True
        what = (event.kind, event.stage, event.text, event.fraction)
        if what != self._seen:
            self._seen, self._still_s = what, 0.0
        self.stage = event.stage or self.stage

    def stalled(self, *, now_s: float) -> bool:
        """Whether nothing has moved for too long; call it at every tick."""
        self._still_s += min(_LONGEST_TICK_S, max(0.0, now_s - self._last_s))
        self._last_s = now_s
        return self._still_s >= self._patience.stall_s

    @property
    def asked(self) -> bool:
        """Whether the worker was asked to stop."""
        return self._asked_s is not None

    def ask(self, *, now_s: float) -> bool:
        """Note that the job shall stop; True at the first time."""
        first, self._asked_s = self._asked_s is None, self._asked_s or now_s
        return first

    def deaf(self, *, now_s: float) -> bool:
        """Whether the worker had long enough to stop."""
        return self._asked_s is not None and now_s - self._asked_s >= self._patience.cancel_s


class Runner:
    """The supervisor thread and its worker. A resource: call :meth:`close`."""

    def __init__(
        self, desk: Desk, *, command: Sequence[str], folder: Path, patience: Patience
    ) -> None:
        self._desk = desk
        self._command = tuple(command)
        self._folder = folder
        self._patience = patience
        self._worker: Worker | None = None
        self._busy = False
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)
        self._thread.start()

    def worker_state(self) -> dict[str, Any]:
        """Return ``state`` (off, idle or busy) and ``pid`` of the worker."""
        worker = self._worker
        if worker is None or not worker.alive:
            return {"state": "off", "pid": None}
        return {"state": "busy" if self._busy else "idle", "pid": worker.pid}

    def close(self) -> None:
        """Wait until the thread, told to stop by its desk, has ended its worker."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._desk.stopping():
                task = self._desk.take(self._patience.idle_s if self._worker else None)
                if task is not None:
                    self._desk.finished(task.id, self._work(task))
                elif self._worker is not None:
                    self._end_worker(patience_s=2.0)
        finally:
            self._end_worker(patience_s=2.0)

    def _work(self, task: Task) -> End:
        self._busy = True
        try:
            end = self._follow(task)
            # A worker that died while it had nothing to do is no fault of this job.
            return end if end.taken else self._follow(task)
        except OSError as exc:
            _LOG.exception("The worker could not be started")
            message = f"The worker process could not be started: {exc.strerror or exc}."
            return _failed("worker_died", message, "Restart the bridge.")
        except Exception as exc:  # noqa: BLE001 - the runner's outermost frame: the next job runs
            _LOG.exception("A fault in the supervisor")
            self._end_worker()
            message = f"Unexpected fault in the bridge: {type(exc).__name__}."
            return _failed("internal", message, "See bridge.log.")
        finally:
            self._busy = False

    def _follow(self, task: Task) -> End:
        """Have a job worked on, and watch until it has ended one way or another."""
        if self._worker is None or not self._worker.alive:
            self._end_worker()
            self._worker = Worker(self._command, self._folder)
        worker = self._worker
        worker.send({"do": "run", **_plain(task)})
        watch = Watch(self._patience, now_s=time.monotonic())
        while True:
            event = worker.next_event(_TICK_S)
            end = self._settle(event, watch, task) if event is not None else None
            if end is None:
                mine = event is not None and event.job == task.id
                self._desk.heard(task.id, event if mine else None)
                end = self._cut_short(worker, watch, task)
            if end is not None:
                return end

    def _settle(self, event: Event, watch: Watch, task: Task) -> End | None:
        """Take an event; return the end of the job if it is one."""
        if event.kind == "died":
            if watch.asked:
                self._end_worker()
                return End(state="cancelled")
            return self._death(taken=watch.took)
        if event.kind == "unfit":
            return self._fault(event)
        if event.job != task.id:
            return None
        watch.see(event)
        if event.kind == "done":
            return End(state="done", result=event.result or {})
        if event.kind == "cancelled":
            return End(state="cancelled")
        return self._fault(event) if event.kind == "failed" else None

    def _cut_short(self, worker: Worker, watch: Watch, task: Task) -> End | None:
        """End the work from this side: the bridge stops, the user cancels, or nothing moves."""
        now = time.monotonic()
        if self._desk.stopping():
            return End(state="queued")
        if self._desk.cancelling(task.id):
            if watch.ask(now_s=now):
                worker.send({"do": "cancel", "job": task.id})
            elif watch.deaf(now_s=now):
                self._end_worker()
                return End(state="cancelled")
        return self._stalled(watch.stage) if watch.stalled(now_s=now) else None

    def _fault(self, event: Event) -> End:
        fault = event.fault or Fault(code="internal", message="The worker did not say what failed.")
        if fault.code in _SPENT:
            self._end_worker(patience_s=1.0)
        return End(state="failed", fault=fault)

    def _stalled(self, stage: str) -> End:
        assert self._worker is not None
        log = self._worker.log_path
        self._end_worker()
        where = f"The stage {stage}" if stage else "The job"
        message = (
            f"{where} gave no sign of progress for {self._patience.stall_s:g} s, so its worker "
            "was stopped; what was finished is kept."
        )
        return _failed("stalled", message, f"Send the job again. Details are in {log}.")

    def _death(self, *, taken: bool) -> End:
        assert self._worker is not None
        fault = self._worker.death()
        _LOG.error("%s", fault.message)
        self._end_worker()
        return End(state="failed", fault=fault, taken=taken)

    def _end_worker(self, patience_s: float = 0.0) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end(patience_s)


def _failed(code: str, message: str, hint: str) -> End:
    return End(state="failed", fault=Fault(code=code, message=message, hint=hint))


def _plain(task: Task) -> dict[str, Any]:
    return {
        "job": task.id,
        "stage": task.stage,
        "cue": task.cue,
        "params": task.params,
        "roots": list(task.roots),
    }
