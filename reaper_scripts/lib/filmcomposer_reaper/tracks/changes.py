"""What the user has changed on our tracks since we last wrote them.

Each track keeps in ``P_EXT:fc_hash``, for every aspect that we wrote, the mark of what REAPER gave
back afterwards and the mark of the text that was asked for: the first tells what the user did
since, the second whether there is anything new to write.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.adapter.tracks import HASH, track_at, track_chunk, track_text
from filmcomposer_reaper.chunks.marks import Beats, marks, same
from filmcomposer_reaper.chunks.text import ChunkFault
from filmcomposer_reaper.chunks.track import split_track
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.map import map_of
from filmcomposer_reaper.tracks.find import OurTracks, find_ours, senders

#: Kinds of tracks whose items keep their beats when the tempo is edited.
IN_BEATS = ("part", "theme")
#: The mark of what is not there.
GONE = "-"
#: Aspects that count as added by the user where we never wrote them; lines have always been there.
_ADDED = ("env:", "sendenv:", "send:", "fx:", "item:")
_WORDS = {
    "name": "its name",
    "fader": "its fader or pan",
    "mute": "its mute",
    "colour": "its colour",
    "env:VOLENV2": "its volume envelope",
    "env:PANENV2": "its pan envelope",
    "env": "an envelope",
    "send": "a send to it",
    "sendenv": "the envelope of a send to it",
    "fx": "an effect",
    "item": "an item",
    "notes": "its notes",
    "events": "its controllers",
    "take": "the chosen take",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Of an aspect that we wrote: what was read back, and what was asked for."""

    seen: str
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that the user changed: the track's id, the aspect, and both in words.

    ``aspect`` is "deleted" for a track that is gone, "moved" for one outside of its folder and
    "added" for a track of the user's in our folder, whose id is empty. ``stays`` says that it is
    never taken back: what the user added, and where a track stands.
    """

    track: str
    aspect: str
    words: str
    stays: bool = False


def marks_text(found: Mapping[str, Mark]) -> str:
    """Return marks as one line."""
    return ";".join(
        f"{quote(aspect, safe=':{}-@/#')}={mark.seen}/{mark.written}"
        for aspect, mark in found.items()
    )


def read_marks(text: str) -> dict[str, Mark]:
    """Return the marks of such a line; what cannot be read is left out."""
    found = {}
    for entry in text.split(";"):
        aspect, _, both = entry.rpartition("=")
        seen, _, written = both.partition("/")
        if aspect and seen and written:
            found[unquote(aspect)] = Mark(seen, written)
    return found


def differing(now: Mapping[str, str], written: Mapping[str, Mark]) -> set[str]:
    """Return the aspects that the user changed or deleted."""
    return {a for a, mark in written.items() if not same(now.get(a, GONE), mark.seen)}


def added(now: Mapping[str, str], written: Mapping[str, Mark]) -> set[str]:
    """Return the aspects that the user added."""
    return {a for a in now if a not in written and a.startswith(_ADDED)}


def aspect_words(aspect: str) -> str:
    """Return an aspect for the user.

    Examples
    --------
    >>> aspect_words("fader"), aspect_words("env:WIDTHENV2"), aspect_words("channels")
    ('its fader or pan', 'an envelope', 'its settings')
    """
    plain = aspect.partition("#")[0]
    return _WORDS.get(plain) or _WORDS.get(plain.partition(":")[0]) or "its settings"


def sends_there(aspects: Iterable[str], tracks: Container[str]) -> list[str]:
    """Leave out the sends of tracks that are gone: deleting a track is what the user did."""
    kept = []
    for aspect in sorted(aspects):
        kind, _, sender = aspect.partition(":")
        if kind == "sendenv":
            sender = sender.rpartition(":")[0]
        if kind not in ("send", "sendenv") or sender in tracks:
            kept.append(aspect)
    return kept


def track_part(record: CueRecord) -> dict[str, Any]:
    """Return what a cue's record holds of its tracks, made where there is nothing yet.

    ``tracks`` maps ids to the GUID, parent, kind and name that were written; ``taken`` maps ids to
    the marks of what the core has been told of.
    """
    part: dict[str, Any] = record.parts.setdefault("tracks", {})
    part.setdefault("tracks", {})
    part.setdefault("taken", {})
    return part


def user_changes(reaper: Reaper, record: CueRecord) -> tuple[Change, ...]:
    """Return what the user changed on a cue's tracks since they were last written.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        The cue.

    Returns
    -------
    tuple of Change
        In the order of the tracks; deleted and moved ones last, then tracks that were added.
    """
    known = track_part(record)["tracks"]
    if not known:
        return ()
    ours = find_ours(reaper, record)
    name_of = senders(reaper, ours)
    beats = map_of(read_map(reaper).points).quarters
    found: list[Change] = []
    for ident, row in ours.rows.items():
        track = track_at(reaper, row.index)
        title = track_text(reaper, track, "P_NAME") or ident
        written = read_marks(track_text(reaper, track, HASH))
        try:
            now = marks(
                split_track(track_chunk(reaper, track), name_of), track_beats(known, ident, beats)
            )
        except ChunkFault:
            continue  # too large to be read: nothing can be said of it
        mine = dict.fromkeys(sends_there(differing(now, written), ours.rows), False)
        mine |= dict.fromkeys(sorted(added(now, written)), True)
        for aspect, stays in mine.items():
            words = f"{title}: {aspect_words(aspect)}"
            found.append(Change(track=ident, aspect=aspect, words=words, stays=stays))
    return (*found, *_places(reaper, known, ours))


def track_beats(known: Mapping[str, Any], ident: str, beats: Beats) -> Beats | None:
    """Return the tempo map for a track that lies in beats, None for others."""
    return beats if known.get(ident, {}).get("kind") in IN_BEATS else None


def _places(reaper: Reaper, known: Mapping[str, Any], ours: OurTracks) -> list[Change]:
    """Return deleted, moved and added tracks."""
    found = []
    for ident, entry in known.items():
        title = entry.get("name") or ident
        if ident not in ours.rows:
            words = f"{title}: you deleted the track"
            found.append(Change(track=ident, aspect="deleted", words=words))
        elif entry.get("parent") in ours.rows and ours.parent(ident) != entry["parent"]:
            words = f"{title}: you moved the track out of its folder"
            found.append(Change(track=ident, aspect="moved", words=words, stays=True))
    for row in ours.strangers():
        title = track_text(reaper, track_at(reaper, row.index), "P_NAME")
        words = f"{title or f'Track {row.index + 1}'}: a track of yours in our folder"
        found.append(Change(track="", aspect="added", words=words, stays=True))
    return found
