"""uvicorn as the bridge uses it: a socket of ours, an address file, reasons of ours to end."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import time
from pathlib import Path
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from filmcomposer_bridge.answer import HOST
from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.state import LOCK_FILE, Address, read_address, write_address
from filmcomposer_bridge.wire import HEADERS, encode, fault_body
from filmcomposer_core.errors import BridgeError

_LOG = logging.getLogger("filmcomposer_bridge")
_MAX_CONNECTIONS = 64
_MAX_HEAD_BYTES = 16 * 1024
_KEEP_ALIVE_S = 15
#: A connection that has not sent its first request by then is closed: browsers open them ahead.
_FIRST_REQUEST_S = 5.0
_GOODBYE_S = 3
_CHECK_EVERY_S = 2.0
#: uvicorn's own 0.1 s costs two and a half times as much while nothing happens.
_TICK_S = 0.25


def listening_socket() -> socket.socket:
    """Return a socket bound to a free port of the loopback interface.

    Raises
    ------
    BridgeError
        If the system gives none.
    """
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it an answer on a
    # kept connection takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            # Else another process could take the port over with SO_REUSEADDR.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        sock.bind((HOST, 0))
    except OSError as exc:
        sock.close()
        msg = f"No port of {HOST} can be used: {exc.strerror}."
        raise BridgeError(msg, "Look at the firewall's settings.", code="start_failed") from exc
    return sock


class Ending:
    """Whether and why the bridge shall end."""

    def __init__(self) -> None:
        self.why = ""

    def ask(self, why: str) -> None:
        """Note the first reason to end."""
        self.why = self.why or why


class Activity:
    """An application, with the time of its last request (monotonic seconds)."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.last_s = time.monotonic()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, and note when."""
        self.last_s = time.monotonic()
        await self._app(scope, receive, send)


class Idle:
    """Whether the bridge has had nothing to do for long."""

    def __init__(self, app: Activity, jobs: Jobs, *, limit_s: float) -> None:
        self._app, self._jobs, self._limit_s = app, jobs, limit_s

    def over(self) -> bool:
        """Whether the time without job and request has passed."""
        since_s = self._jobs.idle_since()
        if since_s is None:
            return False
        return time.monotonic() - max(since_s, self._app.last_s) >= self._limit_s


class _Connection(H11Protocol):
    """A connection that is closed where its first request does not come, or is none."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > 2 * _MAX_CONNECTIONS:
            # uvicorn counts at the first request only; idle ones would use up the open files.
            transport.close()
            return
        self.loop.call_later(_FIRST_REQUEST_S, self._still_silent)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP in the shape of every refusal; half an answer is only cut off."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = encode(
                fault_body(
                    "bad_http",
                    f"The bridge cannot read this: {msg}",
                    "Use the client of FilmComposer.",
                )
            )
            lines = (b"HTTP/1.1 400 Bad Request", *(b": ".join(pair) for pair in HEADERS))
            size = b"content-length: %d" % len(body)
            # Past h11, which takes nothing more after a fault.
            self.transport.write(b"\r\n".join((*lines, size, b"connection: close", b"", body)))
        self.transport.close()

    def _still_silent(self) -> None:
        # uvicorn's annotations leave the None out that stands here before the first request.
        cycle: object = self.cycle
        if cycle is None and not self.transport.is_closing():
            self.transport.close()


class Server(uvicorn.Server):
    """uvicorn, with an address file while it listens, and an eye on what ends the bridge.

    Parameters
    ----------
    app : Activity
        What answers.
    folder : Path
        The state folder.
    address : Address
        What to write into it.
    ending : Ending
        Looked at a few times a second.
    idle : Idle
        Looked at now and then.
    """

    def __init__(
        self, app: Activity, *, folder: Path, address: Address, ending: Ending, idle: Idle
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=_Connection,
            ws="none",
            lifespan="auto",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            limit_concurrency=_MAX_CONNECTIONS,
            backlog=_MAX_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GOODBYE_S,
            h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        )
        super().__init__(config)
        self._folder, self._address = folder, address
        self._ending, self._idle = ending, idle
        self._next_check_s = 0.0
        self._locked: int | None = None
        self._locked = self._lock_file()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        write_address(self._folder, self._address)

    async def main_loop(self) -> None:
        """Sleep, but for a few looks a second."""
        while not await self.on_tick(0):
            await asyncio.sleep(_TICK_S)

    async def on_tick(self, counter: int) -> bool:
        """See whether to end, and now and then whether all is in order."""
        now_s = time.monotonic()
        if now_s >= self._next_check_s:
            self._next_check_s = now_s + _CHECK_EVERY_S
            self._check()
        self.should_exit = self.should_exit or bool(self._ending.why)
        return await super().on_tick(counter)

    def _lock_file(self) -> int | None:
        """Return which file the lock is on; None only where it is certainly gone."""
        try:
            return (self._folder / LOCK_FILE).stat().st_ino
        except FileNotFoundError:
            return None
        except OSError:
            return self._locked

    def _check(self) -> None:
        if self._idle.over():
            self._ending.ask("it had nothing to do for long")
        elif self._lock_file() != self._locked:
            # Another bridge could start beside us, on another queue.
            self._ending.ask("its folder was cleared")
        elif read_address(self._folder) != self._address:
            # Without the file no caller finds us.
            _LOG.warning("the address file was lost or cannot be read; it is written again")
            try:
                write_address(self._folder, self._address)
            except BridgeError as exc:
                _LOG.warning("%s", exc)
