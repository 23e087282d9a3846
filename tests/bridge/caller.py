"""Ask an ASGI application without a socket, and hold every answer against openapi.json."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

import jsonschema

from filmcomposer_bridge.access import Roots
from filmcomposer_bridge.app import make_app
from filmcomposer_bridge.jobs import Jobs
from filmcomposer_bridge.openapi import FILE
from filmcomposer_bridge.protocol import PROTOCOL, PROTOCOL_HEADER

TOKEN = "right-token-0123456789"
PORT = 40123
INFO = {"version": "0.1.0", "pid": 4711, "started": 1.7e9, "python": "3.11.2"}
#: A worker that takes jobs and does nothing with them.
LAZY_WORKER = (sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()")
DOCUMENT = json.loads(FILE.read_text("utf-8"))
_SHAPES = [
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods)
    for path, methods in DOCUMENT["paths"].items()
]
FAULT = {"$ref": "#/components/schemas/Fault"}

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it would go over the wire."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def good_headers(*, port: int = PORT, body: bytes = b"") -> list[Header]:
    kind = [(b"content-type", b"application/json")] if body else []
    return [
        (b"host", f"127.0.0.1:{port}".encode()),
        (b"authorization", f"Bearer {TOKEN}".encode()),
        (PROTOCOL_HEADER.lower().encode(), str(PROTOCOL).encode()),
        (b"content-length", str(len(body)).encode()),
        *kind,
    ]


class Caller:
    """One event loop and an application that is asked in it."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.close()

    def ask(self, method: str, target: str, body: Any = None, **other: Any) -> Reply:
        """Send one request: ``body`` is bytes, or a value sent as JSON; see :meth:`send`."""
        return self._runner.run(self.send(method, target, body, **other))

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run something else in the same loop."""
        self._runner.run(coroutine)

    def ask_at_once(self, *requests: tuple[str, str]) -> list[Reply]:
        """Send several requests at the same time."""

        async def all_of_them() -> list[Reply]:
            return await asyncio.gather(*(self.send(*request) for request in requests))

        return self._runner.run(all_of_them())

    async def send(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        headers: Sequence[Header] | None = None,
        client: tuple[str, int] | None = ("127.0.0.1", 50000),
        chunks: Iterable[bytes] | None = None,
    ) -> Reply:
        data = _bytes(body)
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("utf-8", "replace"),
            "query_string": query.encode("utf-8", "replace"),
            "headers": list(good_headers(body=data) if headers is None else headers),
            "client": client,
            "server": ("127.0.0.1", PORT),
            "root_path": "",
        }
        messages = iter([data] if chunks is None else chunks)
        sent: list[dict[str, Any]] = []
        ended = False

        async def receive() -> dict[str, Any]:
            nonlocal ended
            if ended:
                await asyncio.sleep(3600)
            piece = next(messages, None)
            ended = piece is None or chunks is None
            return {"type": "http.request", "body": piece or b"", "more_body": not ended}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        assert [m["type"] for m in sent].count("http.response.start") == 1
        return Reply(
            status=sent[0]["status"],
            headers=tuple((k.lower(), v) for k, v in sent[0]["headers"]),
            body=b"".join(m.get("body", b"") for m in sent[1:]),
        )


def _bytes(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body).encode()


def check_shape(method: str, target: str, reply: Reply) -> None:
    """Hold an answer against what openapi.json says of its route, or against the error shape."""
    headers = dict(reply.headers)
    assert headers[b"content-type"] == b"application/json"
    assert int(headers[b"content-length"]) == len(reply.body)
    assert not [name for name in headers if name.startswith(b"access-control")]
    body = json.loads(reply.body.decode("utf-8"), parse_constant=_no_constant)
    schema = FAULT
    path = unquote(target.partition("?")[0])
    route = next((m for shape, m in _SHAPES if shape.fullmatch(path)), {}).get(method.lower())
    if route is not None and reply.status != 405:
        told = route["responses"].get(str(reply.status))
        assert told, f"{method} {target}: {reply.status} is not in openapi.json"
        schema = told["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": DOCUMENT["components"]})
    if schema == FAULT:
        assert set(body) == {"code", "message", "hint"}
        assert body["code"].replace("_", "").isalnum()
        assert body["message"].endswith(".")


def _no_constant(word: str) -> None:
    msg = f"{word} in an answer"
    raise AssertionError(msg)


class Bridge:
    """A whole bridge without a socket: queue, roots and routes. A resource."""

    def __init__(self, state: Path, roots: Sequence[Path], *, kind: type[Jobs] = Jobs) -> None:
        self.stops: list[int] = []
        self.roots = Roots(roots)
        self.jobs = kind(state, worker_command=LAZY_WORKER)
        self.app = make_app(
            jobs=self.jobs,
            roots=self.roots,
            token=TOKEN,
            port=PORT,
            info=INFO,
            stop=lambda: self.stops.append(1),
        )
        self._caller = Caller(self.app)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._caller.__exit__(kind, error, trace)
        self.jobs.close()

    def ask(self, method: str, target: str, body: Any = None, **other: Any) -> Reply:
        """Ask and hold the answer against openapi.json."""
        reply = self._caller.ask(method, target, body, **other)
        check_shape(method, target, reply)
        return reply

    def ask_loosely(self, method: str, target: str, body: Any = None, **other: Any) -> Reply:
        """Ask where the status need not be in openapi.json."""
        return self._caller.ask(method, target, body, **other)

    def ask_at_once(self, *requests: tuple[str, str]) -> list[Reply]:
        return self._caller.ask_at_once(*requests)

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._caller.run(coroutine)
