"""A conversation as an AutoGen team: one agent a role, a selector that follows our order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.conditions import FunctionalTermination
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, TextMessage
from autogen_agentchat.teams import SelectorGroupChat
from autogen_core import CancellationToken
from autogen_ext.models.replay import ReplayChatCompletionClient

from filmcomposer_core.agents.talk import Conversation

_LEAST = 2
Turn = asyncio.Future[str]


class RoleAgent(BaseChatAgent):
    """An agent that speaks for a role: what it hears are the messages of the team.

    ``turns`` takes the turn under way and, if it failed, keeps it: AutoGen would print what it
    raised and hand on its words alone.
    """

    def __init__(self, talk: Conversation[Any], role: str, turns: list[Turn]) -> None:
        super().__init__(agent_name(role), description=f"The role {role} of a composer's team.")
        self._talk = talk
        self._role = role
        self._turns = turns
        self._heard: list[str] = []

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """Text is all that a role says."""
        return (TextMessage,)

    async def on_messages(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> Response:
        """Hear what was said since the last turn, then speak."""
        names = {agent_name(role): role for role in self._talk.roles}
        self._heard += [
            f"{names[m.source]}: {m.to_model_text()}\n" for m in messages if m.source in names
        ]
        turn = asyncio.ensure_future(self._talk.turn(self._role, "".join(self._heard)))
        self._turns.append(turn)
        await asyncio.wait([turn])
        if failed(turn):
            return Response(chat_message=TextMessage(content="", source=self.name))
        self._turns.remove(turn)
        said = turn.result()
        self._heard.append(f"{self._role}: {said}\n")
        return Response(chat_message=TextMessage(content=said, source=self.name))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Forget what was heard."""
        self._heard.clear()


async def carry(talk: Conversation[Any]) -> None:
    """Run a conversation as an AutoGen team until its order ends.

    Raises
    ------
    FilmComposerError
        What a role raised, as it was raised.
    """
    first = talk.following()
    turns: list[Turn] = []
    if not first:
        return
    if len(talk.roles) < _LEAST:  # a team needs two
        heard = ""
        while name := talk.following():
            heard += f"{name}: {await talk.turn(name, heard)}\n"
        return

    def ended(_messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> bool:
        broken = any(turn.done() for turn in turns)
        return broken or (bool(talk.speeches) and not talk.following())

    def following(_messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> str:
        return agent_name(talk.following() or first)

    team = SelectorGroupChat(
        [RoleAgent(talk, name, turns) for name in talk.roles],
        # Never asked: the order is ours, and each role asks its own model.
        model_client=ReplayChatCompletionClient([]),
        selector_func=following,
        allow_repeated_speaker=True,
        termination_condition=FunctionalTermination(ended),
    )
    talk.stop = lambda: [turn.cancel() for turn in turns]
    await team.run(task=talk.name)
    for turn in turns:
        turn.result()


def failed(turn: Turn) -> bool:
    """Whether a turn that is done was stopped, or raised."""
    return turn.cancelled() or turn.exception() is not None


def agent_name(role: str) -> str:
    """Return a role's name as AutoGen allows it."""
    return re.sub(r"\W", "_", f"_{role}" if role[:1].isdigit() else role)
