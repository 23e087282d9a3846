"""Frame rate, project start, cursor, time selection, length (c, h4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import markers

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

#: TIMEMODE's third word (i2): the frame rates that are no whole numbers.
_PRESETS = {0: 24000 / 1001, 1: 24.0, 2: 25.0, 3: 30000 / 1001, 4: 30000 / 1001, 5: 30.0}
_PRESETS |= {6: 75.0, 7: 48.0, 8: 50.0, 9: 60.0}
_DROP = 3


@behaviour("TimeMap_curFrameRate")
def frame_rate(host: Host, project: int, drop: int) -> Out:
    """Frames a second, and whether it is drop-frame (c, header and i2, file seen)."""
    preset = int(host.project.root.read_number("TIMEMODE", 2, 5))
    if preset not in _PRESETS:
        raise Gap(f"frame rate preset {preset} is not modelled")
    return Out(_PRESETS[preset], {"dropFrameOut": int(preset == _DROP)})


@behaviour("GetProjectTimeOffset")
def offset(host: Host, project: int, whole_frames: int) -> float:
    """What the ruler shows at 0 s, in seconds (c, header and i2)."""
    seconds = host.project.root.read_number("PROJOFFS", 1)
    if not whole_frames:
        return seconds
    rate = frame_rate(host, project, 0).value
    return float(round(seconds * rate) / rate)


@behaviour("GetCursorPosition")
def cursor(host: Host) -> float:
    """The edit cursor in seconds (header)."""
    return host.project.cursor


@behaviour("GetCursorPositionEx")
def cursor_of(host: Host, project: int) -> float:
    """The edit cursor in seconds (header)."""
    return host.project.cursor


@behaviour("SetEditCurPos")
def set_cursor(host: Host, time: float, move_view: int, seek: int) -> None:
    """Move the edit cursor; not before 0, and no part of undo (unverified)."""
    host.project.cursor = max(time, 0.0)


@behaviour("SetEditCurPos2")
def set_cursor_of(host: Host, project: int, time: float, move_view: int, seek: int) -> None:
    """Move the edit cursor."""
    set_cursor(host, time, move_view, seek)


@behaviour("GetSet_LoopTimeRange2")
def time_range(
    host: Host, project: int, change: int, is_loop: int, start: float, end: float, seek: int
) -> Out:
    """Time selection, or loop points (header; that they are not linked is unverified)."""
    key = "SELECTION2" if is_loop else "SELECTION"
    if change:
        for index, time in enumerate((start, end), start=1):
            host.project.root.write(key, index, time)
    found = (host.project.root.read_number(key, index) for index in (1, 2))
    return Out(None, dict(zip(("startOut", "endOut"), found, strict=True)))


@behaviour("GetSet_LoopTimeRange")
def time_range_here(
    host: Host, change: int, is_loop: int, start: float, end: float, seek: int
) -> Out:
    """In the current project (header)."""
    return time_range(host, 0, change, is_loop, start, end, seek)


@behaviour("GetProjectLength")
def length(host: Host, project: int) -> float:
    """The end of the last item, marker or region (header; markers unverified)."""
    ends = [i.read_number("POSITION", 1) + i.read_number("LENGTH", 1) for i in host.project.items()]
    ends += [max(m.position, m.region_end) for m in markers.listed(host.project)]
    return max(ends, default=0.0)
