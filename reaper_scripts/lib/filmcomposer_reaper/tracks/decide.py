"""What of a track is written and what stays, aspect by aspect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from filmcomposer_reaper.chunks.marks import same
from filmcomposer_reaper.chunks.takes import EVENTS
from filmcomposer_reaper.tracks.changes import GONE, Mark, added, differing
from filmcomposer_reaper.tracks.splice import AS_SESSION

#: Kinds of aspects that an item has.
ITEM = ("item", "frame", "notes", "events", "take")


@dataclass(slots=True)
class Decision:
    """What happens to a track.

    ``write`` maps pieces to what of the user's stays in them, ``drop`` are pieces left out;
    ``users`` are the aspects that the user changed and that stay, ``held`` those whose marks stay
    as they were.
    """

    write: dict[str, frozenset[str]] = field(default_factory=dict)
    drop: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)


def users_aspects(
    now: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
    free: Mapping[str, str],
    here: Mapping[str, str],
) -> set[str]:
    """Return the aspects that the user changed and the session does not say already.

    Parameters
    ----------
    now : mapping
        Marks of the track as it is, with what went along with the picture put back.
    written : mapping
        Marks from when we wrote it last.
    wanted : mapping
        Marks of the session's text.
    free : mapping
        Marks of what the core took over, so that it may be written over.
    here : mapping
        Marks of the track as it is and where it is.
    """
    found = differing(now, written)
    found |= {aspect for aspect in wanted if aspect in now and aspect not in written}
    found = {a for a in found if not same(free.get(a, ""), now.get(a, GONE))}
    return {a for a in found if a not in wanted or _in_seconds(here.get(a, GONE)) != wanted[a]}


def decide(
    now: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
    users: Collection[str],
    extras: Collection[str] = (),
    *,
    replaced: bool = True,
) -> Decision:
    """Decide what is written; the marks are those of :func:`users_aspects`.

    Parameters
    ----------
    users : collection of str
        Aspects that stay as the user has them.
    extras : collection of str
        Items of the user's that shall go.
    replaced : bool
        Whether they only go where our item is written, which holds their notes.
    """
    made = Decision()
    for aspect in {**wanted, **written}:
        kind = aspect.partition(":")[0]
        if kind == "item":
            _decide_item(made, aspect, now, written, wanted, users)
        elif kind in ITEM:
            continue
        elif aspect in users:
            made.users.add(aspect)
            made.held.add(aspect)
        elif aspect not in wanted:
            made.drop.add(aspect)
        elif _is_due(aspect, now, written, wanted):
            made.write[aspect] = AS_SESSION
    if not replaced or any(aspect.startswith("item:") for aspect in made.write):
        made.drop |= {*extras}
    return made


def _decide_item(
    made: Decision,
    aspect: str,
    now: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
    users: Collection[str],
) -> None:
    """Decide on an item: whole as the session has it, with something of the user's, or not."""
    name = aspect.partition(":")[2]
    family = {a for a in {**now, **written, **wanted} if _item_of(a) == name}
    mine = {a for a in users if a in family}
    if aspect not in wanted:
        if mine:
            made.users |= mine
            made.held |= family
        else:
            made.drop.add(aspect)
        return
    due = any(_is_due(a, now, written, wanted) for a in family - mine if a in wanted)
    due = due or any(a not in wanted for a in family & {*written})
    keeps = _keeps(name, mine, written, wanted)
    made.users |= mine
    made.held |= family if keeps is None else mine
    if keeps is not None and due:
        made.write[aspect] = keeps


def _keeps(
    name: str, mine: Collection[str], written: Mapping[str, Mark], wanted: Mapping[str, str]
) -> frozenset[str] | None:
    """Return what stays in an item of which the user changed something; None: all of it does.

    Controllers keep their places in the item, so it has to begin where it did.
    """
    kinds = {aspect.partition(":")[0] for aspect in mine}
    if kinds & {"item", "notes"}:
        return None
    if EVENTS in kinds:
        place = written.get(f"item:{name}")
        at_its_place = place is not None and place.written == wanted[f"item:{name}"]
        alone = f"notes:{name}:1" not in wanted and f"events:{name}:0" in mine
        if not (at_its_place and alone):
            return None
    return frozenset(kinds)


def _item_of(aspect: str) -> str:
    """Return the name of the item that an aspect belongs to; "" for none."""
    kind, _, rest = aspect.partition(":")
    if kind not in ITEM:
        return ""
    return rest.rpartition(":")[0] if kind in ("notes", "events") else rest


def _is_due(
    aspect: str,
    now: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
) -> bool:
    """Whether something is new, or is not where it was written (our tempo map moved it)."""
    mark = written.get(aspect)
    if mark is None or mark.written != wanted[aspect]:
        return True
    return _in_seconds(now.get(aspect, GONE)) != _in_seconds(mark.seen)


def _in_seconds(mark: str) -> str:
    return mark.partition(".")[0]


def new_marks(
    after: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
    decision: Decision,
    *,
    moved: bool = False,
) -> dict[str, Mark]:
    """Return the marks to keep once a track is written.

    Parameters
    ----------
    after : mapping
        Marks of what REAPER gives back.
    moved : bool
        Whether the picture has moved: what went along with it is known again where it is now.
    """
    found: dict[str, Mark] = {}
    for aspect in {**wanted, **written}:
        if aspect in decision.held:
            if aspect in written and moved and aspect not in decision.users:
                seen, asked = after.get(aspect, GONE), written[aspect].written
                as_wanted = _in_seconds(seen) == wanted.get(aspect)
                found[aspect] = Mark(seen, wanted[aspect] if as_wanted else asked)
            elif aspect in written:
                found[aspect] = written[aspect]
        elif aspect in wanted:
            found[aspect] = Mark(after.get(aspect, GONE), wanted[aspect])
    return found


def is_users(now: Mapping[str, str], written: Mapping[str, Mark]) -> bool:
    """Whether the user has changed anything on a track or added anything to it."""
    return bool(differing(now, written) or added(now, written))
