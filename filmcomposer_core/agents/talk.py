"""Conversations: who speaks after whom, by a plain loop or carried by AutoGen.

The sequential chat links roles that answer to those above them; the group chat follows the order of
music production, and its Reviewer may send a role back (Sec. 3.3). Theory needs no packages; where
a model speaks, AutoGen's teams pass the messages on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from filmcomposer_core.agents.budget import Budget
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.agents.speaker import Speaker, speak
from filmcomposer_core.agents.waiting import finish, run_watched
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.errors import MissingDependencyError

S = TypeVar("S")

#: Who speaks next, by who spoke last ("" at the start) and the state; "" ends the conversation.
Order = Callable[[str, S], str]
#: No conversation is longer, whatever its order says.
MOST_TURNS = 40
_MOST_HEARD = 6000


@dataclass(slots=True)
class Conversation(Generic[S]):
    """A conversation under way: the state, what was said, and which role is asked just now.

    ``stop`` has it end soon, from within its loop.
    ``order`` is asked more than once for each turn, so its answer rests on what it is given alone.
    """

    name: str
    roles: Mapping[str, Role[S, Any]]
    order: Order[S]
    speaker: Speaker
    state: S
    speeches: list[Speech] = field(default_factory=list)
    asked: str = ""
    stop: Callable[[], object] = lambda: None

    def following(self) -> str:
        """Return who speaks next, "" at the end."""
        if len(self.speeches) >= MOST_TURNS:
            return ""
        return self.order(self.speeches[-1].role if self.speeches else "", self.state)

    async def turn(self, name: str, heard: str) -> str:
        """Let a role speak, take in what it says, and return its words as the others hear them."""
        role = self.roles[name]
        self.asked = name
        reply, speech = await speak(
            role,
            self.state,
            speaker=self.speaker,
            conversation=self.name,
            turn=len(self.speeches) + 1,
            heard=heard[-_MOST_HEARD:],
        )
        self.state = role.hear(self.state, reply)
        self.speeches.append(speech)
        self.asked = ""
        # A line that begins with a name is another role's.
        return speech.said.strip().replace("\n", "\n  ")


def sequence(names: Sequence[str]) -> Order[Any]:
    """Return the order of a sequential chat: each name once."""
    following = dict(zip(("", *names), (*names, ""), strict=True))
    return lambda last, _state: following[last]


def converse(
    name: str,
    roles: Sequence[Role[S, Any]],
    state: S,
    *,
    order: Order[S],
    speaker: Speaker,
) -> tuple[S, tuple[Speech, ...]]:
    """Let roles speak in turn until the order ends.

    Parameters
    ----------
    name : str
        Of the conversation, for the transcript.
    roles : sequence of Role
    state : S
        What is known at the start.
    order : callable
        Who speaks next.
    speaker : Speaker
        Theory, or a model with theory beside it.

    Returns
    -------
    tuple of (S, tuple of Speech)
        What is known at the end, and what was said.
    """
    (found,) = converse_beside([(name, roles, state, order)], speaker=speaker)
    return found


def converse_beside(
    talks: Sequence[tuple[str, Sequence[Role[Any, Any]], Any, Order[Any]]], *, speaker: Speaker
) -> list[tuple[Any, tuple[Speech, ...]]]:
    """Hold several conversations side by side; they hear nothing of one another.

    Raises
    ------
    Cancelled
        If the user stops the work; within a second, whatever is waited for.
    MissingDependencyError
        If a model is to speak and AutoGen is not installed.
    """
    held = [
        Conversation(name, {role.name: role for role in roles}, order, speaker, state)
        for name, roles, state, order in talks
    ]
    if speaker.model_of is None:
        for talk in held:
            finish(_plain(talk))
    else:
        carry = _by_autogen() if speaker.by_autogen else _plain
        try:
            run_watched(
                lambda: _all(carry, held),
                watch=_watch(held, speaker),
                stop=lambda: _stop(held, speaker.budget),
            )
        except BaseException:
            # What still runs in its thread sends nothing more.
            _close(speaker.budget)
            raise
    return [(talk.state, tuple(talk.speeches)) for talk in held]


def _watch(held: Sequence[Conversation[Any]], speaker: Speaker) -> Callable[[], None]:
    """Return what tells the user who is waited for, and stops where the user wants that."""
    began = time.monotonic()

    def watch() -> None:
        names = ", ".join(talk.asked for talk in held if talk.asked)
        speaker.watch(f"{names or 'the team'} thinks, {time.monotonic() - began:.0f} s")

    return watch


async def _all(
    carry: Callable[[Conversation[Any]], Coroutine[Any, Any, None]],
    held: Sequence[Conversation[Any]],
) -> None:
    tasks = []
    for talk in held:
        tasks.append(asyncio.create_task(carry(talk)))
        talk.stop = tasks[-1].cancel
    try:
        await asyncio.gather(*tasks)
    finally:
        _stop(held, None)


def _stop(held: Sequence[Conversation[Any]], budget: Budget | None) -> None:
    _close(budget)
    for talk in held:
        talk.stop()


def _close(budget: Budget | None) -> None:
    if budget is not None:
        budget.closed = True


async def _plain(talk: Conversation[Any]) -> None:
    heard = ""
    while name := talk.following():
        heard += f"{name}: {await talk.turn(name, heard)}\n"


def _by_autogen() -> Callable[[Conversation[Any]], Coroutine[Any, Any, None]]:
    """Return what lets an AutoGen team carry the messages; who speaks is decided by our order."""
    try:
        from filmcomposer_core.agents.team import carry
    except ImportError as exc:
        raise MissingDependencyError(
            "A language model is configured, but AutoGen is not installed.",
            "Install the extra agents: pip install 'filmcomposer[agents]'.",
        ) from exc
    return carry
