"""Decode while the pictures before are still being measured."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")

#: Pictures that may wait, so that memory stays flat.
WAITING = 8


def ahead(items: Iterator[T], *, waiting: int = WAITING) -> Iterator[T]:
    """Run an iterator in a thread of its own, some items in advance.

    Order, items and exceptions are those of the iterator; if the caller stops early, so does the
    thread, before this generator is closed.

    Parameters
    ----------
    items : iterator
        Is used by the other thread only.
    waiting : int
        How many items may be ready and not yet taken.

    Examples
    --------
    >>> list(ahead(iter(range(3))))
    [0, 1, 2]
    """
    ready: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue(maxsize=waiting)
    stopped = threading.Event()

    def work() -> None:
        try:
            for item in items:
                ready.put(("item", item))
                if stopped.is_set():
                    return
            ready.put(("end", None))
        except BaseException as exc:  # noqa: BLE001 - handed to the caller's thread, raised there
            ready.put(("fault", exc))

    worker = threading.Thread(target=work, name="decode ahead", daemon=True)
    worker.start()
    try:
        while True:
            kind, value = ready.get()
            if kind == "end":
                return
            if isinstance(value, BaseException) and kind == "fault":
                raise value
            yield value  # type: ignore[misc]
    finally:
        stopped.set()
        while worker.is_alive():
            # The thread may wait for room; make some until it has seen that it is to stop.
            try:
                ready.get(timeout=0.05)
            except queue.Empty:
                continue
        worker.join()
