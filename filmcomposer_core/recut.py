"""Carry the user's hit points along when another part of the clip is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from filmcomposer_core import pins
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.cue import Cue
from filmcomposer_core.documents import DOCUMENTS
from filmcomposer_core.errors import InputError
from filmcomposer_core.grounds import is_line

_SPOTS = "spots.csv"
#: Decimals of ``time_s``: microseconds.
_DECIMALS = 6


def recut(cue: Cue, after: FilmClip) -> None:
    """Move pinned and locked hits, and pinned automation, with the picture that they stand in.

    Times in a cue count from its first frame; where the cue begins elsewhere in the same file, or
    plays faster, a pinned place has to follow. Call it before the new analysis is put in place: the
    ledger is saved with that. What comes to lie outside waits, and is named when the hits are made
    anew.

    Parameters
    ----------
    cue : Cue
        With the analysis as it was.
    after : FilmClip
        The clip as it is scored now.
    """
    before = cue.ledger.clip
    if before is None or before.sha256 != after.sha256:
        return
    moved = _place(before) != _place(after)
    if not moved and before.duration_s == after.duration_s:
        return
    if cue.content(_SPOTS):
        cue.take_edits(DOCUMENTS[_SPOTS])
    for name in (_SPOTS, "tempo.json", "daw_plan.json"):
        known = cue.ledger.artefacts.get(name)
        if known is None:
            continue
        held, parked = known.pins, known.parked
        if moved:
            held = tuple(_moved(pin, before, after) for pin in held)
            parked = tuple(_moved(pin, before, after) for pin in parked)
        if name == _SPOTS and cue.content(_SPOTS):
            held = pins.merge(held, _locked(cue, before, after))
        cue.pin(name, held, parked)


def _locked(cue: Cue, before: FilmClip, after: FilmClip) -> tuple[Pin, ...]:
    """Return pins of the rows that the user has locked."""
    try:
        rows = [
            codec.plain(replace(spot, timecode="")) for spot in cue.value(_SPOTS) if spot.locked
        ]
    except InputError:
        rows = []
    return tuple(
        Pin(op="add", path=("spots", f"id {row['id']}"), value=_row(row, before, after))
        for row in rows
    )


def _place(clip: FilmClip) -> tuple[float, float, int]:
    return clip.in_point_s, clip.rate, clip.first_frame


def _moved(pin: Pin, before: FilmClip, after: FilmClip) -> Pin:
    like = dict(pin.like)
    for name in ("time_s", "start_s"):
        if name in like:
            like[name] = _time(float(like[name]), before, after)
    if "frame" in like:
        like["frame"] = _frame(int(like["frame"]), before, after)
    return replace(pin, value=_moved_value(pin, before, after), like=like)


def _moved_value(pin: Pin, before: FilmClip, after: FilmClip) -> Any:
    if pin.path[0] == "spots" and pin.op == "add" and isinstance(pin.value, Mapping):
        return _row(pin.value, before, after)
    if pin.path[0] == "spots" and pin.op == "set" and pin.path[2:] == ("time_s",):
        return _time(pin.value, before, after)
    if pin.path[0] == "spots" and pin.op == "set" and pin.path[2:] == ("frame",):
        return _frame(pin.value, before, after)
    if is_line(pin):
        return [row | {"time_s": _time(row["time_s"], before, after)} for row in pin.value]
    return pin.value


def _row(row: Mapping[str, Any], before: FilmClip, after: FilmClip) -> dict[str, Any]:
    return dict(row) | {
        "time_s": _time(row["time_s"], before, after),
        "frame": _frame(row["frame"], before, after),
    }


def _time(time_s: float, before: FilmClip, after: FilmClip) -> float:
    file_s = before.in_point_s + time_s * before.rate
    return round((file_s - after.in_point_s) / after.rate, _DECIMALS)


def _frame(frame: int, before: FilmClip, after: FilmClip) -> int:
    return frame + before.first_frame - after.first_frame
