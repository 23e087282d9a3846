"""Where tracks go: folders stay whole, and no track of the user's is touched for it.

REAPER keeps folders as steps: 1 opens one after the track, -n closes n after it. All is worked out
on the list of steps first; only steps of our own tracks are ever changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_reaper.adapter.tracks import Row


@dataclass(slots=True)
class Slot:
    """A place in the list of tracks.

    ``part`` is the id of a track of ours, "" for the user's. ``index`` is where it stands now, -1
    for one that is new; ``was`` is its step in the project.
    """

    part: str
    step: int
    index: int = -1
    was: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A track of the session: its id and that of its folder."""

    part: str
    parent: str


def slots_of(rows: Sequence[Row]) -> list[Slot]:
    """Return the project's tracks as places."""
    return [Slot(row.part, row.step, row.index, row.step) for row in rows]


def place_all(slots: list[Slot], wishes: Sequence[Wish]) -> None:
    """Put those that are missing in their place, in the order of the session.

    Inside the cue: after the one before it, else first in its folder. The first of a new cue: after
    the last track, unless the project's folders do not close there, then at the top.
    """
    for number, wish in enumerate(wishes):
        if not any(slot.part == wish.part for slot in slots):
            inside = {w.part for w in wishes if w.parent == wish.part}
            if not _around(slots, wish.part, inside):
                _place(slots, wish, wishes[:number], wishes[number + 1 :])


def _place(slots: list[Slot], wish: Wish, before: Sequence[Wish], after: Sequence[Wish]) -> None:
    folder = _index(slots, wish.parent) if wish.parent else None
    siblings = [w.part for w in before if w.parent == wish.parent]
    for part in reversed(siblings):
        place = _index(slots, part)
        if place is not None and (folder is None or _folder(slots, place) == folder):
            _after(slots, place, wish.part)
            return
    if folder is not None:
        _first_in(slots, folder, wish.part)
        return
    for later in (w.part for w in after if w.parent == wish.parent):
        place = _index(slots, later)
        if place is not None:
            slots.insert(place, Slot(wish.part, 0))
            return
    closed = sum(slot.step for slot in slots) == 0
    slots.insert(len(slots) if closed else 0, Slot(wish.part, 0))


def _around(slots: list[Slot], part: str, inside: Collection[str]) -> bool:
    """Put a folder that was deleted around its tracks again, as far as they stand together.

    Returns
    -------
    bool
        False, and nothing is changed, where none of them is there, or a track of the user's is
        the last in them: its step is not ours to change.
    """
    runs = [(first, last) for first, last in _runs(slots, inside) if slots[last].part]
    if not runs:
        return False
    first, last = max(runs, key=lambda run: run[1] - run[0])
    closing = _closes_too_much(slots, first)
    if closing is None or slots[closing].part not in inside:
        slots[last].step -= 1
    elif closing < last:
        slots[closing].step += 1
        slots[last].step -= 1
    slots.insert(first, Slot(part, 1))
    return True


def _runs(slots: Sequence[Slot], parts: Collection[str]) -> list[tuple[int, int]]:
    """Return where some tracks stand side by side, each with all that lies in it."""
    found = []
    place = 0
    while place < len(slots):
        first, last = place, place - 1
        while (
            last + 1 < len(slots)
            and slots[last + 1].part in parts
            and _level(slots, last + 1) == _level(slots, first)
        ):
            last = _last_of(slots, last + 1)
        if last >= first:
            found.append((first, last))
        place = max(last, first) + 1
    return found


def _closes_too_much(slots: Sequence[Slot], start: int) -> int | None:
    """Return from a place on the first track that closes a folder that is not there any more."""
    level = 0
    for place, slot in enumerate(slots):
        if place >= start and level + slot.step < 0:
            return place
        level = max(level + slot.step, 0)
    return None


def _index(slots: Sequence[Slot], part: str) -> int | None:
    return next((i for i, slot in enumerate(slots) if slot.part == part), None)


def _level(slots: Sequence[Slot], place: int) -> int:
    return sum(slot.step for slot in slots[:place])


def _folder(slots: Sequence[Slot], place: int) -> int | None:
    """Return the place of the folder around a track; None at the top."""
    level = _level(slots, place)
    for i in range(place - 1, -1, -1):
        if slots[i].step > 0 and _level(slots, i) < level <= _level(slots, i) + slots[i].step:
            return i
    return None


def _last_of(slots: Sequence[Slot], place: int) -> int:
    """Return the last track of a folder; the track itself where it is none."""
    if slots[place].step <= 0:
        return place
    level = at = _level(slots, place)
    for i in range(place, len(slots)):
        at += slots[i].step
        if at <= level:
            return i
    return len(slots) - 1


def _after(slots: list[Slot], place: int, part: str) -> None:
    """Put a track beside another, behind all that lies in it."""
    level, last = _level(slots, place), _last_of(slots, place)
    closed = _level(slots, last) + slots[last].step
    if closed < level and not slots[last].part:
        # A track of the user's closes folders further out: its step is not ours to change.
        slots.insert(place, Slot(part, 0))
        return
    if closed < level:
        slots[last].step -= closed - level
        slots.insert(last + 1, Slot(part, closed - level))
    else:
        slots.insert(last + 1, Slot(part, 0))


def _first_in(slots: list[Slot], folder: int, part: str) -> None:
    step = slots[folder].step
    if step <= 0:
        slots[folder].step = 1
        slots.insert(folder + 1, Slot(part, step - 1))
    else:
        slots.insert(folder + 1, Slot(part, 0))


def close_open(slots: list[Slot], inside: Mapping[str, Collection[str]]) -> bool:
    """Close folders of ours that the user has left open by deleting the last track in them.

    What stands behind such a folder lies in it, tracks of the user's too. It is closed behind the
    last of its own tracks, unless a folder of the user's ends there.

    Parameters
    ----------
    slots : list of Slot
        The project's tracks.
    inside : mapping of str to collection of str
        Our folders, with the tracks that were laid in each.

    Returns
    -------
    bool
        Whether there was one.
    """
    found = False
    for folder, tracks in inside.items():
        place = _index(slots, folder)
        if place is None or not _is_open(slots, place, tracks):
            continue
        within = range(place + 1, _last_of(slots, place) + 1)
        own = [i for i in within if slots[i].part in tracks]
        last = _last_of(slots, own[-1]) if own else place
        if slots[last].part:
            slots[last].step -= 1
            found = True
    return found


def _is_open(slots: Sequence[Slot], place: int, tracks: Collection[str]) -> bool:
    """Whether a folder of ours has lost its end: nothing closes it, or another one's end does."""
    if slots[place].step <= 0 or sum(slot.step for slot in slots) <= 0:
        return False
    last = _last_of(slots, place)
    if _level(slots, last) + slots[last].step > _level(slots, place):
        return True
    there = {slot.part for slot in slots if slot.part}
    strange = {slot.part for slot in slots[place + 1 : last + 1]} & there - {*tracks}
    return bool(strange) and not {*tracks} <= there


def take_out(slots: list[Slot], part: str) -> bool:
    """Take a track of ours out of the list.

    Returns
    -------
    bool
        False, and nothing is changed, where it is a folder that holds tracks, or closes one after
        a track of the user's.
    """
    place = _index(slots, part)
    if place is None:
        return True
    step = slots[place].step
    if step > 0 or (step < 0 and (place == 0 or not slots[place - 1].part)):
        return False
    if step < 0:
        slots[place - 1].step += step
    del slots[place]
    return True
