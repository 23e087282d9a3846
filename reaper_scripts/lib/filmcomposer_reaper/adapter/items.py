"""Items of the project in front: finding them, and reading what a picture is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from filmcomposer_reaper.adapter.reaper import Reaper, is_null

CUE_KEY = "P_EXT:fc_cue"
#: Sections within sections; a real project has one.
_DEEPEST = 8
_GUID_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A take's media.

    ``start_s`` is where it begins in its file, more than 0 in a section; ``length_s`` is how much
    of it there is, 0 where REAPER cannot read it.
    """

    kind: str
    path: str
    start_s: float
    length_s: float
    backwards: bool
    stretched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item and its active take.

    ``offset_s`` counts in seconds of the source; ``cue`` is our tag; ``source`` is None in an item
    without media.
    """

    guid: str
    name: str
    cue: str
    position_s: float
    length_s: float
    loops: bool
    offset_s: float
    rate: float
    source: Source | None


def selected_items(reaper: Reaper) -> list[Item]:
    """Return the selected items, in the order of tracks and time; each takes REAPER 0.4 ms."""
    return [read_item(reaper, item.id) for item in reaper.reapy.Project().selected_items]


def count_selected(reaper: Reaper) -> int:
    """Return how many items are selected."""
    return int(reaper.reapy.Project().n_selected_items)


def find_item(reaper: Reaper, guid: str, near_s: float | None = None) -> Item | None:
    """Return the item with a GUID; None where there is none.

    Reading a GUID takes REAPER 0.1 ms, so selected items and those near a time come first.
    """
    pointer = _pointer(reaper, guid, near_s)
    return None if pointer is None else read_item(reaper, pointer)


def is_there(reaper: Reaper, guid: str, near_s: float | None = None) -> bool:
    """Whether the project has an item with a GUID."""
    return _pointer(reaper, guid, near_s) is not None


def neighbours(reaper: Reaper, item: Item) -> list[Item]:
    """Return the items on an item's track that bear its cue, itself among them."""
    rpr = reaper.rpr
    place = _pointer(reaper, item.guid, item.position_s)
    if place is None:
        return []
    track = rpr.GetMediaItem_Track(place)
    count = rpr.CountTrackMediaItems(track)
    pointers = [rpr.GetTrackMediaItem(track, n) for n in range(count)]
    return [read_item(reaper, p) for p in pointers if _tag(reaper, p) == item.cue]


def tag_item(reaper: Reaper, guid: str, cue: str, near_s: float | None = None) -> None:
    """Write a cue's id on the item with a GUID, if it is there."""
    pointer = _pointer(reaper, guid, near_s)
    if pointer is not None and _tag(reaper, pointer) != cue:
        reaper.rpr.GetSetMediaItemInfo_String(pointer, CUE_KEY, cue, True)


def item_guid(reaper: Reaper, pointer: str) -> str:
    """Return an item's GUID."""
    return str(reaper.rpr.GetSetMediaItemInfo_String(pointer, "GUID", "", False)[3])


def read_item(reaper: Reaper, pointer: str) -> Item:
    """Read an item."""
    item = reaper.reapy.Item(pointer)
    take = item.active_take
    source = None if is_null(take.id) else _source(reaper, take)
    return Item(
        guid=item_guid(reaper, pointer),
        name="" if is_null(take.id) else str(take.name),
        cue=_tag(reaper, pointer),
        position_s=float(item.position),
        length_s=float(item.length),
        loops=bool(item.get_info_value("B_LOOPSRC")),
        offset_s=0.0 if source is None else float(take.start_offset),
        rate=1.0 if source is None else float(take.get_info_value("D_PLAYRATE")),
        source=source,
    )


def item_cue(reaper: Reaper, item: Item) -> str:
    """Return the cue that an item belongs to: its own tag, else its track's; "" for none."""
    if item.cue:
        return item.cue
    pointer = _pointer(reaper, item.guid, item.position_s)
    if pointer is None:
        return ""
    track = reaper.rpr.GetMediaItem_Track(pointer)
    found = reaper.rpr.GetSetMediaTrackInfo_String(track, CUE_KEY, "", False)
    return str(found[3]) if found[0] else ""


def _tag(reaper: Reaper, pointer: str) -> str:
    found = reaper.rpr.GetSetMediaItemInfo_String(pointer, CUE_KEY, "", False)
    return str(found[3]) if found[0] else ""


def _pointer(reaper: Reaper, guid: str, near_s: float | None) -> str | None:
    for pointer in _likely_first(reaper, near_s):
        if item_guid(reaper, pointer) == guid:
            return pointer
    return None


def _likely_first(reaper: Reaper, near_s: float | None) -> Iterator[str]:
    """Yield every item once: the selected ones, then those near a time, then the rest."""
    rpr = reaper.rpr
    chosen = [rpr.GetSelectedMediaItem(0, n) for n in range(rpr.CountSelectedMediaItems(0))]
    yield from chosen
    seen = set(chosen)
    rest = [p for n in range(rpr.CountMediaItems(0)) if (p := rpr.GetMediaItem(0, n)) not in seen]
    if near_s is not None:
        rest.sort(key=lambda p: abs(rpr.GetMediaItemInfo_Value(p, "D_POSITION") - near_s))
    yield from rest


def _source(reaper: Reaper, take: object) -> Source | None:
    """Follow a take's source through its sections to the file."""
    rpr, held = reaper.rpr, take.source  # type: ignore[attr-defined]
    if is_null(held.id):
        return None
    start, backwards, length = 0.0, False, None
    for _ in range(_DEEPEST):
        # ``None`` once it is known: the outermost section says how much there is.
        length = _length(reaper, held.id) if length is None else length
        found, _, offset, _, reverse = rpr.PCM_Source_GetSectionInfo(held.id, 0.0, 0.0, False)
        if not found:
            break
        start, backwards = start + offset, backwards != bool(reverse)
        inner = rpr.GetMediaSourceParent(held.id)
        if is_null(inner):
            break
        held = reaper.reapy.Source(inner)
    return Source(
        kind=str(held.type),
        path=str(held.filename),
        start_s=start,
        length_s=length or 0.0,
        backwards=backwards,
        stretched=rpr.GetTakeNumStretchMarkers(take.id) > 0,  # type: ignore[attr-defined]
    )


def _length(reaper: Reaper, source: str) -> float:
    """Return a source's seconds; 0 for MIDI, whose length is told in quarter notes."""
    length, _, in_quarters = reaper.rpr.GetMediaSourceLength(source, False)
    return 0.0 if in_quarters else float(length)
