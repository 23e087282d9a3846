"""What a role said: a line of ``agents.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from filmcomposer_core.contracts._check import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One turn of one role.

    ``speaker`` is who answered; ``theirs`` names the entries of the answer that are the model's,
    the others are theory's. ``computed`` is theory's whole answer beside it. ``replies`` holds what
    the model wrote, a text for each time it was asked, ``questions`` their hashes, ``faults`` what
    was wrong with the last one. ``images`` is how many pictures were shown, ``host`` where the
    endpoint was. ``seconds``, ``tokens_in`` and ``tokens_out`` are 0 where nothing
    was sent.
    """

    __pydantic_config__ = STRICT

    conversation: str
    turn: int
    role: str
    speaker: Literal["theory", "model"]
    model: str = ""
    source: Literal["", "model", "cache", "replay"] = ""
    host: str = ""
    images: int = 0
    prompt: str = ""
    said: str
    answer: dict[str, Any]
    computed: dict[str, Any]
    theirs: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if len(self.questions) != len(self.replies):
            msg = f"questions: there are {len(self.questions)}, for {len(self.replies)} replies"
            raise ValueError(msg)


def models_in(speeches: Iterable[Speech]) -> str:
    """Return the models that decided something, for the provenance; ``none`` without any."""
    names = dict.fromkeys(speech.model for speech in speeches if speech.theirs)
    return ", ".join(names) or "none"
