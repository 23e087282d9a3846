"""What of a track is written and what stays, aspect by aspect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from filmcomposer_reaper.chunks.marks import same
from filmcomposer_reaper.tracks.changes import GONE, Mark, added, differing
from filmcomposer_reaper.tracks.splice import AS_SESSION, WITH_EVENTS, WITH_TAKE

_ITEM = ("item", "notes", "events", "take")


@dataclass(slots=True)
class Decision:
    """What happens to a track.

    ``write`` maps pieces to how they are written, ``drop`` are pieces left out; ``users`` are the
    aspects that the user changed and that stay, ``held`` those whose marks stay as they were.
    """

    write: dict[str, str] = field(default_factory=dict)
    drop: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)


def users_aspects(
    now: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
    free: Mapping[str, str],
) -> set[str]:
    """Return the aspects that the user changed and the session does not say already.

    Parameters
    ----------
    now : mapping
        Marks of the track as it is.
    written : mapping
        Marks from when we wrote it last.
    wanted : mapping
        Marks of the session's text.
    free : mapping
        Marks of what the core took over, so that it may be written over.
    """
    found = {
        aspect
        for aspect in differing(now, written)
        if not same(free.get(aspect, ""), now.get(aspect, GONE))
    }
    found |= {aspect for aspect in wanted if aspect in now and aspect not in written}
    return {a for a in found if a not in wanted or _in_seconds(now.get(a, GONE)) != wanted[a]}


def decide(
    now: Mapping[str, str],
    written: Mapping[str, Mark],
    wanted: Mapping[str, str],
    users: Collection[str],
    extras: Collection[str] = (),
) -> Decision:
    """Decide what is written; the marks are those of :func:`users_aspects`.

    Parameters
    ----------
    users : collection of str
        Aspects that stay as the user has them.
    extras : collection of str
        Items of the user's whose notes the session holds itself now.
    """
    made = Decision(drop=set(extras))
    for aspect in {**wanted, **written}:
        kind = aspect.partition(":")[0]
        if kind == "item":
            _decide_item(made, aspect, now, written, wanted, users)
        elif kind in _ITEM:
            continue
        elif aspect in users:
            made.users.add(aspect)
            made.held.add(aspect)
        elif aspect not in wanted:
            made.drop.add(aspect)
        elif _is_due(aspect, now, written, wanted):
            made.write[aspect] = AS_SESSION
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
    due = any(_is_due(a, now, written, wanted) for a in family if a in wanted)
    due = due or any(a not in wanted for a in family & {*written})
    how = _how(name, mine, written, wanted)
    made.users |= mine
    made.held |= family if not how else mine
    if how and due:
        made.write[aspect] = how


def _how(
    name: str, mine: Collection[str], written: Mapping[str, Mark], wanted: Mapping[str, str]
) -> str:
    """Return how an item is written of which the user changed something; "" for not at all."""
    if not mine:
        return AS_SESSION
    if set(mine) == {f"take:{name}"}:
        return WITH_TAKE
    frame = written.get(f"item:{name}")
    at_its_place = frame is not None and frame.written == wanted[f"item:{name}"]
    alone = f"notes:{name}:1" not in wanted
    if set(mine) == {f"events:{name}:0"} and at_its_place and alone:
        return WITH_EVENTS
    return ""


def _item_of(aspect: str) -> str:
    """Return the name of the item that an aspect belongs to; "" for none."""
    kind, _, rest = aspect.partition(":")
    if kind not in _ITEM:
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
) -> dict[str, Mark]:
    """Return the marks to keep once a track is written.

    Parameters
    ----------
    after : mapping
        Marks of what REAPER gives back.
    """
    found: dict[str, Mark] = {}
    for aspect in {**wanted, **written}:
        if aspect in decision.held:
            if aspect in written:
                found[aspect] = written[aspect]
        elif aspect in wanted:
            found[aspect] = Mark(after.get(aspect, GONE), wanted[aspect])
    return found


def is_users(now: Mapping[str, str], written: Mapping[str, Mark]) -> bool:
    """Whether the user has changed anything on a track or added anything to it."""
    return bool(differing(now, written) or added(now, written))
