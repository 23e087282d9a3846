"""Items: making, finding, selecting, cutting, their values and chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block, ext_text, give, nth, unknown_key
from tests.fakes.reaper.behaviours.tracks import replace
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import items, tree

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


@behaviour("CountMediaItems")
def count(host: Host, project: int) -> int:
    """All items of the project (header)."""
    return len(host.project.items())


@behaviour("GetMediaItem")
def get(host: Host, project: int, index: int) -> int | None:
    """By index, track by track (header; the order unverified)."""
    return give(host, nth(host.project.items(), index))


@behaviour("CountTrackMediaItems")
def count_on_track(host: Host, track: int) -> int:
    """Items of a track (header)."""
    return len(block(host, track).blocks("ITEM"))


@behaviour("GetTrackMediaItem")
def get_on_track(host: Host, track: int, index: int) -> int | None:
    """By index in order of time (f1, measured 7.8x)."""
    return give(host, nth(block(host, track).blocks("ITEM"), index))


@behaviour("AddMediaItemToTrack")
def add(host: Host, track: int) -> int | None:
    """A new item without takes (c, header)."""
    host.project.touch()
    return give(host, items.add(host.project, block(host, track)))


@behaviour("DeleteTrackMediaItem")
def delete(host: Host, track: int, item: int) -> bool:
    """Delete an item of that very track (header)."""
    held = block(host, item)
    if items.track_of(held) is not block(host, track):
        raise Misuse("the item to delete is on another track")
    items.delete(host.project, held)
    host.project.touch()
    return True


@behaviour("MoveMediaItemToTrack")
def move(host: Host, item: int, track: int) -> bool:
    """Put an item on another track; its pointer stays (header)."""
    held, target = block(host, item), block(host, track)
    items.track_of(held).remove_child(held)
    target.add(held)
    items.sort(target)
    host.project.touch()
    return True


@behaviour("SplitMediaItem")
def split(host: Host, item: int, position: float) -> int | None:
    """The new item on the right; NULL when the position is not inside (header)."""
    host.project.touch()
    return give(host, items.split(host.project, block(host, item), position))


@behaviour("GetMediaItemTrack")
def track_of(host: Host, item: int) -> int | None:
    """The track it is on (header)."""
    return give(host, items.track_of(block(host, item)))


@behaviour("GetMediaItem_Track")
def track_of_too(host: Host, item: int) -> int | None:
    """The track it is on (header)."""
    return track_of(host, item)


# --- values ---------------------------------------------------------------------------------------


def _volume(held: Block) -> Block:
    """Return what holds the item's volume: its first take's lines (i6)."""
    found = items.takes(held)
    if not found:
        raise Gap("where the volume of an item without takes stands is not known")
    return found[0]


@behaviour("GetMediaItemInfo_Value")
def get_value(host: Host, item: int, key: str) -> float:
    """A number by key; pointers come as the address in a float (a4, file seen)."""
    held = block(host, item)
    if key == "D_VOL":
        return _volume(held).read_number("VOLPAN", 1, 1)
    if key in ("P_TRACK", "P_MEDIATRACK"):
        return float(track_of(host, item) or 0)
    if key == "IP_ITEMNUMBER":
        return float(items.track_of(held).blocks("ITEM").index(held))
    if key == "I_CURTAKE":
        take = items.active(held)
        return float(items.takes(held).index(take)) if take else 0.0
    if key not in items.VALUES:
        raise unknown_key(host, key)
    line, index, default = items.VALUES[key]
    return float(held.read_number(line, index, default))


@behaviour("SetMediaItemInfo_Value")
def set_value(host: Host, item: int, key: str, value: float) -> bool:
    """Write a number by key; a new position puts the items in order at once (f1, measured 7.8x)."""
    held = block(host, item)
    if key == "D_VOL":
        _volume(held).write("VOLPAN", 1, value, "VOLPAN 1 0 1 -1")
    elif key == "I_CURTAKE":
        take = nth(list(items.takes(held)), int(value))
        if not isinstance(take, tree.Take):
            return False
        items.activate(take)
    elif key not in items.VALUES:
        raise unknown_key(host, key)
    else:
        line, index, _ = items.VALUES[key]
        held.write(line, index, value if key[0] == "D" else float(int(value)))
        if key == "C_BEATATTACHMODE" and value == -1:
            # Items that follow their track have no such line (i6, files seen).
            held.remove_child(next(held.lines(line)))
    if key == "D_POSITION":
        items.sort(items.track_of(held))
    if key != "B_UISEL":
        host.project.touch()
    return True


@behaviour("SetMediaItemPosition")
def set_position(host: Host, item: int, position: float, refresh: int) -> bool:
    """As D_POSITION (header)."""
    return set_value(host, item, "D_POSITION", position)


@behaviour("SetMediaItemLength")
def set_length(host: Host, item: int, length: float, refresh: int) -> bool:
    """As D_LENGTH (header)."""
    return set_value(host, item, "D_LENGTH", length)


@behaviour("GetSetMediaItemInfo_String")
def text(host: Host, item: int, key: str, value: str, change: int) -> Out:
    """GUID and P_EXT:name (h4, header)."""
    held = block(host, item)
    if change:
        host.project.touch()
    if key.startswith("P_EXT:"):
        return ext_text(held, key, value, "stringNeedBig", change)
    if key == "GUID":
        if change or not held.line("IGUID"):  # missing ones are generated (i2)
            held.write("IGUID", 1, value if change else host.project.guid())
        return Out(True, {"stringNeedBig": held.read("IGUID", 1)})
    raise unknown_key(host, key)


# --- selection ------------------------------------------------------------------------------------


def selected(host: Host) -> list[Block]:
    """Return the selected items."""
    return [i for i in host.project.items() if i.read("SEL", 1) == "1"]


@behaviour("CountSelectedMediaItems")
def count_selected(host: Host, project: int) -> int:
    """Over all tracks (header)."""
    return len(selected(host))


@behaviour("GetSelectedMediaItem")
def get_selected(host: Host, project: int, index: int) -> int | None:
    """By index among the selected (header)."""
    return give(host, nth(selected(host), index))


@behaviour("IsMediaItemSelected")
def is_selected(host: Host, item: int) -> bool:
    """Whether it is selected (header)."""
    return block(host, item).read("SEL", 1) == "1"


@behaviour("SetMediaItemSelected")
def select(host: Host, item: int, chosen: int) -> None:
    """Select or unselect one (header)."""
    block(host, item).write("SEL", 1, str(int(bool(chosen))))


@behaviour("SelectAllMediaItems")
def select_all(host: Host, project: int, chosen: int) -> None:
    """Select or unselect all (header)."""
    for item in host.project.items():
        item.write("SEL", 1, str(int(bool(chosen))))


# --- chunks ---------------------------------------------------------------------------------------


@behaviour("GetItemStateChunk")
def get_chunk(host: Host, item: int, text: str, size: int, for_undo: int) -> Out:
    """The item's lines (f1)."""
    return Out(True, {"strNeedBig": tree.dump(block(host, item))})


@behaviour("SetItemStateChunk")
def set_chunk(host: Host, item: int, text: str, for_undo: int) -> bool:
    """Put other lines in its place; all pointers into it die, its own too (f1, unverified)."""
    held = block(host, item)
    replace(host, held, text, "ITEM")
    host.project.handles.retire(held)
    items.sort(items.track_of(held))
    return True
