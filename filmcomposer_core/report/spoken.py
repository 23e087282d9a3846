"""What the agents said, as a part of the page: who spoke, what of it was theory's, what it cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.speech import Speech

SPOKEN_HEAD: Final = ("Role", "Who", "What was said", "Remarks")
#: Longest words of one answer that are shown; ``agents.jsonl`` has them whole.
_MOST_SAID, _MOST_FAULT = 1200, 200
#: How agents name parts, instruments and techniques among themselves.
_IDENT: Final = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def talks_of(
    speeches: Sequence[Speech], names: Mapping[str, str]
) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return the conversations in order, each with its rows (``SPOKEN_HEAD``) as HTML.

    Parameters
    ----------
    speeches : sequence of Speech
        The transcript.
    names : mapping of str to str
        Names of the tracks by their ids.
    """
    return [
        (name, [_row(speech, names) for speech in said])
        for name, said in groupby(speeches, key=lambda speech: speech.conversation)
    ]


def spent(speeches: Sequence[Speech]) -> str:
    """Say in one line who spoke, where, and what was sent for it."""
    asked = [speech for speech in speeches if speech.model]
    if not asked:
        return "Theory answered for every role; nothing was sent anywhere."
    models = ", ".join(dict.fromkeys(speech.model for speech in asked))
    hosts = ", ".join(dict.fromkeys(speech.host for speech in asked if speech.host))
    where = f" at {hosts}" if hosts else ""
    alone = sum(speech.speaker == "theory" for speech in asked)
    frames = sum(speech.images for speech in asked)
    shown = f" {frames} key frames were shown to it." if frames else " No picture was sent."
    tokens = sum(speech.tokens_in + speech.tokens_out for speech in asked)
    calls = sum(len(speech.replies) for speech in asked)
    seconds = sum(speech.seconds for speech in asked)
    return (
        f"{models}{where} was asked in {len(asked)} turns, with {calls} replies, {tokens:,} tokens,"
        f" {seconds:.0f} s.{shown} In {alone} of them theory had to answer."
    )


def _row(speech: Speech, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        escape(speech.role),
        escape(_who(speech)),
        escape(_cut(_named(speech.said, names), _MOST_SAID)),
        "<br>".join(escape(line) for line in _remarks(speech)),
    )


def _named(text: str, names: Mapping[str, str]) -> str:
    """Put names in the place of ids: readers know ``Horns a4``, not ``horns_a4``."""

    def name(match: re.Match[str]) -> str:
        ident = match[0]
        player = catalogue().get(ident)
        return names.get(ident) or (player.name if player else ident.replace("_", " "))

    return _IDENT.sub(name, text)


def _who(speech: Speech) -> str:
    if not speech.model:
        return "theory"
    if speech.speaker == "theory":
        return f"theory, for {speech.model}"
    again = {"cache": " (kept from before)", "replay": " (from the transcript)"}
    return f"{speech.model}{again.get(speech.source, '')}"


def _remarks(speech: Speech) -> Iterable[str]:
    if not speech.model:
        return
    if speech.theirs:
        yield f"{_counted(len(speech.theirs), 'entry', 'entries')} of the model"
    if len(speech.replies) > 1:
        yield f"asked {len(speech.replies)} times"
    if speech.images:
        yield _counted(speech.images, "picture", "pictures")
    if speech.tokens_in or speech.tokens_out:
        yield f"{speech.tokens_in:,} + {speech.tokens_out:,} tokens, {speech.seconds:.1f} s"
    for fault in speech.faults[:3]:
        yield _cut(fault, _MOST_FAULT)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} …"
