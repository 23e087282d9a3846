"""The edit cursor to the next or the previous hit."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_reaper.adapter.markers import name_of
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.ruler import cursor, put_cursor, ruler_time
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import HITS
from filmcomposer_reaper.markers.scene import look

NEXT, PREVIOUS = 1, -1
#: A hit this near to the cursor is where it stands, seconds.
HERE_S = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where the cursor has come: ``words`` is for the user, ``moved`` whether it went at all."""

    moved: bool
    words: str


def go(reaper: Reaper, record: CueRecord, direction: int) -> Arrival:
    """Move the edit cursor to a hit, the view with it; what plays goes on, undo notes nothing.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
    direction : {1, -1}
        To the next or to the previous one, where its marker stands now.
    """
    hits = [seen for (kind, _), seen in look(reaper, record).ours.items() if kind == HITS]
    if not hits:
        return Arrival(moved=False, words="This cue has no hits in the project: spot it first.")
    now_s = cursor(reaper)
    able = [seen for seen in hits if direction * (seen.start_s - now_s) > HERE_S]
    if not able:
        side = "after" if direction > 0 else "before"
        return Arrival(moved=False, words=f"No hit {side} {ruler_time(reaper, now_s)}.")
    there = min(able, key=lambda seen: direction * seen.start_s)
    put_cursor(reaper, there.start_s)
    name = name_of(reaper, there) or f"hit {there.number}"
    return Arrival(moved=True, words=f"{ruler_time(reaper, there.start_s)}  {name}")
