"""Replies kept by content: the same question to the same model costs nothing twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filmcomposer_core.agents.contract import Ask, ChatModel, Reply

#: The cache holds at most so many bytes; the oldest replies go first.
MOST_BYTES = 50_000_000
#: A file that is larger was not written by us.
_MOST_FILE_BYTES = 8_000_000
_VERSION = 1


def question_hash(ask: Ask, model: str) -> str:
    """Return the hash of everything that a reply depends on.

    The form of reply is no part of it: which one an endpoint knows is found out anew in each run.
    Nor is how long a reply may be: one that was cut off for that is not kept.
    """
    digest = hashlib.sha256()
    words = [(message.role, message.text) for message in ask.messages]
    said = [_VERSION, model, ask.schema, words]
    digest.update(json.dumps(said, sort_keys=True, ensure_ascii=True, default=dict).encode())
    for message in ask.messages:
        for image in message.images:
            digest.update(hashlib.sha256(image).digest())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Return where replies are kept on this machine."""
    from platformdirs import user_cache_path

    given = os.environ.get("FILMCOMPOSER_CACHE")
    return Path(given) / "agents" if given else user_cache_path("FilmComposer", False) / "agents"


@dataclass(frozen=True, slots=True)
class Cached:
    """A model whose replies are kept in a folder.

    ``address`` is what a reply depends on beside the question: the endpoint, the temperature.
    """

    model: ChatModel
    folder: Path
    address: str = ""

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.model.name

    def kept(self, ask: Ask) -> Reply | None:
        """Return the reply that is kept, None if there is none."""
        question, place = self._place(ask)
        return _read(place, question, self.name)

    async def ask(self, ask: Ask) -> Reply:
        """Return the reply that is kept, else ask and keep it."""
        kept = self.kept(ask)
        if kept is not None:
            return kept
        reply = await self.model.ask(ask)
        if reply.text and not reply.cut and reply.source == "model":
            question, place = self._place(ask)
            _keep(place, question, reply)
        return reply

    def _place(self, ask: Ask) -> tuple[str, Path]:
        question = question_hash(ask, f"{self.address} {self.name}")
        return question, self.folder / f"{question}.json"


def _read(place: Path, question: str, model: str) -> Reply | None:
    """Return the reply that a file holds, None if it was not written for this question."""
    try:
        if place.stat().st_size > _MOST_FILE_BYTES:
            return None
        data = json.loads(place.read_text("utf-8"))
        text, of = data["text"], data["question"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if of != question or not isinstance(text, str):
        return None
    return Reply(text=text, model=model, source="cache")


def _keep(place: Path, question: str, reply: Reply) -> None:
    """Write a reply; a cache that cannot be written is no fault of the cue."""
    part = ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, part = tempfile.mkstemp(dir=place.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"question": question, "text": reply.text}, file)
        os.replace(part, place)
        _trim(place.parent)
    except OSError:
        with contextlib.suppress(OSError):
            Path(part or place).unlink(missing_ok=True)


def _trim(folder: Path) -> None:
    files = [(p.stat().st_mtime, p.stat().st_size, p) for p in folder.iterdir() if p.is_file()]
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= MOST_BYTES:
            return
        path.unlink(missing_ok=True)
        total -= size
