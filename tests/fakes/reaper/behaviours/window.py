"""The main window: its line of help, toolbar buttons, REAPER's version (b, h4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("GetAppVersion")
def version(host: Host) -> str:
    """Number and system: 7.66/linux-x86_64 (i2, file seen in project files)."""
    return "{}.{:02d}/linux-x86_64".format(*host.version[:2])


@behaviour("APIExists")
def exists(host: Host, name: str) -> bool:
    """Whether a function is there (api_README)."""
    return f"RPR_{name}" in host.functions


@behaviour("Help_Set")
def set_help(host: Host, text: str, temporary: int) -> None:
    """Write the line of help below the tracks; a temporary one goes by itself (header)."""
    if "\n" in text:
        raise Misuse("the line of help has a line break")
    host.help = text
    host.helps.append(text)


@behaviour("NamedCommandLookup")
def command(host: Host, name: str) -> int:
    """The number of a command by name, with the underscore; 0 for none (b1, header)."""
    return host.commands.get(name, 0)


@behaviour("SetToggleCommandState")
def set_toggle(host: Host, section: int, number: int, state: int) -> bool:
    """On (1), off (0), -1 for none, of a script's command (header)."""
    if section or number not in host.commands.values():
        raise Misuse(f"there is no command {number} in section {section}")
    if state not in (-1, 0, 1):
        raise Misuse(f"a button cannot be {state}")
    host.toggles[number] = state
    return True


@behaviour("RefreshToolbar2")
def draw_button(host: Host, section: int, number: int) -> None:
    """Draw a button again (header)."""
    host.buttons_drawn.append(number)
