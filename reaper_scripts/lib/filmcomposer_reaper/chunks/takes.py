"""An item written anew with what of the user's stays: their takes, its frame, its controllers.

REAPER writes the lines of an item's first take among the item's own; further takes follow, each
behind a ``TAKE`` line. Here both are parted, so that a take can go to another place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from filmcomposer_reaper.chunks.items import with_events
from filmcomposer_reaper.chunks.text import key, number, shown, spans, with_words, words

#: What of the user's can stay in an item that is written anew.
FRAME, TAKE, EVENTS = "frame", "take", "events"
#: From here on lines belong to the first take; these are the item's wherever they stand.
_TAKE_BEGINS = frozenset({"NAME", "VOLPAN", "SOFFS", "PLAYRATE", "CHANMODE", "GUID", "<SOURCE"})
_ITEMS_OWN = frozenset(
    {"SEL", "IGUID", "IID", "<EXT", "MUTE", "COLOR", "LOCK", "GROUP", "<NOTES", "IMGRESOURCEFLAGS"}
)
#: What is the session's whatever stays: where the item lies, and its id.
_PLACE = ("POSITION", "LENGTH", "LOOP", "IGUID")
#: The same of a take; the other words of its rate are pitch and stretching.
_TAKES_PLACE = ("SOFFS", "GUID", "<SOURCE")
#: Lines that are the user's view or REAPER's own.
_CARRIED = ("SEL", "IID", "<EXT")
#: Takes that we made are called so where there are several.
_OURS = re.compile(r"Theme \d+ \(")

_Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Take:
    """``lines`` are its children, volume and pan as in a ``TAKEVOLPAN`` line."""

    lines: tuple[_Lines, ...]
    extra: tuple[str, ...] = ()

    def first(self, name: str) -> _Lines:
        return next((child for child in self.lines if key(child[0]) == name), ())

    def word(self, name: str) -> str:
        return [*words(self.first(name)[0]), ""][1] if self.first(name) else ""


@dataclass(frozen=True, slots=True)
class _Parts:
    head: str
    own: tuple[_Lines, ...]
    volume: float
    takes: tuple[_Take, ...]
    active: int


def merged_item(here: Sequence[str], new: Sequence[str], keeps: Collection[str]) -> list[str]:
    """Return an item as the session has it, with what of the user's stays.

    Parameters
    ----------
    here : sequence of str
        The ``ITEM`` block that REAPER has. Takes in it that are none of ours always stay, behind
        ours.
    new : sequence of str
        The block of the session.
    keeps : collection of str
        ``FRAME`` = all but its place and what sounds in our takes, ``TAKE`` = which take is
        active, ``EVENTS`` = the controllers of our takes.
    """
    present, wanted = _parted(here), _parted(new)
    match = _matched(present.takes, wanted.takes)
    takes: list[_Take] = []
    for place, take in enumerate(wanted.takes):
        old = present.takes[match[place]] if place in match else None
        takes.append(take if old is None else _merged_take(old, take, keeps))
    users = [i for i, take in enumerate(present.takes) if _is_users(i, take, match, wanted.takes)]
    active = wanted.active
    if TAKE in keeps:
        new_places = {old: place for place, old in match.items()}
        new_places |= {old: len(takes) + i for i, old in enumerate(users)}
        active = new_places.get(present.active, active)
    frame = present if FRAME in keeps else wanted
    own = _own(present, wanted, keeps)
    takes += [present.takes[i] for i in users]
    return _joined(_Parts(wanted.head, own, frame.volume, tuple(takes), active))


def _own(present: _Parts, wanted: _Parts, keeps: Collection[str]) -> tuple[_Lines, ...]:
    """Return the lines of the item itself."""
    base, other = wanted, present
    taken: tuple[str, ...] = _CARRIED
    if FRAME in keeps:
        base, other, taken = present, wanted, _PLACE
    given: dict[str, _Lines] = {}
    for child in other.own:
        if key(child[0]) in taken:
            given.setdefault(key(child[0]), child)
    made = [given.pop(key(child[0]), child) for child in base.own]
    return (*given.values(), *made)


def _merged_take(old: _Take, new: _Take, keeps: Collection[str]) -> _Take:
    if EVENTS in keeps:
        source = tuple(with_events(new.first("<SOURCE"), old.first("<SOURCE")))
        lines = tuple(source if key(c[0]) == "<SOURCE" else c for c in new.lines)
        new = replace(new, lines=lines)
    if FRAME not in keeps:
        return new
    made: list[_Lines] = []
    for child in old.lines:
        name = key(child[0])
        if name in _TAKES_PLACE:
            made.append(new.first(name) or child)
        elif name == "PLAYRATE" and new.first(name):
            made.append((with_words(child[0], new.first(name)[0], (1,)),))
        else:
            made.append(child)
    return replace(old, lines=tuple(made))


def _matched(present: Sequence[_Take], wanted: Sequence[_Take]) -> dict[int, int]:
    """Return for places of our takes where they stand now: by id, else by place (glued, pasted)."""
    ids = {take.word("GUID"): i for i, take in enumerate(present)}
    found = {i: ids[t.word("GUID")] for i, t in enumerate(wanted) if t.word("GUID") in ids}
    if found:
        return found
    return {i: i for i in range(min(len(present), len(wanted))) if _is_midi(present[i])}


def _is_midi(take: _Take) -> bool:
    source = take.first("<SOURCE")
    return bool(source) and words(source[0])[1:2] == ["MIDI"]


def _is_users(place: int, take: _Take, match: dict[int, int], wanted: Sequence[_Take]) -> bool:
    """Whether a take is the user's: not even one of a theme that the session has no more."""
    if place in match.values():
        return False
    names_themes = any(_OURS.match(w.word("NAME")) for w in wanted)
    return not (names_themes and _OURS.match(take.word("NAME")))


def _parted(block: Sequence[str]) -> _Parts:
    stretches: list[list[_Lines]] = [[]]
    heads: list[str] = [""]
    for start, stop in spans(block)[0]:
        child = tuple(block[start:stop])
        if key(child[0]) == "TAKE":
            heads.append(child[0])
            stretches.append([])
        else:
            stretches[-1].append(child)
    own: list[_Lines] = []
    first: list[_Lines] = []
    for child in stretches[0]:
        name = key(child[0])
        is_takes = bool(first) or name in _TAKE_BEGINS
        (first if is_takes and name not in _ITEMS_OWN else own).append(child)
    volpan = next((c[0] for c in first if key(c[0]) == "VOLPAN"), "VOLPAN 1")
    takes = [_Take(tuple(_told_as_take(child) for child in first))]
    for head, lines in zip(heads[1:], stretches[1:], strict=True):
        takes.append(_Take(tuple(lines), tuple(w for w in words(head)[1:] if w != "SEL")))
    chosen = next((i for i, head in enumerate(heads) if "SEL" in words(head)[1:]), 0)
    return _Parts(block[0], tuple(own), number(volpan, 1, 1.0), tuple(takes), chosen)


def _told_as_take(child: _Lines) -> _Lines:
    """Leave the item's volume out of the line of the first take's volume and pan."""
    found = child[0].split()
    if found[:1] != ["VOLPAN"]:
        return child
    return (" ".join(["TAKEVOLPAN", *found[2:]]),)


def _joined(parts: _Parts) -> list[str]:
    made = [parts.head, *(line for child in parts.own for line in child)]
    for place, take in enumerate(parts.takes):
        if place:
            chosen = ["SEL"] if place == parts.active else []
            made.append(" ".join(["TAKE", *chosen, *take.extra]))
        for child in take.lines:
            found = child[0].split()
            if not place and found[:1] == ["TAKEVOLPAN"]:
                made.append(" ".join(["VOLPAN", shown(parts.volume), *found[1:]]))
            else:
                made += child
    return [*made, ">"]
