"""Sends in the tree: AUXRECV lines in the receiving tracks (f2, i4)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.reaper.project import envelopes
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block, Line

#: Key -> word of AUXRECV (i4; the order of mute, mono, phase as i4 lists them).
VALUES = {
    "I_SENDMODE": 2,
    "D_VOL": 3,
    "D_PAN": 4,
    "B_MUTE": 5,
    "B_MONO": 6,
    "B_PHASE": 7,
    "I_SRCCHAN": 8,
    "I_DSTCHAN": 9,
    "I_MIDIFLAGS": 11,
    "I_AUTOMODE": 12,
}


@dataclass(frozen=True, slots=True)
class Send:
    """A send: its line, and the two tracks."""

    line: Line
    source: Block
    target: Block

    def envelope(self, tag: str) -> Block | None:
        """Return one of its envelopes: they stand after its line."""
        place = self.target.place(self.line) + 1
        for child in self.target.body[place:]:
            if not isinstance(child, Block) or child.key not in envelopes.SENDS:
                return None
            if child.key == tag:
                return child
        return None


def all_of(project: Project) -> list[Send]:
    """Return every send in the order of making, a file's in its order."""
    tracks = project.tracks()
    found = []
    for target in tracks:
        for line in target.lines("AUXRECV"):
            number = int(line.number(1))
            if 0 <= number < len(tracks):
                found.append(Send(line, tracks[number], target))
    return sorted(found, key=lambda s: s.line.serial)


def of_track(project: Project, track: Block, category: int) -> list[Send]:
    """Return a track's sends (category 0) or receives (below 0)."""
    found = all_of(project)
    return [s for s in found if (s.target if category < 0 else s.source) is track]


def create(project: Project, source: Block, target: Block) -> int:
    """Make a send; its index among the sends of its source."""
    number = project.tracks().index(source)
    line = Line(f"AUXRECV {number} 0 1 0 0 0 0 0 0 -1:U 0 -1 ''")
    first = next((i for i, c in enumerate(target.body) if c.key == "MIDIOUT"), None)
    if first is None:
        target.add_line(line)
    else:
        target.add(line, first)
    return len(of_track(project, source, 0)) - 1
