"""Tracks: counting, making, deleting, selecting, their chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block, give, node, nth
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import items, tracks, tree

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


@behaviour("CountTracks")
def count(host: Host, project: int) -> int:
    """All tracks but the master (header)."""
    return len(host.project.tracks())


@behaviour("GetTrack")
def get(host: Host, project: int, index: int) -> int | None:
    """By index from 0; NULL outside (f1, header)."""
    return give(host, nth(host.project.tracks(), index))


@behaviour("GetMasterTrack")
def master(host: Host, project: int) -> int | None:
    """The master track (f1, header)."""
    return give(host, host.project.master)


@behaviour("InsertTrackAtIndex")
def insert(host: Host, index: int, defaults: int) -> None:
    """Insert a track (f1, header)."""
    tracks.insert(host.project, index, defaults=bool(defaults))
    host.project.touch()


@behaviour("InsertTrackInProject")
def insert_in(host: Host, project: int, index: int, flags: int) -> None:
    """Insert a track, flags &1 with defaults (f1, header, 7.18)."""
    insert(host, index, flags & 1)


@behaviour("DeleteTrack")
def delete(host: Host, track: int) -> None:
    """Delete a track; the sends from it go too, the numbers in the others follow (i4)."""
    if node(host, track) is host.project.master:
        raise Misuse("the master track cannot be deleted")
    tracks.delete(host.project, block(host, track))
    host.project.touch()


@behaviour("GetTrackName")
def name(host: Host, track: int, text: str, size: int) -> Out:
    """The name, ``Track 3`` for one without, ``MASTER`` for the master (f1, header)."""
    found = node(host, track)
    if found is host.project.master:
        return Out(True, {"bufOut": "MASTER"})
    held = block(host, track)
    number = host.project.tracks().index(held) + 1
    return Out(True, {"bufOut": held.read("NAME", 1) or f"Track {number}"})


@behaviour("GetTrackDepth")
def depth(host: Host, track: int) -> int:
    """In how many folders it lies (header)."""
    held = block(host, track)
    return tracks.depths(host.project)[host.project.tracks().index(held)]


@behaviour("GetParentTrack")
def parent(host: Host, track: int) -> int | None:
    """The folder it lies in, NULL at the top (header)."""
    return give(host, tracks.parent(host.project, block(host, track)))


# --- selection ------------------------------------------------------------------------------------


def selected(host: Host) -> list[Block]:
    """Return the selected tracks, without the master."""
    return [t for t in host.project.tracks() if t.read("SEL", 1) == "1"]


@behaviour("CountSelectedTracks")
def count_selected(host: Host, project: int) -> int:
    """Without the master (header)."""
    return len(selected(host))


@behaviour("GetSelectedTrack")
def get_selected(host: Host, project: int, index: int) -> int | None:
    """By index among the selected (header)."""
    return give(host, nth(selected(host), index))


@behaviour("IsTrackSelected")
def is_selected(host: Host, track: int) -> bool:
    """Whether it is selected (header)."""
    if node(host, track) is host.project.master:
        return host.project.root.read("MASTER_SEL", 1) == "1"
    return block(host, track).read("SEL", 1) == "1"


@behaviour("SetTrackSelected")
def select(host: Host, track: int, chosen: int) -> None:
    """Select or unselect one (header); no change that asks for saving (unverified)."""
    if node(host, track) is host.project.master:
        host.project.root.write("MASTER_SEL", 1, str(int(bool(chosen))))
    else:
        block(host, track).write("SEL", 1, str(int(bool(chosen))))


@behaviour("SetOnlyTrackSelected")
def select_only(host: Host, track: int) -> None:
    """Select one and no other, the master neither (header)."""
    only = node(host, track)
    for each in host.project.tracks():
        each.write("SEL", 1, str(int(each is only)))
    host.project.root.write("MASTER_SEL", 1, str(int(only is host.project.master)))


# --- chunks ---------------------------------------------------------------------------------------


@behaviour("GetTrackStateChunk")
def get_chunk(host: Host, track: int, text: str, size: int, for_undo: int) -> Out:
    """The track's lines (f1, file seen); without indent (unverified)."""
    return Out(True, {"strNeedBig": tree.dump(block(host, track))})


@behaviour("SetTrackStateChunk")
def set_chunk(host: Host, track: int, text: str, for_undo: int) -> bool:
    """Put other lines in a track's place; all pointers into it die, its own stays (f1, unverified).

    What is no chunk of a track is refused.
    """
    held = block(host, track)
    replace(host, held, text, "TRACK")
    items.sort(held)
    return True


def replace(host: Host, held: Block, text: str, tag: str) -> None:
    """Put a chunk's lines in a block's place."""
    try:
        made = tree.parse(text)
    except ValueError as fault:
        raise Misuse(f"the chunk for RPR_{host.calls[-1][0]} is broken: {fault}") from None
    if made.key != tag:
        raise Misuse(f"a chunk of {made.key} was given where {tag} is wanted")
    for child in held.body:
        host.project.handles.retire(child)
    held.text, held.body = made.text, []
    for child in made.body:
        held.add(child)
    host.project.touch()
