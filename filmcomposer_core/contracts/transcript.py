"""What was heard in a recording: notes in seconds, before anything is known of bars (Sec. 3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardNote:
    """A note of a recording.

    ``confidence`` is 0 to 1, and ``begun`` how surely it was heard to begin: low where a tone goes
    on, or swells out of nothing. ``program`` is the General MIDI program (0 to 127) where the
    engine tells instruments apart, -1 where it does not, 128 for drums.
    """

    __pydantic_config__ = STRICT

    start_s: float
    end_s: float
    pitch: int
    velocity: int
    confidence: float
    begun: float = 1.0
    program: int = -1

    def __post_init__(self) -> None:
        in_range("start_s", self.start_s, 0.0, 1e6)
        in_range("pitch", self.pitch, 0, 127)
        in_range("velocity", self.velocity, 1, 127)
        in_range("confidence", self.confidence, 0.0, 1.0)
        in_range("begun", self.begun, 0.0, 1.0)
        in_range("program", self.program, -1, 128)
        if not self.end_s > self.start_s:
            msg = f"a note at {self.start_s:g} s ends at {self.end_s:g} s, must be later"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All notes of a recording in time order, and which engine and model heard them."""

    __pydantic_config__ = STRICT

    engine: str
    model: str
    licence: str
    duration_s: float
    notes: tuple[HeardNote, ...]

    def __post_init__(self) -> None:
        not_empty("engine", self.engine)
        in_range("duration_s", self.duration_s, 0.0, 1e6)
