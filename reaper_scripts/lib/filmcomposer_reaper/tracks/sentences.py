"""What is said of the user's tracks once a cue is laid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from filmcomposer_reaper.tracks.changes import (
    STEM,
    change_words,
    is_muted,
    sends_there,
    track_title,
)
from filmcomposer_reaper.tracks.decide import ITEM
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
        if not seen.pieces:
            found.append(f"{_title(work, ident)} is too large for REAPER to show: only its items.")
    for ident in work.staying:
        found.append(
            f"{_title(work, ident)} is not in the cue any more; it stays as you changed it."
        )
    return [*found, *_deleted(work)]


def _kept(work: Work, ident: str, seen: Look) -> Iterable[str]:
    mine = sends_there(seen.decision.users, work.ours.rows)
    if is_frozen(seen.pieces):
        yield f"{_title(work, ident)} is frozen; unfreeze it for what is new to be laid on it."
        mine = [a for a in mine if a.partition(":")[0] not in (*ITEM, "fx")]
    if mine:
        words = dict.fromkeys(change_words(aspect, seen.now) for aspect in mine)
        yield f"{_title(work, ident)} keeps what you changed: {', '.join(words)}."


def _deleted(work: Work) -> list[str]:
    gone = [i for i in work.known if i in work.wanted and i not in {*work.ours.rows, *work.missing}]
    if gone and not work.ours.rows and not work.missing:
        return ["The cue's tracks stay deleted; answer No to have them laid in again."]
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
