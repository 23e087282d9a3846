"""Markers and regions in the tree (d, i3)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block, Line, head

_NUMBER, _POS, _NAME, _FLAGS, _COLOUR, _GUID, _LANE = 1, 2, 3, 4, 5, 8, 10
_REGION, SELECTED, HIDDEN = 1, 8, 16


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker's line, or a region's two; ``start`` is what a pointer stands for."""

    start: Line
    end: Line | None

    @property
    def is_region(self) -> bool:
        """Whether it is a region."""
        return self.end is not None

    @property
    def number(self) -> int:
        """The displayed number."""
        return int(self.start.number(_NUMBER))

    @property
    def position(self) -> float:
        """Where it starts, in seconds."""
        return self.start.number(_POS)

    @property
    def region_end(self) -> float:
        """Where a region ends; 0 for a marker."""
        return 0.0 if self.end is None else self.end.number(_POS)

    @property
    def name(self) -> str:
        """Its name."""
        return self.start.word(_NAME)

    @property
    def flags(self) -> int:
        """The flags of its line: 1 region, 8 selected, 16 hidden (i3)."""
        return int(self.start.number(_FLAGS))

    @property
    def colour(self) -> int:
        """Its colour with 0x1000000, or 0."""
        return int(self.start.number(_COLOUR))

    @property
    def guid(self) -> str:
        """Its GUID, "" in older files."""
        return self.start.word(_GUID)

    @property
    def lane(self) -> int:
        """Its ruler lane."""
        return int(self.start.number(_LANE))


def listed(project: Project) -> list[Marker]:
    """Return all in order of time; at one time as they stand in the file (unverified)."""
    lines = [line for line in project.root.body if line.text.startswith("MARKER ")]
    state = tuple((line.serial, line.text) for line in lines)
    if project.listed_markers is None or project.listed_markers[0] != state:
        project.listed_markers = (state, _listed(lines))
    return list(project.listed_markers[1])


def _listed(lines: list[Line]) -> list[Marker]:
    found: list[Marker] = []
    open_at: dict[str, int] = {}
    for line in lines:
        number = line.word(_NUMBER)
        if not int(line.number(_FLAGS)) & _REGION:
            found.append(Marker(line, None))
        elif number in open_at:
            at = open_at.pop(number)
            found[at] = Marker(found[at].start, line)
        else:
            open_at[number] = len(found)
            found.append(Marker(line, None))
    return sorted(found, key=lambda m: m.position)


def free_number(project: Project, *, region: bool) -> int:
    """Return the lowest number that is not in use; regions count apart (d, unverified)."""
    used = {m.number for m in listed(project) if m.is_region is region}
    return next(n for n in range(1, len(used) + 2) if n not in used)


def add(
    project: Project, *, start: float, end: float | None, name: str, number: int, colour: int
) -> Marker:
    """Add one; a number that is taken gives way for a region, two markers may share (d)."""
    region = end is not None
    used = {m.number for m in listed(project) if m.is_region}
    if number < 0 or (region and number in used):
        number = free_number(project, region=region)
    if end is not None and end < start:
        start, end = end, start
    guid = project.guid() if project.version >= (7, 62) else ""
    first = Line(head("MARKER", str(number), "0", name, str(int(region))))
    first.put(_POS, start)
    first.text += f" {colour} 1 {project.colour_order}"
    if guid:
        first.text += f" {guid} 0 {_default_lane(project, region=region)}"
    place = _place(project.root)
    project.root.add(first, place)
    last = None
    if end is not None:
        last = Line(f'MARKER {number} 0 "" 1')
        last.put(_POS, end)
        project.root.add(last, place + 1)
    return Marker(first, last)


def _place(root: Block) -> int:
    """Return where the next line goes: after the last, or before PROJBAY (i3, file seen)."""
    places = [i for i, c in enumerate(root.body) if c.key == "MARKER"]
    if places:
        return places[-1] + 1
    after = root.block("PROJBAY", "TRACK")
    return len(root.body) if after is None else root.place(after)


def _default_lane(project: Project, *, region: bool) -> int:
    """Return the lane whose flags say so: 4 for regions, 8 for markers (i3; read off a file)."""
    for line in project.root.lines("RULERLANE"):
        if int(line.number(2)) & (4 if region else 8):
            return int(line.number(1))
    return 0


def timebase(project: Project, marker: Marker) -> int:
    """Return the timebase of its lane, -1 for the project's (d, i3)."""
    for line in project.root.lines("RULERLANE"):
        if marker.lane and int(line.number(1)) == marker.lane:
            return int(line.number(5, -1))
    return -1


def move(marker: Marker, start: float, end: float | None) -> None:
    """Move one; a region's start beyond its end swaps both (d)."""
    if marker.end is not None and end is not None:
        start, end = min(start, end), max(start, end)
        marker.end.put(_POS, end)
    marker.start.put(_POS, start)


def rename(marker: Marker, name: str) -> None:
    """Write the name."""
    marker.start.put(_NAME, name)


def renumber(marker: Marker, number: int) -> None:
    """Write the displayed number, on both lines of a region."""
    for line in filter(None, (marker.start, marker.end)):
        line.put(_NUMBER, str(number))


def paint(marker: Marker, colour: int) -> None:
    """Write the colour."""
    marker.start.put(_COLOUR, str(colour))


def flag(marker: Marker, bit: int, *, on: bool) -> None:
    """Set or clear one of the flags."""
    marker.start.put(_FLAGS, str(marker.flags | bit if on else marker.flags & ~bit))


def put_in_lane(marker: Marker, lane: int) -> None:
    """Write the ruler lane."""
    marker.start.put(_LANE, str(lane))


def delete(project: Project, marker: Marker) -> None:
    """Delete one."""
    for line in filter(None, (marker.start, marker.end)):
        project.handles.retire(line)
        project.root.remove_child(line)
