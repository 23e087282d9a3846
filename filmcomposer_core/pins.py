"""What a user changed in a file, and how to put it into the file made anew.

Files are compared as trees. Lists whose elements carry a key (``id``, ``spot``, ``measure`` …)
are compared by that key, so that an edit follows its spot, track, section or measure and not its
place in the list.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from filmcomposer_core.contracts.cue import Pin

#: Fields that identify an element of a list, first match wins.
KEYS = ("id", "spot", "measure", "rank", "shot", "number")

Tree = Any


def _key_of(items: Sequence[Any]) -> str | None:
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    for key in KEYS:
        names = [item.get(key) for item in items]
        if None not in names and len({str(name) for name in names}) == len(names):
            return key
    return None


def keyed(data: Tree) -> Tree:
    """Turn lists with keys into dictionaries by key, all the way down."""
    if isinstance(data, dict):
        return {name: keyed(item) for name, item in data.items()}
    if isinstance(data, list):
        key = _key_of(data)
        if key is not None:
            return {f"{key} {item[key]}": keyed(item) for item in data}
    return data


def _unkeyed(data: Tree, like: Tree) -> Tree:
    """Undo :func:`keyed`; ``like`` is the tree before it, which tells lists from dictionaries."""
    if isinstance(like, list) and isinstance(data, dict):
        first = like[0] if like else None
        by_name = keyed(like)
        names = by_name if isinstance(by_name, dict) else {}
        order = dict(zip(names, like, strict=True))
        return [_unkeyed(item, order.get(name, first)) for name, item in data.items()]
    if isinstance(like, dict) and isinstance(data, dict):
        return {name: _unkeyed(item, like.get(name)) for name, item in data.items()}
    return data


def changes(written: Tree, edited: Tree) -> tuple[Pin, ...]:
    """Return what turns the tree we wrote into the tree the user left."""
    return tuple(_changes(keyed(written), keyed(edited), ()))


def _changes(old: Tree, new: Tree, path: tuple[str, ...]) -> Iterable[Pin]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield Pin(op="set", path=path, value=new)
        return
    for name, item in new.items():
        if name not in old:
            yield Pin(op="add", path=(*path, name), value=item)
        else:
            yield from _changes(old[name], item, (*path, name))
    for name in old:
        if name not in new:
            yield Pin(op="remove", path=(*path, name))


def merge(earlier: Sequence[Pin], later: Sequence[Pin]) -> tuple[Pin, ...]:
    """Join pins of an earlier edit with those of a later one; the later edit rules."""
    kept: list[Pin] = []
    for pin in earlier:
        over = [new for new in later if new.path == pin.path[: len(new.path)]]
        if not over:
            kept.append(_with_later(pin, later))
    added = {pin.path for pin in earlier if pin.op == "add"}
    fresh = [
        pin
        for pin in later
        if not (pin.op == "remove" and pin.path in added)
        and not any(pin.path[: len(path)] == path and pin.path != path for path in added)
    ]
    return (*kept, *fresh)


def _with_later(pin: Pin, later: Sequence[Pin]) -> Pin:
    """Fold changes inside an element that the user had added into that element."""
    inside = [new for new in later if pin.op == "add" and new.path[: len(pin.path)] == pin.path]
    if not inside:
        return pin
    value = copy.deepcopy(pin.value)
    for new in inside:
        _put(value, new.path[len(pin.path) :], new)
    return replace(pin, value=value)


def still_parked(parked: Sequence[Pin], later: Sequence[Pin]) -> tuple[Pin, ...]:
    """Return the parked pins that a later edit does not take the place of.

    A row that waits keeps its place also where a new one has come by the same name: it gets another
    name.
    """
    taken = {pin.path for pin in (*parked, *later)}
    kept: list[Pin] = []
    for pin in parked:
        over = [new for new in later if new.path == pin.path[: len(new.path)]]
        if pin.op == "add" and any(new.op == "add" and new.path == pin.path for new in over):
            pin = _renamed(pin, taken)
            taken.add(pin.path)
        elif over:
            continue
        kept.append(pin)
    return tuple(kept)


def _renamed(pin: Pin, taken: set[tuple[str, ...]]) -> Pin:
    key, _, name = pin.path[-1].partition(" ")
    number = 2
    while (path := (*pin.path[:-1], f"{key} {name}-{number}")) in taken:
        number += 1
    value = pin.value
    if isinstance(value, dict) and key in value:
        value = value | {key: f"{name}-{number}"}
    return replace(pin, path=path, value=value)


def _put(tree: Tree, path: tuple[str, ...], pin: Pin) -> bool:
    """Carry out one pin in a keyed tree; False if its place is gone."""
    for name in path[:-1]:
        if not isinstance(tree, dict) or name not in tree:
            return False
        tree = tree[name]
    if not isinstance(tree, dict) or (pin.op == "set" and path[-1] not in tree):
        return False
    if pin.op == "remove":
        tree.pop(path[-1], None)
    else:
        tree[path[-1]] = copy.deepcopy(pin.value)
    return True


def apply(
    data: Tree, pins: Sequence[Pin], *, valid: Callable[[Tree], bool]
) -> tuple[Tree, tuple[Pin, ...], tuple[Pin, ...]]:
    """Put pins into a tree made anew.

    Parameters
    ----------
    data : tree
        What the stage made.
    pins : sequence of Pin
        What the user changed before.
    valid : callable
        Whether a tree makes a sound file.

    Returns
    -------
    tree, tuple of Pin, tuple of Pin
        The tree with the pins in it, the pins that hold, and those that no longer fit.
    """
    at_once, unfit = _apply_all(data, pins)
    if valid(at_once):
        return at_once, tuple(p for p in pins if p not in unfit), tuple(unfit)
    held: list[Pin] = []
    dropped: list[Pin] = []
    for pin in pins:
        trial, missed = _apply_all(data, [*held, pin])
        (dropped if missed or not valid(trial) else held).append(pin)
    return _apply_all(data, held)[0], tuple(held), tuple(dropped)


def _apply_all(data: Tree, pins: Sequence[Pin]) -> tuple[Tree, list[Pin]]:
    tree = copy.deepcopy(keyed(data))
    unfit = [pin for pin in pins if not (pin.path and _put(tree, pin.path, pin))]
    return _unkeyed(tree, data), unfit
