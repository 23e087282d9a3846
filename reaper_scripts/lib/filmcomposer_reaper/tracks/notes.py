"""What of the user's may be written over, since the core has taken it into the session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from filmcomposer_core.timeline import Timeline
from filmcomposer_reaper.chunks.marks import piece_marks, same
from filmcomposer_reaper.chunks.track import Piece
from filmcomposer_reaper.tracks.changes import GONE, track_part
from filmcomposer_reaper.tracks.observe_notes import Clock, Sounding, alike, item_notes

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.looks import Look
    from filmcomposer_reaper.tracks.wanted import Wanted
    from filmcomposer_reaper.tracks.work import Work

#: Two notes this near are the same: a DAW keeps places in ticks.
SAME_S = 0.002
_ITEM = ("item:", "frame:", "notes:", "events:", "take:")


def taken_over(
    work: Work, ident: str, seen: Look, wanted: Wanted
) -> tuple[dict[str, str], set[str]]:
    """Return the marks that may be written over, and the items of the user's that go with them.

    Where the session's notes are the ones that stand there already, the user's items stay: split or
    cut as they are, they sound the same.
    """
    taken: Mapping[str, str] = track_part(work.record)["taken"].get(ident, {})
    items = {aspect for aspect in taken if aspect.startswith(_ITEM)}
    free = {aspect: mark for aspect, mark in taken.items() if aspect not in items}
    if not items:
        return free, set()
    if wanted.kind == "part" and _same_music(work, ident, seen.back, wanted.pieces):
        return free, set()
    extras = {
        piece.aspect
        for piece in seen.back
        if piece.aspect in items
        and piece.aspect not in seen.written
        and piece.aspect not in wanted.marks
        and all(same(taken.get(a, GONE), m) for a, m in piece_marks(piece).items())
    }
    return free | {aspect: taken[aspect] for aspect in items}, extras


def _same_music(work: Work, ident: str, present: Iterable[Piece], wanted: Iterable[Piece]) -> bool:
    """Whether a track's items sound as the session's, and where the picture is."""
    if work.along.has_items_left(ident):
        return False
    anchor, beats = work.session.anchor_s, Timeline(work.session.beats)
    there = Clock(lambda t: beats.beat_at(t - anchor), lambda q: beats.time_at(q) + anchor)
    way = work.along.way
    asked = [
        replace(n, start_s=n.start_s - way.by_s, end_s=n.end_s - way.by_s)
        for n in _notes(wanted, there)
    ]
    return alike(_notes(present, way.then), asked, SAME_S)


def _notes(pieces: Iterable[Piece], clock: Clock) -> list[Sounding]:
    items = (piece for piece in pieces if piece.aspect.startswith("item:"))
    return [note for item in items for note in item_notes(item.lines, clock)]
