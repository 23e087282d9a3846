"""A track as it was looked at, and what that says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from filmcomposer_reaper.adapter.tracks import CUE
from filmcomposer_reaper.chunks.marks import same
from filmcomposer_reaper.chunks.track import Piece, join
from filmcomposer_reaper.tracks.changes import GONE, Mark
from filmcomposer_reaper.tracks.decide import ITEM, Decision
from filmcomposer_reaper.tracks.splice import splice
from filmcomposer_reaper.tracks.stands import is_frozen, plays_audio
from filmcomposer_reaper.tracks.wanted import has_instrument, with_mute

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.wanted import Wanted

#: Stands in an item's lines once it has our tag, whatever the form is.
TAG = CUE.partition(":")[2]


@dataclass(slots=True)
class Look:
    """A track as it was looked at; ``pieces`` is empty where its chunk is too large to be read.

    ``here`` are its marks; ``back`` and ``now`` are the same as if the picture had not moved.
    ``waiting`` are items of the user's own that stay, since the session has not all of their notes.
    ``adopts`` says that an item of the user's among the pieces is ours now. ``text`` is the chunk
    with what is new in it; None while it is not worked out.
    """

    chunk: str
    hashes: str
    pieces: list[Piece]
    here: dict[str, str]
    written: dict[str, Mark]
    back: list[Piece] = field(default_factory=list)
    now: dict[str, str] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    extras: set[str] = field(default_factory=set)
    waiting: list[Piece] = field(default_factory=list)
    decision: Decision = field(default_factory=Decision)
    adopts: bool = False
    text: str | None = None


def sounds(seen: Look, wanted: Wanted) -> bool:
    """Whether a part is what sounds, and not its stem.

    That is so with an instrument of the user's on it. Audio that they have put there, or made of it
    by freezing the track, sounds if the part did before.
    """
    if has_instrument(seen.pieces, seen.written):
        return True
    stands_for_it = is_frozen(seen.pieces) or plays_audio(seen.pieces)
    return stands_for_it and had_instrument(seen, wanted)


def had_instrument(seen: Look, wanted: Wanted) -> bool:
    """Whether a part was what sounded when it was written last, and not its stem."""
    mark = seen.written.get("mute")
    return mark is not None and mark.written == with_mute(wanted, muted=False).marks.get("mute")


def put_away(aspects: Iterable[str]) -> set[str]:
    """Return of some aspects those that leave a track while it is frozen."""
    return {a for a in aspects if a.startswith("fx:") or a.partition(":")[0] in ITEM}


def cut_off(seen: Look, wanted: Wanted, free: Mapping[str, str] | None) -> set[str]:
    """Return the items that the user cut or copied from ours: they have our tag too.

    ``free`` are the marks of what the user gave back, None for everything.
    """
    return {
        piece.aspect
        for piece in seen.pieces
        if piece.aspect.startswith("item:")
        and piece.aspect not in wanted.marks
        and any(TAG in line for line in piece.lines)
        and (free is None or same(free.get(piece.aspect, ""), seen.now.get(piece.aspect, GONE)))
    }


def spliced(seen: Look, wanted: Wanted) -> str:
    """Return a track's chunk with what is new in it."""
    write, drop = seen.decision.write, seen.decision.drop
    if not write and not seen.adopts and not drop & {p.aspect for p in seen.pieces}:
        return seen.chunk
    return join(splice(seen.pieces, wanted.pieces, write=write, drop=drop))
