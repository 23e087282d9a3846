"""Short steps that write markers and regions, and note in the record what they have written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmcomposer_reaper.adapter.markers import (
    Seen,
    add,
    all_seen,
    change,
    delete,
    has_guids,
    seen_by_guid,
)
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import REGIONS, Entry, put
from filmcomposer_reaper.markers.match import Claim, match
from filmcomposer_reaper.markers.merge import Verdict, Wish

#: So many markers a step: below 10 ms where REAPER takes 20 µs a call. The older calls need the
#: whole listing for each step.
GROUP, OLD_GROUP = 20, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One marker's or region's work.

    With ``wish`` it is added, with ``verdict`` changed or only noted, with neither deleted; then
    ``seen`` is None where it is gone already.
    """

    kind: str
    ident: str
    seen: Seen | None = None
    verdict: Verdict | None = None
    wish: Wish | None = None

    @property
    def touches(self) -> bool:
        """Whether what ``seen`` stands for is written to."""
        return self.seen is not None and (self.verdict is None or self.verdict.writes)


def steps_of(reaper: Reaper, record: CueRecord, ops: Sequence[Op]) -> list[Step]:
    """Return the steps of some work; nothing that they need is a pointer from before."""

    def step(group: Sequence[Op]) -> Step:
        return lambda: _do_all(reaper, record, group)

    size = GROUP if has_guids(reaper) else OLD_GROUP
    return [step(ops[at : at + size]) for at in range(0, len(ops), size)]


def _do_all(reaper: Reaper, record: CueRecord, group: Sequence[Op]) -> None:
    now, listing = _present(reaper, [op.seen if op.touches else None for op in group])
    for place, op in enumerate(group):
        if op.wish is not None:
            put(record, op.kind, op.ident, _added(reaper, op.wish))
        elif op.verdict is None:
            if place in now:
                delete(reaper, now[place], crowd=listing)
            put(record, op.kind, op.ident, None)
        else:
            if place in now:
                _write(reaper, now[place], op.verdict, listing)
            put(record, op.kind, op.ident, op.verdict.entry)


def _present(
    reaper: Reaper, before: Sequence[Seen | None]
) -> tuple[dict[int, Seen], Sequence[Seen]]:
    """Return how some stand now, by their places in the list, and the older calls' listing."""
    asked = {place: seen for place, seen in enumerate(before) if seen is not None}
    if not asked:
        return {}, ()
    if has_guids(reaper):
        there = seen_by_guid(reaper, {seen.guid for seen in asked.values()})
        found = {p: there[seen.guid] for p, seen in asked.items() if seen.guid in there}
        return found, ()
    listing = all_seen(reaper)
    claims = [
        Claim(
            key=place,
            number=seen.number,
            region=seen.region,
            start_s=seen.start_s,
            color=seen.color,
        )
        for place, seen in asked.items()
    ]
    matched, _ = match(claims, listing)
    return {place: matched[place] for place in asked if place in matched}, listing


def _write(reaper: Reaper, seen: Seen, verdict: Verdict, listing: Sequence[Seen]) -> None:
    start_s, end_s = verdict.place or (seen.start_s, seen.end_s)
    change(
        reaper,
        seen,
        start_s=start_s,
        end_s=end_s,
        name=verdict.name,
        color=verdict.color,
        crowd=listing,
    )


def _added(reaper: Reaper, wish: Wish) -> Entry:
    face = wish.face
    made = add(
        reaper,
        region=wish.kind == REGIONS,
        start_s=wish.anchor_s + face.start_s,
        end_s=wish.anchor_s + face.end_s,
        name=wish.name,
        color=face.color,
    )
    return Entry(guid=made.guid, number=made.number, anchor_s=wish.anchor_s, shown=face, said=face)


def as_found(verdict: Verdict, seen: Seen) -> Verdict:
    """Return a verdict whose entry finds the marker as it is numbered now."""
    return replace(verdict, entry=replace(verdict.entry, guid=seen.guid, number=seen.number))
