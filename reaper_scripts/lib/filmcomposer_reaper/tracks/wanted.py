"""The session's tracks, ready to be put into REAPER's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from filmcomposer_core.contracts.session import Session, SessionInstrument, SessionTrack
from filmcomposer_reaper.chunks.items import read_item
from filmcomposer_reaper.chunks.marks import digest, marks, piece_marks
from filmcomposer_reaper.chunks.text import key, number, with_words, words
from filmcomposer_reaper.chunks.track import Piece, split_track

#: Marks a colour of one's own.
CUSTOM = 0x1000000
#: An instrument as it stands in a chain: ``<VST "VSTi: ..."``, ``<CLAP "CLAPi: ..."``.
_INSTRUMENT = re.compile(r"""<\w+\s+["'`]?(VST\d?|AU(v\d)?|CLAP|LV\d|DX)i:""")
#: Sounds of REAPER's own that other names lead to.
_SAMPLER = re.compile(r"<VST.*\b(reasamplomatic|reasynth|reasyndr)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A track as the session has it: pieces, their marks, a mark of the whole text.

    ``sends`` says whether it receives from other tracks.
    """

    id: str
    kind: str
    name: str
    parent: str
    pieces: tuple[Piece, ...]
    marks: Mapping[str, str]
    whole: str
    instruments: tuple[SessionInstrument, ...] = ()
    keys: tuple[int, ...] = ()
    folded: bool = False

    @property
    def sends(self) -> bool:
        """Whether other tracks send to it."""
        return any(piece.aspect.startswith("send:") for piece in self.pieces)

    @property
    def levels(self) -> dict[str, list[float]]:
        """Fader and pan of a part, the gains of the sends to a bus, by their aspects."""
        found: dict[str, list[float]] = {}
        for piece in self.pieces:
            line = piece.lines[0] if piece.lines else ""
            if piece.aspect == "fader" and self.kind == "part":
                found["fader"] = [number(line, 1, 1.0), number(line, 2)]
            elif piece.aspect.startswith("send:"):
                found[piece.aspect] = [number(line, 3)]
        return found


def wanted_track(
    session: Session, track: SessionTrack, native: Callable[[int], int] = int
) -> Wanted:
    """Return a track of the session in pieces; senders are named by their ids.

    A stem whose file is not there yet is a track without an item. ``native`` turns 0xRRGGBB into a
    colour of this system.
    """

    def sender(place: str) -> str:
        at = int(place) if place.isdigit() else -1
        return session.tracks[at].id if 0 <= at < len(session.tracks) else ""

    pieces = [_coloured(piece, native) for piece in split_track(track.text, sender)]
    if track.kind == "stem":
        pieces = [p for p in pieces if not p.aspect.startswith("item:") or _is_there(p.lines)]
    return Wanted(
        track.id,
        track.kind,
        track.name,
        track.parent,
        tuple(pieces),
        marks(pieces),
        digest(track.text),
        track.instruments,
        track.keys,
        track.folded,
    )


def _coloured(piece: Piece, native: Callable[[int], int]) -> Piece:
    colour = int(number(piece.lines[0], 1)) if piece.aspect == "colour" else 0
    if not colour & CUSTOM:
        return piece
    return Piece("colour", (f"PEAKCOL {native(colour & 0xFFFFFF) | CUSTOM}",))


def _is_there(block: Sequence[str]) -> bool:
    """Whether the files of an item are on the disk."""
    files = (words(line) for line in block if key(line) == "FILE")
    return all(Path(found[1]).is_file() for found in files if len(found) > 1)


def with_mute(wanted: Wanted, *, muted: bool) -> Wanted:
    """Return a track muted or not."""
    made = tuple(
        Piece("mute", (with_words(p.lines[0], f"MUTESOLO {int(muted)}", (1,)),))
        if p.aspect == "mute"
        else p
        for p in wanted.pieces
    )
    found = {a: m for p in made if p.aspect == "mute" for a, m in piece_marks(p).items()}
    return replace(wanted, pieces=made, marks={**wanted.marks, **found})


def has_instrument(pieces: Iterable[Piece], ours: Iterable[str]) -> bool:
    """Whether the user has put an instrument that sounds into a track's chain.

    Parameters
    ----------
    pieces : iterable of Piece
        Of the track as it is.
    ours : iterable of str
        Aspects that we wrote.
    """
    known = set(ours)
    effects = (p for p in pieces if p.aspect.startswith("fx:") and p.aspect not in known)
    return any(_sounds(effect.lines) for effect in effects)


def _sounds(lines: Sequence[str]) -> bool:
    state = next((line for line in lines if key(line) == "BYPASS"), "")
    if number(state, 1) or number(state, 2):  # bypassed, offline
        return False
    return any(_INSTRUMENT.search(line) or _SAMPLER.search(line) for line in lines)


def take_numbers(wanted: Wanted) -> list[int]:
    """Return the numbers of the candidates that are takes of the theme's item, by their names."""
    for piece in wanted.pieces:
        if piece.aspect.startswith("item:"):
            names = (words(take.line("NAME")) for take in read_item(piece.lines).takes)
            digits = (re.search(r"\d+", found[1]) if len(found) > 1 else None for found in names)
            return [int(match[0]) if match else 0 for match in digits]
    return []
