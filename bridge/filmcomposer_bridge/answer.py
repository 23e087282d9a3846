"""What an answer means, or that none came. Standard library only.

Shared by the two ways to ask: the client of this package, which waits for an answer, and the
actions in REAPER, which must not.
"""

from __future__ import annotations

import json
from typing import Any

from filmcomposer_bridge.protocol import MAX_BODY_BYTES, PROTOCOL, PROTOCOL_HEADER, SERVICE
from filmcomposer_bridge.state import Address
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError

HOST = "127.0.0.1"
MAX_ANSWER_BYTES = 4 * 1024 * 1024
STOP_IT = "Run `filmcomposer bridge stop`, then try again."
#: What a stale address leads to: a closed port, another program, another user's bridge.
NOT_THERE = frozenset({"unreachable", "foreign", "unauthorized"})


def headers_for(address: Address, protocol: int = PROTOCOL) -> dict[str, str]:
    """Return the headers that every request carries."""
    return {
        "Authorization": f"Bearer {address.token}",
        PROTOCOL_HEADER: str(protocol),
        "Accept": "application/json",
    }


def encoded(body: Any) -> bytes:
    """Return the body of a request as JSON; BridgeError if it cannot be sent."""
    try:
        data = json.dumps(body, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as exc:
        msg = f"The request holds a value that cannot be sent: {exc}."
        hint = "Send text, numbers, lists and true or false."
        raise BridgeError(msg, hint, code="bad_input") from exc
    if len(data) > MAX_BODY_BYTES:
        msg = f"The request is {len(data)} bytes long; {MAX_BODY_BYTES} are allowed."
        raise BridgeError(msg, "Shorten the brief.", code="too_large")
    return data


def judge(address: Address, status: int, kind: str, raw: bytes) -> dict[str, Any]:
    """Return the object in an answer.

    Parameters
    ----------
    address : Address
        Who was asked.
    status : int
        HTTP status.
    kind : str
        The content type without its parameters.
    raw : bytes
        The body.

    Raises
    ------
    BridgeError
        The bridge's own code, message and hint where it refused; ``overloaded`` or ``foreign``
        (another program answered) besides.
    """
    if status == 503 and kind != "application/json":
        msg = "The bridge has too many connections open."
        raise BridgeError(msg, "Try again in a moment.", code="overloaded")
    try:
        answer = json.loads(raw.decode("utf-8")) if kind == "application/json" else None
    except (ValueError, RecursionError) as exc:
        raise foreign(address) from exc
    if not isinstance(answer, dict) or len(raw) > MAX_ANSWER_BYTES:
        raise foreign(address)
    if 200 <= status < 300:
        return answer
    code, message = answer.get("code"), answer.get("message")
    if not (isinstance(code, str) and isinstance(message, str) and status >= 400):
        raise foreign(address)
    raise BridgeError(message, str(answer.get("hint") or ""), code=code)


def check_status(address: Address, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request for the status if a bridge can have given it."""
    if answer.get("service") != SERVICE or not isinstance(answer.get("protocol"), int):
        raise foreign(address)
    return answer


def check_protocol(address: Address) -> None:
    """Refuse a bridge that speaks another protocol than this code (code ``protocol``)."""
    if address.protocol != PROTOCOL:
        msg = (
            f"A bridge of FilmComposer {address.version} runs, which speaks protocol "
            f"{address.protocol}; this is FilmComposer {__version__} with {PROTOCOL}."
        )
        raise BridgeError(msg, STOP_IT, code="protocol")


def check_free(address: Address, status: dict[str, Any]) -> None:
    """Refuse to end a bridge of another version while it has jobs (code ``version_busy``)."""
    jobs = sum(n for n in (status.get("running"), status.get("queued")) if isinstance(n, int))
    if jobs:
        msg = (
            f"A bridge of FilmComposer {address.version} is at work ({jobs} jobs) "
            f"and this is FilmComposer {__version__}."
        )
        hint = "Wait until it is done, or run `filmcomposer bridge stop`."
        raise BridgeError(msg, hint, code="version_busy")


def foreign(address: Address) -> BridgeError:
    """Return that another program answers in the bridge's place."""
    msg = f"Another program answers on port {address.port} in the bridge's place."
    return BridgeError(msg, STOP_IT, code="foreign")


def gone(address: Address) -> BridgeError:
    """Return that the bridge is not there any more."""
    msg = f"The bridge (process {address.pid}) is not there any more."
    hint = "Run Bridge status or `filmcomposer bridge start`, which start it; its jobs are kept."
    return BridgeError(msg, hint, code="unreachable")


def late(address: Address) -> BridgeError:
    """Return that no answer came in time."""
    msg = f"The bridge (process {address.pid}) did not answer in time."
    return BridgeError(msg, "Try again in a moment.", code="no_answer")
