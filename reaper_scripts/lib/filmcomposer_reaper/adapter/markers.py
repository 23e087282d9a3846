"""Markers and regions of the open project: the calls of REAPER 7.62 and later, and the older ones.

Later ones give a pointer for a GUID, and names can be read. A pointer ends with the next move of
any marker, which sorts the list anew; so none is kept. Older ones know a marker by its displayed
number, which several may share and the user may change; its name cannot be read from Python,
unless the extension SWS is there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper, is_null

#: REAPER uses a colour only with this bit; without it an object has its default colour.
CUSTOM = 0x1000000
#: Flag of SetProjectMarker4: an empty name clears the name instead of leaving it.
CLEAR_NAME = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A marker or region as it stands now.

    ``guid`` is empty where this REAPER has none; ``end_s`` is 0 for a marker; times are seconds of
    the project; ``color`` is ``#rrggbb``, empty for the default.
    """

    guid: str
    number: int
    region: bool
    start_s: float
    end_s: float
    color: str


def has_guids(reaper: Reaper) -> bool:
    """Whether this REAPER knows markers by GUID (7.62 and later)."""
    return all(map(reaper.has, ("GetRegionOrMarker", "AddRegionOrMarker")))


def can_read_names(reaper: Reaper) -> bool:
    """Whether the names of markers can be read."""
    return has_guids(reaper) or reaper.has("SNM_GetProjectMarkerName")


# --- reading --------------------------------------------------------------------------------------


def seen_by_guid(reaper: Reaper, guids: Collection[str]) -> dict[str, Seen]:
    """Return those of the markers and regions with these GUIDs that are there."""
    return {guid: _read(reaper, p, guid) for p, guid in _pointers(reaper, guids).items()}


def seen_with_others(reaper: Reaper, guids: Collection[str]) -> tuple[dict[str, Seen], list[Seen]]:
    """Return those with these GUIDs that are there, and all others in order of time."""
    rpr = reaper.rpr
    known = _pointers(reaper, guids)
    others = []
    for index in range(rpr.GetNumRegionsOrMarkers(0)):
        pointer = rpr.GetRegionOrMarker(0, index, "")
        # To ask every marker for its GUID would cost a buffer of 4 MiB each.
        if pointer in known or is_null(pointer):
            continue
        guid = str(rpr.GetSetRegionOrMarkerInfo_String(0, pointer, "GUID", "", False)[4])
        if guid not in guids:
            others.append(_read(reaper, pointer, guid))
    return {guid: _read(reaper, p, guid) for p, guid in known.items()}, others


def all_seen(reaper: Reaper) -> list[Seen]:
    """Return all markers and regions in order of time, by the older calls, without GUIDs."""
    found: list[Seen] = []
    index = 0
    while True:
        got = reaper.rpr.EnumProjectMarkers3(0, index, 0, 0.0, 0.0, "", 0, 0)
        if not got[0]:
            return found
        index = got[0]
        region = bool(got[3])
        found.append(
            Seen(
                guid="",
                number=got[7],
                region=region,
                start_s=got[4],
                end_s=got[5] if region else 0.0,
                color=_text(reaper, got[8]),
            )
        )


def name_of(reaper: Reaper, seen: Seen) -> str | None:
    """Return a marker's name; None where it is gone or names cannot be read."""
    rpr = reaper.rpr
    if seen.guid:
        pointer = rpr.GetRegionOrMarker(0, -1, seen.guid)
        if is_null(pointer):
            return None
        return str(rpr.GetSetRegionOrMarkerInfo_String(0, pointer, "P_NAME", "", False)[4])
    if not reaper.has("SNM_GetProjectMarkerName"):
        return None
    text = rpr.SNM_CreateFastString("")
    try:
        if not rpr.SNM_GetProjectMarkerName(0, seen.number, seen.region, text):
            return None
        return str(rpr.SNM_GetFastString(text))
    finally:
        rpr.SNM_DeleteFastString(text)


def _pointers(reaper: Reaper, guids: Collection[str]) -> dict[str, str]:
    """Return GUIDs by pointer, of those that are there."""
    found = {reaper.rpr.GetRegionOrMarker(0, -1, guid): guid for guid in guids}
    return {pointer: guid for pointer, guid in found.items() if not is_null(pointer)}


def _read(reaper: Reaper, pointer: str, guid: str) -> Seen:
    def value(key: str) -> float:
        return float(reaper.rpr.GetRegionOrMarkerInfo_Value(0, pointer, key))

    region = bool(value("B_ISREGION"))
    return Seen(
        guid=guid,
        number=int(value("I_NUMBER")),
        region=region,
        start_s=value("D_STARTPOS"),
        end_s=value("D_ENDPOS") if region else 0.0,
        color=_text(reaper, int(value("I_CUSTOMCOLOR"))),
    )


# --- writing --------------------------------------------------------------------------------------


def add(
    reaper: Reaper, *, region: bool, start_s: float, end_s: float, name: str, color: str
) -> Seen:
    """Add a marker or region; it gets the next free number.

    Raises
    ------
    DawError
        If REAPER refuses it.
    """
    rpr, native = reaper.rpr, _native(reaper, color)
    guid, refused = "", False
    if has_guids(reaper):
        pointer = rpr.AddRegionOrMarker(0, region, start_s, end_s, name, -1, native)
        refused = is_null(pointer)
        if not refused:
            guid = str(rpr.GetSetRegionOrMarkerInfo_String(0, pointer, "GUID", "", False)[4])
            number = int(rpr.GetRegionOrMarkerInfo_Value(0, pointer, "I_NUMBER"))
    else:
        number = rpr.AddProjectMarker2(0, region, start_s, end_s, name, -1, native)
        refused = number < 0
    if refused:
        msg = f"REAPER did not add the {'region' if region else 'marker'} {name!r}."
        raise DawError(msg, "Undo, and run the action again.")
    return Seen(
        guid=guid,
        number=number,
        region=region,
        start_s=start_s,
        end_s=end_s if region else 0.0,
        color=color,
    )


def change(
    reaper: Reaper,
    seen: Seen,
    *,
    start_s: float,
    end_s: float,
    name: str | None,
    color: str | None,
    crowd: Sequence[Seen] = (),
) -> None:
    """Change a marker or region that stands as ``seen`` says.

    Parameters
    ----------
    reaper : Reaper
    seen : Seen
        From a listing of this moment.
    start_s, end_s : float
        Where to, in project seconds.
    name, color : str or None
        None leaves it.
    crowd : sequence of Seen
        For the older calls, the listing: which numbers several share.
    """
    if seen.guid:
        _change_by_guid(reaper, seen, start_s, end_s, name, color)
        return
    rpr, flags = reaper.rpr, CLEAR_NAME if name == "" else 0
    rest = (name or "", _native(reaper, color or ""), flags)
    if _alone(seen, crowd):
        rpr.SetProjectMarker4(0, seen.number, seen.region, start_s, end_s, *rest)
        return
    index = _index(reaper, seen)
    if index is not None:
        place = (start_s, end_s, seen.number)
        rpr.SetProjectMarkerByIndex2(0, index, seen.region, *place, *rest)


def delete(reaper: Reaper, seen: Seen, *, crowd: Sequence[Seen] = ()) -> None:
    """Delete a marker or region that stands as ``seen`` says; see :func:`change`."""
    rpr = reaper.rpr
    if not seen.guid and _alone(seen, crowd):
        rpr.DeleteProjectMarker(0, seen.number, seen.region)
        return
    index = _index_by_guid(reaper, seen) if seen.guid else _index(reaper, seen)
    if index is not None:
        rpr.DeleteProjectMarkerByIndex(0, index)


def _change_by_guid(
    reaper: Reaper, seen: Seen, start_s: float, end_s: float, name: str | None, color: str | None
) -> None:
    rpr = reaper.rpr
    pointer = rpr.GetRegionOrMarker(0, -1, seen.guid)
    if is_null(pointer):
        return
    if name is not None:
        rpr.GetSetRegionOrMarkerInfo_String(0, pointer, "P_NAME", name, True)
    if color is not None:
        native = float(_native(reaper, color))
        rpr.SetRegionOrMarkerInfo_Value(0, pointer, "I_CUSTOMCOLOR", native)
    places = [("D_STARTPOS", seen.start_s, start_s)]
    if seen.region:
        places.append(("D_ENDPOS", seen.end_s, end_s))
        if start_s >= seen.end_s:  # a start beyond the end would swap the two
            places.reverse()
    for key, old, new in places:
        if new != old:
            pointer = rpr.GetRegionOrMarker(0, -1, seen.guid)
            rpr.SetRegionOrMarkerInfo_Value(0, pointer, key, new)


def _alone(seen: Seen, crowd: Sequence[Seen]) -> bool:
    """Whether a number means this one only."""
    return sum((s.number, s.region) == (seen.number, seen.region) for s in crowd) == 1


def _index(reaper: Reaper, seen: Seen) -> int | None:
    """Return the place of one that shares its number with others."""
    now = all_seen(reaper)
    return now.index(seen) if seen in now else None


def _index_by_guid(reaper: Reaper, seen: Seen) -> int | None:
    """Return the place of one in REAPER's list, for the call that deletes by it.

    Raises
    ------
    DawError
        If something else stands there: that the two ways of counting agree is not documented.
    """
    rpr = reaper.rpr
    pointer = rpr.GetRegionOrMarker(0, -1, seen.guid)
    if is_null(pointer):
        return None
    index = int(rpr.GetRegionOrMarkerInfo_Value(0, pointer, "I_INDEX"))
    there = rpr.EnumProjectMarkers3(0, index, 0, 0.0, 0.0, "", 0, 0)
    if (bool(there[3]), there[4], there[7]) != (seen.region, seen.start_s, seen.number):
        msg = f"Marker {seen.number} of FilmComposer cannot be deleted safely in this REAPER."
        raise DawError(msg, "Delete it by hand, and please report this.")
    return index


# --- colours, which each system keeps in an order of its own --------------------------------------


@lru_cache(maxsize=256)
def _native(reaper: Reaper, color: str) -> int:
    if not color:
        return 0
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return int(reaper.rpr.ColorToNative(*parts)) | CUSTOM


@lru_cache(maxsize=256)
def _text(reaper: Reaper, native: int) -> str:
    if not native & CUSTOM:
        return ""
    _, red, green, blue = reaper.rpr.ColorFromNative(native & ~CUSTOM, 0, 0, 0)
    return f"#{red:02x}{green:02x}{blue:02x}"
