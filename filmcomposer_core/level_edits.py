"""A fader, a pan or a send that the user set: a change to what the cue had laid there.

Where an envelope follows, the cue lays a fader at 0 dB and a pan in the middle, else where the
scheme wants them. So a value of the user's means something beside what was laid only, and is kept
as that many times the gain, or that much further to the side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.tempo_choice import Like

Tree = Any
Path = tuple[str, ...]
#: The loudest that a plan holds, +12 dB.
MOST_GAIN: Final = 4.0
#: Values this near are the same: a DAW keeps gains as single floats or decibels in text.
SAME_VALUE: Final = 1e-5
#: Fields of a plan's operations, with the envelope that follows them.
_LINES: Final = {"volume": "volume", "pan": "pan", "gain": "send"}
#: What is kept of them beside a pin: what was laid, and what the user made of it.
_LAID, _CHANGE = "laid", "change"


def is_level(pin: Pin) -> bool:
    """Whether a pin of ``daw_plan.json`` is a fader, a pan or the gain of a send."""
    if pin.op != "set" or len(pin.path) != 3 or pin.path[0] != "operations":
        return False
    kind = pin.path[1].partition(" ")[0]
    return (kind == "track" and pin.path[2] in ("volume", "pan")) or (
        kind == "send" and pin.path[2] == "gain"
    )


def level_like(pin: Pin, tree: Tree, earlier: Pin | None) -> Like:
    """Return what a level rests on: what was laid, and what the user made of it.

    Parameters
    ----------
    pin : Pin
        For which :func:`is_level` holds.
    tree : tree
        The plan before the edit, as pins name it.
    earlier : Pin or None
        What the user had set there before, which the tree holds already.
    """
    laid = _at(tree, pin.path) if earlier is None else earlier.like.get(_LAID)
    return {} if laid is None else _like(pin, float(laid))


def level_here(pin: Pin, tree: Tree, edits: Mapping[Path, Pin]) -> Pin:
    """Return a level as it is put into a plan made anew.

    Parameters
    ----------
    pin : Pin
        For which :func:`is_level` holds. Without a ground (of an earlier version) it stays as it is
        this once and rests on this plan.
    tree : tree
        The plan, as pins name it.
    edits : mapping of path to Pin
        All pins: with an envelope of the user's own beside it a level stays as it is.
    """
    laid = _at(tree, pin.path)
    words = pin.path[1].split(" ")[1:]
    line = ("operations", " ".join(["envelope", words[0], _LINES[pin.path[2]], *words[1:]]))
    if laid is None or (*line, "points") in edits:
        return pin
    change = pin.like.get(_CHANGE)
    if change is None:
        return replace(pin, like=_like(pin, laid))
    if pin.like[_LAID] == laid:
        return pin
    value = round(_changed(pin.path[2], laid, float(change)), codec.DECIMALS)
    return replace(pin, value=value, like={_LAID: laid, _CHANGE: change})


def moved_level(field: str, value: float, *, laid: float, now: float) -> float:
    """Return what a level becomes where something else is laid than when the user set it.

    Parameters
    ----------
    field : str
        ``volume``, ``pan`` or ``gain``.
    value : float
        What they set.
    laid, now : float
        What was laid then, and what is.

    Examples
    --------
    >>> moved_level("volume", 0.5, laid=1.0, now=0.25), moved_level("pan", 0.5, laid=0.25, now=0.0)
    (0.125, 0.25)
    >>> moved_level("volume", 0.5, laid=0.0, now=1.0), moved_level("pan", 1.0, laid=-1.0, now=0.0)
    (0.5, 1.0)
    """
    change = None if abs(laid - now) <= SAME_VALUE else _change(field, value, laid)
    return value if change is None else _changed(field, now, change)


def _at(tree: Tree, path: Path) -> float | None:
    entry = tree["operations"].get(path[1], {})
    return entry.get(path[2]) if isinstance(entry, dict) else None


def _like(pin: Pin, laid: float) -> Like:
    change = _change(pin.path[2], float(pin.value), laid)
    return {_LAID: laid} if change is None else {_LAID: laid, _CHANGE: change}


def _change(field: str, value: float, laid: float) -> float | None:
    """Return what a level is beside what was laid; None where silence was."""
    if field == "pan":
        return value - laid
    return value / laid if laid > SAME_VALUE else None


def _changed(field: str, laid: float, change: float) -> float:
    if field == "pan":
        return min(max(laid + change, -1.0), 1.0)
    return min(laid * change, MOST_GAIN)
