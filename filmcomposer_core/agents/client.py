"""The HTTP client of an endpoint: what is sent to it, how much is read, which proxy leads there.

Import it in functions only: its packages are of the extra ``agents``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx2
import openai

from filmcomposer_core.agents.contract import MOST_STREAM_BYTES, AgentError
from filmcomposer_core.agents.settings import AgentSettings

#: What a request says; the rest (system, versions, the account of another service) stays here.
_HEADERS: Final = frozenset(
    ("host", "connection", "content-type", "content-length", "accept", "authorization")
)
#: The account that a key belongs to, for the service that knows it.
_ACCOUNT: Final = frozenset(("openai-organization", "openai-project"))
_PLAIN: Final = "identity"
#: Where a server is not there at all.
_UNREACHED: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class TooMuchError(ValueError):
    """Report a body that is longer than any reply."""


def make_client(settings: AgentSettings, key: str) -> openai.AsyncOpenAI:
    """Return a client for an endpoint; close it after use.

    The proxies of the environment are used as browsers do, except for servers on this machine and
    in the local network.

    Raises
    ------
    AgentError
        If a proxy of the environment cannot be used.
    """
    allowed = _HEADERS | _ACCOUNT if settings.host.endswith(".openai.com") else _HEADERS

    async def scrub(request: httpx2.Request) -> None:
        for name in list(request.headers):
            if name.lower() not in allowed or (name.lower() == "authorization" and not key):
                del request.headers[name]
        # What is packed could be far larger than what is counted.
        request.headers["accept-encoding"] = _PLAIN
        request.headers["user-agent"] = "FilmComposer"

    try:
        http = httpx2.AsyncClient(
            follow_redirects=False,  # one could carry the key to another host
            timeout=settings.timeout_s,
            trust_env=not settings.is_near,
            # Reading the system's certificates is slow, and of no use where there is no TLS.
            verify=settings.url.startswith("https:"),
            event_hooks={"request": [scrub], "response": [_bound]},
        )
    except (ValueError, ImportError, httpx2.InvalidURL) as exc:
        raise AgentError(
            "A proxy that the environment names (HTTPS_PROXY, ALL_PROXY) cannot be used.",
            "Correct it, or name the endpoint's host in NO_PROXY.",
            lasting=True,
            free=True,
        ) from exc
    return openai.AsyncOpenAI(
        base_url=settings.url, api_key=key or "none", max_retries=0, http_client=http
    )


async def listing(client: openai.AsyncOpenAI) -> bytes:
    """Return what an endpoint says of its models."""
    response = await client.get("/models", cast_to=httpx2.Response)
    return await response.aread()


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", _PLAIN) != _PLAIN:
        msg = "packed"
        raise TooMuchError(msg)
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A body of which no more than a bound is read, whoever reads it."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for piece in self._stream:
            total += len(piece)
            if total > MOST_STREAM_BYTES:
                msg = "too long"
                raise TooMuchError(msg)
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


def unreached(exc: BaseException) -> bool:
    """Whether a fault of the connection means that nobody answers there."""
    return isinstance(exc.__cause__, _UNREACHED)


#: What openai and httpx2 raise, and what a body that is none of the protocol makes of them.
FAULTS: Final[tuple[type[Exception], ...]] = (
    *(openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL),
    *(ValueError, RecursionError, OSError),
)
