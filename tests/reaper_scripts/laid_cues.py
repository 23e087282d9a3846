"""Two sessions of a cue, and what a project says of it once one is laid."""

from __future__ import annotations

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.chunks.marks import marks
from filmcomposer_reaper.chunks.track import split_track
from tests.core.execution.cases import built
from tests.fakes.reaper.project import tree
from tests.fakes.reaper.project.tree import Block
from tests.reaper_scripts.laying import (
    Desk,
    desk,
    session,
    text_of,
)

FIRST = session()
PARTS = ["violins", "horns", "basses"]
#: The same cue with other music, another mix and another place.
SECOND = session(plan=built(), anchor_s=1.5)
ORDER = ["@theme", "@cue", *PARTS, "@reverb", "@stems", *(f"stem/{p}" for p in PARTS)]


def depths(d: Desk) -> list[int]:
    level, found = 0, []
    for track in d.host.project.tracks():
        found.append(level)
        level += int(track.read_number("ISBUS", 2))
    return [*found, level]


def foreigners(d: Desk) -> list[str]:
    return [
        text_of(t) for t, part in zip(d.host.project.tracks(), d.parts(), strict=True) if not part
    ]


def said_by(block: Block) -> dict[str, str]:
    """What a track says, aspect by aspect; senders by name."""
    assert block.parent is not None
    tracks = block.parent.blocks("TRACK")

    def sender(place: str) -> str:
        held = tracks[int(place)].block("EXT")
        return tracks[int(place)].word(1) if held is None else held.read("fc_part", 1)

    return marks(split_track(tree.dump(block), sender))


def all_said(d: Desk) -> dict[str, dict[str, str]]:
    tracks = zip(d.parts(), d.host.project.tracks(), strict=True)
    return {part: said_by(block) for part, block in tracks if part}


def fresh(made: Session) -> dict[str, dict[str, str]]:
    with desk() as d:
        d.lay(made)
        return all_said(d)
