"""Read a chat reply from the bytes of a server: a stream of packets, or one JSON body."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from filmcomposer_core.agents.budget import MARGIN, weight_of
from filmcomposer_core.agents.contract import MOST_REPLY_BYTES, MOST_STREAM_BYTES

_LINE_ENDS = b"\n"
_END = b"[DONE]"
_CUT = frozenset(["length", "max_tokens"])


class NoReplyError(ValueError):
    """Report that a server has answered, but not with a chat reply.

    ``told`` holds the server's own words, to look for what it does not know; they are not shown.
    """

    def __init__(self, why: str, told: str = "") -> None:
        super().__init__(why)
        self.told = told


@dataclass(slots=True)
class Heard:
    """What has come in of a reply; after ``most_tokens``, thoughts included, it is ``full``."""

    most_tokens: float = math.inf
    text: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    size: int = 0
    tokens: float = 0.0
    full: bool = False
    chosen: bool = False
    cut: bool = False
    tokens_in: int = 0
    tokens_out: int = 0

    def words(self) -> str:
        """Return the reply; where a server takes the whole answer for thoughts, those."""
        said = "".join(self.text)
        said = said if said.strip() else "".join(self.thoughts)
        # A server may send the two halves of a sign in two packets, or one half alone.
        return said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def take(self, packet: Any) -> None:
        """Take in a packet of a stream, or a whole body.

        Raises
        ------
        NoReplyError
            If it is none of a chat reply, or the reply becomes too long.
        """
        if not isinstance(packet, dict):
            raise NoReplyError("no object")
        if packet.get("error"):
            raise NoReplyError("an error in the reply", json.dumps(packet["error"])[:4000])
        usage = packet.get("usage")
        if isinstance(usage, dict):
            self.tokens_in = _count(usage.get("prompt_tokens"))
            self.tokens_out = _count(usage.get("completion_tokens"))
        choices = packet.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choose(choice)

    def _choose(self, choice: dict[str, Any]) -> None:
        self.chosen = True
        self.cut = self.cut or choice.get("finish_reason") in _CUT
        said = choice.get("delta") or choice.get("message")
        if not isinstance(said, dict):
            return
        self._hear(self.text, said.get("content"))
        self._hear(self.thoughts, said.get("reasoning_content") or said.get("reasoning"))

    def _hear(self, pieces: list[str], content: Any) -> None:
        if isinstance(content, list):  # parts, as some servers send them
            for part in content:
                self._hear(pieces, part.get("text") if isinstance(part, dict) else None)
        elif isinstance(content, str) and content and not self.full:
            self.tokens += weight_of(content)
            if self.tokens >= self.most_tokens:  # it does not heed how long it may be
                self.full = self.cut = True
                content = content[: MARGIN * round(min(self.most_tokens, MOST_REPLY_BYTES))]
            pieces.append(content)
            self.size += len(content.encode("utf-8", "replace"))
            if pieces is self.text and self.size > MOST_REPLY_BYTES:
                raise NoReplyError("the reply is too long")


async def read_reply(data: AsyncIterator[bytes], *, most_tokens: float = math.inf) -> Heard:
    """Read a reply until its end, or until it is longer than it may be.

    Raises
    ------
    NoReplyError
        If what comes is no chat reply, or too much.
    """
    heard = Heard(most_tokens=most_tokens)
    other: list[bytes] = []
    async for line in _lines(data):
        if line.startswith(b"data:"):
            packet = line[len(b"data:") :].strip()
            if packet == _END:
                break
            if packet:
                heard.take(_parsed(packet))
            if heard.full:
                break
        elif line.strip() and not heard.chosen:
            other.append(line)
    if not heard.chosen and other:
        # A server that does not stream, though asked to.
        heard.take(_parsed(_LINE_ENDS.join(other)))
    if not heard.chosen:
        raise NoReplyError("no choices")
    return heard


async def _lines(data: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield lines without their ends; too many bytes, in one line or in all, are refused."""
    total = 0
    rest: list[bytes] = []
    async for piece in data:
        total += len(piece)
        if total > MOST_STREAM_BYTES:
            raise NoReplyError("the reply is too long")
        *lines, last = piece.split(_LINE_ENDS)
        for line in lines:
            yield b"".join([*rest, line]).rstrip(b"\r")
            rest = []
        rest.append(last)
    yield b"".join(rest).rstrip(b"\r")


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as exc:
        raise NoReplyError("not JSON") from exc


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**9 else 0
