"""The jobs on disk: one row a job in a persistent queue."""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filmcomposer_bridge.protocol import ENDED, Fault, JobRequest, State
from filmcomposer_core.errors import BridgeError

_LOG = logging.getLogger(__name__)
_FILE = "jobs.sqlite"
_STATES = frozenset({"queued", "running"}) | ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is kept of a job.

    ``roots`` are the folders registered when it was sent, ``resumes`` how often the bridge died
    over it since it last finished a stage, ``cancelling`` whether the user has asked to stop it,
    ``log_first`` the number of the first kept line of ``log``.
    """

    id: str
    key: str
    stage: str
    cue: str
    params: dict[str, Any]
    roots: tuple[str, ...]
    state: State = "queued"
    resumes: int = 0
    cancelling: bool = False
    step: str = ""
    fraction: float = 0.0
    log: tuple[str, ...] = ()
    log_first: int = 0
    result: dict[str, Any] | None = None
    error: Fault | None = None


def body_of(job: Record | JobRequest) -> str:
    """Return what a job asks for as one text, the same for the same body."""
    return json.dumps([job.stage, job.cue, job.params], sort_keys=True)


class _Json:
    """JSON for the queue; a row that is none reads as None instead of stopping all others."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        return json.dumps(value).encode()

    @staticmethod
    def loads(data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, TypeError):
            return None


def _record(data: Any) -> Record | None:
    """Build a record from a row; None if it is not one of ours."""
    if not isinstance(data, dict):
        return None
    known = {name: data[name] for name in Record.__dataclass_fields__ if name in data}
    try:
        known["roots"] = tuple(str(root) for root in known["roots"])
        known["log"] = tuple(str(line) for line in known.get("log", ()))
        if known.get("error") is not None:
            known["error"] = Fault(**known["error"])
        record = Record(**known)
        fits = record.state in _STATES and isinstance(record.params, dict)
        numbers = isinstance(record.log_first, int) and isinstance(record.resumes, int)
    except (KeyError, TypeError):
        return None
    return record if fits and numbers else None


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Turn a fault of the database into one sentence."""
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        msg = f"The list of jobs could not be written: {exc}."
        raise BridgeError(msg, "Free some space on the disk and try again.", code="disk") from exc


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Go on with what is in memory when the disk refuses: the job itself may still end well."""
    try:
        yield
    except BridgeError as exc:
        _LOG.error("The jobs could not be %s: %s", what, exc)


class Store:
    """The queue and the history of jobs. Not thread-safe; the caller holds a lock.

    Parameters
    ----------
    folder : Path
        Where the database is; made if it is not there. A damaged one is set aside.

    Raises
    ------
    BridgeError
        If the folder cannot be used at all.
    """

    def __init__(self, folder: Path) -> None:
        # It tells of backends that we do not use.
        logging.getLogger("persistqueue").setLevel(logging.WARNING)
        from persistqueue import SQLiteAckQueue

        with _faults():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _set_damage_aside(folder)
            self._queue = SQLiteAckQueue(
                str(folder), multithreading=True, serializer=_Json, db_file_name=_FILE
            )

    def rows(self) -> list[tuple[int, Record]]:
        """Return all jobs in the order they were sent; rows that are none of ours are dropped."""
        found: list[tuple[int, Record]] = []
        with _faults():
            for row in sorted(self._queue.queue(), key=lambda row: int(row["id"])):
                record = _record(row["data"])
                if record is None:
                    _LOG.warning("A job that could not be read was left out (row %s).", row["id"])
                    self._queue.ack_failed(id=row["id"])
                    continue
                if record.state in ENDED:
                    # The bridge may have died between the result and this mark.
                    self._queue.ack(id=row["id"])
                found.append((int(row["id"]), record))
        return found

    def put(self, record: Record) -> int:
        """Add a job at the end of the queue and return its row."""
        with _faults():
            row = self._queue.put(asdict(record))
        if row is None:
            msg = "The list of jobs could not be written."
            raise BridgeError(msg, "Restart the bridge.", code="disk")
        return int(row)

    def save(self, row: int, record: Record) -> None:
        """Write a job anew in its row."""
        with _faults():
            self._queue.update(asdict(record), id=row)

    def take(self) -> int | None:
        """Return the row of the next queued job; None if there is none.

        It counts as being worked on until it is finished or the store is opened again.
        """
        from persistqueue.exceptions import Empty

        with _faults():
            try:
                return int(self._queue.get(block=False, raw=True)["pqid"])
            except Empty:
                return None

    def finish(self, row: int, record: Record) -> None:
        """Write a job that has ended and take it out of the queue."""
        self.save(row, record)
        with _faults():
            self._queue.ack(id=row)

    def prune(self, keep: int) -> None:
        """Forget all ended jobs but the latest ones."""
        with _faults():
            self._queue.clear_acked_data(
                max_delete=1_000_000, keep_latest=keep, clear_ack_failed=True
            )

    def close(self) -> None:
        """Close the database."""
        self._queue.close()


def _set_damage_aside(folder: Path) -> None:
    """Rename a database that cannot be read, so that a new one can be begun."""
    path = folder / _FILE
    fault = _damage(path)
    if not fault:
        return
    number = 1
    while (target := folder / f"{_FILE}.damaged-{number}").exists():
        number += 1
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(target.with_name(target.name + ending))
    _LOG.error(
        "The list of jobs was damaged (%s); it is now %s, a new one is begun.", fault, target
    )


def _damage(path: Path) -> str:
    """Return what is wrong with a database, empty if nothing (or if there is none)."""
    if not path.exists():
        return ""
    if not path.is_file():
        return "not a file"
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()
            connection.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.OperationalError:
        # Locked or unreadable is not damaged; opening it for good says what is wrong.
        return ""
    except sqlite3.DatabaseError as exc:
        return str(exc)
    return "" if answer and answer[0] == "ok" else str(answer)
