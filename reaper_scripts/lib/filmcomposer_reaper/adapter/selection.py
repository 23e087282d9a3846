"""What the user has selected: a stretch of time, tracks of a cue."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper


def time_selection(reaper: Reaper) -> tuple[float, float] | None:
    """Return start and end of the time selection in project seconds; None without one."""
    _, _, _, start, end, _ = reaper.rpr.GetSet_LoopTimeRange2(0, False, False, 0.0, 0.0, False)
    return (start, end) if end > start else None


def selected_parts(reaper: Reaper, cue: str) -> list[str]:
    """Return the ``fc_part`` of every selected track of a cue, in the order of the tracks."""
    rpr = reaper.rpr
    tracks = [rpr.GetSelectedTrack(0, n) for n in range(rpr.CountSelectedTracks(0))]
    return [_tag(reaper, t, "fc_part") for t in tracks if _tag(reaper, t, "fc_cue") == cue]


def _tag(reaper: Reaper, track: str, name: str) -> str:
    found = reaper.rpr.GetSetMediaTrackInfo_String(track, f"P_EXT:{name}", "", False)
    return str(found[3]) if found[0] else ""
