"""Takes and their sources (c, f1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours import live
from tests.fakes.reaper.behaviours.live import block, ext_text, give, nth, unknown_key
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import items

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("AddTakeToMediaItem")
def add(host: Host, item: int) -> int | None:
    """A new take without a source (c, header)."""
    host.project.touch()
    return give(host, items.add_take(host.project, block(host, item)))


@behaviour("GetActiveTake")
def active(host: Host, item: int) -> int | None:
    """The active take, NULL for an item without takes (e, header)."""
    return give(host, items.active(block(host, item)))


@behaviour("SetActiveTake")
def activate(host: Host, take: int) -> None:
    """Make it its item's active take (header)."""
    items.activate(live.take(host, take))
    host.project.touch()


@behaviour("CountTakes")
def count(host: Host, item: int) -> int:
    """Takes of an item (header)."""
    return len(items.takes(block(host, item)))


@behaviour("GetMediaItemNumTakes")
def count_too(host: Host, item: int) -> int:
    """Takes of an item (header)."""
    return count(host, item)


@behaviour("GetTake")
def get(host: Host, item: int, index: int) -> int | None:
    """By index (header)."""
    return give(host, nth(list(items.takes(block(host, item))), index))


@behaviour("GetMediaItemTake")
def get_too(host: Host, item: int, index: int) -> int | None:
    """By index, -1 for the active one (header)."""
    return active(host, item) if index == -1 else get(host, item, index)


@behaviour("GetMediaItemTake_Item")
def item_of(host: Host, take: int) -> int | None:
    """The item it belongs to (header)."""
    return give(host, items.item_of(live.take(host, take)))


@behaviour("GetMediaItemTake_Track")
def track_of(host: Host, take: int) -> int | None:
    """The track it is on (header)."""
    return give(host, items.track_of(items.item_of(live.take(host, take))))


@behaviour("GetTakeName")
def name(host: Host, take: int) -> str | None:
    """The name; NULL without a take, which raises in Python (a4, file seen)."""
    return live.take(host, take).read("NAME", 1) if take else None


@behaviour("TakeIsMIDI")
def is_midi(host: Host, take: int) -> bool:
    """Whether its source is MIDI (e, header)."""
    source = items.source(live.take(host, take))
    return source is not None and source.word(1) == "MIDI"


@behaviour("GetMediaItemTakeInfo_Value")
def get_value(host: Host, take: int, key: str) -> float:
    """A number by key; pointers come as the address in a float (a4, file seen)."""
    held = live.take(host, take)
    line, volume, pan = items.volume_place(held)
    if key in ("D_VOL", "D_PAN"):
        return held.read_number(line, volume if key == "D_VOL" else pan, float(key == "D_VOL"))
    if key == "IP_TAKENUMBER":
        return float(items.takes(items.item_of(held)).index(held))
    parts = {
        "P_SOURCE": items.source(held),
        "P_ITEM": items.item_of(held),
        "P_TRACK": items.track_of(items.item_of(held)),
    }
    if key in parts:
        return float(give(host, parts[key]) or 0)
    if key not in items.TAKE_VALUES:
        raise unknown_key(host, key)
    line, index, default = items.TAKE_VALUES[key]
    return held.read_number(line, index, default)


@behaviour("SetMediaItemTakeInfo_Value")
def set_value(host: Host, take: int, key: str, value: float) -> bool:
    """Write a number by key (header)."""
    held = live.take(host, take)
    line, volume, pan = items.volume_place(held)
    if key in ("D_VOL", "D_PAN"):
        held.write(line, volume if key == "D_VOL" else pan, value)
    elif key not in items.TAKE_VALUES:
        raise unknown_key(host, key)
    else:
        line, index, _ = items.TAKE_VALUES[key]
        held.write(line, index, value if key[0] == "D" else float(int(value)))
    host.project.touch()
    return True


@behaviour("GetSetMediaItemTakeInfo_String")
def text(host: Host, take: int, key: str, value: str, change: int) -> Out:
    """P_NAME, GUID and P_EXT:name (h4, header)."""
    held = live.take(host, take)
    if change:
        host.project.touch()
    if key.startswith("P_EXT:"):
        return ext_text(held, key, value, "stringNeedBig", change)
    lines = {"P_NAME": "NAME", "GUID": "GUID"}
    if key not in lines:
        raise unknown_key(host, key)
    if change:
        held.write(lines[key], 1, value)
    elif key == "GUID" and not held.line("GUID"):  # missing ones are generated (i2)
        held.write("GUID", 1, host.project.guid())
    return Out(True, {"stringNeedBig": held.read(lines[key], 1)})


@behaviour("GetTakeNumStretchMarkers")
def count_stretch_markers(host: Host, take: int) -> int:
    """Stretch markers: ``SM pos source + pos source`` (i6, docs; the form is unverified)."""
    return sum(line.text.count("+") + 1 for line in live.take(host, take).lines("SM"))
