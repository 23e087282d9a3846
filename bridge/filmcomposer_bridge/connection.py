"""Requests to one bridge over its address. Standard library only."""

from __future__ import annotations

import http.client
import json
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import quote

from filmcomposer_bridge.protocol import (
    MAX_BODY_BYTES,
    PROTOCOL,
    PROTOCOL_HEADER,
    SERVICE,
    JobRequest,
    JobView,
    view_from_json,
)
from filmcomposer_bridge.state import Address
from filmcomposer_core.errors import BridgeError

HOST = "127.0.0.1"
TIMEOUT_S = 2.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
STOP_IT = "Run `filmcomposer bridge stop`, then try again."


class Client:
    """Requests to one bridge, over one connection that is kept between them.

    Not for use by several threads. Every method raises BridgeError, with the bridge's own code,
    message and hint where it refused, and of code ``unreachable``, ``no_answer`` (in time) or
    ``foreign`` (another program answered) where it did not come to that.

    Parameters
    ----------
    address : Address
        As :func:`filmcomposer_bridge.state.read_address` gives it.
    timeout_s : float
        Longest wait for the next bytes of an answer, in seconds.
    """

    def __init__(self, address: Address, *, timeout_s: float = TIMEOUT_S) -> None:
        self.address = address
        # http.client takes no proxy from the environment and follows no redirect.
        self._connection = http.client.HTTPConnection(HOST, address.port, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        self._connection.close()

    def status(self) -> dict[str, Any]:
        """Return what the bridge says of itself; it answers this in every protocol."""
        answer = self._ask("GET", "/v1/status", protocol=self.address.protocol)
        if answer.get("service") != SERVICE or not isinstance(answer.get("protocol"), int):
            self._foreign()
        return answer

    def submit(self, request: JobRequest) -> JobView:
        """Queue a job; the same key gives the job that is already there."""
        return self._view(self._ask("POST", "/v1/jobs", asdict(request)))

    def job(self, job_id: str, since: int = 0) -> JobView:
        """Return where a job is, with its log from sentence number ``since`` on."""
        return self._view(self._ask("GET", f"{_job_path(job_id)}?since={int(since)}"))

    def cancel(self, job_id: str) -> JobView:
        """Ask a job to stop and return where it is."""
        return self._view(self._ask("DELETE", _job_path(job_id)))

    def add_root(self, path: str | Path) -> dict[str, Any]:
        """Let the bridge open media, soundfonts and cue folders under a folder."""
        return self._ask("POST", "/v1/roots", {"path": str(path)})

    def stop(self) -> dict[str, Any]:
        """Ask the bridge to end; it takes this in every protocol."""
        return self._ask("POST", "/v1/stop", {}, protocol=self.address.protocol)

    def _ask(
        self, method: str, path: str, body: Any = None, *, protocol: int = PROTOCOL
    ) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {self.address.token}",
            PROTOCOL_HEADER: str(protocol),
            "Accept": "application/json",
        }
        data = None if body is None else _encoded(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        status, kind, raw = self._exchange(method, path, data, headers)
        if len(raw) > MAX_ANSWER_BYTES:
            self._foreign()
        return self._judge(status, kind, raw)

    def _exchange(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, bytes]:
        """Send a request, a second time if a kept connection had been closed meanwhile.

        Sending twice is harmless: reading, cancelling, ending and adding a folder do the same
        again, and a job's key makes it the same job.
        """
        was_kept = self._connection.sock is not None
        try:
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.headers.get_content_type(), self._read(answer)
        except TimeoutError as exc:
            self.close()
            msg = f"The bridge (process {self.address.pid}) did not answer in time."
            raise BridgeError(msg, "Try again in a moment.", code="no_answer") from exc
        except (OSError, http.client.IncompleteRead) as exc:
            self.close()
            if was_kept:
                return self._exchange(method, path, data, headers)
            msg = f"The bridge (process {self.address.pid}) is not there any more."
            raise BridgeError(msg, "Start it again.", code="unreachable") from exc
        except http.client.HTTPException as exc:
            self.close()
            self._foreign(exc)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        raw = answer.read(MAX_ANSWER_BYTES + 1)
        if len(raw) > MAX_ANSWER_BYTES:
            self.close()
        return raw

    def _judge(self, status: int, kind: str, raw: bytes) -> dict[str, Any]:
        if status == 503 and kind != "application/json":
            msg = "The bridge has too many connections open."
            raise BridgeError(msg, "Try again in a moment.", code="overloaded")
        try:
            answer = json.loads(raw.decode("utf-8")) if kind == "application/json" else None
        except (ValueError, RecursionError) as exc:
            self._foreign(exc)
        if not isinstance(answer, dict):
            self._foreign()
        if 200 <= status < 300:
            return answer
        code, message = answer.get("code"), answer.get("message")
        if not (isinstance(code, str) and isinstance(message, str) and status >= 400):
            self._foreign()
        raise BridgeError(message, str(answer.get("hint") or ""), code=code)

    def _view(self, answer: dict[str, Any]) -> JobView:
        try:
            return view_from_json(answer)
        except (TypeError, ValueError) as exc:
            self._foreign(exc)

    def _foreign(self, cause: BaseException | None = None) -> NoReturn:
        self.close()
        msg = f"Another program answers on port {self.address.port} in the bridge's place."
        raise BridgeError(msg, STOP_IT, code="foreign") from cause


def _job_path(job_id: str) -> str:
    return f"/v1/jobs/{quote(job_id, safe='', errors='replace')}"


def _encoded(body: Any) -> bytes:
    try:
        data = json.dumps(body, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as exc:
        msg = f"The request holds a value that cannot be sent: {exc}."
        raise BridgeError(msg, "Send text, numbers, lists and true or false.", code="bad_input") \
            from exc  # fmt: skip
    if len(data) > MAX_BODY_BYTES:
        msg = f"The request is {len(data)} bytes long; {MAX_BODY_BYTES} are allowed."
        raise BridgeError(msg, "Shorten the brief.", code="too_large")
    return data
