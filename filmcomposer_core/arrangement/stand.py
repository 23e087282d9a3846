"""A block while its players are being seated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.casting import Casting
from filmcomposer_core.arrangement.desks import Desk
from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.personnel import enough_players, lines_of
from filmcomposer_core.catalogue import Instrument

Sketch = Mapping[str, Sequence[Tone]]


@dataclass(slots=True)
class Stand:
    """The block that is being seated: what is taken so far.

    ``led`` are those who had the theme in the sections before, the latest last; ``before``
    holds by role who played in the last one, where the colour is to change.
    """

    ground: Ground
    block: Block
    sketch: Sketch
    casting: Casting
    forces: Forces
    idiom: Idiom
    desks: list[Desk]
    led: tuple[str, ...] = ()
    before: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def free(self, player: Instrument, voices: int = 1) -> bool:
        """Whether a player has hands left and, of the strings, whether anybody is left to play.

        One line each; in a small band as many as somebody can play at once.
        """
        taken = [d for d in self.desks if d.instrument == player.id]
        if not enough_players([d.instrument for d in self.desks], player.id):
            return False
        if self.forces.only is None:
            return not taken
        return sum(max(1, len(d.lines)) for d in taken) + voices <= lines_of(player)

    def hands(self, player: Instrument) -> int:
        """Return how many more lines a player can take in the block."""
        taken = sum(max(1, len(d.lines)) for d in self.desks if d.instrument == player.id)
        return lines_of(player) - taken

    def load(self, name: str) -> int:
        """Return how many desks a player has so far."""
        return sum(desk.instrument == name for desk in self.desks)

    def count(self, role: str) -> int:
        """Return the desks of a role so far."""
        return sum(desk.role == role for desk in self.desks)
