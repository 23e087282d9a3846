"""Tracks whose chunk is larger than the wrapper's 4 MiB: item by item.

Such a track holds plug-ins that keep samples in the project. Its chunk cannot be written either,
for what was cut off would be lost; so only items are written, and the rest stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from filmcomposer_reaper.adapter.tracks import (
    CUE,
    HASH,
    PART,
    add_item,
    item_chunk,
    item_text,
    set_item_chunk,
    set_item_text,
    set_track_text,
    track_items,
)
from filmcomposer_reaper.chunks.marks import marks, piece_marks
from filmcomposer_reaper.chunks.text import ChunkFault
from filmcomposer_reaper.chunks.track import Piece
from filmcomposer_reaper.tracks.changes import Mark, marks_text, seen_marks
from filmcomposer_reaper.tracks.decide import ITEM, decide, new_marks, users_aspects
from filmcomposer_reaper.tracks.splice import merged
from filmcomposer_reaper.tracks.work import beats_of

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.looks import Look
    from filmcomposer_reaper.tracks.wanted import Wanted
    from filmcomposer_reaper.tracks.work import Work


def write_items(work: Work, track: str, seen: Look, wanted: Wanted) -> None:
    """Write the items of a track whose chunk cannot be had whole."""
    asked = {p.aspect: p for p in wanted.pieces if p.aspect.startswith("item:")}
    said = {a: m for a, m in wanted.marks.items() if a.partition(":")[0] in ITEM}
    written = {a: m for a, m in seen.written.items() if a.partition(":")[0] in ITEM}
    there = _items(work, track)
    beats, pieces = beats_of(work, wanted.id), [piece for _, piece in there.values()]
    here = marks(pieces, beats)
    work.along.look(wanted.id, pieces, seen_marks(written), beats)
    now = marks(work.along.back(wanted.id, pieces), beats)
    free = work.given_back(wanted.id, written)
    users = set[str]() if free is None else users_aspects(now, written, said, free, here)
    decision = decide(now, written, said, users)
    for aspect, keeps in decision.write.items():
        piece = asked[aspect]
        if aspect in there:
            pointer, present = there[aspect]
            set_item_chunk(work.reaper, pointer, "\n".join(merged(present, piece, keeps)))
        else:
            pointer = add_item(work.reaper, track)
            set_item_chunk(work.reaper, pointer, "\n".join(piece.lines))
            set_item_text(work.reaper, pointer, CUE, work.record.id)
            set_item_text(work.reaper, pointer, PART, wanted.id)
    after = marks([piece for _, piece in _items(work, track).values()], beats)
    moved = bool(work.along.way.by_s)
    kept: dict[str, Mark] = {a: m for a, m in seen.written.items() if a not in written}
    hashes = marks_text(kept | new_marks(after, written, said, decision, moved=moved))
    if hashes != seen.hashes:
        set_track_text(work.reaper, track, HASH, hashes)


def _items(work: Work, track: str) -> dict[str, tuple[str, Piece]]:
    """Return the items of a track that can be read, by their aspect."""
    found = {}
    for pointer in track_items(work.reaper, track):
        chunk = item_chunk(work.reaper, pointer)
        aspect = f"item:{item_text(work.reaper, pointer, 'GUID')}"
        piece = Piece(aspect, tuple(chunk.rstrip("\n").split("\n")))
        try:
            piece_marks(piece)
        except ChunkFault:
            continue
        found[aspect] = (pointer, piece)
    return found
