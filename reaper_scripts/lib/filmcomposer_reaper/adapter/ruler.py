"""The edit cursor, and times as the ruler shows them."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper


def cursor(reaper: Reaper) -> float:
    """Return the edit cursor in project seconds."""
    return float(reaper.rpr.GetCursorPositionEx(0))


def put_cursor(reaper: Reaper, time_s: float) -> None:
    """Move the edit cursor, the view with it; playback goes on where it is."""
    reaper.rpr.SetEditCurPos2(0, time_s, True, False)


def ruler_time(reaper: Reaper, time_s: float) -> str:
    """Return a time as hours:minutes:seconds:frames of the project's ruler."""
    return str(reaper.rpr.format_timestr_pos(time_s, "", 64, 5)[1])
