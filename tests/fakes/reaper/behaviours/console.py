"""ReaScript's console window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.functions import behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("ShowConsoleMsg")
def show(host: Host, text: str) -> None:
    """Add text; an empty text clears; ``!SHOW:`` adds without opening the window (header)."""
    host.console = host.console + text.removeprefix("!SHOW:") if text else ""


@behaviour("ClearConsole")
def clear(host: Host) -> None:
    """Empty the console (header)."""
    host.console = ""
