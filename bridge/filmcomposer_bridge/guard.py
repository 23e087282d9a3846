"""What every request must pass before anything else sees it.

The order matters: until the token is known to be right, an answer tells nothing but what is wrong
with the request itself, whatever route it names.

===========================  ======  ================
check                        status  code
===========================  ======  ================
caller on this machine       403     not_local
Host names this machine      403     wrong_host
no foreign Origin            403     wrong_origin
token                        401     unauthorized
protocol (not for status)    400     protocol
size of the body             413     too_large
type of the body             415     not_json
text of the body             400     bad_json
===========================  ======  ================
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, NoReturn

from filmcomposer_bridge.paths import shown
from filmcomposer_bridge.protocol import MAX_BODY_BYTES, PROTOCOL, PROTOCOL_HEADER
from filmcomposer_bridge.wire import (
    HEADERS,
    RefusedError,
    check_json,
    encode,
    fault_body,
    internal_fault,
    refuse,
)

LOG = logging.getLogger("filmcomposer_bridge")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_NO_PROTOCOL_NEEDED = "/v1/status"


class _GoneError(Exception):
    """The server could not send; its reason is the cause."""


class Guard:
    """An ASGI application in front of another one, which lets good requests through.

    Parameters
    ----------
    app : ASGI application
        What answers.
    token : str
        What callers must send.
    port : int or None
        Port that Host must name; None = any.
    """

    def __init__(self, app: App, *, token: str, port: int | None) -> None:
        if not token:
            msg = "The bridge needs a token."
            raise ValueError(msg)
        self._app = app
        self._token = token.encode()
        self._port = port

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            try:
                await self._answer(scope, receive, send)
            except _GoneError as exc:
                # What came after the head of the request was no HTTP, or the line went dead.
                LOG.info("An answer could not be sent: %r", exc.__cause__)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = True
            try:
                await send(message)
            except Exception as exc:
                raise _GoneError from exc

        try:
            headers = _Headers(scope)
            self._check_caller(scope, headers)
            body = await _read_body(headers, receive)
            if body is not None:
                await self._app(scope, _replay(body, receive), sending)
        except RefusedError as exc:
            await _send_refusal(exc, sending)
        except _GoneError:
            raise
        except Exception:
            # The outermost frame: the traceback is for the log alone.
            LOG.exception("A request failed: %s %r", scope["method"], scope["path"])
            if not began:
                await _send(500, internal_fault(), sending)

    def _check_caller(self, scope: Message, headers: _Headers) -> None:
        if not _is_loopback(scope.get("client")):
            refuse(403, "not_local", "Only programs on this machine may ask.")
        if not self._is_ours(headers.one("host") or ""):
            refuse(403, "wrong_host", "The Host header does not name this machine and port.")
        origin = headers.one("origin")
        if origin is not None and not self._is_ours(origin, "http://"):
            refuse(403, "wrong_origin", "Web pages may not ask.")
        self._check_token(headers.one("authorization") or "")
        if scope["path"] != _NO_PROTOCOL_NEEDED:
            _check_protocol(headers.one(PROTOCOL_HEADER))

    def _is_ours(self, text: str, scheme: str = "") -> bool:
        name, _, port = text.removeprefix(scheme).lower().partition(":")
        if not text.startswith(scheme) or name not in ("127.0.0.1", "localhost"):
            return False
        return port == str(self._port) if self._port else not port or port.isdecimal()

    def _check_token(self, header: str) -> None:
        scheme, _, token = header.partition(" ")
        right = hmac.compare_digest(token.strip().encode("utf-8", "replace"), self._token)
        if not right or scheme.lower() != "bearer":
            hint = "Send the token of bridge.json: Authorization: Bearer TOKEN."
            refuse(401, "unauthorized", "The request does not carry the bridge's token.", hint)


class _Headers:
    """The headers of a request; one that must be single and is not counts as a wrong one."""

    def __init__(self, scope: Message) -> None:
        self._items: list[tuple[bytes, bytes]] = list(scope["headers"])

    def one(self, name: str) -> str | None:
        """Return a header, None if it is missing, empty if it stands there twice."""
        wanted = name.lower().encode()
        found = [value for key, value in self._items if key.lower() == wanted]
        return None if not found else found[0].decode("latin-1").strip() if len(found) == 1 else ""


def _is_loopback(client: Any) -> bool:
    try:
        address = ipaddress.ip_address(client[0])
    except (TypeError, ValueError, IndexError):
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _check_protocol(given: str | None) -> None:
    if given == str(PROTOCOL):
        return
    hint = "Update FilmComposer on both sides, and restart REAPER and the bridge."
    theirs = shown(given or "", 20)
    if given and given.isdecimal() and given.isascii() and len(given) < 10:
        side = "the bridge" if int(given) > PROTOCOL else "the caller"
        hint = f"Update {side}: it is the older one."
    said = f"protocol {theirs}" if given else "no protocol"
    message = f"The caller speaks {said}, this bridge speaks protocol {PROTOCOL}."
    refuse(400, "protocol", message, hint)


async def _read_body(headers: _Headers, receive: Receive) -> bytes | None:
    """Read a body whole and check it; None if the caller went away."""
    length = headers.one("content-length")
    if length is not None and not (length.isascii() and length.isdecimal()):
        refuse(400, "bad_request", "The Content-Length header is not a number.")
    if length is not None and (len(length) > 12 or int(length) > MAX_BODY_BYTES):
        _refuse_too_large()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            _refuse_too_large()
        if not message.get("more_body", False):
            break
    if body:
        kind = (headers.one("content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json" or headers.one("content-encoding") is not None:
            hint = "Send Content-Type: application/json."
            refuse(415, "not_json", "The body is not said to be plain JSON.", hint)
        check_json(bytes(body))
    return bytes(body)


def _refuse_too_large() -> NoReturn:
    message = f"The body is larger than {MAX_BODY_BYTES // 1024} KB."
    refuse(413, "too_large", message, "Send less; a brief may have 4000 characters.")


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives a body that was read already."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _send_refusal(exc: RefusedError, send: Send) -> None:
    # Closed, because the body may not have been read.
    extra = {b"connection": b"close"}
    if exc.status == 401:
        extra[b"www-authenticate"] = b"Bearer"
    await _send(exc.status, fault_body(exc.code, exc.message, exc.hint), send, extra)


async def _send(
    status: int, body: Any, send: Send, extra: Mapping[bytes, bytes] | None = None
) -> None:
    data = encode(body)
    headers = [*HEADERS, (b"content-length", str(len(data)).encode()), *(extra or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
