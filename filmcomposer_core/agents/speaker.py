"""Who speaks for a role: theory always, and a model where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from filmcomposer_core.agents.budget import Budget
from filmcomposer_core.agents.cache import question_hash
from filmcomposer_core.agents.contract import Ask, ChatModel, Message, Remembers, Reply
from filmcomposer_core.agents.prompt import STEPS, Prompt, fill, read_prompt
from filmcomposer_core.agents.reading import MOST_CHARS
from filmcomposer_core.agents.roles import Role, completed, new_faults, salvage, schema_for
from filmcomposer_core.agents.structured import (
    Answer,
    Forms,
    ask_for,
    names_of,
    read_json,
)
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.speech import Speech

S = TypeVar("S")
R = TypeVar("R")


def unwatched(words: str) -> None:
    """Wait without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who answers: models by role, what they may cost, and what they can do.

    Without ``model_of`` theory speaks for every role. ``steps`` are the prompt's steps of Table 7.
    ``sees`` is whether models are shown pictures, ``vision_of`` which model is, by role, if it is
    another one. ``host`` is where the endpoint is. ``thinking_tokens`` is the room for thoughts
    before each answer. ``watch`` is called several times a second while a model is
    waited for, with a few words; what it raises stops the conversation. ``by_autogen`` is whether
    AutoGen carries it.
    """

    model_of: Callable[[str], ChatModel] | None = None
    budget: Budget | None = None
    forms: Forms = field(default_factory=Forms)
    steps: tuple[str, ...] = STEPS
    sees: bool = True
    vision_of: Callable[[str], ChatModel] | None = None
    host: str = ""
    thinking_tokens: int = 0
    watch: Callable[[str], None] = unwatched
    by_autogen: bool = True


#: Theory alone.
THEORY = Speaker()


async def speak(
    role: Role[S, R],
    state: S,
    *,
    speaker: Speaker,
    conversation: str,
    turn: int,
    heard: str,
) -> tuple[R, Speech]:
    """Let a role speak once.

    Parameters
    ----------
    role : Role
    state : S
        What is known so far.
    speaker : Speaker
    conversation, turn : str, int
        For the transcript.
    heard : str
        What the roles before have said.

    Returns
    -------
    tuple of (R, Speech)
        The answer, always usable, and the line of the transcript.
    """
    computed = role.theory(state)
    if speaker.model_of is None or speaker.budget is None:
        return computed, Speech(
            conversation=conversation,
            turn=turn,
            role=role.name,
            speaker="theory",
            said=role.say(computed),
            answer=as_plain(computed),
            computed=as_plain(computed),
        )
    images = role.images(state) if speaker.sees else ()
    model = (speaker.vision_of if images and speaker.vision_of else speaker.model_of)(role.name)
    prompt = role.prompt if isinstance(role.prompt, Prompt) else read_prompt(role.prompt)
    schema = schema_for(role, state, computed)
    messages = fill(
        prompt,
        role.variables(state),
        schema=json.dumps(schema, ensure_ascii=False),
        heard=heard,
        steps=speaker.steps,
    )
    if images:
        asked = messages[-1]
        messages = (*messages[:-1], Message(role=asked.role, text=asked.text, images=images))
    questions: list[str] = []
    answer = await ask_for(
        role.kind,
        Ask(
            name=role.name,
            messages=messages,
            schema=schema,
            max_tokens=role.max_tokens + speaker.thinking_tokens,
        ),
        model=_Noted(model, questions),
        budget=speaker.budget,
        forms=speaker.forms,
        check=lambda value: new_faults(role, value, state, computed),
        complete=lambda value, given: completed(value, computed, given)[0],
    )
    value, theirs = _usable(role, state, answer, computed)
    return value, Speech(
        conversation=conversation,
        turn=turn,
        role=role.name,
        speaker="model" if theirs else "theory",
        model=model.name,
        host=speaker.host,
        images=len(images),
        source=answer.replies[-1].source if answer.replies else "",
        prompt=f"{prompt.name} {prompt.version}",
        said=role.say(value),
        answer=as_plain(value),
        computed=as_plain(computed),
        theirs=theirs,
        questions=tuple(questions[: len(answer.replies)]),
        # What is longer cannot be read, now or when it is said again.
        replies=tuple(reply.text[: MOST_CHARS + 1] for reply in answer.replies),
        faults=answer.faults,
        tokens_in=sum(r.tokens_in for r in answer.replies),
        tokens_out=sum(r.tokens_out for r in answer.replies),
        seconds=round(sum(r.seconds for r in answer.replies), 3),
    )


def _usable(
    role: Role[S, R], state: S, answer: Answer[R], computed: R
) -> tuple[R, tuple[str, ...]]:
    """Return an answer that can be used, and which entries of it are the model's.

    Where no reply was right, the one counts of which most can be kept.
    """
    if answer.value is not None:
        return completed(answer.value, computed, answer.given)
    best: tuple[R, tuple[str, ...]] = (computed, ())
    for reply in reversed(answer.replies):
        data, _ = read_json(reply.text, names_of(role.kind))
        best = max(best, salvage(role, state, data, computed), key=lambda found: len(found[1]))
    return best


class _Noted:
    """A model whose answered questions are noted for the transcript."""

    def __init__(self, model: ChatModel, questions: list[str]) -> None:
        self._model = model
        self._questions = questions

    @property
    def name(self) -> str:
        return self._model.name

    def kept(self, ask: Ask) -> Reply | None:
        reply = self._model.kept(ask) if isinstance(self._model, Remembers) else None
        return self._note(ask, reply) if reply is not None else None

    async def ask(self, ask: Ask) -> Reply:
        return self._note(ask, await self._model.ask(ask))

    def _note(self, ask: Ask, reply: Reply) -> Reply:
        self._questions.append(question_hash(ask, self._model.name))
        return reply


def as_plain(value: object) -> dict[str, object]:
    """Return an answer as it stands in a transcript."""
    plain: Mapping[str, object] = codec.plain(value)
    return dict(plain)
