"""REAPER's own plug-ins as they stand in a project: name, number and a state made of numbers.

The state is two magic numbers and 32-bit floats, read off real projects and rebuilt from numbers
here; the tests rebuild the states of those projects byte for byte.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines

_STATE_MARKS = (0xDEADBEEF, 0xDEADF00D)
_HEADER_MARK = 0xFEED5EEF
_PRESET_PART = "AAAQAAAA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plug-in: its title in REAPER, its file without an ending, its ids, its channels in."""

    title: str
    file: str
    number: int
    code: str
    inputs: int


def plugin_state(values: Sequence[float]) -> str:
    """Return the state in base64.

    Parameters
    ----------
    values : sequence of float
        The parameters as the plug-in stores them.
    """
    return base64.b64encode(struct.pack(f"<2I{len(values)}f", *_STATE_MARKS, *values)).decode()


def plugin_header(plugin: Plugin, *, values: int) -> str:
    """Return the first part of the block in base64: the number, the pins, the length of the state.

    Parameters
    ----------
    plugin : Plugin
        With stereo out.
    values : int
        How many values the state has.
    """
    words = (plugin.number, _HEADER_MARK, *_pins(plugin.inputs), *_pins(2))
    words += (8 + 4 * values, 0, 0x100000)
    return base64.b64encode(struct.pack(f"<{len(words)}I", *words)).decode()


def _pins(count: int) -> tuple[int, ...]:
    """Return how many pins there are and, as two words each, the channel that every one takes."""
    return (count, *(word for pin in range(count) for word in (1 << pin, 0)))


def plugin_block(plugin: Plugin, values: Sequence[float], *, place: Placement) -> Lines:
    """Return the ``VST`` block; the file is named as on the system of the place."""
    parts = (plugin_header(plugin, values=len(values)), plugin_state(values), _PRESET_PART)
    ident = f"{plugin.number}<{plugin.code}>"
    words = f'"{plugin.title}" {place.plugin(plugin.file)} 0 "" {ident} ""'
    return [f"<VST {words}", *(f"  {part}" for part in parts), ">"]
