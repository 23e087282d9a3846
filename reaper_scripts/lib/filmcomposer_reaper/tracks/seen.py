"""A track of ours as it is, with what of it the user changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filmcomposer_reaper.chunks.track import Piece
from filmcomposer_reaper.tracks.changes import GONE, Mark


@dataclass(slots=True)
class Seen:
    """A track of ours as it is, and which of its aspects the user changed.

    ``levels`` are its fader and pan, or the gains of its sends, as they were laid, by aspect.
    """

    id: str
    pieces: list[Piece]
    now: dict[str, str]
    written: dict[str, Mark]
    changed: set[str]
    levels: Mapping[str, Sequence[float]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def piece(self, aspect: str) -> Piece | None:
        """Return a piece by its aspect."""
        return next((p for p in self.pieces if p.aspect == aspect), None)

    def take(self, *aspects: str) -> None:
        """Note aspects as told to the core."""
        self.taken |= {aspect: self.now.get(aspect, GONE) for aspect in aspects}
