"""One request to the bridge and its answer, without ever waiting.

The bridge's usual client waits for an answer, which is right everywhere but on REAPER's main
thread. Here the socket never blocks; where it is not ready, the main thread goes back to REAPER.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Generator
from typing import Any

from filmcomposer_bridge.answer import (
    HOST,
    MAX_ANSWER_BYTES,
    encoded,
    foreign,
    gone,
    headers_for,
    judge,
    late,
)
from filmcomposer_bridge.protocol import PROTOCOL
from filmcomposer_bridge.state import Address
from filmcomposer_reaper.adapter.reaper import Reaper

LIMIT_S = 5.0
_CHUNK_BYTES = 256 * 1024

Answer = Generator[None, None, dict[str, Any]]


def ask(
    reaper: Reaper,
    address: Address,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    protocol: int = PROTOCOL,
    limit_s: float = LIMIT_S,
) -> Answer:
    """Send a request and return the answer's JSON object; yields while there is nothing to do.

    Raises
    ------
    BridgeError
        With the bridge's own code where it refused; else ``unreachable``, ``no_answer`` (within
        ``limit_s`` seconds) or ``foreign`` (something else answered).
    """
    data = b"" if body is None else encoded(body)
    request = _head(address, method, path, protocol, len(data)) + data
    until = reaper.seconds() + limit_s
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as link:
        link.setblocking(False)
        try:
            yield from _send(reaper, link, address, request, until)
            raw = yield from _receive(reaper, link, address, until)
        except OSError as exc:
            raise gone(address) from exc
    return _judge(address, raw)


def _head(address: Address, method: str, path: str, protocol: int, length: int) -> bytes:
    """Return the request line and headers; HTTP/1.0, so that the answer comes in one piece."""
    lines = [f"{method} {path} HTTP/1.0", f"Host: {HOST}:{address.port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers_for(address, protocol).items()]
    if length:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _send(
    reaper: Reaper, link: socket.socket, address: Address, request: bytes, until: float
) -> Generator[None, None, None]:
    link.connect_ex((HOST, address.port))
    # Windows reports a refused connection among the exceptional ones.
    while not any(select.select([], [link], [link], 0)[1:]):
        yield from _later(reaper, address, until)
    code = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, "the connection was refused")
    while request:
        try:
            request = request[link.send(request) :]
        except BlockingIOError:
            yield from _later(reaper, address, until)


def _receive(
    reaper: Reaper, link: socket.socket, address: Address, until: float
) -> Generator[None, None, bytes]:
    """Return all bytes of the answer: up to its stated length, or until the other side closes."""
    raw = bytearray()
    while not _complete(raw):
        try:
            chunk = link.recv(_CHUNK_BYTES)
        except BlockingIOError:
            yield from _later(reaper, address, until)
            continue
        if not chunk and not raw:
            raise ConnectionError("closed without an answer")
        if not chunk:
            break
        raw += chunk
        if len(raw) > MAX_ANSWER_BYTES:
            raise foreign(address)
    return bytes(raw)


def _later(reaper: Reaper, address: Address, until: float) -> Generator[None, None, None]:
    if reaper.seconds() > until:
        raise late(address)
    yield


def _split(raw: bytes | bytearray) -> tuple[list[str], bytes] | None:
    """Return the lines of the head and what follows; None while the head is not complete."""
    head, mark, rest = bytes(raw).partition(b"\r\n\r\n")
    return (head.decode("latin-1").split("\r\n"), rest) if mark else None


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _complete(raw: bytearray) -> bool:
    parts = _split(raw)
    if parts is None:
        return False
    length = _headers(parts[0]).get("content-length", "")
    return length.isdecimal() and len(parts[1]) >= int(length)


def _judge(address: Address, raw: bytes) -> dict[str, Any]:
    """Return the object in an answer; BridgeError for a refusal or for no bridge's answer."""
    parts = _split(raw)
    words = parts[0][0].split(" ") if parts else []
    if parts is None or len(words) < 2 or not words[0].startswith("HTTP/1."):
        if not raw:
            raise OSError("closed without an answer")
        raise foreign(address)
    kind = _headers(parts[0]).get("content-type", "").partition(";")[0].strip()
    status = int(words[1]) if words[1].isdecimal() else 0
    return judge(address, status, kind, parts[1])
