"""Names that tell two cues of one film apart: ``Theme: X`` and ``Theme: X (2)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.chunks.marks import piece_marks
from filmcomposer_reaper.chunks.text import words
from filmcomposer_reaper.chunks.track import Piece
from filmcomposer_reaper.cue.records import CueRecord, load_records
from filmcomposer_reaper.tracks.changes import track_part
from filmcomposer_reaper.tracks.wanted import Wanted

#: In the record's part of the tracks: what the cue is called, and which of that title it is.
TITLE, NUMBER = "title", "number"


def number_of(reaper: Reaper, record: CueRecord, session: Session) -> int:
    """Return which of the project's cues of the same title this is, from 1; it keeps its number."""
    others = [r for ident, r in load_records(reaper).items() if ident != record.id]
    taken = {_number(r.parts.get("tracks", {}), session.title) for r in others}
    mine = _number(track_part(record), session.title)
    if mine and mine not in taken:
        return mine
    return next(n for n in range(1, len(taken) + 2) if n not in taken)


def _number(part: Mapping[str, Any], title: str) -> int:
    """Return a cue's number among those of a title; 0 where it has another title."""
    return int(part.get(NUMBER, 1)) if part.get(TITLE) == title else 0


def numbered(wanted: Wanted, title: str, number: int) -> Wanted:
    """Return a track with the cue's number behind its title, unless it is the first."""
    if number == 1 or not wanted.name.endswith(f": {title}"):
        return wanted
    name = f"{wanted.name} ({number})"
    pieces = tuple(_named(piece, name) for piece in wanted.pieces)
    marks = {a: m for p in pieces if p.aspect == "name" for a, m in piece_marks(p).items()}
    return replace(wanted, name=name, pieces=pieces, marks={**wanted.marks, **marks})


def _named(piece: Piece, name: str) -> Piece:
    if piece.aspect != "name":
        return piece
    line = piece.lines[0]
    old = words(line)[1]
    return Piece("name", (line.replace(old, name, 1),))
