"""Undo and the project's change count (h1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("Undo_BeginBlock2")
def begin(host: Host, project: int) -> None:
    """Open a block; blocks nest (h1, header)."""
    host.project.history.begin(host.project.state())


@behaviour("Undo_EndBlock2")
def end(host: Host, project: int, name: str, flags: int) -> None:
    """Close a block; the change count moves by one even for an empty one (h1, measured 7.8x).

    Only flags -1 (all) are modelled; 0, as python-reapy gives, keeps nothing (unverified).
    """
    if flags == 0:
        raise Misuse("Undo_EndBlock2 with flags 0 keeps nothing: give -1 (h1)")
    if flags != -1:
        raise Gap("undo flags other than -1 are not modelled")
    if not name:
        raise Misuse("an undo step without a name")
    history = host.project.history
    history.end(host.project.state(), name)
    if not history.depth:
        host.project.changes += 1


@behaviour("Undo_BeginBlock")
def begin_here(host: Host) -> None:
    """In the current project (header)."""
    begin(host, 0)


@behaviour("Undo_EndBlock")
def end_here(host: Host, name: str, flags: int) -> None:
    """In the current project (header)."""
    end(host, 0, name, flags)


@behaviour("Undo_OnStateChange2")
def on_change(host: Host, project: int, name: str) -> None:
    """A step of what changed since the last one (h1, measured for what a block misses)."""
    if host.project.history.depth:
        raise Misuse("Undo_OnStateChange2 inside of an open block")
    if host.project.history.step(host.project.state(), name):
        host.project.changes += 1


@behaviour("Undo_CanUndo2")
def can_undo(host: Host, project: int) -> str | None:
    """The name of what would be undone; NULL for none, which raises in Python (h1)."""
    return host.project.history.undo_name()


@behaviour("Undo_CanRedo2")
def can_redo(host: Host, project: int) -> str | None:
    """The name of what would be redone; NULL for none, which raises in Python (h1)."""
    return host.project.history.redo_name()


def _move(host: Host, by: int) -> int:
    state = host.project.history.move(by)
    if state is None:
        return 0
    host.project.restore(state)
    return 1


@behaviour("Undo_DoUndo2")
def undo(host: Host, project: int) -> int:
    """Restore the whole state before the last step (h1, measured 7.8x); pointers die."""
    return _move(host, -1)


@behaviour("Undo_DoRedo2")
def redo(host: Host, project: int) -> int:
    """Restore the state after the next step; pointers die."""
    return _move(host, 1)


@behaviour("GetProjectStateChangeCount")
def change_count(host: Host, project: int) -> int:
    """Moves with EndBlock2, not with writes outside of a block (h1, measured 7.8x).

    That undo, redo and the user's own edits move it by one each is unverified.
    """
    return host.project.changes


@behaviour("MarkProjectDirty")
def mark_dirty(host: Host, project: int) -> None:
    """Ask for saving (d, measured 7.8x)."""
    host.project.dirty = True


@behaviour("IsProjectDirty")
def is_dirty(host: Host, project: int) -> int:
    """Whether it asks for saving (header)."""
    return int(host.project.dirty)
