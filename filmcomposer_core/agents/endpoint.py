"""An OpenAI-compatible endpoint as a model: OpenAI, Ollama, LM Studio, vLLM, llama.cpp."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from filmcomposer_core.agents.budget import MARGIN
from filmcomposer_core.agents.contract import AgentError, Ask, FormRefused, Message, Reply
from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.agents.stream import NoReplyError, read_reply
from filmcomposer_core.errors import MissingDependencyError

#: Answers that another try may change: too many requests, and faults on the server's side.
_AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
#: With these a server refuses a question as it is put.
_REFUSING: Final = frozenset({400, 415, 422, 500, 501})
#: What is said of a parameter that a model does not take, and what is sent in its place.
_INSTEAD: Final = (
    ("max_tokens", "max_completion_tokens"),
    ("temperature", ""),
    ("stream_options", ""),
    ("schema", ""),
)
_LONGEST_PAUSE_S: Final = 3600.0
_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
_MOST_NAME: Final = 60
_CHECK: Final = "Run `filmcomposer agents check`, or score with --agents off."


#: What the status of an answer means, and what to do.
_STATUS: Final[dict[Sequence[int], tuple[str, str]]] = {
    (401, 403): (
        "refuses the key (HTTP {status})",
        "Store the right one with: filmcomposer agents key set",
    ),
    (404,): (
        "does not know the address or the model {model!r} (HTTP 404)",
        "Correct url and model in agents.toml; `filmcomposer agents check` lists models.",
    ),
    range(300, 400): (
        "sends us to another address (HTTP {status}), which is not followed",
        "Put the address itself into agents.toml.",
    ),
    (400, 413, 422): (
        "refuses the question (HTTP {status}); its context may be too short",
        "Start the server with a longer context, or name another model.",
    ),
    (429,): (
        "has had too many requests, or the account is spent (HTTP 429)",
        "Wait, lower at_once in agents.toml, or look at the account.",
    ),
}


class Endpoint:
    """One model of an endpoint.

    Parameters
    ----------
    settings : AgentSettings
        Address and timeout.
    model : str
        Name of the model at the endpoint.
    key : str
        Sent to this endpoint only; never part of an error or a transcript.

    Raises
    ------
    MissingDependencyError
        If the extra is not installed.
    """

    def __init__(self, settings: AgentSettings, *, model: str, key: str) -> None:
        self._settings = settings
        self._model = model
        self._key = key
        try:
            import openai

            from filmcomposer_core.agents import client
        except ImportError as exc:
            raise MissingDependencyError(
                "A language model is configured, but the package openai is not installed.",
                "Install the extra agents: pip install 'filmcomposer[agents]'.",
            ) from exc
        self._openai, self._http = openai, client
        # Parameters that this model was found not to take.
        self._without: set[str] = set()

    def __repr__(self) -> str:
        return f"Endpoint({self._settings.host!r}, model={self._model!r})"

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._model

    async def ask(self, ask: Ask) -> Reply:
        """Ask once.

        Raises
        ------
        FormRefused
            If the endpoint does not know ``ask.form``.
        AgentError
            If no answer came; never with the key or the server's own words beyond its status.
        """
        began = time.monotonic()
        fault: AgentError | None = None
        for _ in range(1 + len(_INSTEAD)):
            try:
                async with asyncio.timeout(self._settings.timeout_s):
                    return await self._once(ask, began)
            except TimeoutError:
                raise self._late() from None
            except AgentError:
                raise
            except self._http.FAULTS as exc:
                fault = self._understood(exc, ask)
                if not self._learned(exc, ask):
                    raise fault from None
        raise fault or self._fault("gave no answer")

    async def _once(self, ask: Ask, began: float) -> Reply:
        """Read one reply as it streams in, and stop where it is too long."""
        async with self._http.make_client(self._settings, self._key) as client:
            stream = await client.chat.completions.create(**self._request(ask))
            # The bytes are read here: its own reader takes bodies of any size, and no other form.
            async with stream:
                data = stream.response.aiter_bytes()
                heard = await read_reply(data, most_tokens=MARGIN * ask.max_tokens)
        text = heard.words()
        if self._key:
            text = text.replace(self._key, "[key]")
        return Reply(
            text=text,
            model=self._model,
            tokens_in=heard.tokens_in,
            tokens_out=heard.tokens_out,
            seconds=time.monotonic() - began,
            cut=heard.cut,
        )

    def _request(self, ask: Ask) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [_as_sent(message) for message in ask.messages],
            "temperature": self._settings.temperature,
            "max_tokens": ask.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        for name, instead in _INSTEAD:
            if name in self._without and name in request:
                value = request.pop(name)
                request |= {instead: value} if instead else {}
        form: dict[str, Any] = {"type": ask.form}
        if ask.form == "json_schema":
            name = _NAME.sub("_", ask.name)[:_MOST_NAME] or "answer"
            form["json_schema"] = {"name": name, "schema": dict(ask.schema), "strict": False}
        elif ask.form == "json_object" and "schema" not in self._without:
            form["schema"] = dict(ask.schema)  # llama.cpp's server takes it here
        if ask.form != "text":
            request["response_format"] = form
        return request

    def _learned(self, exc: Exception, ask: Ask) -> bool:
        """Whether a question was refused for a parameter that can be left out the next time."""
        if not isinstance(exc, self._openai.APIStatusError) or exc.status_code not in _REFUSING:
            return False
        told = _words_of(exc)
        for name, _ in _INSTEAD:
            meant = re.search(rf"\b{name}\b", told) and name not in self._without
            if meant and (name != "schema" or ask.form == "json_object"):
                self._without.add(name)
                return True
        return False

    def _understood(self, exc: Exception, ask: Ask) -> AgentError:
        """Return a fault in our words."""
        if isinstance(exc, self._openai.APIStatusError):
            status = exc.status_code
            if ask.form != "text" and status in _REFUSING:
                # Few servers say what they do not know, so the next form shows.
                return FormRefused(f"{self._where} does not know {ask.form}.", _CHECK)
            pause = _asked_pause(exc) if status in _AGAIN else None
            return self._status(status, pause)
        if isinstance(exc, self._openai.APITimeoutError):
            return self._late()
        if isinstance(exc, self._openai.APIConnectionError):
            return self._broken(exc)
        if isinstance(exc, NoReplyError) and ask.form != "text" and exc.told:
            return FormRefused(f"{self._where} does not know {ask.form}.", _CHECK)
        # What is no reply in the form of the protocol: HTML, no choices, cut off.
        return self._fault("answered, but not with a chat reply", again_s=0.0)

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models that the endpoint serves.

        Raises
        ------
        AgentError
            If it cannot be reached or refuses.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._listed()
        except TimeoutError:
            raise self._late() from None
        except AgentError:
            raise
        except self._openai.APIStatusError as exc:
            raise self._status(exc.status_code, None) from None
        except self._openai.APIConnectionError as exc:
            raise self._broken(exc) from None
        except self._http.FAULTS:
            raise self._fault("answered, but not with a list of models") from None

    async def _listed(self) -> tuple[str, ...]:
        async with self._http.make_client(self._settings, self._key) as client:
            body = await self._http.listing(client)
        listed = json.loads(body)
        rows = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(rows, list):
            raise NoReplyError("no list")
        return tuple(str(row["id"])[:200] for row in rows if isinstance(row, dict) and "id" in row)

    @property
    def _where(self) -> str:
        return f"The endpoint {self._settings.host}"

    def _broken(self, exc: BaseException) -> AgentError:
        if self._http.unreached(exc):
            return self._fault("cannot be reached", again_s=0.0, free=True, lasting=True)
        return self._fault("broke the connection off", again_s=0.0)

    def _late(self) -> AgentError:
        return self._fault(f"did not answer within {self._settings.timeout_s:g} s")

    def _fault(
        self,
        what: str,
        *,
        again_s: float | None = None,
        free: bool = False,
        lasting: bool = False,
    ) -> AgentError:
        return AgentError(
            f"{self._where} {what}.", _CHECK, again_s=again_s, free=free, lasting=lasting
        )

    def _status(self, status: int, again_s: float | None) -> AgentError:
        known = next((words for codes, words in _STATUS.items() if status in codes), None)
        what, hint = known or ("answered with HTTP {status}", _CHECK)
        what = what.format(status=status, model=self._model)
        lasting = status in (401, 403, 404) or 300 <= status < 400
        words = f"{self._where} {what}."
        return AgentError(words, hint, again_s=again_s, free=True, lasting=lasting)


def _as_sent(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, Any]] = [{"type": "text", "text": message.text}]
    for image in message.images:
        data = base64.b64encode(image).decode("ascii")
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}})
    return {"role": message.role, "content": parts}


def _words_of(exc: Any) -> str:
    return f"{getattr(exc, 'body', '')} {getattr(exc, 'message', '')}"[:4000]


def _asked_pause(exc: Any) -> float:
    """Return how long a server asks to wait, in seconds or as a date; 0 if it does not say."""
    text = str(exc.response.headers.get("retry-after", ""))
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    # A number that is none fails both comparisons.
    return min(seconds, _LONGEST_PAUSE_S) if seconds > 0.0 else 0.0
