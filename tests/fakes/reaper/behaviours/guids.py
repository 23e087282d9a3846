"""GUIDs as pointers and as text (f3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block, node
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import fx
from tests.fakes.reaper.project.tree import Line

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("GetTrackGUID")
def of_track(host: Host, track: int) -> int | None:
    """A pointer to the track's (header)."""
    return host.project.handles.give(Line(block(host, track).word(1)), "GUID*")


@behaviour("TrackFX_GetFXGUID")
def of_fx(host: Host, track: int, index: int) -> int | None:
    """A pointer to the effect's (f3, measured 7.8x)."""
    found = fx.at(block(host, track), index)
    line = None if found is None else found.line("FXID")
    if line is None:
        return None
    return host.project.handles.give(Line(line.word(1)), "GUID*")


@behaviour("guidToString")
def to_text(host: Host, guid: int, text: str) -> Out:
    """The text of one (f3, measured 7.8x)."""
    return Out(None, {"destNeed64": node(host, guid).text})
