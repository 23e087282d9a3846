"""ReaVerbate, the reverb plug-in that every REAPER has (there is none among its JSFX).

Its state is eight 32-bit floats after two magic numbers, read off a real project and rebuilt from
numbers here; the tests rebuild that project's state byte for byte. The file name is the one of
Linux; REAPER finds its own plug-ins by their number on every system (our assumption).
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

from filmcomposer_core.contracts.daw_plan import FxOp
from filmcomposer_core.execution.rpp_text import Lines

REAVERBATE_ID = 1920361016
REAVERBATE = (
    "VST: ReaVerbate (Cockos)",
    "reaverbate.vst.so",
    f"{REAVERBATE_ID}<56535472766238726561766572626174>",
)
_STATE_MARKS = (0xDEADBEEF, 0xDEADF00D)
_PRESET_PART = "AAAQAAAA"
#: A hall of this many seconds has ReaVerbate's room size of 1: chosen, not measured.
LARGEST_DECAY_S = 6.0


def reverb_state(values: Sequence[float]) -> str:
    """Return ReaVerbate's state in base64.

    Parameters
    ----------
    values : sequence of float
        Wet, dry, room size, damping, width, delay, low-pass, high-pass as REAPER stores them.
    """
    return base64.b64encode(struct.pack("<2I8f", *_STATE_MARKS, *values)).decode()


def reverb_header(state_bytes: int = 40) -> str:
    """Return the first part of ReaVerbate's block: stereo in, stereo out, length of the state."""
    pins = (2, 1, 0, 2, 0)
    words = (REAVERBATE_ID, 0xFEED5EEF, *pins, *pins, state_bytes, 0, 0x100000)
    return base64.b64encode(struct.pack("<15I", *words)).decode()


def reverb_block(fx: FxOp) -> Lines:
    """Return ReaVerbate all wet, with a room after the decay in seconds."""
    room = min(fx.parameters.get("decay_s", 2.0) / LARGEST_DECAY_S, 1.0)
    values = (1.0, 0.0, room, 0.5, 1.0, 0.0, 1.0, 0.0)
    name, file, ident = REAVERBATE
    parts = (reverb_header(), reverb_state(values), _PRESET_PART)
    words = f'"{name}" {file} 0 "" {ident} ""'
    return [f"<VST {words}", *(f"  {part}" for part in parts), ">"]
