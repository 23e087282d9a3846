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
) -> tuple[dict[str, str], set[str], set[str]]:
    """Return what of the user's may be written over, and what of ours must not be.

    Where the session's notes are the ones that stand there already, the user's items stay: split or
    cut as they are, they sound the same. So do ours beside them, which would sound twice with the
    user's notes in them.

    Returns
    -------
    tuple of (dict of str to str, set of str, set of str)
        The marks that may be written over; the items of the user's that go with them, since the
        session has their notes; and the items of ours that stay.
    """
    taken: Mapping[str, str] = track_part(work.record)["taken"].get(ident, {})
    items = {aspect for aspect in taken if aspect.startswith(_ITEM)}
    free = {aspect: mark for aspect, mark in taken.items() if aspect not in items}
    if not items:
        return free, set(), set()
    told = [p for p in seen.back if p.aspect in items or p.aspect in seen.written]
    added = [p for p in told if p.aspect not in seen.written and p.aspect not in wanted.marks]
    if wanted.kind == "part":
        asked = _asked(work, wanted.pieces)
        then = work.along.way.then
        if not work.along.has_items_left(ident) and alike(_notes(told, then), asked, SAME_S):
            ours = {aspect for aspect in seen.written if aspect.startswith("item:")}
            return free, set(), ours if added else set()
    extras = {
        piece.aspect
        for piece in added
        if all(same(taken.get(a, GONE), m) for a, m in piece_marks(piece).items())
    }
    return free | {aspect: taken[aspect] for aspect in items}, extras, set()


def _asked(work: Work, wanted: Iterable[Piece]) -> list[Sounding]:
    """Return the session's notes where they lie while the picture is where it was."""
    anchor, beats = work.session.anchor_s, Timeline(work.session.beats)
    there = Clock(lambda t: beats.beat_at(t - anchor), lambda q: beats.time_at(q) + anchor)
    by_s = work.along.way.by_s
    return [
        replace(n, start_s=n.start_s - by_s, end_s=n.end_s - by_s) for n in _notes(wanted, there)
    ]


def _notes(pieces: Iterable[Piece], clock: Clock) -> list[Sounding]:
    items = (piece for piece in pieces if piece.aspect.startswith("item:"))
    return [note for item in items for note in item_notes(item.lines, clock)]
