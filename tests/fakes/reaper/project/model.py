"""The open project: the tree, its file, its pointers and its history."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Literal

from tests.fakes.reaper.project import template, tree
from tests.fakes.reaper.project.handles import Handles
from tests.fakes.reaper.project.history import History
from tests.fakes.reaper.project.tempo import TempoMap
from tests.fakes.reaper.project.tree import Block, Line


class Project:
    """One open project.

    Parameters
    ----------
    alive : dict
        The host's addresses, see Handles.
    version : tuple of int
        From 7.62 on every marker has a GUID (d).
    native : {"rgb", "bgr"}
        The system's order of colours.
    tab : int
        Its number among the projects that were opened.
    """

    def __init__(
        self, alive: dict[int, str], version: tuple[int, ...], native: str = "rgb", tab: int = 0
    ) -> None:
        self.handles = Handles(alive, 0x0A000000 + 0x10000000 * tab)
        self.version = version
        #: What ``markers.listed`` found last, with the lines that it was found in.
        self.listed_markers: tuple[object, list[Any]] | None = None
        #: The letter of MARKER lines that says the order of colours (i3; file seen: B on Linux, R
        #: on Windows).
        self.colour_order = "B" if native == "rgb" else "R"
        self._guids = 0
        #: What is not established, and differs between tests: whether a bar may be cut short by a
        #: text, and whose timebase a track's envelopes follow.
        self.partial_measures = True
        self.envelopes_follow: Literal["track", "project"] = "track"
        #: Stand for what is no part of the tree.
        self.itself, self.master = Line("PROJECT"), Line("MASTER")
        self.load(template.PROJECT)

    # --- file ---------------------------------------------------------------------------------

    def load(self, text: str, path: Path | None = None) -> None:
        """Open a project's text; every pointer of the old one dies."""
        if hasattr(self, "root"):
            self.handles.retire(self.root)
        self.root = tree.parse(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.path = path
        self.dirty = False
        self.changes = 0
        self.refresh_locks = 0
        #: Envelopes and takes that were written with noSort and not sorted since.
        self.unsorted: dict[int, Line] = {}
        #: Sources that belong to no take.
        self.loose: list[Block] = []
        self.cursor = self.root.read_number("CURSOR", 1)
        #: The tempo map before its text was set, until a tempo call takes that in (SWS).
        self.stale_tempo: TempoMap | None = None
        if self.version >= (7, 62):
            self._name_markers()
        self.history = History([("", self.state())])

    def open(self, path: Path) -> None:
        """Open a project file."""
        self.load(path.read_bytes().decode("utf-8"), path)

    def save(self, path: Path) -> None:
        """Write the project's file."""
        if self.root.line("CURSOR"):
            self.root.write("CURSOR", 1, self.cursor)
        text = tree.dump(self.root, newline=self.newline, indent=True)
        path.write_bytes(text.encode("utf-8"))

    def _name_markers(self) -> None:
        """Give a GUID to the markers of an older file: missing ones are generated (i2)."""
        ends: set[str] = set()
        for line in self.root.lines("MARKER"):
            word = line.words()
            if len(word) > 4 and int(word[4]) & 1:
                ends ^= {word[1]}
                if word[1] not in ends:
                    continue
            if len(word) < 9:
                line.text = tree.head(
                    *word, *["", "", "", "0", "0", "1", self.colour_order][len(word) - 1 :]
                )
                line.put(8, self.guid())

    # --- state --------------------------------------------------------------------------------

    def state(self) -> str:
        """Return the whole project as text: what undo keeps and comparisons compare."""
        return tree.dump(self.root)

    def restore(self, state: str) -> None:
        """Put a kept state back; every pointer dies (reapy.md: re-fetch after undo)."""
        self.handles.retire(self.root)
        self.root = tree.parse(state)
        self.unsorted.clear()
        self.dirty = True
        self.changes += 1

    def settle(self) -> None:
        """Take the present state for the one that was opened: no undo goes behind it."""
        self.dirty = False
        self.changes = 0
        self.history = History([("", self.state())])

    def user_edited(self, name: str) -> None:
        """Note an edit that a test has done in the user's place: an undo step of its own."""
        if self.history.step(self.state(), name):
            self.dirty = True
            self.changes += 1

    def touch(self) -> None:
        """Note that the project changed: it asks to be saved."""
        self.dirty = True

    def guid(self) -> str:
        """Return a GUID that was not given before; the same ones in every run."""
        self._guids += 1
        return "{" + str(uuid.uuid5(uuid.NAMESPACE_OID, f"fake {self._guids}")).upper() + "}"

    # --- parts --------------------------------------------------------------------------------

    def tracks(self) -> list[Block]:
        """Return the tracks, without the master."""
        return self.root.blocks("TRACK")

    def items(self) -> list[Block]:
        """Return all items: track by track, each track's in order of time."""
        return [item for track in self.tracks() for item in track.blocks("ITEM")]

    def address(self, node: Line | None) -> int | None:
        """Return the pointer of a part of the project, None for none."""
        return self.handles.give(node, "" if node is None else c_type(node, self))


TYPES = {
    "TRACK": "MediaTrack*",
    "ITEM": "MediaItem*",
    "SOURCE": "PCM_source*",
    "MARKER": "ProjectMarker*",
}


def c_type(node: Line, project: Project) -> str:
    """Return the C type of what points to a part of the project."""
    if node is project.itself:
        return "ReaProject*"
    if node is project.master:
        return "MediaTrack*"
    if isinstance(node, tree.Take):
        return "MediaItem_Take*"
    return TYPES.get(node.key, "TrackEnvelope*")
