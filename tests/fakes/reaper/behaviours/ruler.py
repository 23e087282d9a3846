"""Times as the ruler shows them (c)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from filmcomposer_core.timecode import format_timecode, frame_at
from tests.fakes.reaper.behaviours.time_frame import frame_rate, offset
from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.functions import Out, behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

_FRAMES = 5


@behaviour("format_timestr_pos")
def position(host: Host, time: float, text: str, size: int, mode: int) -> Out:
    """Mode 5 is h:m:s:f (c, header); that the project's start counts in is unverified."""
    if mode != _FRAMES:
        raise Gap(f"format_timestr_pos in mode {mode} is not modelled")
    rate = frame_rate(host, 0, 0)
    fps = Fraction(rate.value).limit_denominator(1001)
    frame = frame_at(time + offset(host, 0, 0), fps)
    drop = bool(rate.changed["dropFrameOut"])
    return Out(None, {"buf": format_timecode(max(frame, 0), fps=fps, drop=drop)})
