"""Items and takes in the tree (f1, i6)."""

from __future__ import annotations

from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.project import template, tree
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block, Line, Take

#: API key -> line, word, value where the line is missing (i6 file seen; COLOR, GROUP, LOCK and
#: BEAT by ReaTeam's notes from memory, unverified).
VALUES: dict[str, tuple[str, int, float]] = {
    "D_POSITION": ("POSITION", 1, 0),
    "D_LENGTH": ("LENGTH", 1, 0),
    "D_SNAPOFFSET": ("SNAPOFFS", 1, 0),
    "B_LOOPSRC": ("LOOP", 1, 0),
    "B_ALLTAKESPLAY": ("ALLTAKES", 1, 0),
    "B_MUTE": ("MUTE", 1, 0),
    "B_UISEL": ("SEL", 1, 0),
    "D_FADEINLEN": ("FADEIN", 2, 0),
    "D_FADEOUTLEN": ("FADEOUT", 2, 0),
    "C_BEATATTACHMODE": ("BEAT", 1, -1),
    "C_LOCK": ("LOCK", 1, 0),
    "I_GROUPID": ("GROUP", 1, 0),
    "I_CUSTOMCOLOR": ("COLOR", 1, 0),
}
#: Of a take; its volume and pan stand elsewhere, see volume_place.
TAKE_VALUES: dict[str, tuple[str, int, float]] = {
    "D_STARTOFFS": ("SOFFS", 1, 0),
    "D_PLAYRATE": ("PLAYRATE", 1, 1),
    "B_PPITCH": ("PLAYRATE", 2, 1),
    "D_PITCH": ("PLAYRATE", 3, 0),
    "I_PITCHMODE": ("PLAYRATE", 4, -1),
    "I_CHANMODE": ("CHANMODE", 1, 0),
    "I_CUSTOMCOLOR": ("TAKECOLOR", 1, 0),
}


def takes(item: Block) -> list[Take]:
    """Return an item's takes."""
    return [c for c in item.body if isinstance(c, Take)]


def active(item: Block) -> Take | None:
    """Return the active take: the one at a line ``TAKE SEL``, else the first (i6, unverified)."""
    found = takes(item)
    return next((t for t in found if "SEL" in t.words()), found[0] if found else None)


def activate(take: Take) -> None:
    """Make a take the active one."""
    item = item_of(take)
    for i, each in enumerate(takes(item)):
        each.text = "" if i == 0 else "TAKE SEL" if each is take else "TAKE"


def item_of(take: Line) -> Block:
    """Return the item of a take."""
    assert take.parent is not None
    return take.parent


def track_of(item: Block) -> Block:
    """Return the track of an item."""
    assert item.parent is not None
    return item.parent


def volume_place(take: Take) -> tuple[str, int, int]:
    """Return the line and the words of a take's volume and pan (i6; TAKEVOLPAN unverified).

    ``VOLPAN itemvol pan takevol panlaw`` for the first, ``TAKEVOLPAN pan takevol panlaw`` else.
    """
    first = takes(item_of(take))[0] is take
    return ("VOLPAN", 3, 2) if first else ("TAKEVOLPAN", 2, 1)


def add(project: Project, track: Block) -> Block:
    """Add an empty item at 0 with no length; what it starts with is unverified."""
    numbers = [int(i.read_number("IID", 1)) for i in project.items()]
    number = max(numbers, default=0) + 1
    item = tree.parse(template.ITEM.format(guid=project.guid(), number=number))
    track.add(item)
    sort(track)
    return item


def sort(track: Block) -> None:
    """Bring a track's items into the order of time: at once, always (f1, measured 7.8x)."""
    items = track.blocks("ITEM")
    ordered = sorted(items, key=lambda i: i.read_number("POSITION", 1))
    if ordered == items:
        return
    places = [track.place(item) for item in items]
    for place, item in zip(places, ordered, strict=True):
        track.body[place] = item


def add_take(project: Project, item: Block) -> Take:
    """Add a take; it has no source until one is set (c, header)."""
    first = not takes(item)
    take = Take("" if first else "TAKE")
    volume = "VOLPAN 1 0 1 -1" if first else "TAKEVOLPAN 0 1 -1"
    for line in template.TAKE.format(guid=project.guid(), volume=volume).splitlines():
        take.add(Line(line))
    item.add(take)
    return take


def source(take: Take) -> Block | None:
    """Return a take's source."""
    return take.block("SOURCE")


def delete(project: Project, item: Block) -> None:
    """Delete an item."""
    track_of(item).remove_child(item)
    project.handles.retire(item)


def split(project: Project, item: Block, position: float) -> Block | None:
    """Cut an item in two; the right one is new (header), with GUIDs of its own.

    The right takes start later in their sources by the cut time times the rate (c, header). The
    fades at the cut become 0: REAPER's preference for crossfades at splits is not modelled.
    """
    start, length = item.read_number("POSITION", 1), item.read_number("LENGTH", 1)
    if not start < position < start + length:
        return None
    for take in takes(item):
        if any(True for _ in take.lines("SM")) or take.blocks("VOLENV", "PANENV", "PITCHENV"):
            raise Gap("splitting an item with stretch markers or take envelopes is not modelled")
    right = tree.copy(item)
    right.address = 0
    item.write("LENGTH", 1, position - start)
    item.write("FADEOUT", 2, "0", "FADEOUT 1 0 0 1 0 0 0")
    right.write("POSITION", 1, position)
    right.write("LENGTH", 1, start + length - position)
    right.write("FADEIN", 2, "0", "FADEIN 1 0 0 1 0 0 0")
    right.write("IGUID", 1, project.guid())
    numbers = [int(i.read_number("IID", 1)) for i in project.items()]
    right.write("IID", 1, str(max(numbers) + 1))
    for take in takes(right):
        rate = take.read_number("PLAYRATE", 1, 1)
        offset = take.read_number("SOFFS", 1) + (position - start) * rate
        take.write("SOFFS", 1, offset)
        take.write("GUID", 1, project.guid())
    track = track_of(item)
    track.add(right, track.place(item) + 1)
    sort(track)
    return right
