"""Sends and receives (f2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block, give, unknown_key
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import sends, tracks

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.sends import Send


@behaviour("CreateTrackSend")
def create(host: Host, source: int, target: int) -> int:
    """A send's index on its source; a NULL target would be the hardware (f2, header)."""
    if not target:
        raise Gap("hardware outputs are not modelled")
    first, second = block(host, source), block(host, target)
    if first is second:
        raise Misuse("a track sends to itself")
    host.project.touch()
    return sends.create(host.project, first, second)


def _send(host: Host, track: int, category: int, index: int) -> Send | None:
    if category > 0:
        raise Gap("hardware outputs are not modelled")
    found = sends.of_track(host.project, block(host, track), category)
    return found[index] if 0 <= index < len(found) else None


@behaviour("GetTrackNumSends")
def count(host: Host, track: int, category: int) -> int:
    """0 sends, below 0 receives (f2, header)."""
    if category > 0:
        return len(list(block(host, track).lines("HWOUT")))
    return len(sends.of_track(host.project, block(host, track), category))


@behaviour("GetTrackSendName")
def name(host: Host, track: int, index: int, text: str, size: int) -> Out:
    """The name of the track it goes to (f2, header)."""
    found = _send(host, track, 0, index)
    if found is None:
        return Out(False)
    number = host.project.tracks().index(found.target) + 1
    return Out(True, {"bufOut": found.target.read("NAME", 1) or f"Track {number}"})


@behaviour("GetTrackSendInfo_Value")
def get(host: Host, track: int, category: int, index: int, key: str) -> float:
    """A number by key, 0 for a missing send (unverified); pointers as addresses (a4)."""
    found = _send(host, track, category, index)
    if found is None:
        return 0.0
    if key in ("P_DESTTRACK", "P_SRCTRACK"):
        return float(give(host, found.target if key == "P_DESTTRACK" else found.source) or 0)
    if key.startswith("P_ENV:<"):
        tag = key.removeprefix("P_ENV:<")
        tag = tag if tag.startswith("AUX") else f"AUX{tag}"
        return float(give(host, found.envelope(tag)) or 0)
    if key not in sends.VALUES:
        raise unknown_key(host, key)
    return found.line.number(sends.VALUES[key])


@behaviour("SetTrackSendInfo_Value")
def set_(host: Host, track: int, category: int, index: int, key: str, value: float) -> bool:
    """Write a number; False for a missing send (f2, measured 7.8x)."""
    found = _send(host, track, category, index)
    if key not in sends.VALUES:
        raise unknown_key(host, key)
    if found is None:
        return False
    found.line.put(sends.VALUES[key], value)
    host.project.touch()
    return True


@behaviour("RemoveTrackSend")
def remove(host: Host, track: int, category: int, index: int) -> bool:
    """With its envelopes; False for a missing send (f2, measured 7.8x)."""
    found = _send(host, track, category, index)
    if found is None:
        return False
    tracks.drop_receive(host.project, found.target, found.line)
    host.project.touch()
    return True
