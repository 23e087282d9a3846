"""The cue's hits as markers and its sections as regions, in the open project.

What the user drags, renames, recolours or deletes stays until the core has taken it over; what they
add inside of the picture becomes a hit, and its marker ours. Other markers and regions are never
touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.adapter.markers import Seen, name_of
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import (
    HITS,
    REGIONS,
    Entry,
    Told,
    entries,
    hashed,
    note_foreign,
    note_told,
    told,
    written_before,
)
from filmcomposer_reaper.markers.carried import Carried, keep_beats
from filmcomposer_reaper.markers.match import claim_of, match
from filmcomposer_reaper.markers.merge import Verdict, Wish, comes_back, merge, wishes
from filmcomposer_reaper.markers.reading import (
    name_notice,
    present_hits,
    read_markers,
)
from filmcomposer_reaper.markers.scene import Scene, look
from filmcomposer_reaper.markers.steps import Op, as_found, steps_of

__all__ = ["marker_steps", "name_notice", "present_hits", "read_markers"]

#: The core lays an added hit on a frame; frames of some films are not equally long.
NEAR_FRAMES = 2


def marker_steps(
    reaper: Reaper, record: CueRecord, session: Session, *, keep: bool = True
) -> list[Step]:
    """Return the steps that bring the project's markers and regions to what a session says.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        Its ``parts["markers"]`` follows as the steps are done.
    session : Session
    keep : bool
        False = what the user has changed gives way, and what they have deleted comes back.

    Notes
    -----
    A marker that :func:`read_markers` has told as added becomes ours where the session has a new
    hit within two frames of it.
    """
    first = not written_before(record)
    scene = look(reaper, record)
    wanted = wishes(session)
    heard, carried = told(record), Carried(reaper, record, scene)
    ops = _gone(record, scene, wanted)
    known = {kind: entries(record, kind) for kind in (HITS, REGIONS)}
    added = list(heard.added) if heard else []
    for wish in wanted:
        entry = known[wish.kind].get(wish.ident)
        seen = scene.ours.get((wish.kind, wish.ident))
        if entry is None and wish.kind == HITS:
            entry = _adopted(wish, added, within_s=NEAR_FRAMES * session.fps_den / session.fps_num)
            seen = _same(entry, (*scene.fresh, *scene.foreign)) if entry else None
        noted = wish.ident in known[wish.kind]
        moved = carried.has(wish.kind, wish.ident)
        ops += _op(reaper, wish, entry, seen, heard, keep=keep, carried=moved, noted=noted)
    adopted = [op.seen for op in ops]
    others = [row for row in scene.fresh if row not in adopted]
    return [
        lambda: _begin(record, others, first=first),
        *steps_of(reaper, record, ops),
        lambda: keep_beats(reaper, record),
    ]


def _begin(record: CueRecord, others: Sequence[Seen], *, first: bool) -> None:
    if first:
        note_foreign(record, others)
    note_told(record, None)


def _gone(record: CueRecord, scene: Scene, wanted: Sequence[Wish]) -> list[Op]:
    """Return the work for what the session has no more."""
    there = {(wish.kind, wish.ident) for wish in wanted}
    return [
        Op(kind=kind, ident=ident, seen=scene.ours.get((kind, ident)))
        for kind in (HITS, REGIONS)
        for ident in entries(record, kind)
        if (kind, ident) not in there
    ]


def _op(
    reaper: Reaper,
    wish: Wish,
    entry: Entry | None,
    seen: Seen | None,
    heard: Told | None,
    *,
    keep: bool,
    carried: bool,
    noted: bool,
) -> list[Op]:
    """Return the work for one that the session has: one piece or none."""
    if entry is None:
        return [Op(kind=wish.kind, ident=wish.ident, wish=wish)]
    if seen is None:
        known_gone = None if heard is None else wish.ident in heard.gone
        if comes_back(entry, wish, known_gone=known_gone, keep=keep):
            return [Op(kind=wish.kind, ident=wish.ident, wish=wish)]
        verdict = Verdict(place=None, name=None, color=None, entry=entry.without_marker())
        return [Op(kind=wish.kind, ident=wish.ident, verdict=verdict)]
    # A name costs a buffer of 4 MiB: it is read only where it matters.
    asked = wish.face.name != entry.said.name or not keep
    name = name_of(reaper, seen) if asked else None
    known = None if heard is None else (entry.at_s, entry.shown.name)
    verdict = as_found(
        merge(
            seen,
            entry,
            wish,
            now_name="" if name is None else hashed(name),
            told=heard.moved.get(wish.ident, known) if heard else None,
            keep=keep,
            carried=carried,
        ),
        seen,
    )
    if noted and not verdict.writes and verdict.entry == entry:
        return []
    return [Op(kind=wish.kind, ident=wish.ident, seen=seen, verdict=verdict)]


def _adopted(wish: Wish, added: list[Entry], *, within_s: float) -> Entry | None:
    """Take the user's marker that a new hit was made from off the list, as if it were ours."""

    def far(entry: Entry) -> float:
        return abs(entry.shown.start_s - wish.face.start_s)

    best = min(added, key=far, default=None)
    if best is None or far(best) > within_s:
        return None
    added.remove(best)
    if best.shown.name:
        return best
    # What cannot be read is not written over.
    return replace(best, said=replace(best.said, name=wish.face.name))


def _same(entry: Entry, rows: Sequence[Seen]) -> Seen | None:
    """Return which of some markers an entry means."""
    if entry.guid and rows and rows[0].guid:
        return next((row for row in rows if row.guid == entry.guid), None)
    found, _ = match([claim_of("", entry, region=False)], rows)
    return found.get("")
