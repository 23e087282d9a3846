"""Notes what a script does that can hold REAPER's main thread up, or touches the system.

Python's audit events are used, so that no call gets past; sleeping has none in every version and is
noted by standing in for it. Noted are sockets that connect (and whether they block), look-ups of
names, sleeping, programs started and files opened for writing.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_NOTED = {
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "os.remove",
    "os.rename",
    "os.mkdir",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something noted: the audit event, what it was about, and whether it may block."""

    name: str
    subject: str
    blocks: bool


_current: list[Event] | None = None
_thread: int | None = None


def _note(name: str, arguments: tuple[Any, ...]) -> None:
    if _current is None or threading.get_ident() != _thread:
        return
    if name == "open":
        path, _mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and "__pycache__" not in str(path):
            _current.append(Event("write", str(path), blocks=False))
    elif name == "socket.connect":
        link, address = arguments
        _current.append(Event(name, str(address), blocks=link.gettimeout() != 0))
    elif name in _NOTED:
        blocks = name in {"os.system", "socket.getaddrinfo", "socket.gethostbyname"}
        _current.append(Event(name, str(arguments[0]) if arguments else "", blocks=blocks))


sys.addaudithook(_note)  # cannot be taken back, so it is placed once and switched


@contextmanager
def noting(events: list[Event]) -> Iterator[None]:
    """Add to ``events`` what this thread does meanwhile."""
    global _current, _thread
    before = _current, _thread
    _current, _thread = events, threading.get_ident()
    sleep = time.sleep

    def noted_sleep(seconds: float) -> None:
        if threading.get_ident() == _thread:
            events.append(Event("time.sleep", str(seconds), blocks=True))
        sleep(seconds)

    time.sleep = noted_sleep
    try:
        yield
    finally:
        time.sleep = sleep
        _current, _thread = before
