"""The jobs of the bridge: accepted once, kept over restarts, carried out one after the other."""

from __future__ import annotations

import logging
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from filmcomposer_bridge.estimate import Estimate, last_command
from filmcomposer_bridge.live import Live
from filmcomposer_bridge.process import Event
from filmcomposer_bridge.protocol import ENDED, Fault, JobRequest, JobView
from filmcomposer_bridge.runner import End, Patience, Runner, Task
from filmcomposer_bridge.store import Record, Store, body_of, told
from filmcomposer_core.errors import BridgeError

_LOG = logging.getLogger(__name__)
#: -P: nothing in the state folder, where it runs, is imported.
WORKER = (sys.executable, "-P", "-m", "filmcomposer_bridge.worker")
#: How often a job is taken up again after the bridge died over it.
MOST_RESUMES = 3
MOST_QUEUED = 200
#: The log is written to disk at most this often while lines arrive.
_SAVE_EVERY_S = 0.2
_LOOK_AGAIN_S = 5.0
_ENDS = {
    "done": "Done.",
    "cancelled": "Cancelled; what was finished is kept.",
    "queued": "The bridge was stopped; the job goes on when it is started again.",
}


class Jobs:
    """All jobs of one bridge. Thread-safe; a resource: call :meth:`close`.

    Parameters
    ----------
    folder : Path
        The bridge's state folder; the jobs are kept in ``jobs/`` in it.
    worker_command : sequence of str or None
        What to start as worker; our own by default.
    stall_s : float
        A job without any sign of progress for this long is stopped, in seconds.
    cancel_s : float
        How long a worker has to stop by itself before it is killed, in seconds.
    worker_idle_s : float
        A worker without work is ended after this long, in seconds.
    keep : int
        How many ended jobs are remembered.

    Raises
    ------
    BridgeError
        If the folder cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        worker_command: Sequence[str] | None = None,
        stall_s: float = 600.0,
        cancel_s: float = 3.0,
        worker_idle_s: float = 300.0,
        keep: int = 200,
    ) -> None:
        self._keep = keep
        self._changed = threading.Condition()
        self._closing = False
        self._jobs: dict[str, Live] = {}
        self._by_row: dict[int, Live] = {}
        self._by_key: dict[str, Live] = {}
        self._idle_since = time.monotonic()
        self._store = Store(folder / "jobs")
        for row, record in self._store.rows():
            self._add(row, record)
            self._resume(self._by_row[row])
        self._forget()
        self._runner = Runner(
            self,
            command=worker_command or WORKER,
            folder=folder,
            patience=Patience(stall_s=stall_s, cancel_s=cancel_s, idle_s=worker_idle_s),
        )

    # -- for callers -------------------------------------------------------------------------

    def submit(self, request: JobRequest, roots: tuple[str, ...]) -> tuple[JobView, bool]:
        """Accept a job; the same key with the same body is the same job, also when it has ended.

        Parameters
        ----------
        request : JobRequest
        roots : tuple of str
            The folders registered at this moment, to be checked again before work.

        Returns
        -------
        JobView, bool
            The job, and whether it is new.

        Raises
        ------
        BridgeError
            ``key_conflict`` if the key belongs to another job, ``queue_full``, ``disk``.
        """
        with self._changed:
            known = self.known(request)
            if known is not None:
                return known, False
            if self.counts()["queued"] >= MOST_QUEUED:
                msg = f"{MOST_QUEUED} jobs are waiting; no more are accepted."
                raise BridgeError(msg, "Wait for some to end, or cancel them.", code="queue_full")
            record = Record(
                id=uuid.uuid4().hex,
                key=request.key,
                stage=request.stage,
                cue=request.cue,
                params=dict(request.params),
                roots=tuple(roots),
            )
            self._add(self._store.put(record), record)
            self._changed.notify_all()
            return self._jobs[record.id].view(0), True

    def known(self, request: JobRequest) -> JobView | None:
        """Return the job that has this key; None if there is none.

        Raises
        ------
        BridgeError
            ``key_conflict`` if it asks for something else.
        """
        with self._changed:
            live = self._by_key.get(request.key)
            if live is None:
                return None
            if body_of(live.record) == body_of(request):
                return live.view(0)
            msg = f"The key {request.key!r} already belongs to another job."
            raise BridgeError(msg, "Send the new job under a new key.", code="key_conflict")

    def view(self, job_id: str, since: int = 0) -> JobView | None:
        """Return a job with its log from line ``since`` on, or None if it is not known."""
        with self._changed:
            live = self._jobs.get(job_id)
            return live.view(since) if live else None

    def cancel(self, job_id: str) -> JobView | None:
        """Cancel a queued job at once, a running one as soon as it can stop; None if not known."""
        with self._changed:
            live = self._jobs.get(job_id)
            if live is None:
                return None
            if live.record.state == "queued":
                live.log.add("Cancelled before it began.")
                self._end(live, End(state="cancelled"))
            elif live.record.state == "running" and not live.record.cancelling:
                live.log.add("Cancelling ...")
                live.record = replace(live.record, cancelling=True)
                self._save(live)
            return live.view(0)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are queued and running."""
        with self._changed:
            states = [live.record.state for live in self._jobs.values()]
            return {"queued": states.count("queued"), "running": states.count("running")}

    def at_work(self) -> JobView | None:
        """Return the job that is running, without its log; None if none is."""
        with self._changed:
            running = (x for x in self._jobs.values() if x.record.state == "running")
            live = next(running, None)
            return live.view(live.log.next) if live else None

    def worker_state(self) -> dict[str, Any]:
        """Return ``state`` (off, idle or busy) and ``pid`` of the worker process."""
        return self._runner.worker_state()

    def idle_since(self) -> float | None:
        """Return the monotonic time since which nothing was to be done; None while there is."""
        with self._changed:
            return None if any(self.counts().values()) else self._idle_since

    def close(self) -> None:
        """End the worker and close the store; a running job goes back to the queue."""
        with self._changed:
            if self._closing:
                return
            self._closing = True
            self._changed.notify_all()
        self._runner.close()
        self._store.close()

    # -- for the runner ----------------------------------------------------------------------

    def take(self, timeout_s: float | None) -> Task | None:
        """Wait for the next job and mark it as running; see :class:`runner.Desk`."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            while not self._closing:
                live = self._next()
                if live is not None:
                    return self._begin(live)
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                # The store may have refused to give a job that waits (a full disk): look again.
                again = _LOOK_AGAIN_S if self.counts()["queued"] else None
                self._changed.wait(min((t for t in (left, again) if t is not None), default=None))
            return None

    def stopping(self) -> bool:
        """Whether the bridge ends."""
        return self._closing

    def cancelling(self, job_id: str) -> bool:
        """Whether the user wants a job stopped."""
        with self._changed:
            live = self._jobs.get(job_id)
            return live is None or live.record.cancelling

    def heard(self, job_id: str, event: Event | None) -> None:
        """Take a sign of progress of the running job."""
        with self._changed:
            live, now = self._jobs[job_id], time.monotonic()
            if event is not None:
                live.hear(event, now_s=now)
            if live.unsaved and now - live.saved_s >= _SAVE_EVERY_S:
                self._save(live)

    def finished(self, job_id: str, end: End) -> None:
        """Take the end of the running job."""
        with self._changed:
            live = self._jobs[job_id]
            fault = end.fault
            live.log.add(_ENDS.get(end.state) or f"Failed: {fault.message if fault else ''}")
            if end.state == "queued":
                live.record = replace(live.record, state="queued")
                self._save(live)
            else:
                self._end(live, end)

    # -- inside, the lock is held ------------------------------------------------------------

    def _add(self, row: int, record: Record) -> None:
        live = Live(row, record)
        self._jobs[record.id] = self._by_row[row] = self._by_key[record.key] = live

    def _resume(self, live: Live) -> None:
        """Queue again what was running when the bridge died."""
        record = live.record
        if record.state != "running":
            return
        if record.cancelling:
            live.log.add(_ENDS["cancelled"])
            self._end(live, End(state="cancelled"))
        elif record.resumes >= MOST_RESUMES:
            message = (
                f"The bridge died {record.resumes + 1} times over this job, "
                "so it is not tried again; what was finished is kept."
            )
            hint = "Send the job again under a new key; if this comes back, see bridge.log."
            fault = Fault(code="bridge_died", message=message, hint=hint)
            live.log.add(f"Failed: {message}")
            self._end(live, End(state="failed", fault=fault))
        else:
            live.log.add("The bridge was restarted; the job goes on from what was finished.")
            live.record = replace(record, state="queued", resumes=record.resumes + 1)
            self._save(live)

    def _next(self) -> Live | None:
        with told("read"):
            while (row := self._store.take()) is not None:
                live = self._by_row.get(row)
                if live is not None and live.record.state == "queued":
                    return live
        return None

    def _begin(self, live: Live) -> Task:
        record = live.record = replace(live.record, state="running", step="", fraction=0.0)
        live.estimate = Estimate(last_command(record.stage, record.params))
        live.message, live.began_s = "", time.monotonic()
        self._save(live)
        _LOG.info("job %s begins: %s of %s", record.id, record.stage, record.cue)
        work = {name: getattr(record, name) for name in Task.__slots__}
        return Task(**work)

    def _end(self, live: Live, end: End) -> None:
        fraction = 1.0 if end.state == "done" else live.record.fraction
        live.record = replace(
            live.record, state=end.state, fraction=fraction, result=end.result, error=end.fault
        )
        live.message = ""
        _LOG.info(
            "job %s: %s %s", live.record.id, end.state, end.fault.message if end.fault else ""
        )
        self._idle_since = time.monotonic()
        self._save(live, ended=True)
        self._forget()

    def _save(self, live: Live, *, ended: bool = False) -> None:
        live.record = replace(live.record, log=tuple(live.log.lines), log_first=live.log.first)
        live.saved_s, live.unsaved = time.monotonic(), False
        with told("written"):
            (self._store.finish if ended else self._store.save)(live.row, live.record)

    def _forget(self) -> None:
        """Keep only the latest ended jobs."""
        ended = sorted(row for row, live in self._by_row.items() if live.record.state in ENDED)
        if len(ended) <= self._keep:
            return
        for row in ended[: len(ended) - self._keep]:
            live = self._by_row.pop(row)
            del self._jobs[live.record.id]
            if self._by_key.get(live.record.key) is live:
                del self._by_key[live.record.key]
        with told("cleared"):
            self._store.prune(self._keep)
