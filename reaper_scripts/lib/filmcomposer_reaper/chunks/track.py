"""A track's chunk in pieces that can be told apart, and back, without losing a character.

Each piece is one aspect of the track: ``name``, ``fader``, ``mute``, ``env:VOLENV2``, ``fx:{id}``,
``send:violins``, ``item:{id}``. A piece without an aspect is what is none of ours to judge: view
settings, the user's outputs, lines that are not known here. It stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_reaper.chunks.text import ChunkFault, children, key, spans, words

#: Lines that say how a track sounds or is called, by their key.
LINES = {
    "NAME": "name",
    "PEAKCOL": "colour",
    "VOLPAN": "fader",
    "MUTESOLO": "mute",
    "BEAT": "timebase",
    "AUTOMODE": "automation",
    "IPHASE": "phase",
    "PLAYOFFS": "delay",
    "NCHAN": "channels",
    "FX": "effects on",
    "MIDIOUT": "MIDI output",
    "MAINSEND": "main send",
}
#: The words of a line that count; of others every one.
WORDS = {"NAME": (1,), "PEAKCOL": (1,), "VOLPAN": (1, 2), "MUTESOLO": (1,)}
CHAIN, CHAIN_END = "<fx", ">fx"
#: An aspect of the first kind is made of blocks of the second.
ENVELOPE = re.compile(r"<[A-Z]*ENV[A-Z0-9]*$")
_SEND_ENVELOPE = re.compile(r"<AUX[A-Z]*ENV$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a chunk as they stand, and the aspect that they are; "" for none."""

    aspect: str
    lines: tuple[str, ...]

    @property
    def is_ours_to_judge(self) -> bool:
        """Whether it has an aspect, and is no bracket around others."""
        return bool(self.aspect) and self.aspect not in (CHAIN, CHAIN_END)


def split_track(text: str, sender: Callable[[str], str] = str) -> list[Piece]:
    """Return the pieces of a track's chunk; joined they are the chunk again.

    Parameters
    ----------
    text : str
        A ``TRACK`` block, indented or not.
    sender : callable
        Gives a name to the first number of an ``AUXRECV`` line.

    Raises
    ------
    ChunkFault
        When the chunk is cut off or is none of a track.
    """
    lines = text.split("\n")
    if key(lines[0]) != "<TRACK":
        msg = "REAPER gave a state chunk that is none of a track."
        raise ChunkFault(msg, "Try again; send us the project if it stays so.")
    inner, end = spans(lines)
    pieces = [Piece("", (lines[0],))]
    at, receive = 1, ""
    for start, stop in inner:
        if start > at:  # empty lines
            pieces.append(Piece("", tuple(lines[at:start])))
        block, head = lines[start:stop], key(lines[start])
        if head == "AUXRECV":
            found = words(block[0])
            receive = sender(found[1]) if len(found) > 1 else ""
        elif not _SEND_ENVELOPE.match(head):
            receive = ""
        pieces += _pieces(head, block, receive)
        at = stop
    pieces.append(Piece("", tuple(lines[at:end])))
    pieces.append(Piece("", tuple(lines[end:])))
    return list(_told_apart(pieces))


def join(pieces: Iterable[Piece]) -> str:
    """Return the chunk of pieces."""
    return "\n".join(line for piece in pieces for line in piece.lines)


def _pieces(head: str, block: Sequence[str], receive: str) -> list[Piece]:
    if head == "<FXCHAIN":
        return _chain(block)
    return [Piece(_aspect(head, block, receive), tuple(block))]


def _aspect(head: str, block: Sequence[str], receive: str) -> str:
    """Return the aspect of a direct child of a track; "" for what is none of ours."""
    if head == "AUXRECV":
        return f"send:{receive}" if receive else ""
    if head == "<ITEM":
        return f"item:{ident(block, 'IGUID')}"
    if _SEND_ENVELOPE.match(head):
        return f"sendenv:{receive}:{head[1:]}" if receive else ""
    if ENVELOPE.match(head):
        return f"env:{head[1:]}"
    return LINES.get(head, "")


def _chain(block: Sequence[str]) -> list[Piece]:
    """Return the pieces of the effects, each from its BYPASS line to the next one's."""
    inner, end = spans(block)
    starts = [start for start, _ in inner if key(block[start]) == "BYPASS"]
    first = starts[0] if starts else end
    pieces = [Piece(CHAIN, tuple(block[:first]))]
    for start, stop in pairwise([*starts, end] if starts else ()):
        lines = block[start:stop]
        name = ident(["<", *lines, ">"], "FXID")
        pieces.append(Piece(f"fx:{name}", tuple(lines)))
    return [*pieces, Piece(CHAIN_END, tuple(block[end:]))]


def ident(block: Sequence[str], name: str) -> str:
    """Return the word after a key among a block's direct lines; "" for none."""
    for child in children(block):
        if key(child[0]) == name:
            return [*words(child[0]), ""][1]
    return ""


def _told_apart(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Give a second piece of the same aspect another name."""
    met: dict[str, int] = {}
    for piece in pieces:
        if not piece.is_ours_to_judge:
            yield piece
            continue
        count = met[piece.aspect] = met.get(piece.aspect, 0) + 1
        yield piece if count == 1 else Piece(f"{piece.aspect}#{count}", piece.lines)
