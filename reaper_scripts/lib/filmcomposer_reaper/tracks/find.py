"""Which of the project's tracks are a cue's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tracks import Row, scan_tracks, track_guids
from filmcomposer_reaper.cue.records import CueRecord


@dataclass(frozen=True, slots=True)
class OurTracks:
    """All tracks of the project in order, and those of a cue by their id.

    A track that the user copied has our tags too; it is the user's, and ``part`` is "" in its row.
    """

    all: tuple[Row, ...]
    rows: dict[str, Row]

    def parent(self, ident: str) -> str:
        """Return the id of the folder that a track of ours lies in; "" for none of ours."""
        return self._parents()[self.rows[ident].index]

    def strangers(self) -> list[Row]:
        """Return the tracks of the user's that lie in a folder of ours."""
        parents = self._parents()
        return [row for row in self.all if not row.part and parents[row.index]]

    def _parents(self) -> list[str]:
        """Return for each track the id of the folder around it; "" where that is not ours."""
        found: list[str] = []
        folders: list[str] = []
        for row in self.all:
            found.append(folders[-1] if folders else "")
            if row.step > 0:
                folders += [row.part] * row.step
            elif row.step < 0:
                del folders[row.step :]
        return found


def find_ours(reaper: Reaper, record: CueRecord) -> OurTracks:
    """Find a cue's tracks by their tags, or by the GUIDs in its record where tags were lost."""
    rows = scan_tracks(reaper, record.id)
    known = {
        ident: str(entry.get("guid", ""))
        for ident, entry in record.parts.get("tracks", {}).get("tracks", {}).items()
    }
    found: dict[str, Row] = {}
    for row in rows:
        # Where the record names a track, another one with its tag is a copy.
        if row.part and row.part not in found and known.get(row.part) in (None, "", row.guid):
            found[row.part] = row
    lost = {guid: ident for ident, guid in known.items() if guid and ident not in found}
    if lost:
        for index, guid in enumerate(track_guids(reaper)):
            if guid in lost and not rows[index].part:
                found[lost[guid]] = replace(rows[index], part=lost[guid], guid=guid)
    places = {row.index: row for row in found.values()}
    every = [places.get(row.index) or replace(row, part="", guid="") for row in rows]
    return OurTracks(tuple(every), found)


def senders(reaper: Reaper, ours: OurTracks) -> Callable[[str], str]:
    """Return what names the sending track of an ``AUXRECV`` line: our id, else the GUID.

    The project's GUIDs are read when the first foreign number is met.
    """
    parts = {str(row.index): row.part for row in ours.all if row.part}
    guids: list[str] = []

    def name(number: str) -> str:
        if number in parts:
            return parts[number]
        if not guids:
            guids.extend(track_guids(reaper))
        place = int(number) if number.isdigit() else -1
        return guids[place] if 0 <= place < len(guids) else ""

    return name
