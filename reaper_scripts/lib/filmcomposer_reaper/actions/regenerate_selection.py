"""Write new notes for the selected tracks within the time selection."""

from __future__ import annotations

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.selection import selected_parts, time_selection
from filmcomposer_reaper.flow import TRACKS, Desk, Task, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.telling import carry_and_tell


def work(reaper: Reaper, python: str) -> Work:
    """Have the selection written anew; the rest stays note for note."""
    desk = open_desk(reaper, make=False)
    wanted = _selection(reaper, desk)
    yield
    # Each press gives another one, also after an undo of the press before.
    seed = int(reaper.recall(f"regenerated.{desk.record.id}") or 0) + 1
    reaper.remember(f"regenerated.{desk.record.id}", str(seed))
    task = Task(
        name="FilmComposer: Regenerate selection",
        until="report",
        params={"regenerate": {**wanted, "seed": seed}},
        lays=(TRACKS,),
    )
    yield from carry_and_tell(reaper, python, desk, task)


def _selection(reaper: Reaper, desk: Desk) -> dict[str, object]:
    """Return the time selection in seconds of the cue, and the selected parts."""
    start_s, end_s = desk.picture.position_s, desk.picture.position_s + desk.picture.length_s
    span = time_selection(reaper)
    if span is None or span[1] <= start_s or span[0] >= end_s:
        msg = "There is no time selection within the picture."
        raise DawError(msg, "Drag in the ruler over the bars that are to be written anew.")
    parts = [part for part in selected_parts(reaper, desk.record.id) if not part.startswith("@")]
    if not parts:
        msg = "No part of the cue is selected."
        raise DawError(msg, "Select the tracks of the parts that are to be written anew.")
    return {
        "start_s": max(span[0], start_s) - start_s,
        "end_s": min(span[1], end_s) - start_s,
        "tracks": parts,
    }
