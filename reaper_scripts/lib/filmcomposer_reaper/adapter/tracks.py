"""Tracks and items: finding them by our tags, their chunks, their places."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_reaper.adapter.reaper import Reaper

#: Room that REAPER may use in the wrapper's buffer of 4 MiB.
ROOM = 4 * 1024 * 1024 - 1
CUE, PART, HASH = "P_EXT:fc_cue", "P_EXT:fc_part", "P_EXT:fc_hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A track of the project.

    ``part`` and ``guid`` are empty for one without the cue's tag; ``step`` is what it adds to the
    depth of folders.
    """

    index: int
    step: int
    part: str = ""
    guid: str = ""


def scan_tracks(reaper: Reaper, cue: str) -> list[Row]:
    """Return all tracks of the project, those of a cue with their part and GUID."""
    rpr = reaper.rpr
    rows = []
    for index in range(rpr.CountTracks(0)):
        track = rpr.GetTrack(0, index)
        step = int(rpr.GetMediaTrackInfo_Value(track, "I_FOLDERDEPTH"))
        part = guid = ""
        if track_text(reaper, track, CUE) == cue:
            part = track_text(reaper, track, PART)
            guid = track_text(reaper, track, "GUID")
        rows.append(Row(index=index, step=step, part=part, guid=guid))
    return rows


def track_at(reaper: Reaper, index: int) -> str:
    """Return the pointer of a track by its place from 0."""
    return str(reaper.rpr.GetTrack(0, index))


def find_track(reaper: Reaper, guid: str, index: int) -> str:
    """Return the pointer of a track by GUID; "" where it is gone.

    ``index`` is where it was last, which is looked at first.
    """
    count = int(reaper.rpr.CountTracks(0))
    for place in [index, *range(count)]:
        if 0 <= place < count:
            track = track_at(reaper, place)
            if track_text(reaper, track, "GUID") == guid:
                return track
    return ""


def track_text(reaper: Reaper, track: str, key: str) -> str:
    """Return one of a track's texts: P_NAME, GUID, P_EXT:name."""
    found = reaper.rpr.GetSetMediaTrackInfo_String(track, key, "", False)
    return str(found[3]) if found[0] else ""


def set_track_text(reaper: Reaper, track: str, key: str, text: str) -> None:
    """Write one of a track's texts."""
    reaper.rpr.GetSetMediaTrackInfo_String(track, key, text, True)


def track_chunk(reaper: Reaper, track: str) -> str:
    """Return a track's lines; cut off where they are more than 4 MiB, "" where the cut hurts."""
    try:
        return str(reaper.rpr.GetTrackStateChunk(track, "", ROOM, False)[2])
    except UnicodeDecodeError:  # a character was cut in two at the end of the buffer
        return ""


def set_track_chunk(reaper: Reaper, track: str, text: str) -> None:
    """Put other lines in a track's place; pointers to what is on it are void then."""
    reaper.rpr.SetTrackStateChunk(track, text, False)


def insert_track(reaper: Reaper, index: int) -> str:
    """Insert an empty track without the user's defaults; return its pointer."""
    if reaper.has("InsertTrackInProject"):
        reaper.rpr.InsertTrackInProject(0, index, 0)
    else:
        reaper.rpr.InsertTrackAtIndex(index, False)
    return track_at(reaper, index)


def delete_track(reaper: Reaper, track: str) -> None:
    """Delete a track."""
    reaper.rpr.DeleteTrack(track)


def folder_step(reaper: Reaper, track: str) -> int:
    """Return what a track adds to the depth of folders."""
    return int(reaper.rpr.GetMediaTrackInfo_Value(track, "I_FOLDERDEPTH"))


def set_folder_step(reaper: Reaper, track: str, step: int) -> None:
    """Write what a track adds to the depth of folders."""
    reaper.rpr.SetMediaTrackInfo_Value(track, "I_FOLDERDEPTH", float(step))


def track_guids(reaper: Reaper) -> list[str]:
    """Return the GUIDs of all tracks in order."""
    count = int(reaper.rpr.CountTracks(0))
    return [track_text(reaper, track_at(reaper, i), "GUID") for i in range(count)]


def native_colour(reaper: Reaper, colour: int) -> int:
    """Return 0xRRGGBB as this system keeps colours."""
    return int(reaper.rpr.ColorToNative(colour >> 16 & 255, colour >> 8 & 255, colour & 255))


def track_items(reaper: Reaper, track: str) -> list[str]:
    """Return the pointers of a track's items."""
    rpr = reaper.rpr
    return [str(rpr.GetTrackMediaItem(track, i)) for i in range(rpr.CountTrackMediaItems(track))]


def item_text(reaper: Reaper, item: str, key: str) -> str:
    """Return one of an item's texts: GUID, P_EXT:name."""
    found = reaper.rpr.GetSetMediaItemInfo_String(item, key, "", False)
    return str(found[3]) if found[0] else ""


def set_item_text(reaper: Reaper, item: str, key: str, text: str) -> None:
    """Write one of an item's texts."""
    reaper.rpr.GetSetMediaItemInfo_String(item, key, text, True)


def item_chunk(reaper: Reaper, item: str) -> str:
    """Return an item's lines, cut off like :func:`track_chunk`."""
    try:
        return str(reaper.rpr.GetItemStateChunk(item, "", ROOM, False)[2])
    except UnicodeDecodeError:
        return ""


def set_item_chunk(reaper: Reaper, item: str, text: str) -> None:
    """Put other lines in an item's place."""
    reaper.rpr.SetItemStateChunk(item, text, False)


def add_item(reaper: Reaper, track: str) -> str:
    """Add an empty item to a track; return its pointer."""
    return str(reaper.rpr.AddMediaItemToTrack(track))


def delete_item(reaper: Reaper, track: str, item: str) -> None:
    """Delete an item."""
    reaper.rpr.DeleteTrackMediaItem(track, item)
