"""What the report measured: ``report.json``."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, one_of
from filmcomposer_core.contracts.cue import Provenance

COLOURS = ("green", "yellow", "red")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHit:
    """A hit measured on what sounds.

    ``frames_off_midi`` is the nearest sounding note's onset minus the picture in frames (positive
    = late), ``frames_off_audio`` the same for the nearest onset in the rendered mix; None where
    there is none near. ``colour`` judges the notes: green inside the tolerance, yellow inside
    twice it or a MUST downbeat on another beat, red beyond. ``reason`` says why.
    """

    __pydantic_config__ = STRICT

    spot: str
    name: str
    time_s: float
    timecode: str
    weight: float | str
    strong: bool
    bar: int
    beat: float
    frames_off_midi: float | None
    frames_off_audio: float | None
    colour: str
    reason: str

    def __post_init__(self) -> None:
        one_of("colour", self.colour, COLOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The cue in a few lines, as the command prints it."""

    __pydantic_config__ = STRICT

    music: str
    form: str
    parts: str
    musicality: str
    sound: str
    strong_hits: int
    strong_hits_met: int
    strong_hits_per_minute: float
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """Everything in ``report.json``; loudness is short-term (3 s) in LUFS once a second."""

    __pydantic_config__ = STRICT

    summary: Summary
    hits: tuple[ReportHit, ...]
    loudness_lufs: tuple[float, ...]
    provenance: dict[str, Provenance]
    notes: tuple[str, ...]
