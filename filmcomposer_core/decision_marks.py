"""Decisions of a scheme as pins name them, and the mark ``pinned = true`` that holds a value.

Files leave out decisions that say nothing; in the tree each field has one, so that a mark or an
edit of the user's finds its place whatever the next run makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.decision import DECIDED, Decision

Tree = Any
Path = tuple[str, ...]
_PLAIN: Final[dict[str, Any]] = codec.plain(Decision())
_TRACKS, _MEASURES, _DYNAMIC, _MARK, _BY = "tracks", "measures", "dynamic", "pinned", "by"
#: What a pin that follows from a mark rests on.
HELD: Final = {"held": _MARK}


def scheme_tree(plain: Tree) -> Tree:
    """Give every field of every track, and every dynamic, a decision."""
    tracks = [
        track | {"decisions": {name: _whole(track, name) for name in DECIDED}}
        for track in plain["tracks"]
    ]
    measures = [
        row | {"decision": _PLAIN | (row.get("decision") or {})} for row in plain["measures"]
    ]
    return plain | {"tracks": tracks, "measures": measures}


def _whole(track: Tree, name: str) -> Tree:
    given = track.get("decisions", {})
    return _PLAIN | given.get(name, {})


def scheme_plain(tree: Tree) -> Tree:
    """Undo :func:`scheme_tree`: drop the decisions that say nothing."""
    tracks = []
    for track in tree[_TRACKS]:
        kept = {name: d for name, d in track.get("decisions", {}).items() if d != _PLAIN}
        tracks.append(_without(track, "decisions") | ({"decisions": kept} if kept else {}))
    measures = [
        row if row.get("decision") not in (None, _PLAIN) else _without(row, "decision")
        for row in tree[_MEASURES]
    ]
    return tree | {"tracks": tracks, "measures": measures}


def _without(row: Tree, name: str) -> Tree:
    return {key: item for key, item in row.items() if key != name}


def follow_marks(
    earlier: Sequence[Pin], new: Sequence[Pin], tree: Tree
) -> tuple[tuple[Pin, ...], tuple[Pin, ...]]:
    """Hold the values that the user has marked, and let go those whose mark is gone.

    Parameters
    ----------
    earlier, new : sequence of Pin
        The pins of a scheme before, and what the user has changed since.
    tree : tree
        The scheme as it is now, as pins name it.

    Returns
    -------
    tuple of (tuple of Pin, tuple of Pin)
        The earlier pins that stay, and the new ones with those that follow from them: a marked
        value is pinned as it stands, and what the user has set or holds is said to be theirs.
    """
    freed: set[Path] = set()
    follows: list[Pin] = []
    edited = {place for pin in new if (place := _value_of(pin.path)) is not None}
    for pin in new:
        place = _marked(pin.path)
        if place is None or pin.op == "remove":
            continue
        if pin.value is not True:
            freed |= {place, _author(place)}
        elif place not in edited:
            value = _at(tree, place)
            follows.append(Pin(op="set", path=place, value=value, like=dict(HELD)))
            follows.append(Pin(op="set", path=_author(place), value="user", like=dict(HELD)))
    follows += [Pin(op="set", path=_author(place), value="user") for place in sorted(edited)]
    kept = tuple(pin for pin in earlier if not (pin.path in freed and pin.like == HELD))
    return kept, (*new, *follows)


def told_as(pin: Pin) -> Path:
    """Return the field that a pin is told by; () to say nothing, as of a mark that was let go."""
    place = _marked(pin.path)
    if place is not None:
        return place if pin.value is True else ()
    inside = len(pin.path) > 3 and pin.path[2] in ("decisions", "decision")
    return () if inside else pin.path


def _marked(path: Path) -> Path | None:
    """Return the place of the value that a mark is about, None for other paths."""
    if path[-1] != _MARK:
        return None
    if len(path) == 5 and path[0] == _TRACKS and path[2] == "decisions":
        return (*path[:2], path[3])
    if len(path) == 4 and path[0] == _MEASURES and path[2] == "decision":
        return (*path[:2], _DYNAMIC)
    return None


def _value_of(path: Path) -> Path | None:
    """Return the decided field that a path lies in, None if in none."""
    decided = DECIDED if path[0] == _TRACKS else (_DYNAMIC,) if path[0] == _MEASURES else ()
    return path[:3] if len(path) > 2 and path[2] in decided else None


def _author(place: Path) -> Path:
    """Return where it stands who decided a value."""
    if place[0] == _TRACKS:
        return (*place[:2], "decisions", place[2], _BY)
    return (*place[:2], "decision", _BY)


def _at(tree: Tree, path: Path) -> Tree:
    for name in path:
        tree = tree[name]
    return tree
