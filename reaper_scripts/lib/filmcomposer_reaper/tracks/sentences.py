"""What is said of the user's tracks once a cue is laid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from filmcomposer_reaper.adapter.ruler import ruler_time
from filmcomposer_reaper.chunks.items import read_item
from filmcomposer_reaper.chunks.text import number
from filmcomposer_reaper.tracks.changes import (
    STEM,
    change_words,
    is_muted,
    sends_there,
    track_title,
)
from filmcomposer_reaper.tracks.decide import ITEM
from filmcomposer_reaper.tracks.looks import had_instrument
from filmcomposer_reaper.tracks.stands import is_frozen

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.looks import Look
    from filmcomposer_reaper.tracks.work import Work


def sentences(work: Work) -> list[str]:
    """Return what of the user's stays, in words."""
    found: list[str] = []
    for ident, seen in work.looks.items():
        if ident in work.wanted:
            found += _kept(work, ident, seen)
            found += _waiting(work, ident, seen)
        if not seen.pieces:
            found.append(f"{_title(work, ident)} is too large for REAPER to show: only its items.")
    for ident in work.staying:
        found.append(
            f"{_title(work, ident)} is not in the cue any more; it stays as you changed it."
        )
    return [*found, *_turned(work), *_deleted(work)]


def _turned(work: Work) -> Iterable[str]:
    """Say which mutes are turned, since an instrument of the user's has come or gone."""
    for ident, wanted in work.wanted.items():
        seen = work.looks.get(ident)
        if wanted.kind != "part" or seen is None:
            continue
        words = [_mute_words(work, track) for track in (ident, STEM + ident)]
        changed = " and ".join(word for word in words if word)
        if changed and ident in work.sounding:
            yield f"{_title(work, ident)} plays from the instrument that you put on it: {changed}."
        elif changed and had_instrument(seen, wanted):
            yield f"{_title(work, ident)} has no instrument of yours any more: {changed}."


def _mute_words(work: Work, ident: str) -> str:
    """Return what becomes of the mute of a part or a stem, "" where it stays."""
    seen = work.looks.get(ident)
    if seen is None or "mute" not in seen.decision.write:
        return ""
    muted = is_muted(work.wanted[ident].pieces)
    if muted == is_muted(seen.pieces):
        return ""
    track = "its printed stem" if ident.startswith(STEM) else "the track"
    return f"{track} is {'muted' if muted else 'unmuted'} now"


def _kept(work: Work, ident: str, seen: Look) -> Iterable[str]:
    mine = sends_there(seen.decision.users, work.ours.rows)
    if is_frozen(seen.pieces):
        yield f"{_title(work, ident)} is frozen; unfreeze it for what is new to be laid on it."
        mine = [a for a in mine if a.partition(":")[0] not in (*ITEM, "fx")]
    if mine:
        words = dict.fromkeys(change_words(aspect, seen.now) for aspect in mine)
        yield f"{_title(work, ident)} keeps what you changed: {', '.join(words)}."


def _waiting(work: Work, ident: str, seen: Look) -> Iterable[str]:
    """Say which items of the user's have notes that the new music did not take."""
    for piece in seen.waiting:
        begins = number(read_item(piece.lines).line("POSITION"), 1)
        yield (
            f"{_title(work, ident)} keeps your item at {ruler_time(work.reaper, begins)}: the new "
            "music has not all of its notes, so its printed stem does not play them. Press Mix to "
            "have them played there, or delete the item."
        )


def _deleted(work: Work) -> list[str]:
    gone = [i for i in work.known if i in work.wanted and i not in {*work.ours.rows, *work.missing}]
    if gone and not work.ours.rows and not work.missing:
        return [
            "The cue's tracks stay deleted; to have them laid in again press Score selected video "
            "and answer No."
        ]
    return [f"{_title(work, i)} stays deleted{_silence(work, i)}." for i in gone]


def _silence(work: Work, ident: str) -> str:
    """Say that a part is not heard whose stem is gone."""
    part = ident.removeprefix(STEM)
    wanted = work.wanted.get(part)
    if part == ident or wanted is None or part not in {*work.ours.rows, *work.missing}:
        return ""
    seen = work.looks.get(part)
    pieces = seen.pieces if seen and "mute" in seen.decision.users else wanted.pieces
    return "; its part is muted, so it is not heard" if is_muted(pieces) else ""


def _title(work: Work, ident: str) -> str:
    wanted = work.wanted.get(ident)
    if ident.startswith(STEM):
        part = work.wanted.get(ident.removeprefix(STEM)) or wanted
        name = part.name if part else str(work.known.get(ident, {}).get("name") or ident)
        return f"The printed stem of '{name}'"
    return f"Track '{wanted.name if wanted else track_title(work.known, ident)}'"
