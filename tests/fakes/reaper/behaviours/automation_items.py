"""Automation items: only whether there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block
from tests.fakes.reaper.functions import behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("CountAutomationItems")
def count(host: Host, envelope: int) -> int:
    """Those of an envelope (header); POOLEDENVINST lines (unverified)."""
    return len(list(block(host, envelope).lines("POOLEDENVINST")))
