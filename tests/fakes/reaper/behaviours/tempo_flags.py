"""Flags of tempo points, and quarter notes that count through partial measures (d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.functions import behaviour
from tests.fakes.reaper.project import tempo_map

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("GetSetTempoTimeSigMarkerFlag")
def flag(host: Host, project: int, index: int, value: int, change: int) -> int:
    """&1 signature, &2 no tempo, &4 partial measure before, &8 pattern, &16 ruler (d, header)."""
    lines = tempo_map.lines(host.project)
    if not 0 <= index < len(lines):
        return 0
    if change:
        tempo_map.set_flags(host.project, index, value)
        return 1
    return int(lines[index].number(6))


@behaviour("TimeMap_timeToQN_abs")
def to_quarters(host: Host, project: int, time: float) -> float:
    """Quarter notes up to a time, whatever partial measures there are (header)."""
    return tempo_map.read(host.project).qn(time)


@behaviour("TimeMap_QNToTime_abs")
def to_time(host: Host, project: int, qn: float) -> float:
    """The way back (header)."""
    return tempo_map.read(host.project).time(qn)
