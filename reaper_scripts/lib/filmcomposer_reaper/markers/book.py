"""What we have written of markers and regions, kept in the cue's record.

Of each it holds what we put there last (``shown``) and what the core's session last said
(``said``). The two differ where the user has changed a marker and it was left to them, and where a
marker wears the colour of a hit report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from filmcomposer_reaper.adapter.markers import Seen
from filmcomposer_reaper.cue.records import CueRecord

PART = "markers"
HITS, REGIONS = "hits", "regions"
_FOREIGN, _BEATS = "foreign", "beats"
#: Positions that differ by less are the same, seconds.
SAME_S = 1e-4
_DELETED = -1
#: So many places of seconds, and of quarter notes, are kept.
_PLACES, _BEAT_PLACES = 9, 6


def same_time(one: float, other: float) -> bool:
    """Whether two positions are the same."""
    return abs(one - other) < SAME_S


def rounded(time_s: float) -> float:
    """Return a time as the record keeps it."""
    return round(time_s, _PLACES)


def hashed(name: str) -> str:
    """Return what stands for a name in the record."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Place, name and colour of a marker or region.

    Times are seconds from the cue's start, ``end_s`` is 0 for a marker. ``name`` is hashed, empty
    where it is not known; ``color`` is ``#rrggbb`` or empty.
    """

    start_s: float
    end_s: float
    name: str
    color: str

    def same_place(self, other: Face) -> bool:
        """Whether start and end are the same."""
        return same_time(self.start_s, other.start_s) and same_time(self.end_s, other.end_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of ours: how to find it again, and what we know of it.

    ``guid`` is empty where REAPER has none; then ``number`` and the place we left it at find it.
    ``anchor_s`` is the cue's start in the project when ``shown`` was written.
    """

    guid: str
    number: int
    anchor_s: float
    shown: Face
    said: Face

    @property
    def at_s(self) -> float:
        """Where it was left, in project seconds."""
        return self.anchor_s + self.shown.start_s

    @property
    def span_s(self) -> tuple[float, ...]:
        """Start, and end of a region, as they were left, in project seconds."""
        end = (self.anchor_s + self.shown.end_s,) if self.shown.end_s else ()
        return (self.at_s, *end)

    @property
    def has_marker(self) -> bool:
        """Whether there may be a marker to be found."""
        return self.number != _DELETED

    def without_marker(self) -> Entry:
        """Return it as one that the user has deleted: its number may be another's from now on."""
        return replace(self, guid="", number=_DELETED)


@dataclass(slots=True)
class Told:
    """What the core was told of markers at the last reading.

    ``moved`` maps ids of hits to place in the project and hashed name, for those that differ from
    what was written; ``added`` are the user's own, as they would stand in the record if they were
    ours.
    """

    gone: list[str] = field(default_factory=list)
    moved: dict[str, tuple[float, str]] = field(default_factory=dict)
    added: list[Entry] = field(default_factory=list)


def written_before(record: CueRecord) -> bool:
    """Whether the cue's markers were written to the project."""
    return _FOREIGN in record.parts.get(PART, {})


def entries(record: CueRecord, kind: str) -> dict[str, Entry]:
    """Return what is ours by id; ``kind`` is ``hits`` or ``regions``."""
    held = record.parts.get(PART, {}).get(kind, {})
    return {ident: _read(words) for ident, words in held.items()}


def put(record: CueRecord, kind: str, ident: str, entry: Entry | None) -> None:
    """Note one of ours, or with None that it is no longer."""
    held = record.parts.setdefault(PART, {}).setdefault(kind, {})
    if entry is None:
        held.pop(ident, None)
    else:
        held[ident] = _words(entry)


def beats(record: CueRecord, kind: str) -> dict[str, list[float]]:
    """Return where ours stood in quarter notes of the project by id: start, and end of a region."""
    found: dict[str, list[float]] = record.parts.get(PART, {}).get(_BEATS, {}).get(kind, {})
    return found


def note_beats(record: CueRecord, quarters: Callable[[float], float]) -> None:
    """Note for all of ours where they were left in quarter notes; ``quarters`` tells these."""
    record.parts.setdefault(PART, {})[_BEATS] = {
        kind: {
            ident: [round(quarters(time_s), _BEAT_PLACES) for time_s in entry.span_s]
            for ident, entry in entries(record, kind).items()
            if entry.has_marker
        }
        for kind in (HITS, REGIONS)
    }


def foreign(record: CueRecord) -> list[tuple[str, int, float, str]]:
    """Return the markers that were there at the first spotting: identity, place, colour.

    The identity is the start of the GUID, or empty, and the number.
    """
    return [tuple(words) for words in record.parts.get(PART, {}).get(_FOREIGN, ())]


def note_foreign(record: CueRecord, seen: Iterable[Seen]) -> None:
    """Note which markers are the user's own and no hits."""
    held = record.parts.setdefault(PART, {})
    held[_FOREIGN] = [
        [short(s.guid), s.number, rounded(s.start_s), s.color] for s in seen if not s.region
    ]


def short(guid: str) -> str:
    """Return the start of a GUID: 32 random bits tell a project's markers apart."""
    return guid[1:9]


def told(record: CueRecord) -> Told | None:
    """Return what the core was told, None where it was not since the last writing."""
    held = record.parts.get(PART, {}).get("told")
    if held is None:
        return None
    return Told(
        gone=list(held["gone"]),
        moved={ident: tuple(words) for ident, words in held["moved"].items()},
        added=[_read(words) for words in held["added"]],
    )


def note_told(record: CueRecord, heard: Told | None) -> None:
    """Note what the core was told, or with None that it is done with."""
    held = record.parts.setdefault(PART, {})
    if heard is None:
        held.pop("told", None)
        return
    held["told"] = {
        "gone": heard.gone,
        "moved": {ident: list(words) for ident, words in heard.moved.items()},
        "added": [_words(entry) for entry in heard.added],
    }


def _words(entry: Entry) -> list[Any]:
    """Return an entry as plain values; ``said`` only where it differs."""
    found = [entry.guid, entry.number, rounded(entry.anchor_s), *_face_words(entry.shown)]
    return found if entry.said == entry.shown else [*found, *_face_words(entry.said)]


def _face_words(face: Face) -> list[Any]:
    return [rounded(face.start_s), rounded(face.end_s), face.name, face.color]


def _read(words: list[Any]) -> Entry:
    guid, number, anchor_s, *faces = words
    shown = _face(faces[:4])
    said = _face(faces[4:]) if len(faces) > 4 else shown
    return Entry(guid=guid, number=number, anchor_s=anchor_s, shown=shown, said=said)


def _face(words: list[Any]) -> Face:
    start_s, end_s, name, color = words
    return Face(start_s=start_s, end_s=end_s, name=name, color=color)
