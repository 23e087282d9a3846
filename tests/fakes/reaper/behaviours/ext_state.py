"""Global ext state: text that scripts share, kept over restarts where asked for.

Sections and keys do not tell upper from lower case, and values hold no line breaks: so for what is
kept in the ini file (docs); taken for all here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


def _place(section: str, key: str) -> tuple[str, str]:
    return section.lower(), key.lower()


@behaviour("SetExtState")
def set_ext_state(host: Host, section: str, key: str, value: str, persist: int) -> None:
    """Store a text."""
    if persist and ("\n" in value or "\r" in value):
        raise Misuse(f"ext state {section}/{key} is kept on disk and has a line break")
    host.ext_state[_place(section, key)] = value
    if persist:
        host.persistent[_place(section, key)] = value


@behaviour("GetExtState")
def get_ext_state(host: Host, section: str, key: str) -> str:
    """The stored text, or an empty one."""
    return host.ext_state.get(_place(section, key), "")


@behaviour("HasExtState")
def has_ext_state(host: Host, section: str, key: str) -> bool:
    """Whether a text is stored."""
    return _place(section, key) in host.ext_state


@behaviour("DeleteExtState")
def delete_ext_state(host: Host, section: str, key: str, persist: int) -> None:
    """Forget a text."""
    host.ext_state.pop(_place(section, key), None)
    if persist:
        host.persistent.pop(_place(section, key), None)
