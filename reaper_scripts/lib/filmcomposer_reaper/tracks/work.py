"""Look at a cue's tracks as they are and decide what of each is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from filmcomposer_core.contracts.session import THEME_TRACK, Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.adapter.tracks import CUE, HASH, find_track, track_chunk, track_text
from filmcomposer_reaper.adapter.undo import user_edits
from filmcomposer_reaper.chunks.marks import Beats, marks
from filmcomposer_reaper.chunks.text import ChunkFault
from filmcomposer_reaper.chunks.track import Piece, join, split_track
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.map import map_of
from filmcomposer_reaper.tracks.changes import (
    IN_BEATS,
    Mark,
    aspect_words,
    read_marks,
    sends_there,
    track_part,
)
from filmcomposer_reaper.tracks.decide import Decision, decide, is_users, users_aspects
from filmcomposer_reaper.tracks.find import OurTracks, find_ours, senders
from filmcomposer_reaper.tracks.notes import taken_over
from filmcomposer_reaper.tracks.splice import splice
from filmcomposer_reaper.tracks.wanted import STEM, Wanted, has_instrument, take_numbers, with_mute

#: Stands in an item's lines once it has our tag, whatever the form is.
TAG = CUE.partition(":")[2]


@dataclass(slots=True)
class Look:
    """A track as it was looked at; ``pieces`` is empty where its chunk is too large to be read.

    ``text`` is the chunk with what is new in it; None while it is not worked out.
    """

    chunk: str
    hashes: str
    pieces: list[Piece]
    now: dict[str, str]
    written: dict[str, Mark]
    users: set[str] = field(default_factory=set)
    extras: set[str] = field(default_factory=set)
    decision: Decision = field(default_factory=Decision)
    text: str | None = None


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
    ) -> None:
        self.reaper, self.record, self.session, self.keep = reaper, record, session, keep
        self.wanted: dict[str, Wanted] = dict(wanted)
        self.said: list[str] = []
        self.looks: dict[str, Look] = {}
        self.begin()

    def begin(self) -> None:
        """Find the tracks, and forget what was seen before."""
        self.ours: OurTracks = find_ours(self.reaper, self.record)
        self.retune()
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
        self.beats: Beats = map_of(read_map(self.reaper).points).quarters

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
        wanted = self.wanted[ident]
        self.known[ident] = {
            "guid": guid,
            "parent": wanted.parent,
            "kind": wanted.kind,
            "name": wanted.name,
            "whole": wanted.whole,
        }
        if wanted.kind == "theme":
            self.known[ident]["takes"] = take_numbers(wanted)

    def todo(self) -> list[str]:
        """Return the tracks to look at."""
        return [i for i in self.ours.rows if i in self.wanted or self.removes]

    def order(self) -> list[str]:
        """Return the tracks to write, in the order of the session."""
        return [i for i in self.wanted if i in self.ours.rows or i in self.missing]

    def settle(self) -> None:
        """Decide, now that every track was looked at."""
        gone = set()
        if self.ours.rows and self.keep:
            gone = {i for i in self.known if i not in self.ours.rows and not self._returns(i)}
        self.missing = [i for i in self.wanted if i not in self.ours.rows and i not in gone]
        for ident, seen in self.looks.items():
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
        """Whether a track comes back that the user deleted: a theme with new candidates."""
        wanted = self.wanted.get(ident)
        return (
            wanted is not None
            and ident == THEME_TRACK
            and wanted.whole != self.known[ident].get("whole")
        )

    def _mutes(self) -> None:
        """Let a part sound that the user has given an instrument, and not its printed stem."""
        for ident, wanted in list(self.wanted.items()):
            seen = self.looks.get(ident)
            if wanted.kind != "part" or seen is None:
                continue
            if has_instrument(seen.pieces, seen.written):
                self.wanted[ident] = with_mute(wanted, muted=False)
                stem = self.wanted.get(STEM + ident)
                if stem is not None:
                    self.wanted[stem.id] = with_mute(stem, muted=True)

    def plan(self, ident: str) -> None:
        """Decide what of a track is written and, where that can be done ahead, put it together."""
        seen, wanted = self.looks[ident], self.wanted[ident]
        if not seen.pieces:
            return
        if self.keep:
            free, seen.extras = taken_over(self, ident, seen, wanted)
            seen.users = users_aspects(seen.now, seen.written, wanted.marks, free)
        else:
            seen.extras = cut_off(seen, wanted)
        seen.decision = decide(seen.now, seen.written, wanted.marks, seen.users, seen.extras)
        if not wanted.sends:
            seen.text = spliced(seen, wanted)


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
        pieces = split_track(chunk, senders(work.reaper, work.ours))
    except ChunkFault:
        return Look(chunk, hashes, [], {}, written)
    return Look(chunk, hashes, pieces, marks(pieces, beats_of(work, ident)), written)


def beats_of(work: Work, ident: str) -> Beats | None:
    """Return the tempo map for a track that lies in beats, None for others."""
    wanted = work.wanted.get(ident)
    kind = work.known.get(ident, {}).get("kind") if wanted is None else wanted.kind
    return work.beats if kind in IN_BEATS else None


def cut_off(seen: Look, wanted: Wanted) -> set[str]:
    """Return the items that the user cut or copied from ours: they have our tag too."""
    return {
        piece.aspect
        for piece in seen.pieces
        if piece.aspect.startswith("item:")
        and piece.aspect not in wanted.marks
        and any(TAG in line for line in piece.lines)
    }


def spliced(seen: Look, wanted: Wanted) -> str:
    """Return a track's chunk with what is new in it."""
    write, drop = seen.decision.write, seen.decision.drop
    if not write and not drop & {p.aspect for p in seen.pieces}:
        return seen.chunk
    return join(splice(seen.pieces, wanted.pieces, write=write, drop=drop))


def sentences(work: Work) -> list[str]:
    """Return what of the user's stays, in words."""
    found = []
    for ident, seen in work.looks.items():
        mine = sends_there(seen.decision.users, work.ours.rows)
        if ident in work.wanted and mine:
            words = dict.fromkeys(map(aspect_words, mine))
            found.append(f"{_title(work, ident)} keeps what you changed: {', '.join(words)}.")
        elif not seen.pieces:
            found.append(f"{_title(work, ident)} is too large for REAPER to show: only its items.")
    for ident in work.staying:
        found.append(
            f"{_title(work, ident)} is not in the cue any more; it stays as you changed it."
        )
    if work.keep and work.ours.rows:
        for ident in work.known:
            if ident in work.wanted and ident not in work.ours.rows and ident not in work.missing:
                found.append(f"{_title(work, ident)} stays deleted.")
    return found


def _title(work: Work, ident: str) -> str:
    wanted = work.wanted.get(ident)
    name = wanted.name if wanted else str(work.known.get(ident, {}).get("name") or ident)
    return f"Track '{name}'"
