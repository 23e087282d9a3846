"""Try an endpoint: is it there, which models, which form of reply, does it see, what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from filmcomposer_core.agents.budget import Budget, Caps
from filmcomposer_core.agents.contract import AgentError, Ask, ChatModel, Message, Reply
from filmcomposer_core.agents.key import find_key
from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.agents.structured import FORMS, Answer, Forms, ask_for, schema_of
from filmcomposer_core.agents.waiting import run_watched
from filmcomposer_core.contracts._check import STRICT

T = TypeVar("T")

NO_ENDPOINT = (
    "No language model is configured: theory answers for every role, and nothing leaves this "
    "machine."
)
_CAPS = Caps(calls=20, tokens=100_000, seconds=600.0, money=1.0)
_TOKENS = 200
_MOST_LISTED = 12
Colour = Literal["red", "green", "blue", "yellow", "black", "white"]
#: Left and right half of the picture that is shown; a guess is right once in thirty-six times.
_LEFT: Final = "yellow"
_RIGHT: Final = "blue"
_BLUE_GREEN_RED = {_LEFT: (0, 255, 255), _RIGHT: (255, 0, 0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """Beats of a bar."""

    __pydantic_config__ = STRICT

    beats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """Colours of the two halves of a picture."""

    __pydantic_config__ = STRICT

    left: Colour
    right: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a check; ``ok`` False = the agents cannot work so."""

    name: str
    words: str
    ok: bool = True


class Listening:
    """A model whose replies are kept as they came."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.replies: list[Reply] = []

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._model.name

    async def ask(self, ask: Ask) -> Reply:
        """Ask, and keep the reply."""
        reply = await self._model.ask(ask)
        self.replies.append(reply)
        return reply


def check_endpoint(settings: AgentSettings) -> Iterator[Finding]:
    """Try an endpoint, one finding after the other.

    Parameters
    ----------
    settings : AgentSettings
        With an address.

    Raises
    ------
    MissingDependencyError
        If the extra is not installed.
    InputError
        If the key holds signs that no key has.
    """
    from filmcomposer_core.agents.endpoint import Endpoint

    key = find_key(settings)
    place = "on this machine" if settings.is_local else "words (and key frames) leave this machine"
    yield Finding(name="endpoint", words=f"{settings.url}, {place}")
    yield Finding(name="key", words=f"from {key.source}" if key.value else "none")
    model = Endpoint(settings, model=settings.model, key=key.value)
    yield from _models(settings, model)
    budget = Budget(caps=_CAPS)
    for name in dict.fromkeys((settings.model, *settings.models.values())):
        yield from _replies(settings, Endpoint(settings, model=name, key=key.value), budget)
    if settings.vision_model:
        seeing = Endpoint(settings, model=settings.vision_model, key=key.value)
        yield _pictures(settings, seeing, budget)
    else:
        yield Finding(name="pictures", words="none are sent: no vision_model is named")
    yield _prices(settings)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return run_watched(work, watch=lambda: None, stop=lambda: None)


def _models(settings: AgentSettings, endpoint: Any) -> Iterator[Finding]:
    try:
        listed: tuple[str, ...] = _run(endpoint.models)
    except AgentError as exc:
        # Some servers have no list and answer all the same.
        yield Finding(name="models", words=f"cannot be listed: {exc.message}")
        return
    more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
    names = ", ".join(_shown(name) for name in listed[:_MOST_LISTED])
    yield Finding(name="models", words=f"{names or 'none'}{more}")
    for name in settings.models_named():
        if name not in listed:
            yield Finding(name="models", words=f"{name} is not among them")


def _shown(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:80]


def _asked(settings: AgentSettings, kind: type[T], words: str, *pictures: bytes) -> Ask:
    schema = json.dumps(schema_of(kind))
    return Ask(
        name="check",
        messages=(
            Message(role="system", text=f"Answer with one JSON object of this schema:\n{schema}"),
            Message(role="user", text=words, images=pictures),
        ),
        schema={},
        max_tokens=_TOKENS + settings.thinking_tokens,
    )


def _answer(
    settings: AgentSettings, kind: type[T], ask: Ask, model: Listening, budget: Budget
) -> tuple[Answer[T], str]:
    forms = Forms(wanted=settings.replies, retries=settings.retries, within_s=settings.timeout_s)
    answer = _run(
        lambda: ask_for(kind, ask, model=model, budget=budget, forms=forms, check=lambda value: ())
    )
    return answer, FORMS[forms.first(model.name)]


def _replies(settings: AgentSettings, model: ChatModel, budget: Budget) -> Iterator[Finding]:
    heard = Listening(model)
    ask = _asked(settings, Beats, "How many beats has a bar of 3/4?")
    answer, form = _answer(settings, Beats, ask, heard, budget)
    if answer.value is None:
        words = f"{model.name}: no usable answer: {answer.faults[-1]}"
        yield Finding(name="replies", words=words, ok=False)
        return
    right = "" if answer.value.beats == 3 else f" (and says a bar of 3/4 has {answer.value.beats})"
    took = sum(reply.seconds for reply in heard.replies)
    yield Finding(name="replies", words=f"{model.name} answers as {form} in {took:.1f} s{right}")
    counts = all(reply.tokens_in and reply.tokens_out for reply in heard.replies)
    words = "counted by the server" if counts else "not counted by the server: estimated"
    yield Finding(name="tokens", words=words)


def _pictures(settings: AgentSettings, model: ChatModel, budget: Budget) -> Finding:
    words = "Which colour is the left half of the picture, and which the right half?"
    ask = _asked(settings, Halves, words, halves())
    answer, _ = _answer(settings, Halves, ask, Listening(model), budget)
    if answer.value == Halves(left=_LEFT, right=_RIGHT):
        return Finding(name="pictures", words=f"{model.name} sees")
    said = f"{answer.value.left} and {answer.value.right}" if answer.value else answer.faults[-1]
    wanted = f"{_LEFT} and {_RIGHT}"
    return Finding(name="pictures", words=f"{model.name} does not see {wanted}: {said}", ok=False)


def halves() -> bytes:
    """Return a JPEG picture of 128 × 64 pixels, its halves of two colours."""
    import cv2
    import numpy as np

    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:, :64] = _BLUE_GREEN_RED[_LEFT]
    picture[:, 64:] = _BLUE_GREEN_RED[_RIGHT]
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def _prices(settings: AgentSettings) -> Finding:
    known = []
    for name in settings.models_named():
        price = settings.prices.get(name)
        cost = "unknown" if price is None else (
            f"{price.tokens_in:g} in, {price.tokens_out:g} out, {price.currency} "
            "for a million tokens"
        )  # fmt: skip
        known.append(f"{name}: {cost}")
    caps = settings.caps
    most = f"a cue at most {caps.calls} calls, {caps.tokens:,} tokens, {caps.seconds:g} s"
    currency = next((price.currency for price in settings.prices.values()), "")
    money = f", {caps.money:g} {currency}" if currency else ""
    return Finding(name="price", words=f"{'; '.join(known)}; {most}{money}")
