"""The markers and regions of the project, sorted by whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filmcomposer_reaper.adapter.markers import (
    Seen,
    all_seen,
    has_guids,
    seen_with_others,
)
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, load_records
from filmcomposer_reaper.markers.book import (
    HITS,
    REGIONS,
    SAME_S,
    Entry,
    entries,
    foreign,
    hashed,
    short,
)
from filmcomposer_reaper.markers.match import Claim, claim_of, match
from filmcomposer_reaper.markers.merge import face_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What stands where.

    ``ours`` maps kind and id to what is there of this cue; ``foreign`` are markers that were there
    at the first spotting, ``fresh`` those that came later, neither of any cue. ``listing`` is all,
    for the calls of older REAPERs, else empty.
    """

    ours: Mapping[tuple[str, str], Seen]
    foreign: tuple[Seen, ...]
    fresh: tuple[Seen, ...]

    def hit(self, ident: str) -> Seen | None:
        """Return a hit's marker, None where the user has deleted it."""
        return self.ours.get((HITS, ident))


def look(reaper: Reaper, record: CueRecord) -> Scene:
    """Return whose the markers and regions are, now.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        The cue; what other cues of the project own is left out.
    """
    cues = {**load_records(reaper), record.id: record}
    held = {
        (cue.id, kind, ident): entry
        for cue in cues.values()
        for kind in (HITS, REGIONS)
        for ident, entry in entries(cue, kind).items()
        if entry.has_marker
    }
    by_pointer = has_guids(reaper)
    guids = {entry.guid for entry in held.values() if entry.guid} if by_pointer else set()
    there, rows = seen_with_others(reaper, guids) if by_pointer else ({}, all_seen(reaper))
    known = foreign(record)
    shorts = {guid for guid, *_ in known if guid}
    foreign_rows = [row for row in rows if row.guid and short(row.guid) in shorts]
    rest = [row for row in rows if not (row.guid and short(row.guid) in shorts)]
    claims = [
        claim_of(key, entry, region=key[1] == REGIONS)
        for key, entry in held.items()
        if entry.guid not in guids
    ]
    claims += [
        Claim(key=place, number=number, region=False, start_s=start_s, color=color)
        for place, (guid, number, start_s, color) in enumerate(known)
        if not (guid and by_pointer)
    ]
    matched, fresh = match(claims, rest)
    found = {key: there[entry.guid] for key, entry in held.items() if entry.guid in there}
    found |= {key: row for key, row in matched.items() if isinstance(key, tuple)}
    foreign_rows += [row for key, row in matched.items() if isinstance(key, int)]
    return Scene(
        ours={key[1:]: seen for key, seen in found.items() if key[0] == record.id},
        foreign=tuple(foreign_rows),
        fresh=tuple(row for row in fresh if not row.region),
    )


def within(rows: Iterable[Seen], picture: Picture) -> list[Seen]:
    """Return those of some markers that stand in a picture, its edges included."""
    start_s, end_s = picture.position_s, picture.position_s + picture.length_s
    return [row for row in rows if start_s - SAME_S <= row.start_s <= end_s + SAME_S]


def as_ours(seen: Seen, name: str | None, anchor_s: float) -> Entry:
    """Return how a marker of the user's would stand in the record if it were ours."""
    face = face_of(seen, anchor_s=anchor_s, name="" if name is None else hashed(name))
    return Entry(guid=seen.guid, number=seen.number, anchor_s=anchor_s, shown=face, said=face)
