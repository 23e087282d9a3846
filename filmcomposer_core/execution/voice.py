"""The notes and controllers of one track while they are being worked on."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts.score import Controller, Note

#: No note is sent that is shorter, and none begins this close to another on its key.
SHORTEST_BEATS = 1.0 / 480.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Notes and controllers, in beats."""

    notes: tuple[Note, ...]
    controllers: tuple[Controller, ...]


def velocity_within(value: float) -> int:
    """Return a velocity rounded into 1 to 127."""
    return max(1, min(127, round(value)))
