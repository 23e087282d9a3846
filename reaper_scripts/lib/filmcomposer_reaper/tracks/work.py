"""Look at a cue's tracks as they are and decide what of each is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filmcomposer_core.contracts.session import THEME_TRACK, Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.adapter.tracks import HASH, find_track, track_chunk, track_text
from filmcomposer_reaper.adapter.undo import user_edits
from filmcomposer_reaper.chunks.marks import Beats, marks
from filmcomposer_reaper.chunks.text import ChunkFault
from filmcomposer_reaper.chunks.track import split_track
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.map import map_of
from filmcomposer_reaper.tracks.along import Along, way_of
from filmcomposer_reaper.tracks.changes import (
    GONE,
    IN_BEATS,
    LEVELS,
    STEM,
    Change,
    read_marks,
    seen_marks,
    sends_there,
    track_part,
)
from filmcomposer_reaper.tracks.decide import decide, is_users, users_aspects
from filmcomposer_reaper.tracks.find import OurTracks, find_ours, senders
from filmcomposer_reaper.tracks.looks import Look, cut_off, put_away, sounds, spliced
from filmcomposer_reaper.tracks.notes import taken_over
from filmcomposer_reaper.tracks.stands import adopted, is_frozen
from filmcomposer_reaper.tracks.wanted import Wanted, take_numbers, with_mute


class Work:
    """One laying of tracks: what is wanted, what was found, what was decided."""

    def __init__(
        self,
        reaper: Reaper,
        record: CueRecord,
        session: Session,
        wanted: Mapping[str, Wanted],
        *,
        keep: bool,
        shown: Iterable[Change] | None = None,
    ) -> None:
        self.reaper, self.record, self.session, self.keep = reaper, record, session, keep
        #: What the user gave back, by track; None = everything.
        self._shown = None if shown is None else _by_track(shown)
        self.wanted: dict[str, Wanted] = dict(wanted)
        #: The same as the session asks for it, whatever sounds; and which parts sound themselves.
        self.asked: Mapping[str, Wanted] = dict(wanted)
        self.plays: dict[str, bool] = {}
        #: Parts that sound by an instrument of the user's.
        self.sounding: set[str] = set()
        self.said: list[str] = []
        self.looks: dict[str, Look] = {}
        self.begin()

    def begin(self) -> None:
        """Find the tracks, and forget what was seen before."""
        self.ours: OurTracks = find_ours(self.reaper, self.record)
        self.along = Along(way_of(self.reaper, self.record, self.session.anchor_s))
        self.beats: Beats = self.along.way.now.quarters
        #: REAPER's count of the user's edits when the tracks were last found; whether it has moved
        #: since they were looked at.
        self.edits = user_edits(self.reaper)
        self.is_edited = False
        self.looks = {}
        #: Tracks to insert, to take away, and those that stay though the session has them no more.
        self.missing: list[str] = []
        self.leaving: list[str] = []
        self.staying: set[str] = set()

    def tracks_now(self) -> OurTracks:
        """Return the tracks, found anew if the user has edited since."""
        edits = user_edits(self.reaper)
        if edits != self.edits:
            self.ours = find_ours(self.reaper, self.record)
            self.edits = edits
            self.is_edited = True
        return self.ours

    def retune(self) -> None:
        """Read the project's tempo map, which our own steps may have changed."""
        self.beats = map_of(read_map(self.reaper).points).quarters

    def turn_back(self, ident: str, seen: Look) -> None:
        """See a track as if the picture had not moved."""
        seen.back, seen.now = seen.pieces, seen.here
        if self.along.way.by_s and seen.pieces:
            seen.back = self.along.back(ident, seen.pieces)
            seen.now = marks(seen.back, beats_of(self, ident))

    @property
    def known(self) -> dict[str, Any]:
        """What the record holds of each track."""
        tracks: dict[str, Any] = track_part(self.record)["tracks"]
        return tracks

    @property
    def removes(self) -> bool:
        """Whether tracks that the session does not have are taken away: it is a whole cue."""
        return any(track.kind == "part" for track in self.session.tracks)

    def note(self, ident: str, guid: str) -> None:
        """Keep in the record what a track of ours is."""
        wanted, seen = self.wanted[ident], self.looks.get(ident)
        # What the user set on another level than this stays a change to that.
        held = seen.decision.held if seen is not None else set[str]()
        before = self.known.get(ident, {}).get(LEVELS, {})
        laid = {a: level for a, level in wanted.levels.items() if a not in held}
        laid |= {a: level for a, level in before.items() if a in held}
        self.known[ident] = {
            "guid": guid,
            "parent": wanted.parent,
            "kind": wanted.kind,
            "name": wanted.name,
            "whole": wanted.whole,
        }
        if laid:
            self.known[ident][LEVELS] = laid
        if wanted.kind == "theme":
            self.known[ident]["takes"] = take_numbers(wanted)

    def inside(self) -> dict[str, set[str]]:
        """Return our folders with the tracks that belong in them, also those that are gone."""
        parents = {i: str(entry.get("parent", "")) for i, entry in self.known.items()}
        parents |= {wanted.id: wanted.parent for wanted in self.wanted.values()}
        found: dict[str, set[str]] = {parent: set() for parent in parents.values() if parent}
        for ident, parent in parents.items():
            if parent:
                found[parent].add(ident)
        return found

    def todo(self) -> list[str]:
        """Return the tracks to look at."""
        return [i for i in self.ours.rows if i in self.wanted or self.removes]

    def order(self) -> list[str]:
        """Return the tracks to write, in the order of the session."""
        return [i for i in self.wanted if i in self.ours.rows or i in self.missing]

    def settle(self) -> None:
        """Decide, now that every track was looked at."""
        gone = {i for i in self.known if i not in self.ours.rows and not self._returns(i)}
        for ident in gone:  # a part that was deleted is not to be heard
            self.wanted.pop(STEM + ident, None)
        self.missing = [i for i in self.wanted if i not in self.ours.rows and i not in gone]
        for ident, seen in self.looks.items():
            self.turn_back(ident, seen)
            if ident in self.wanted:
                continue
            if is_users(seen.now, seen.written) or not seen.pieces:
                self.staying.add(ident)
            else:
                self.leaving.append(ident)
        self._mutes()
        for ident in self.looks:
            if ident in self.wanted:
                self.plan(ident)

    def _returns(self, ident: str) -> bool:
        """Whether a track comes back that the user deleted.

        One that they gave back does, and a theme with new candidates.
        """
        if not self.keep and (self._shown is None or "deleted" in self._shown.get(ident, ())):
            return True
        wanted = self.wanted.get(ident)
        return (
            wanted is not None
            and bool(self.ours.rows)
            and ident == THEME_TRACK
            and wanted.whole != self.known[ident].get("whole")
        )

    def _mutes(self) -> None:
        """Let a part sound that the user has given an instrument, and not its printed stem."""
        for ident, wanted in list(self.wanted.items()):
            seen = self.looks.get(ident)
            if wanted.kind == "part" and seen is not None and sounds(seen, wanted):
                self.sounding.add(ident)
                self.wanted[ident] = with_mute(wanted, muted=False)
                stem = self.wanted.get(STEM + ident)
                if stem is not None:
                    self.wanted[stem.id] = with_mute(stem, muted=True)

    def plan(self, ident: str) -> None:
        """Decide what of a track is written and, where that can be done ahead, put it together."""
        seen, wanted = self.looks[ident], self.wanted[ident]
        if not seen.pieces:
            return
        free = self.given_back(ident, seen.written)
        seen.extras = cut_off(seen, wanted, free)
        stays: set[str] = set()
        if self.keep:
            free, seen.extras, stays = taken_over(self, ident, seen, wanted)
        seen.users = stays
        if free is not None:
            seen.users |= users_aspects(seen.now, seen.written, wanted.marks, free, seen.here)
        if is_frozen(seen.pieces):
            # What was put away when the track was frozen must not come a second time.
            seen.users |= put_away({*seen.written, *wanted.marks})
        self.decide(ident, seen)

    def decide(self, ident: str, seen: Look) -> None:
        """Decide by what is known to be the user's."""
        wanted = self.wanted[ident]
        made = decide(
            seen.now, seen.written, wanted.marks, seen.users, seen.extras, replaced=self.keep
        )
        mark = seen.written.get("colour")
        if wanted.kind == "part" and mark is not None and seen.now.get("colour") == mark.seen:
            # A part is given its colour when its track is made.
            made.write.pop("colour", None)
            made.held.add("colour")
        seen.decision = made
        if not wanted.sends:
            seen.text = spliced(seen, wanted)

    def given_back(self, ident: str, written: Iterable[str]) -> dict[str, str] | None:
        """Return the marks of what the user gave back on a track; None: all that there is."""
        if self.keep:
            return {}
        if self._shown is None:
            return None
        # A send that went with a deleted track comes back with it.
        senders_gone = {
            a: GONE
            for a in written
            if a.startswith(("send:", "sendenv:")) and not sends_there([a], self.ours.rows)
        }
        return senders_gone | self._shown.get(ident, {})


def look(work: Work, ident: str) -> None:
    """Read one of our tracks."""
    row = work.ours.rows[ident]
    track = find_track(work.reaper, row.guid, row.index)
    if not track:
        return  # deleted meanwhile: the round is taken again
    work.looks[ident] = read_track(work, ident, track)


def read_track(work: Work, ident: str, track: str) -> Look:
    """Return a track of ours as it is."""
    chunk = track_chunk(work.reaper, track)
    hashes = track_text(work.reaper, track, HASH)
    written = read_marks(hashes)
    try:
        found = split_track(chunk, senders(work.reaper, work.ours))
        pieces = adopted(found, written)
    except ChunkFault:
        return Look(chunk, hashes, [], {}, written)
    beats = beats_of(work, ident)
    work.along.look(ident, pieces, seen_marks(written), beats)
    adopts = pieces != found
    return Look(chunk, hashes, pieces, marks(pieces, beats), written, adopts=adopts)


def beats_of(work: Work, ident: str) -> Beats | None:
    """Return the tempo map for a track that lies in beats, None for others."""
    wanted = work.wanted.get(ident)
    kind = work.known.get(ident, {}).get("kind") if wanted is None else wanted.kind
    return work.beats if kind in IN_BEATS else None


def _by_track(shown: Iterable[Change]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for change in shown:
        found.setdefault(change.track, {})[change.aspect] = change.mark
    return found
