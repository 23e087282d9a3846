"""What every language model looks like to the roles, whoever serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from filmcomposer_core.errors import FilmComposerError

#: Longest text of a reply, in bytes; what is longer is no answer to any of our questions.
MOST_REPLY_BYTES = 2_000_000
#: The most bytes read for one reply: in a stream each word comes in a packet of its own, and models
#: that think send their thoughts before the answer.
MOST_STREAM_BYTES = 16_000_000


class AgentError(FilmComposerError):
    """Report that a language model could not be asked, or did not answer.

    Parameters
    ----------
    message, hint : str
        What failed, and what the user can do; never a key, never the server's own words.
    again_s : float or None
        Seconds after which another try may help; None = it would not.
    free : bool
        Whether the question was refused before anything was written, so that it cost no tokens.
    lasting : bool
        Whether the next question would meet the same fault.
    """

    code = "agent_failed"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        again_s: float | None = None,
        free: bool = False,
        lasting: bool = False,
    ) -> None:
        super().__init__(message, hint)
        self.again_s = again_s
        self.free = free
        self.lasting = lasting


class BudgetError(AgentError):
    """Report that a cap of the settings is reached; nothing more is sent."""

    code = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation; ``images`` are JPEG files as bytes."""

    role: Literal["system", "user", "assistant"]
    text: str
    images: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a model.

    ``schema`` is the JSON schema of the answer, sent in the manner of ``form``; with ``text`` it
    stands in the messages only. ``name`` is the role that asks.
    """

    name: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    form: Literal["json_schema", "json_object", "text"] = "text"
    max_tokens: int = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: text, who said it, what it cost, and where it came from.

    Tokens are 0 where the server does not count them. ``cut`` is whether the reply ended because it
    was as long as it may be.
    """

    text: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cut: bool = False
    source: Literal["model", "cache", "replay"] = "model"


class ChatModel(Protocol):
    """A language model that answers one question at a time."""

    @property
    def name(self) -> str:
        """Name of the model, for provenance and prices."""

    async def ask(self, ask: Ask) -> Reply:
        """Answer.

        Raises
        ------
        FormRefused
            If the endpoint cannot answer in the form that was asked for.
        AgentError
            If there is no answer.
        """


@runtime_checkable
class Remembers(Protocol):
    """A model that may have answered a question before, at no cost now."""

    def kept(self, ask: Ask) -> Reply | None:
        """Return the reply that is kept, None if there is none."""


class FormRefused(AgentError):
    """Report that an endpoint does not know the form of reply that was asked for."""

    code = "form_refused"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, free=True)
