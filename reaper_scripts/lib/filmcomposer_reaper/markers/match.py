"""Which marker is which, where REAPER has no GUIDs: by number, place and colour.

A number may have been changed, and given to another marker; places may be shared; and a marker may
have been dragged. So what fits best is claimed first, for all cues and the user's own at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from filmcomposer_reaper.adapter.markers import Seen
from filmcomposer_reaper.markers.book import SAME_S, Entry, same_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that was known to stand at a place in project seconds."""

    key: Hashable
    number: int
    region: bool
    start_s: float
    color: str


def claim_of(key: Hashable, entry: Entry, *, region: bool) -> Claim:
    """Return what finds one of ours: where and how it was left."""
    return Claim(
        key=key,
        number=entry.number,
        region=region,
        start_s=entry.at_s,
        color=entry.shown.color,
    )


_Buckets = Callable[[Claim | Seen], Iterable[Hashable]]
_Fits = Callable[[Claim, Seen], bool]


def match(claims: Iterable[Claim], rows: Sequence[Seen]) -> tuple[dict[Hashable, Seen], list[Seen]]:
    """Return what each claim means now by its key, and what none of them means.

    Parameters
    ----------
    claims : iterable of Claim
        What was known, of all cues.
    rows : sequence of Seen
        What is there.

    Notes
    -----
    In this order, the nearest in time first: number and place, with the colour and without; place
    and colour (it was renumbered); number and colour (it was dragged); place; number, if it has a
    colour of its own; such a colour (renumbered and dragged). A marker that the user adds gets the
    lowest free number, which may be that of a deleted one of ours, but has the default colour; so a
    number alone proves nothing.
    """
    found: dict[Hashable, Seen] = {}
    open_claims, free = list(claims), list(rows)
    for buckets, fits in _PASSES:
        open_claims, free = _claim(open_claims, free, buckets, fits, found)
    return found, free


def _claim(
    claims: list[Claim],
    rows: list[Seen],
    buckets: _Buckets,
    fits: _Fits,
    found: dict[Hashable, Seen],
) -> tuple[list[Claim], list[Seen]]:
    shelf: dict[Hashable, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        for bucket in buckets(row):
            shelf[bucket].append(index)
    pairs = [
        (abs(rows[i].start_s - claim.start_s), place, i)
        for place, claim in enumerate(claims)
        for i in {i for bucket in buckets(claim) for i in shelf.get(bucket, ())}
        if fits(claim, rows[i])
    ]
    served: set[int] = set()
    taken: set[int] = set()
    for _, place, i in sorted(pairs):
        if place not in served and i not in taken:
            served.add(place)
            taken.add(i)
            found[claims[place].key] = rows[i]
    return (
        [claim for place, claim in enumerate(claims) if place not in served],
        [row for i, row in enumerate(rows) if i not in taken],
    )


def _by_number(thing: Claim | Seen) -> Iterable[Hashable]:
    yield thing.region, thing.number


def _by_place(thing: Claim | Seen) -> Iterable[Hashable]:
    """Two neighbouring cells, so that what lies close shares one."""
    cell = int(thing.start_s // (10 * SAME_S))
    yield thing.region, cell
    yield thing.region, cell + 1


def _by_color(thing: Claim | Seen) -> Iterable[Hashable]:
    if thing.color:
        yield thing.region, thing.color


def _place(claim: Claim, row: Seen) -> bool:
    return same_time(claim.start_s, row.start_s)


def _color(claim: Claim, row: Seen) -> bool:
    return claim.color == row.color


_PASSES: tuple[tuple[_Buckets, _Fits], ...] = (
    (_by_number, lambda claim, row: _place(claim, row) and _color(claim, row)),
    (_by_number, _place),
    (_by_place, lambda claim, row: _place(claim, row) and _color(claim, row)),
    (_by_number, _color),
    (_by_place, _place),
    (_by_number, lambda claim, row: bool(row.color)),
    (_by_color, _color),
)
