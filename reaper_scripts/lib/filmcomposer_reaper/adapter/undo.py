"""Undo blocks, the refresh lock, and what tells whether the user has done something meanwhile."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from filmcomposer_reaper.adapter.reaper import Reaper

#: Keep everything that changed: tracks, effects, items, envelopes, markers, ext state.
ALL = -1
#: The change count moves with every block that we end ourselves, even an empty one (measured).
_ended: WeakKeyDictionary[Reaper, int] = WeakKeyDictionary()


def begin_block(reaper: Reaper) -> None:
    """Open an undo block; it must be ended before REAPER gets the main thread back."""
    reaper.rpr.Undo_BeginBlock2(0)


def end_block(reaper: Reaper, name: str) -> None:
    """Close the undo block; what changed in it becomes one step of this name."""
    _ended[reaper] = _ended.get(reaper, 0) + 1
    reaper.rpr.Undo_EndBlock2(0, name, ALL)


def hold_refresh(reaper: Reaper) -> None:
    """Keep REAPER from drawing until ``release_refresh``."""
    reaper.rpr.PreventUIRefresh(1)


def release_refresh(reaper: Reaper) -> None:
    """Let REAPER draw again."""
    reaper.rpr.PreventUIRefresh(-1)


def redraw(reaper: Reaper) -> None:
    """Have the track list and the arrange view drawn anew."""
    reaper.rpr.TrackList_AdjustWindows(False)
    reaper.rpr.UpdateArrange()


def last_step(reaper: Reaper) -> str:
    """Return the name of what undo would undo; "" for nothing."""
    try:
        return str(reaper.rpr.Undo_CanUndo2(0))
    except AttributeError:  # NULL, which the wrapper cannot read
        return ""


def undo_once(reaper: Reaper) -> None:
    """Undo the last step."""
    reaper.rpr.Undo_DoUndo2(0)


def change_count(reaper: Reaper) -> int:
    """Return REAPER's count of changes to the project."""
    return int(reaper.rpr.GetProjectStateChangeCount(0))


def user_edits(reaper: Reaper) -> int:
    """Return the count of changes without our own blocks: it moves when the user edits."""
    return change_count(reaper) - _ended.get(reaper, 0)


def project_here(reaper: Reaper) -> tuple[str, str]:
    """Return what tells the project in front from another: its pointer and its file."""
    found, _, path, _ = reaper.rpr.EnumProjects(-1, "", 4096)
    return str(found), str(path)
