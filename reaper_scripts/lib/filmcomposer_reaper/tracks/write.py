"""Write one track: one chunk, its tags, and the marks of what REAPER gives back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from filmcomposer_reaper.adapter.tracks import (
    CUE,
    HASH,
    PART,
    find_track,
    item_text,
    set_item_text,
    set_track_chunk,
    set_track_text,
    track_chunk,
    track_items,
)
from filmcomposer_reaper.chunks.marks import marks
from filmcomposer_reaper.chunks.text import with_words
from filmcomposer_reaper.chunks.track import Piece, split_track
from filmcomposer_reaper.tracks.changes import marks_text
from filmcomposer_reaper.tracks.decide import decide, new_marks
from filmcomposer_reaper.tracks.find import senders
from filmcomposer_reaper.tracks.large import write_items
from filmcomposer_reaper.tracks.looks import TAG, Look, spliced
from filmcomposer_reaper.tracks.work import beats_of, read_track

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.wanted import Wanted
    from filmcomposer_reaper.tracks.work import Work


def write_track(work: Work, ident: str) -> None:
    """Write a track of the cue, unless it is as it shall be."""
    row = work.tracks_now().rows.get(ident)
    track = find_track(work.reaper, row.guid, row.index) if row else ""
    if not row or not track:
        work.said.append(f"Track '{work.wanted[ident].name}' was deleted while it was being laid.")
        return
    seen = _fresh(work, ident, track)
    wanted = work.wanted[ident]
    if not seen.pieces:
        write_items(work, track, seen, wanted)
        return
    if wanted.sends:
        wanted = _routed(work, wanted)
        seen.text = spliced(seen, wanted)
    text = seen.chunk if seen.text is None else seen.text
    after = seen.chunk
    if text != seen.chunk:
        set_track_chunk(work.reaper, track, text)
        after = track_chunk(work.reaper, track)
    _mark(work, track, seen, wanted, after)
    work.note(ident, row.guid)


def _fresh(work: Work, ident: str, track: str) -> Look:
    """Return the track as it is now; decided anew where it is not as it was looked at."""
    seen = work.looks.get(ident)
    if seen is not None and track_chunk(work.reaper, track) == seen.chunk:
        return seen
    if ident in work.missing and seen is None:  # ours, and new: nothing of the user's is on it
        seen = read_track(work, ident, track)
        seen.back, seen.now, seen.written = seen.pieces, seen.here, {}
        seen.decision = decide(seen.now, {}, work.wanted[ident].marks, ())
        seen.text = spliced(seen, work.wanted[ident])
        return seen
    before = seen
    seen = work.looks[ident] = read_track(work, ident, track)
    work.turn_back(ident, seen)
    if seen.pieces and before is not None and not work.is_edited:
        # Nobody has edited: it was moved by our own tempo map, and what was decided holds.
        seen.users, seen.extras = before.users, before.extras
        work.decide(ident, seen)
    else:
        work.plan(ident)
        if seen.decision.users - (before.decision.users if before else set()):
            work.said.append(f"Track '{work.wanted[ident].name}' keeps what you changed meanwhile.")
    return seen


def _routed(work: Work, wanted: Wanted) -> Wanted:
    """Return a track's pieces with the places that its senders have in the project."""
    places = {part: row.index for part, row in work.ours.rows.items()}
    return replace(wanted, pieces=tuple(_receives(wanted.pieces, places)))


def _receives(pieces: Iterable[Piece], places: dict[str, int]) -> Iterable[Piece]:
    for piece in pieces:
        kind, _, rest = piece.aspect.partition(":")
        sender = rest.rpartition(":")[0] if kind == "sendenv" else rest
        if kind not in ("send", "sendenv"):
            yield piece
        elif sender in places:
            line = f"AUXRECV {places[sender]}"
            first = with_words(piece.lines[0], line, (1,)) if kind == "send" else piece.lines[0]
            yield Piece(piece.aspect, (first, *piece.lines[1:]))


def _mark(work: Work, track: str, seen: Look, wanted: Wanted, after: str) -> None:
    """Keep the marks of what stands there now, and tag the items."""
    pieces = seen.pieces
    if after != seen.chunk:
        pieces = split_track(after, senders(work.reaper, work.ours))
    there = {piece.aspect for piece in wanted.pieces}
    # Our own tempo map may have been laid since the track was looked at: its beats are others now.
    now = marks(pieces, beats_of(work, wanted.id))
    moved = bool(work.along.way.by_s)
    hashes = marks_text(new_marks(now, seen.written, wanted.marks, seen.decision, moved=moved))
    if hashes != seen.hashes:
        set_track_text(work.reaper, track, HASH, hashes)
    items = [p for p in pieces if p.aspect.startswith("item:") and p.aspect in there]
    if any(not any(TAG in line for line in p.lines) for p in items):
        _tag_items(work, track, wanted.id, {p.aspect.partition(":")[2] for p in items})


def _tag_items(work: Work, track: str, ident: str, guids: set[str]) -> None:
    for item in track_items(work.reaper, track):
        if item_text(work.reaper, item, "GUID") in guids:
            set_item_text(work.reaper, item, CUE, work.record.id)
            set_item_text(work.reaper, item, PART, ident)
