"""The frame of a cue: its tracks in their places, before anything is written to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filmcomposer_reaper.adapter.tracks import (
    CUE,
    PART,
    Row,
    delete_item,
    delete_track,
    insert_track,
    item_text,
    set_folder_step,
    set_track_text,
    track_at,
    track_items,
    track_text,
)
from filmcomposer_reaper.tracks.find import OurTracks
from filmcomposer_reaper.tracks.order import Slot, Wish, close_open, place_all, slots_of, take_out

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.work import Work


def lay_frame(work: Work) -> None:
    """Take away what has left the cue and insert what is missing, folders whole and closed.

    It is one step, for half a folder is none.
    """
    slots = slots_of(work.tracks_now().all)
    close_open(slots, work.inside())
    gone = [i for i in reversed(work.leaving) if i in work.ours.rows and _take_out(work, slots, i)]
    there = {*work.ours.rows} - {*gone}
    wishes = [
        Wish(w.id, w.parent) for w in work.wanted.values() if w.id in there or w.id in work.missing
    ]
    place_all(slots, wishes)
    guids = {part: row.guid for part, row in work.ours.rows.items()}
    guids |= _carry_out(work, slots, sorted((work.ours.rows[i].index for i in gone), reverse=True))
    rows = tuple(
        Row(index=place, step=slot.step, part=slot.part, guid=guids.get(slot.part, ""))
        for place, slot in enumerate(slots)
    )
    work.ours = OurTracks(rows, {row.part: row for row in rows if row.part})


def _take_out(work: Work, slots: list[Slot], ident: str) -> bool:
    if take_out(slots, ident):
        return True
    # It holds a folder together that has tracks of the user's in it.
    track = track_at(work.reaper, work.ours.rows[ident].index)
    for item in track_items(work.reaper, track):
        if item_text(work.reaper, item, CUE) == work.record.id:
            delete_item(work.reaper, track, item)
    work.staying.add(ident)
    return False


def _carry_out(work: Work, slots: list[Slot], gone: list[int]) -> dict[str, str]:
    """Delete, insert and tag tracks, then write the folders; return the GUIDs of new ones."""
    reaper = work.reaper
    made: dict[str, str] = {}
    for index in gone:
        delete_track(reaper, track_at(reaper, index))
    for place, slot in enumerate(slots):
        if slot.index < 0:
            track = insert_track(reaper, place)
            set_track_text(reaper, track, CUE, work.record.id)
            set_track_text(reaper, track, PART, slot.part)
            made[slot.part] = track_text(reaper, track, "GUID")
            work.note(slot.part, made[slot.part])
    for place, slot in enumerate(slots):
        if slot.part and slot.step != slot.was:
            set_folder_step(reaper, track_at(reaper, place), slot.step)
    return made
