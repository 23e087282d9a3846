"""What an endpoint may do. Each function returns a behaviour, or is one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.fakes.endpoint.server import Asked, Behaviour, Wire

SSE, JSON, HTML = "text/event-stream", "application/json", "text/html"
PAGE = b"<!doctype html><html><body><h1>It works!</h1></body></html>"


def packet(content: Any, *, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **delta}
    return {"id": "1", "choices": [{"index": 0, "delta": said, "finish_reason": finish}]}


def event(data: Any) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


USAGE = {"choices": [], "usage": {"prompt_tokens": 700, "completion_tokens": 40}}


def streams(text: str, *, usage: Any = USAGE, finish: str = "stop", **delta: Any) -> Behaviour:
    """Stream a text in small packets, then what it has cost."""

    async def behave(asked: Asked, wire: Wire) -> None:
        await wire.head(200, SSE)
        size = max(1, len(text) // 7)
        parts = [text[n : n + size] for n in range(0, len(text), size)]
        data = b"".join(event(packet(part, **delta)) for part in parts)
        data += event(packet(None, finish=finish))
        data += event(usage) if usage else b""
        await wire.send(data + b"data: [DONE]\n\n")

    return behave


def whole(text: Any, *, usage: Any = None, **message: Any) -> Behaviour:
    """Answer with one JSON body, as a server that does not stream."""
    body = {
        "choices": [{"message": {"role": "assistant", "content": text, **message}}],
        "usage": usage or {"prompt_tokens": 700, "completion_tokens": 40},
    }
    return says(200, JSON, json.dumps(body).encode())


def says(status: int, kind: str, data: bytes, *headers: str) -> Behaviour:
    """Answer with just these bytes."""

    async def behave(asked: Asked, wire: Wire) -> None:
        await wire.answer(status, kind, data, *headers)

    return behave


def fails(status: int, message: str = "no", *headers: str) -> Behaviour:
    """Answer with an error, in the words of the protocol."""
    return says(status, JSON, json.dumps({"error": {"message": message}}).encode(), *headers)


def knows(form: str, text: str, *, status: int = 400, words: str = "response_format") -> Behaviour:
    """Refuse every form of reply but one."""

    async def behave(asked: Asked, wire: Wire) -> None:
        right = streams(text) if asked.form == form else fails(status, f"{words}: unknown")
        await right(asked, wire)

    return behave


def refuses_parameter(name: str, text: str) -> Behaviour:
    """Refuse a parameter, as the newest models of a service do."""

    async def behave(asked: Asked, wire: Wire) -> None:
        there = name in asked.body or name in asked.body.get("response_format", {})
        said = fails(400, f"Unsupported parameter: '{name}' is not supported with this model.")
        await (said if there else streams(text))(asked, wire)

    return behave


def lists(*models: str) -> Behaviour:
    """List models."""
    rows = [{"id": model, "object": "model"} for model in models]
    return says(200, JSON, json.dumps({"object": "list", "data": rows}).encode())


def both(models: Behaviour, chat: Behaviour) -> Behaviour:
    """List models one way and chat another way."""

    async def behave(asked: Asked, wire: Wire) -> None:
        await (models if asked.path.endswith("/models") else chat)(asked, wire)

    return behave


async def drips(asked: Asked, wire: Wire) -> None:
    """Send a byte now and then, for ever."""
    await wire.head(200, SSE)
    while True:
        await wire.send(b":")
        await asyncio.sleep(0.05)


async def chatters(asked: Asked, wire: Wire) -> None:
    """Send words now and then, for ever."""
    await wire.head(200, SSE)
    while True:
        await wire.send(event(packet("la ")))
        await asyncio.sleep(0.02)


async def is_silent(asked: Asked, wire: Wire) -> None:
    """Take the question and say nothing."""
    await asyncio.sleep(3600.0)


async def cuts_off(asked: Asked, wire: Wire) -> None:
    """Break off in the middle of a reply, with a length that was promised."""
    await wire.head(200, SSE, length=100_000)
    await wire.send(event(packet('{"score": 0.5, "rea')))


async def hangs_up(asked: Asked, wire: Wire) -> None:
    """Close the connection without a word."""


async def floods(asked: Asked, wire: Wire) -> None:
    """Send for ever as fast as it is read: one line, no end."""
    await wire.head(200, SSE)
    while True:
        await wire.send(b"data: " + b"x" * 1_000_000)


async def floods_words(asked: Asked, wire: Wire) -> None:
    """Send words for ever as fast as they are read."""
    await wire.head(200, SSE)
    while True:
        await wire.send(event(packet("la " * 50_000)))


async def floods_a_fault(asked: Asked, wire: Wire) -> None:
    """Answer with an error whose page has no end."""
    await wire.head(500, HTML)
    while True:
        await wire.send(b"x" * 1_000_000)
