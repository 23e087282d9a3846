"""A block while its players are being seated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.casting import Casting
from filmcomposer_core.arrangement.desks import Desk
from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.catalogue import Instrument

Sketch = Mapping[str, Sequence[Tone]]


@dataclass(slots=True)
class Stand:
    """The block that is being seated: what is taken so far."""

    ground: Ground
    block: Block
    sketch: Sketch
    casting: Casting
    forces: Forces
    idiom: Idiom
    desks: list[Desk]

    def free(self, player: Instrument, voices: int = 1) -> bool:
        """Whether a player has hands left: one line each, or its polyphony if nobody else may."""
        taken = [d for d in self.desks if d.instrument == player.id]
        if self.forces.only is None:
            return not taken
        return sum(max(1, len(d.lines)) for d in taken) + voices <= player.polyphony

    def hands(self, player: Instrument) -> int:
        """Return how many more lines a player can take in the block."""
        taken = sum(max(1, len(d.lines)) for d in self.desks if d.instrument == player.id)
        return player.polyphony - taken

    def load(self, name: str) -> int:
        """Return how many desks a player has so far."""
        return sum(desk.instrument == name for desk in self.desks)

    def count(self, role: str) -> int:
        """Return the desks of a role so far."""
        return sum(desk.role == role for desk in self.desks)
