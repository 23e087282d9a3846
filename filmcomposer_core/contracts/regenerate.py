"""What the user wants written anew: a stretch of the cue on some of its tracks."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, in_range

MOST_TRACKS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Regenerate:
    """A selection: the bars that it covers at least by half, on the tracks named.

    Times are seconds from the first picture frame; where both are the same, the bar there is
    meant. ``tracks`` are ids of tracks of ``daw_plan.json``; another ``seed`` gives other notes.
    """

    __pydantic_config__ = STRICT

    start_s: float
    end_s: float
    tracks: tuple[str, ...]
    seed: int

    def __post_init__(self) -> None:
        in_range("start_s", self.start_s, 0.0, 1e6)
        in_range("end_s", self.end_s, self.start_s, 1e6)
        in_range("number of tracks", len(self.tracks), 1, MOST_TRACKS)
        in_range("seed", self.seed, 0, 2**63 - 1)
