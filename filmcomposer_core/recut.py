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

_SPOTS = "spots.csv"
#: Decimals of ``time_s``: microseconds.
_DECIMALS = 6


def recut(cue: Cue, after: FilmClip) -> None:
    """Move pinned and locked hits with the picture that they stand in.

    Times in a cue count from its first frame; where the cue begins elsewhere in the same file, or
    plays faster, a pinned place has to follow. Call it before the new analysis is put in place: the
    ledger is saved with that. What comes to lie outside is named when the hits are made anew.

    Parameters
    ----------
    cue : Cue
        With the analysis as it was.
    after : FilmClip
        The clip as it is scored now.
    """
    before = cue.ledger.clip
    if before is None or before.sha256 != after.sha256 or _place(before) == _place(after):
        return
    if not cue.content(_SPOTS):
        return
    cue.take_edits(DOCUMENTS[_SPOTS])
    kept = tuple(_moved(pin, before, after) for pin in cue.ledger.artefacts[_SPOTS].pins)
    try:
        locked = [spot for spot in cue.value(_SPOTS) if spot.locked]
    except InputError:
        locked = []
    rows = [codec.plain(replace(spot, timecode="")) for spot in locked]
    held = tuple(
        Pin(op="add", path=("spots", f"id {row['id']}"), value=_row(row, before, after))
        for row in rows
    )
    cue.pin(_SPOTS, pins.merge(kept, held))


def _place(clip: FilmClip) -> tuple[float, float, int]:
    return clip.in_point_s, clip.rate, clip.first_frame


def _moved(pin: Pin, before: FilmClip, after: FilmClip) -> Pin:
    if pin.op == "add" and isinstance(pin.value, Mapping):
        return replace(pin, value=_row(pin.value, before, after))
    if pin.op == "set" and pin.path[2:] == ("time_s",):
        return replace(pin, value=_time(pin.value, before, after))
    if pin.op == "set" and pin.path[2:] == ("frame",):
        return replace(pin, value=_frame(pin.value, before, after))
    return pin


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
