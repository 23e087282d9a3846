"""What is known of a film clip: the file, its shots and its motion (Sec. 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts._check import STRICT, in_range, one_of
from filmcomposer_core.contracts.labels import BRIGHTNESS, HUES

CUTS = ("start", "cut", "fade", "dissolve")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmClip:
    """A video file as it plays, or the part of it that is scored.

    Time 0 is the first picture frame, or the in point; ``duration_s`` is the length of the picture,
    not of the container. ``picture_start_s`` is where the first scored frame stands on the
    container's clock. Where only a part is scored (``whole`` is False), ``first_frame`` of the
    file's frames lie before it, and its first frame comes ``lead_s`` after time 0: the in point
    may lie between two frames. The file plays ``rate`` times as fast; all other times, and the
    frame rate, are those of the played picture. ``start_timecode`` is the one that the file itself
    gives the first scored frame.
    """

    __pydantic_config__ = STRICT

    path: str
    sha256: str
    duration_s: float
    frames: int
    fps_num: int
    fps_den: int
    start_timecode: str
    width: int
    height: int
    rotation: int = 0
    picture_start_s: float = 0.0
    whole: bool = True
    first_frame: int = 0
    lead_s: float = 0.0
    rate: float = 1.0
    variable_frame_rate: bool = False
    has_audio: bool = False
    codec: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        in_range("duration_s", self.duration_s, 0.0, 1e6)
        in_range("fps", self.fps_num / self.fps_den, 0.1, 1000)
        in_range("first_frame", self.first_frame, 0, 1e9)
        in_range("lead_s", self.lead_s, 0.0, 1e6)
        in_range("rate", self.rate, 0.05, 20.0)

    @property
    def fps(self) -> Fraction:
        """Exact frame rate in frames per second."""
        return Fraction(self.fps_num, self.fps_den)

    @property
    def in_point_s(self) -> float:
        """Where time 0 stands on the container's clock, seconds."""
        return self.picture_start_s - self.lead_s * self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot, half-open in time, with its motion and its look.

    ``speed`` is Eq. 4 (picture widths per second), ``saliency`` Eq. 5 (picture widths per second
    of increase per frame). ``cut`` says how the shot begins. ``hue`` and ``brightness`` are labels
    of Table 6; ``luma``, ``contrast``, ``saturation`` and ``arousal`` are 0 to 1.
    """

    __pydantic_config__ = STRICT

    start_s: float
    end_s: float
    start_frame: int
    cut: str
    speed: float
    saliency: float
    hue: str
    brightness: str
    luma: float
    contrast: float
    saturation: float
    arousal: float

    def __post_init__(self) -> None:
        one_of("cut", self.cut, CUTS)
        one_of("hue", self.hue, HUES)
        one_of("brightness", self.brightness, BRIGHTNESS)
        in_range("end_s", self.end_s, self.start_s, 1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The clip and its shots: ``analysis.json``."""

    __pydantic_config__ = STRICT

    clip: FilmClip
    shots: tuple[Shot, ...]


Curve = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Per-frame curves, ``curves.npz``; every array has shape (frames,), float64.

    ``time_s`` is the true timestamp of each frame from time 0 of the clip; ``motion`` is M_i, the
    mean length of the optical flow into that frame in picture widths per second (0 for the first
    frame and across a cut); ``flow_x``, ``flow_y`` its mean vector; ``luma``, ``contrast``,
    ``saturation`` and ``arousal`` are 0 to 1.
    """

    time_s: Curve
    motion: Curve
    flow_x: Curve
    flow_y: Curve
    luma: Curve
    contrast: Curve
    saturation: Curve
    arousal: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFrame:
    """A small JPEG of one shot (its place in ``Analysis.shots``), for the contact sheet."""

    shot: int
    time_s: float
    jpeg: bytes = field(repr=False)
