"""What the user has changed on our tracks since we last wrote them.

Each track keeps in ``P_EXT:fc_hash``, for every aspect that we wrote, the mark of what REAPER gave
back afterwards and the mark of the text that was asked for: the first tells what the user did
since, the second whether there is anything new to write.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tracks import HASH, track_at, track_chunk, track_text
from filmcomposer_reaper.chunks.marks import Beats, marks, same
from filmcomposer_reaper.chunks.text import ChunkFault, number
from filmcomposer_reaper.chunks.track import Piece, split_track
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tracks.along import Along, way_of
from filmcomposer_reaper.tracks.find import OurTracks, find_ours, senders
from filmcomposer_reaper.tracks.stands import adopted

#: Kinds of tracks whose items keep their beats when the tempo is edited.
IN_BEATS = ("part", "theme")
#: The part that a printed stem belongs to stands behind this in its id.
STEM = "stem/"
#: In what the record holds of a track: the levels that the user sees or has changed, by aspect.
LEVELS = "levels"
#: The mark of what is not there.
GONE = "-"
#: Aspects that count as added by the user where we never wrote them; lines have always been there.
_ADDED = ("env:", "sendenv:", "send:", "fx:", "item:")
ALL_DELETED = "You deleted all tracks of the cue"
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
    "frame": "the settings of an item",
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
    never taken back: what the user added, and where a track stands. ``mark`` is that of the aspect
    as it was seen, so that what is changed later can be told from it.
    """

    track: str
    aspect: str
    words: str
    stays: bool = False
    mark: str = field(default="", compare=False)


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
    """Return the aspects that the user added; a take that plays instead of ours is one."""
    found = {a for a in now if a not in written and a.startswith(_ADDED)}
    takes = {a for a in now if a not in written and a.startswith("take:") and now[a] != "0"}
    return found | {a for a in takes if f"item:{a.partition(':')[2]}" in written}


def aspect_words(aspect: str) -> str:
    """Return an aspect for the user.

    Examples
    --------
    >>> aspect_words("fader"), aspect_words("env:WIDTHENV2"), aspect_words("channels")
    ('its fader or pan', 'an envelope', 'its settings')
    """
    plain = aspect.partition("#")[0]
    return _WORDS.get(plain) or _WORDS.get(plain.partition(":")[0]) or "its settings"


def change_words(aspect: str, now: Mapping[str, str]) -> str:
    """Return the same of a change that was seen; all that belongs to an item that is gone is one.

    Parameters
    ----------
    aspect : str
        What changed.
    now : mapping
        Marks of the track as it is.
    """
    kind, _, rest = aspect.partition(":")
    if kind in ("notes", "events"):
        rest = rest.rpartition(":")[0]
    gone = kind in ("item", "frame", "notes", "events", "take") and f"item:{rest}" not in now
    return "an item that is gone" if gone else aspect_words(aspect)


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

    ``tracks`` maps ids to the GUID, parent, kind, name and levels that were written; ``taken`` maps
    ids to the marks of what the core has been told of.
    """
    part: dict[str, Any] = record.parts.setdefault("tracks", {})
    part.setdefault("tracks", {})
    part.setdefault("taken", {})
    return part


def user_changes(
    reaper: Reaper, record: CueRecord, anchor_s: float | None = None
) -> tuple[Change, ...]:
    """Return what the user changed on a cue's tracks since they were last written.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        The cue.
    anchor_s : float or None
        Where its picture begins: what went along with it is no change. None = it has not moved.

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
    along = Along(way_of(reaper, record, anchor_s))
    beats = along.way.now.quarters
    read: dict[str, tuple[str, list[Piece], dict[str, Mark]]] = {}
    for ident, row in ours.rows.items():
        track = track_at(reaper, row.index)
        title = track_title(known, ident, track_text(reaper, track, "P_NAME"))
        written = read_marks(track_text(reaper, track, HASH))
        try:
            pieces = adopted(split_track(track_chunk(reaper, track), name_of), written)
        except ChunkFault:
            continue  # too large to be read: nothing can be said of it
        along.look(ident, pieces, seen_marks(written), track_beats(known, ident, beats))
        read[ident] = title, pieces, written
    found: list[Change] = []
    for ident, (title, pieces, written) in read.items():
        now = marks(along.back(ident, pieces), track_beats(known, ident, beats))
        mine = dict.fromkeys(sends_there(differing(now, written), ours.rows), False)
        mine |= dict.fromkeys(sorted(added(now, written)), True)
        for aspect, stays in mine.items():
            words = f"{title}: {change_words(aspect, now)}"
            mark = now.get(aspect, GONE)
            found.append(Change(track=ident, aspect=aspect, words=words, stays=stays, mark=mark))
    muted = {ident for ident, (_, pieces, _) in read.items() if is_muted(pieces)}
    return (*found, *_places(reaper, known, ours, muted))


def seen_marks(written: Mapping[str, Mark]) -> dict[str, str]:
    """Return by aspect the marks of what REAPER gave back."""
    return {aspect: mark.seen for aspect, mark in written.items()}


def track_beats(known: Mapping[str, Any], ident: str, beats: Beats) -> Beats | None:
    """Return the tempo map for a track that lies in beats, None for others."""
    return beats if known.get(ident, {}).get("kind") in IN_BEATS else None


def track_title(known: Mapping[str, Any], ident: str, name: str = "") -> str:
    """Return what the user is told that a track of ours is called.

    Parameters
    ----------
    known : mapping
        What the record holds of the tracks.
    ident : str
        The track's id.
    name : str
        What it is called in the project; "" = what it was called.
    """
    entry = known.get(ident, {})
    title = name or str(entry.get("name") or ident)
    return f"Printed stem of {title}" if entry.get("kind") == "stem" else title


def is_muted(pieces: Iterable[Piece]) -> bool:
    """Whether a track's mute is on."""
    return any(number(p.lines[0], 1) for p in pieces if p.aspect == "mute")


def _places(
    reaper: Reaper, known: Mapping[str, Any], ours: OurTracks, muted: Container[str]
) -> list[Change]:
    """Return deleted, moved and added tracks."""
    found = []
    for ident, entry in known.items():
        title = track_title(known, ident)
        if ident not in ours.rows:
            words = f"{title}: you deleted the track"
            if not ours.rows:
                words = ALL_DELETED
            elif ident.startswith(STEM) and ident.removeprefix(STEM) in muted:
                words += "; its part is muted, so it is not heard"
            found.append(Change(track=ident, aspect="deleted", words=words))
        elif entry.get("parent") in ours.rows and ours.parent(ident) != entry["parent"]:
            words = f"{title}: you moved the track out of its folder"
            found.append(Change(track=ident, aspect="moved", words=words, stays=True))
    for row in ours.strangers():
        title = track_text(reaper, track_at(reaper, row.index), "P_NAME")
        words = f"{title or f'Track {row.index + 1}'}: a track of yours in our folder"
        found.append(Change(track="", aspect="added", words=words, stays=True))
    return found
