"""ReaVerbate, the reverb plug-in that every REAPER has (there is none among its JSFX).

Its values in order: wet, dry, room size, damping, width, delay, low-pass, high-pass. ``cue.rpp``
has the file name of Linux; REAPER finds its own plug-ins by their number on every system (our
assumption).
"""

from __future__ import annotations

from filmcomposer_core.contracts.daw_plan import FxOp
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines
from filmcomposer_core.execution.rpp_vst import Plugin, plugin_block

REAVERBATE = Plugin(
    title="VST: ReaVerbate (Cockos)",
    file="reaverbate",
    number=1920361016,
    code="56535472766238726561766572626174",
    inputs=2,
)
#: A hall of this many seconds has ReaVerbate's room size of 1: chosen, not measured.
LARGEST_DECAY_S = 6.0


def reverb_block(fx: FxOp, *, place: Placement) -> Lines:
    """Return ReaVerbate all wet, with a room after the decay in seconds."""
    room = min(fx.parameters.get("decay_s", 2.0) / LARGEST_DECAY_S, 1.0)
    values = (1.0, 0.0, room, 0.5, 1.0, 0.0, 1.0, 0.0)
    return plugin_block(REAVERBATE, values, place=place)
