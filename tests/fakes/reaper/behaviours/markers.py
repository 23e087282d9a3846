"""Markers and regions: the calls that every version has (d).

Names come back from none of them in Python: they are ``const char**``, which the wrapper never
fills (a4, file seen).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import markers
from tests.fakes.reaper.project.markers import Marker

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

_CUSTOM = 0x1000000


@behaviour("CountProjectMarkers")
def count(host: Host, project: int, num_markers: int, num_regions: int) -> Out:
    """All, markers, regions (header)."""
    found = markers.listed(host.project)
    regions = sum(m.is_region for m in found)
    values = {"num_markersOut": len(found) - regions, "num_regionsOut": regions}
    return Out(len(found), values)


def _enumerate(host: Host, index: int) -> Out:
    found = markers.listed(host.project)
    if not 0 <= index < len(found):
        return Out(0)
    marker = found[index]
    values = {
        "isrgnOut": int(marker.is_region),
        "posOut": marker.position,
        "rgnendOut": marker.region_end,
        "markrgnindexnumberOut": marker.number,
    }
    return Out(index + 1, values)


@behaviour("EnumProjectMarkers")
def enumerate_1(host: Host, index: int, *_: float) -> Out:
    """In the current project (header)."""
    return _enumerate(host, index)


@behaviour("EnumProjectMarkers2")
def enumerate_2(host: Host, project: int, index: int, *_: float) -> Out:
    """The next index, or 0 past the end (d, file seen)."""
    return _enumerate(host, index)


@behaviour("EnumProjectMarkers3")
def enumerate_3(host: Host, project: int, index: int, *_: float) -> Out:
    """The next index, or 0 past the end; with the colour (d, file seen)."""
    found = _enumerate(host, index)
    if found.value:
        found.changed["colorOut"] = markers.listed(host.project)[index].colour
    return found


def check_colour(colour: int) -> int:
    """Return a colour; one without the mark is not used by REAPER, so never meant (d)."""
    if colour and not colour & _CUSTOM:
        raise Misuse(f"the colour {colour:#x} has no 0x1000000: REAPER does not use it (d)")
    return colour


@behaviour("AddProjectMarker2")
def add(
    host: Host,
    project: int,
    region: int,
    start: float,
    end: float,
    name: str,
    number: int,
    colour: int,
) -> int:
    """The displayed number (d, header)."""
    return new(host, region, start, end, name, number, colour).number


def new(
    host: Host, region: int, start: float, end: float, name: str, number: int, colour: int
) -> Marker:
    """Add a marker or region."""
    host.project.touch()
    return markers.add(
        host.project,
        start=start,
        end=end if region else None,
        name=name,
        number=number,
        colour=check_colour(colour),
    )


@behaviour("AddProjectMarker")
def add_plain(
    host: Host, project: int, region: int, start: float, end: float, name: str, number: int
) -> int:
    """Without a colour (header)."""
    return add(host, project, region, start, end, name, number, 0)


def _numbered(host: Host, number: int, region: int) -> Marker | None:
    """Return the first of a number; two markers may share one (d)."""
    found = markers.listed(host.project)
    return next((m for m in found if (m.number, m.is_region) == (number, bool(region))), None)


def _at(host: Host, index: int) -> Marker | None:
    found = markers.listed(host.project)
    return found[index] if 0 <= index < len(found) else None


def _change(
    host: Host, marker: Marker | None, start: float, end: float, name: str, colour: int, flags: int
) -> bool:
    if marker is None:
        return False
    markers.move(marker, start, end)
    if name or flags & 1:
        markers.rename(marker, name)
    if colour:
        markers.paint(marker, check_colour(colour))
    host.project.touch()
    return True


@behaviour("SetProjectMarker4")
def set_4(
    host: Host,
    project: int,
    number: int,
    region: int,
    start: float,
    end: float,
    name: str,
    colour: int,
    flags: int,
) -> bool:
    """By number. An empty name changes none unless flags &1, colour 0 changes none (d, header)."""
    return _change(host, _numbered(host, number, region), start, end, name, colour, flags)


@behaviour("SetProjectMarker3")
def set_3(
    host: Host,
    project: int,
    number: int,
    region: int,
    start: float,
    end: float,
    name: str,
    colour: int,
) -> bool:
    """By number (header)."""
    return set_4(host, project, number, region, start, end, name, colour, 0)


@behaviour("SetProjectMarker2")
def set_2(
    host: Host, project: int, number: int, region: int, start: float, end: float, name: str
) -> bool:
    """By number, the colour stays (header)."""
    return set_4(host, project, number, region, start, end, name, 0, 0)


@behaviour("SetProjectMarkerByIndex2")
def set_by_index_2(
    host: Host,
    project: int,
    index: int,
    region: int,
    start: float,
    end: float,
    number: int,
    name: str,
    colour: int,
    flags: int,
) -> bool:
    """By index, which may give another number (header)."""
    marker = _at(host, index)
    if marker is not None and marker.is_region is not bool(region):
        raise Misuse("a marker cannot become a region")
    if not _change(host, marker, start, end, name, colour, flags) or marker is None:
        return False
    markers.renumber(marker, number)
    return True


@behaviour("SetProjectMarkerByIndex")
def set_by_index(
    host: Host,
    project: int,
    index: int,
    region: int,
    start: float,
    end: float,
    number: int,
    name: str,
    colour: int,
) -> bool:
    """By index (header)."""
    return set_by_index_2(host, project, index, region, start, end, number, name, colour, 0)


def _delete(host: Host, marker: Marker | None) -> bool:
    if marker is None:
        return False
    markers.delete(host.project, marker)
    host.project.touch()
    return True


@behaviour("DeleteProjectMarker")
def delete(host: Host, project: int, number: int, region: int) -> bool:
    """By displayed number (d, header)."""
    return _delete(host, _numbered(host, number, region))


@behaviour("DeleteProjectMarkerByIndex")
def delete_by_index(host: Host, project: int, index: int) -> bool:
    """By index (d, header)."""
    return _delete(host, _at(host, index))


# --- colours --------------------------------------------------------------------------------------


@behaviour("ColorToNative")
def to_native(host: Host, red: int, green: int, blue: int) -> int:
    """0xRRGGBB on macOS and Linux, 0xBBGGRR on Windows (d, unverified)."""
    if host.native == "bgr":
        red, blue = blue, red
    return red << 16 | green << 8 | blue


@behaviour("ColorFromNative")
def from_native(host: Host, colour: int, *_: int) -> Out:
    """The way back (d, header)."""
    parts = [colour >> 16 & 255, colour >> 8 & 255, colour & 255]
    if host.native == "bgr":
        parts.reverse()
    return Out(None, dict(zip(("rOut", "gOut", "bOut"), parts, strict=True)))
