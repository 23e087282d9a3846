"""Bridges in processes of their own, and other programs on a port."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from filmcomposer_bridge.client import Client, find, stop
from filmcomposer_bridge.protocol import PROTOCOL
from filmcomposer_bridge.state import LOCK_FILE, Address, write_address
from filmcomposer_core import __version__
from tests.bridge.conftest import PATIENCE_S

SERVE = "import sys; from filmcomposer_bridge.cli import main; sys.exit(main(sys.argv[1:]))"
#: A bridge as another release would be: only what says so differs.
OLDER = f"import filmcomposer_core; filmcomposer_core.__version__ = '0.0.1'; {SERVE}"
NEWER_PROTOCOL = f"import filmcomposer_bridge.protocol as p; p.PROTOCOL = {PROTOCOL + 1}; {SERVE}"

Process = subprocess.Popen[str]


def command(*words: str, code: str = SERVE) -> list[str]:
    return [sys.executable, "-c", code, *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Carry out ``filmcomposer bridge WORDS`` to its end."""
    return subprocess.run(
        command(*words), capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )


@contextlib.contextmanager
def started(*options: str, code: str = SERVE) -> Iterator[Process]:
    """Run ``serve`` as our own child, and end it if the test did not."""
    words = command("serve", *options, code=code)
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(PATIENCE_S)
            if process.poll() is None:
                process.kill()


@contextlib.contextmanager
def reached(folder: Path) -> Iterator[Client]:
    """Wait for a bridge and give a client of it."""
    client = found(folder)
    with client:
        yield client


def found(folder: Path) -> Client:
    end = time.monotonic() + PATIENCE_S
    while (client := find(folder, timeout_s=PATIENCE_S)) is None:
        assert time.monotonic() < end, "no bridge came up"
        time.sleep(0.02)
    return client


@contextlib.contextmanager
def stopped_after(folder: Path) -> Iterator[None]:
    """End a bridge that was started as nobody's child."""
    try:
        yield
    finally:
        stop(folder, timeout_s=PATIENCE_S)


def address_at(port: int, *, protocol: int = PROTOCOL, token: str = "t" * 43) -> Address:
    return Address(
        protocol=protocol, version=__version__, pid=4711, port=port, token=token, started=1.0
    )


class Program:
    """Another program on a port: it reads a request and sends bytes back, or what ``answer`` says.

    Every connection is closed after ``answers`` of them.
    """

    def __init__(
        self, answer: bytes | Callable[[bytes], bytes | None], *, answers: int = 1
    ) -> None:
        self._answer = answer if callable(answer) else lambda _: answer
        self._answers = answers
        self.requests: list[bytes] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._socket.accept()
                self.connections += 1
                with caller, contextlib.suppress(OSError):
                    if not self._talk(caller):
                        return

    def _talk(self, caller: socket.socket) -> bool:
        caller.settimeout(PATIENCE_S)
        for _ in range(self._answers):
            request = caller.recv(65536)
            if request == b"end":
                return False
            if not request:
                break
            self.requests.append(request)
            answer = self._answer(request)
            if answer is None:
                caller.recv(1)  # silent until the other side gives up
                break
            caller.sendall(answer)
        return True

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as s:
            s.sendall(b"end")
        self._thread.join(PATIENCE_S)
        self._socket.close()


@contextlib.contextmanager
def in_place_of_a_bridge(folder: Path, program: Program) -> Iterator[Client]:
    """Let all signs in the state folder point to another program."""
    write_address(folder, address_at(program.port))
    with FileLock(folder / LOCK_FILE), Client(address_at(program.port), timeout_s=5.0) as client:
        yield client


def json_answer(body: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    data = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data
