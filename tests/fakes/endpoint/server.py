"""The server: one connection, one request, one behaviour."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw or b"{}")
        return found

    @property
    def form(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "text"))

    @property
    def words(self) -> str:
        """All text of the messages."""
        return "\n".join(_text(m["content"]) for m in self.body.get("messages", ()))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


class Wire:
    """The way back to the caller."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: int, kind: str, *more: str, length: int | None = None) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", "Connection: close", *more]
        lines += [] if length is None else [f"Content-Length: {length}"]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def answer(self, status: int, kind: str, data: bytes, *more: str) -> None:
        await self.head(status, kind, *more, length=len(data))
        await self.send(data)


Behaviour = Callable[[Asked, Wire], Awaitable[None]]


@dataclass
class FakeEndpoint:
    """What a test sees of the server: its address, and all that it was asked."""

    script: list[Behaviour]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def play(self, *script: Behaviour) -> None:
        """Begin another script."""
        self.script = list(script)
        self.asked.clear()

    def _next(self, asked: Asked) -> Behaviour:
        if asked.path.endswith("/models"):
            return self.script[0]
        place = sum(a.path == asked.path for a in self.asked)
        self.asked.append(asked)
        return self.script[min(place, len(self.script) - 1)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            asked = await _read(reader)
            await self._next(asked)(asked, Wire(writer))
        with contextlib.suppress(OSError):
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(head[0].split(" ")[1], headers, raw)


@contextlib.contextmanager
def serving(*script: Behaviour) -> Iterator[FakeEndpoint]:
    """Serve a script on a free port of loopback."""
    endpoint = FakeEndpoint(list(script))
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()

    async def work() -> None:
        server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, limit=1 << 22)
        endpoint.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()

    def run() -> None:
        loop.run_until_complete(work())
        left: Sequence[asyncio.Task[Any]] = list(asyncio.all_tasks(loop))
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=2.0))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, name="fake endpoint", daemon=True)
    thread.start()
    assert ready.wait(5.0)
    try:
        yield endpoint
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5.0)
