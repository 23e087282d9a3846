"""What the behaviours share: from addresses to the parts of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out
from tests.fakes.reaper.project import tracks
from tests.fakes.reaper.project.tree import Block, Line, Take

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


def node(host: Host, address: int) -> Line:
    """Return what a pointer stands for; NULL is what REAPER crashes on or silently ignores."""
    if not address:
        raise Misuse(f"RPR_{host.calls[-1][0]} was called with NULL: {host.calls[-1][1]!r}")
    return host.project.handles.nodes[address]


def block(host: Host, address: int) -> Block:
    """Return the block that a pointer stands for."""
    found = node(host, address)
    if not isinstance(found, Block):
        raise Gap(f"RPR_{host.calls[-1][0]} on the master track is not modelled")
    return found


def take(host: Host, address: int) -> Take:
    """Return the take that a pointer stands for."""
    return cast(Take, node(host, address))


def nth(found: list[Block], index: int) -> Block | None:
    """Return an element; None (NULL) outside, negative indices too (j: the API refuses them)."""
    return found[index] if 0 <= index < len(found) else None


def give(host: Host, part: Line | None) -> int | None:
    """Return the pointer of a part of the project."""
    return host.project.address(part)


def unknown_key(host: Host, key: str) -> Gap:
    """Return the fault of a key that is not modelled."""
    return Gap(f"the emulation's RPR_{host.calls[-1][0]} has no key {key!r}")


def ext_text(held: Block, key: str, text: str, out: str, change: int) -> Out:
    """Read or write ``P_EXT:name`` (h4); one that is not there reads False, "" (unverified)."""
    name = key.removeprefix("P_EXT:")
    if not name or any(c.isspace() for c in name):
        raise Misuse(f"{key!r} names no ext state")
    if change:
        tracks.set_ext(held, name, text)
        return Out(True, {out: text})
    line = tracks.ext(held, name)
    return Out(line is not None, {out: "" if line is None else line.word(1)})
