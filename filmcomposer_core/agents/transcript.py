"""``agents.jsonl``: everything that was said, and a model that says it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from filmcomposer_core.agents.cache import question_hash
from filmcomposer_core.agents.contract import AgentError, Ask, ChatModel, Reply
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.speech import Speech

TRANSCRIPT_FILE = "agents.jsonl"


def dump_transcript(speeches: Iterable[Speech]) -> str:
    """Return a transcript: one JSON object a line."""
    lines = (json.dumps(codec.plain(s), ensure_ascii=False, allow_nan=False) for s in speeches)
    return "".join(f"{line}\n" for line in lines)


def read_transcript(text: str, *, where: str) -> tuple[Speech, ...]:
    """Read a transcript.

    Raises
    ------
    InputError
        Naming the line.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{where} line {number}"
            found.append(codec.build(Speech, codec.parse_json(line, where=place), where=place))
    return tuple(found)


@dataclass(slots=True)
class Replay:
    """A model that answers from a transcript, without a network.

    A question that the transcript does not hold has no answer, so that theory speaks.
    """

    model: str
    _replies: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, speeches: Iterable[Speech], *, model: str) -> Replay:
        """Return the model that spoke in a transcript."""
        replies: dict[str, list[str]] = {}
        for speech in speeches:
            if speech.model == model:
                for question, reply in zip(speech.questions, speech.replies, strict=True):
                    replies.setdefault(question, []).append(reply)
        return cls(model, replies)

    @property
    def name(self) -> str:
        """Name of the model that once spoke."""
        return self.model

    async def ask(self, ask: Ask) -> Reply:
        """Answer as the transcript has it; the same question twice in the order it was asked."""
        kept = self._replies.get(question_hash(ask, self.model)) or self._replies.get(
            question_hash(without_images(ask), self.model)
        )
        if not kept:
            raise AgentError("The transcript holds no answer to this question.", free=True)
        text = kept.pop(0) if len(kept) > 1 else kept[0]
        return Reply(text=text, model=self.model, source="replay")


def without_images(ask: Ask) -> Ask:
    """Return a question as a model is asked that sees nothing."""
    return replace(ask, messages=tuple(replace(m, images=()) for m in ask.messages))


def replayed(speeches: Iterable[Speech]) -> Callable[[str], ChatModel]:
    """Return, for each role, the model that spoke for it in a transcript."""
    said = [speech for speech in speeches if speech.model]
    models = {name: Replay.of(said, model=name) for name in {speech.model for speech in said}}
    spoke = {speech.role: models[speech.model] for speech in said}
    nobody = Replay("nobody")
    return lambda role: spoke.get(role, nobody)
