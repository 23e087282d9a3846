"""Whether pointers live, and what needs a refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import node
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("ValidatePtr")
def validate(host: Host, address: int, c_type: str) -> bool:
    """By the address as a number (a4, file seen)."""
    return host.alive(address, c_type)


@behaviour("ValidatePtr2")
def validate_2(host: Host, project: int, address: int, c_type: str) -> bool:
    """By the pointer's text (a4, file seen); reapy puts one by address in its place."""
    return host.alive(address, c_type)


@behaviour("UpdateArrange")
def update_arrange(host: Host) -> None:
    """Draw again (f1, header)."""


@behaviour("UpdateTimeline")
def update_timeline(host: Host) -> None:
    """Draw again after tempo and markers (d, header)."""


@behaviour("TrackList_AdjustWindows")
def adjust_windows(host: Host, is_minor: int) -> None:
    """Draw again after tracks (f1, header)."""


@behaviour("UpdateItemInProject")
def update_item(host: Host, item: int) -> None:
    """Draw again after an item (header)."""
    node(host, item)


@behaviour("PreventUIRefresh")
def prevent_refresh(host: Host, by: int) -> None:
    """Count up and down; it must balance (h1, header)."""
    host.project.refresh_locks += by
    if host.project.refresh_locks < 0:
        raise Misuse("PreventUIRefresh was given back more often than taken (h1)")
