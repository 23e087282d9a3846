"""What we put on a track to play it, as the track itself keeps it, so that undo counts there too.

One line: a mark of what was asked for, whether it sleeps, whether channels tell no techniques, the
keyswitches, and by the id of each effect its mark from when we put it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from filmcomposer_core.contracts.observed import ObservedNote
from filmcomposer_core.contracts.session import SessionInstrument
from filmcomposer_reaper.adapter.instruments import SOUND
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tracks import set_track_text, track_text
from filmcomposer_reaper.chunks.marks import digest
from filmcomposer_reaper.chunks.text import children, key
from filmcomposer_reaper.chunks.track import Piece

#: Lines of an effect that are no setting of it: windows, ids, whether it is asleep.
_NOISE = frozenset({"BYPASS", "WNDRECT", "FLOAT", "FLOATPOS", "FXID", "WAK"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What we put on a track; ``effects`` maps ids to marks."""

    asked: str = ""
    asleep: bool = False
    folded: bool = False
    keys: tuple[int, ...] = ()
    effects: Mapping[str, str] = field(default_factory=dict)


def read_put(reaper: Reaper, track: str) -> Put:
    """Return what a track says that we put on it; what cannot be read is left out."""
    words = track_text(reaper, track, SOUND).split("|")
    if len(words) != 5:
        return Put()
    pairs = (entry.partition("=") for entry in words[4].split(",") if entry)
    return Put(
        asked=words[0],
        asleep=words[1] == "1",
        folded=words[2] == "1",
        keys=tuple(int(word) for word in words[3].split(",") if word.isdigit()),
        effects={name: mark for name, _, mark in pairs},
    )


def write_put(reaper: Reaper, track: str, put: Put) -> None:
    """Keep on a track what we put there; nothing where that is nothing."""
    text = "|".join(
        (
            put.asked,
            str(int(put.asleep)),
            str(int(put.folded)),
            ",".join(map(str, put.keys)),
            ",".join(f"{name}={mark}" for name, mark in put.effects.items()),
        )
    )
    set_track_text(reaper, track, SOUND, "" if put == Put() else text)


def music_of(notes: Iterable[ObservedNote], put: Put) -> dict[str, Any]:
    """Return what is told of a part's notes: without keyswitches, and what channels say."""
    told: dict[str, Any] = {"notes": tuple(n for n in notes if n.pitch not in put.keys)}
    return told | {"folded": True} if put.folded else told


def mark_asked(instruments: Sequence[SessionInstrument]) -> str:
    """Return the mark of what is asked for; empty for nothing."""
    return digest(repr(instruments)) if instruments else ""


def effects_of(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the effects of a track in order."""
    return [piece for piece in pieces if piece.aspect.startswith("fx:")]


def effect_id(piece: Piece) -> str:
    """Return the id of an effect."""
    return piece.aspect.partition(":")[2]


def effect_mark(piece: Piece) -> str:
    """Return a mark of an effect's settings."""
    kept = [
        " ".join(line.split())
        for child in children(["<", *piece.lines, ">"])
        if key(child[0]) not in _NOISE
        for line in child
    ]
    return digest("\n".join(kept))
