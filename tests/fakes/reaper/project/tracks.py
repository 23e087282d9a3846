"""Tracks in the tree: making and deleting them, and the keys of their lines (f1, i4)."""

from __future__ import annotations

from tests.fakes.reaper.project import template, tree
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block, Line

#: API key -> line, word, value where the line is missing (i4 file seen; D_WIDTH, I_RECMON,
#: I_RECMODE, B_SHOWINTCP and I_FOLDERCOMPACT by ReaTeam's notes from memory, unverified).
VALUES: dict[str, tuple[str, int, float]] = {
    "D_VOL": ("VOLPAN", 1, 1),
    "D_PAN": ("VOLPAN", 2, 0),
    "D_PANLAW": ("VOLPAN", 3, -1),
    "D_WIDTH": ("VOLPAN", 5, 1),
    "B_MUTE": ("MUTESOLO", 1, 0),
    "I_SOLO": ("MUTESOLO", 2, 0),
    "B_PHASE": ("IPHASE", 1, 0),
    "I_AUTOMODE": ("AUTOMODE", 1, 0),
    "I_NCHAN": ("NCHAN", 1, 2),
    "I_FXEN": ("FX", 1, 1),
    "I_SELECTED": ("SEL", 1, 0),
    "I_FOLDERDEPTH": ("ISBUS", 2, 0),
    "I_FOLDERCOMPACT": ("BUSCOMP", 1, 0),
    "B_SHOWINMIXER": ("SHOWINMIX", 1, 1),
    "B_SHOWINTCP": ("SHOWINMIX", 4, 1),
    "I_HEIGHTOVERRIDE": ("TRACKHEIGHT", 1, 0),
    "B_MAINSEND": ("MAINSEND", 1, 1),
    "C_MAINSEND_OFFS": ("MAINSEND", 2, 0),
    "I_RECARM": ("REC", 1, 0),
    "I_RECINPUT": ("REC", 2, 0),
    "I_RECMON": ("REC", 3, 0),
    "I_RECMODE": ("REC", 4, 0),
    "C_BEATATTACHMODE": ("BEAT", 1, -1),
    "I_PERFFLAGS": ("PERF", 1, 0),
    "I_FREEMODE": ("FREEMODE", 1, 0),
    "I_PANMODE": ("PANMODE", 1, -1),
}
#: The master's lines stand at the root (i2, file seen).
MASTER_VALUES: dict[str, tuple[str, int, float]] = {
    "D_VOL": ("MASTER_VOLUME", 1, 1),
    "D_PAN": ("MASTER_VOLUME", 2, 0),
    "B_MUTE": ("MASTERMUTESOLO", 1, 0),
    "I_NCHAN": ("MASTER_NCH", 1, 2),
    "I_FXEN": ("MASTER_FX", 1, 1),
    "I_SELECTED": ("MASTER_SEL", 1, 0),
    "I_AUTOMODE": ("MASTERAUTOMODE", 1, 0),
}
#: The colour that stands for "none" (i4, file seen); 0x1000000 marks a custom one.
NO_COLOUR = 16576
CUSTOM = 0x1000000


def insert(project: Project, index: int, *, defaults: bool) -> Block:
    """Insert a track; one with defaults has input 0 and monitoring on (f1, measured 7.8x)."""
    tracks = project.tracks()
    index = min(max(index, 0), len(tracks))
    text = template.TRACK.format(guid=project.guid(), monitor=int(defaults))
    track = tree.parse(text)
    if index < len(tracks):
        place = project.root.place(tracks[index])
    elif tracks:
        place = project.root.place(tracks[-1]) + 1
    else:
        place = _first_place(project.root)
    renumber(project, {i: i + (i >= index) for i in range(len(tracks))})
    project.root.add(track, place)
    return track


def _first_place(root: Block) -> int:
    """Return where the first track goes: after PROJBAY, before what ends a file (i2)."""
    bay = root.block("PROJBAY")
    if bay is not None:
        return root.place(bay) + 1
    end = root.block("EXTENSIONS", "EXTSTATE")
    return len(root.body) if end is None else root.place(end)


def delete(project: Project, track: Block) -> None:
    """Delete a track with what it holds, and the sends from it."""
    tracks = project.tracks()
    index = tracks.index(track)
    project.root.remove_child(track)
    project.handles.retire(track)
    renumber(project, {i: i - (i > index) for i in range(len(tracks)) if i != index})


def renumber(project: Project, places: dict[int, int]) -> None:
    """Write new track numbers into all AUXRECV lines (i4: they count all tracks in file order).

    A receive whose source is not in ``places`` goes, and its envelopes with it.
    """
    for track in project.tracks():
        for line in list(track.lines("AUXRECV")):
            source = int(line.number(1))
            if source in places:
                if places[source] != source:
                    line.put(1, str(places[source]))
                continue
            drop_receive(project, track, line)


def drop_receive(project: Project, track: Block, line: Line) -> None:
    """Remove a receive and the envelopes that stand after it."""
    place = track.place(line) + 1
    while place < len(track.body) and track.body[place].key.startswith("AUX"):
        if not isinstance(track.body[place], Block):
            break
        project.handles.retire(track.body[place])
        track.remove_child(track.body[place])
    project.handles.retire(line)
    track.remove_child(line)


def set_folder_depth(track: Block, depth: int) -> None:
    """Write ``ISBUS type delta``: 1 1 a folder, 2 -n the last in n folders, 0 0 else (i4)."""
    track.write("ISBUS", 2, str(depth), "ISBUS 0 0")
    track.write("ISBUS", 1, "1" if depth > 0 else "2" if depth < 0 else "0")


def depths(project: Project) -> list[int]:
    """Return for each track in how many folders it lies."""
    found, depth = [], 0
    for track in project.tracks():
        found.append(max(depth, 0))
        depth += int(track.read_number("ISBUS", 2))
    return found


def parent(project: Project, track: Block) -> Block | None:
    """Return the folder that a track lies in directly."""
    tracks, deep = project.tracks(), depths(project)
    index = tracks.index(track)
    for i in range(index - 1, -1, -1):
        if deep[i] < deep[index]:
            return tracks[i]
    return None


def ext(block: Block, key: str) -> Line | None:
    """Return the line of an object's own ext state.

    It stands in ``<EXT`` as ``key value``; that block's form is unverified (f1 says only that it
    is saved in the project).
    """
    held = block.block("EXT")
    return None if held is None else held.line(key)


def set_ext(block: Block, key: str, value: str) -> None:
    """Store an object's own ext state; an empty text removes it."""
    held, line = block.block("EXT"), ext(block, key)
    if line is not None and held is not None and not value:
        held.remove_child(line)
        if not held.body:
            block.remove_child(held)
    elif line is not None:
        line.put(1, value)
    elif value:
        if held is None:
            held = Block("EXT")
            block.add(
                held, next((i for i, c in enumerate(block.body) if isinstance(c, Block)), None)
            )
        held.add(Line(tree.head(key, value)))
