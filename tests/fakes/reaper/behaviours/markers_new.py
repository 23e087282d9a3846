"""Markers and regions by pointer and GUID: 7.62 and later (d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import give, node, unknown_key
from tests.fakes.reaper.behaviours.markers import check_colour, new
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import markers
from tests.fakes.reaper.project.markers import Marker

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("GetNumRegionsOrMarkers")
def count(host: Host, project: int) -> int:
    """All of them (d, header)."""
    return len(markers.listed(host.project))


@behaviour("GetRegionOrMarker")
def get(host: Host, project: int, index: int, guid: str) -> int | None:
    """By index, or by GUID with index -1; an unknown GUID gives NULL (d, measured 7.8x)."""
    found = markers.listed(host.project)
    if guid:
        if index != -1:
            raise Misuse("give a GUID with index -1, or an index with no GUID (d)")
        return give(host, next((m.start for m in found if m.guid == guid), None))
    return give(host, found[index].start if 0 <= index < len(found) else None)


@behaviour("AddRegionOrMarker")
def add(
    host: Host,
    project: int,
    region: int,
    start: float,
    end: float,
    name: str,
    number: int,
    colour: int,
) -> int | None:
    """The new one's pointer (d, header)."""
    return give(host, new(host, region, start, end, name, number, colour).start)


def _marker(host: Host, pointer: int) -> Marker:
    line = node(host, pointer)
    return next(m for m in markers.listed(host.project) if m.start is line)


@behaviour("GetSetRegionOrMarkerInfo_String")
def text(host: Host, project: int, pointer: int, key: str, value: str, change: int) -> Out:
    """P_NAME, which "" clears (d, measured 7.8x), and GUID to read."""
    marker = _marker(host, pointer)
    if key == "GUID":
        if change:
            raise unknown_key(host, "GUID (to set)")
        return Out(True, {"stringNeedBig": marker.guid})
    if key != "P_NAME":
        raise unknown_key(host, key)
    if change:
        markers.rename(marker, value)
        host.project.touch()
    return Out(True, {"stringNeedBig": marker.name})


@behaviour("GetRegionOrMarkerInfo_Value")
def get_value(host: Host, project: int, pointer: int, key: str) -> float:
    """A number by key (d, header)."""
    marker = _marker(host, pointer)
    values = {
        "D_STARTPOS": marker.position,
        "D_ENDPOS": marker.region_end,
        "I_NUMBER": marker.number,
        "I_LANENUMBER": marker.lane,
        "I_CUSTOMCOLOR": marker.colour,
        "B_ISREGION": marker.is_region,
        "B_UISEL": bool(marker.flags & markers.SELECTED),
        "B_HIDDEN": bool(marker.flags & markers.HIDDEN),
    }
    if key == "I_INDEX":
        found = markers.listed(host.project)
        return float(next(i for i, m in enumerate(found) if m.start is marker.start))
    if key not in values:
        raise unknown_key(host, key)
    return float(values[key])


@behaviour("SetRegionOrMarkerInfo_Value")
def set_value(host: Host, project: int, pointer: int, key: str, value: float) -> float:
    """Write a number by key; a move re-sorts the list, which ends all markers' pointers (d).

    That they die is the strict reading of "keep the GUID, re-fetch the pointer" (file seen).
    """
    marker = _marker(host, pointer)
    if key in ("D_STARTPOS", "D_ENDPOS"):
        start, end = marker.position, marker.region_end if marker.is_region else None
        if key == "D_STARTPOS":
            start = value
        else:
            end = value
        markers.move(marker, start, end)
        for each in markers.listed(host.project):
            host.project.handles.retire(each.start)
    elif key == "I_NUMBER":
        markers.renumber(marker, int(value))
    elif key == "I_CUSTOMCOLOR":
        markers.paint(marker, check_colour(int(value)))
    elif key == "I_LANENUMBER":
        markers.put_in_lane(marker, int(value))
    elif key in ("B_UISEL", "B_HIDDEN"):
        bit = markers.SELECTED if key == "B_UISEL" else markers.HIDDEN
        markers.flag(marker, bit, on=bool(value))
    else:
        raise unknown_key(host, key)
    host.project.touch()
    return 1.0
