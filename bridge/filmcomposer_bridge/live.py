"""A job in memory: its numbered log, how far it is, and how callers see it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from filmcomposer_bridge.estimate import Estimate, last_command
from filmcomposer_bridge.process import Event
from filmcomposer_bridge.protocol import JobView
from filmcomposer_bridge.store import Record

LOG_LINES = 500


class Log:
    """Numbered sentences; the oldest are dropped, the numbers stay."""

    def __init__(self, lines: Iterable[str] = (), first: int = 0) -> None:
        self.lines: deque[str] = deque(lines, maxlen=LOG_LINES)
        self.first = first

    @property
    def next(self) -> int:
        """The number that the next line will have."""
        return self.first + len(self.lines)

    def add(self, line: str) -> None:
        """Append a line."""
        if len(self.lines) == LOG_LINES:
            self.first += 1
        self.lines.append(line)

    def since(self, number: int) -> tuple[str, ...]:
        """Return the kept lines from this number on."""
        # A number that was never given out comes from a log that lost its last lines in a crash.
        skip = number - self.first if number <= self.next else 0
        return tuple(self.lines)[max(0, skip) :]


class Live:
    """A job in memory: its record, and what is too short-lived to be kept."""

    def __init__(self, row: int, record: Record) -> None:
        self.row = row
        self.record = record
        self.log = Log(record.log, record.log_first)
        self.estimate = Estimate(last_command(record.stage, record.params))
        self.message = ""
        self.began_s = 0.0
        self.saved_s = 0.0
        self.unsaved = False

    def view(self, since: int) -> JobView:
        """Return the job as a caller sees it, with the log from line ``since`` on."""
        record, running = self.record, self.record.state == "running"
        left = self.estimate.seconds_left(now_s=time.monotonic()) if running else None
        return JobView(
            id=record.id,
            key=record.key,
            stage=record.stage,
            cue=record.cue,
            state=record.state,
            step=record.step,
            message=self.message,
            fraction=record.fraction,
            seconds_left=None if left is None else round(left, 1),
            log=self.log.since(since),
            next=self.log.next,
            result=record.result,
            error=record.error,
        )

    def hear(self, event: Event, *, now_s: float) -> None:
        """Take an event of the worker."""
        stage, estimate = event.stage, self.estimate
        if event.kind == "started":
            self.began_s, self.message = now_s, ""
            estimate.started(stage, now_s=now_s)
        elif event.kind == "moved":
            self.message = event.text or self.message
            estimate.moved(stage, event.fraction, now_s=now_s)
        elif event.kind == "ended":
            how = f"done in {now_s - self.began_s:.1f} s" if event.ran else "up to date"
            self.log.add(f"{stage}: {how}.")
            estimate.ended(stage, ran=event.ran, now_s=now_s)
        elif event.kind == "tell":
            self.log.add(event.text)
        self.unsaved = self.unsaved or event.kind in ("ended", "tell")
        self.record = replace(
            self.record, step=stage or self.record.step, fraction=estimate.fraction
        )
        if event.kind == "ended" and event.ran:
            # What stops the bridge again and again is not this job, which gets on.
            self.record = replace(self.record, resumes=0)
