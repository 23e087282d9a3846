"""Requests to one bridge over its address. Standard library only."""

from __future__ import annotations

import http.client
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import quote

from filmcomposer_bridge.answer import (
    HOST,
    MAX_ANSWER_BYTES,
    check_status,
    encoded,
    foreign,
    gone,
    headers_for,
    judge,
    late,
)
from filmcomposer_bridge.protocol import PROTOCOL, JobRequest, JobView, view_from_json
from filmcomposer_bridge.state import Address
from filmcomposer_core.errors import BridgeError

TIMEOUT_S = 2.0


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
        return check_status(self.address, answer)

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
        headers = headers_for(self.address, protocol)
        data = None if body is None else encoded(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            return judge(self.address, *self._exchange(method, path, data, headers))
        except BridgeError as exc:
            if exc.code == "foreign":
                self.close()
            raise

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
            raise late(self.address) from exc
        except (OSError, http.client.IncompleteRead) as exc:
            self.close()
            if was_kept:
                return self._exchange(method, path, data, headers)
            raise gone(self.address) from exc
        except http.client.HTTPException as exc:
            self.close()
            self._foreign(exc)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        raw = answer.read(MAX_ANSWER_BYTES + 1)
        if len(raw) > MAX_ANSWER_BYTES:
            self.close()
        return raw

    def _view(self, answer: dict[str, Any]) -> JobView:
        try:
            return view_from_json(answer)
        except (TypeError, ValueError) as exc:
            self._foreign(exc)

    def _foreign(self, cause: BaseException) -> NoReturn:
        self.close()
        raise foreign(self.address) from cause


def _job_path(job_id: str) -> str:
    return f"/v1/jobs/{quote(job_id, safe='', errors='replace')}"
