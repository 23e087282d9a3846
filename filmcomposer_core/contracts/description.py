"""What the clip shows and what music it asks for, in words (Sec. 3.1, Table 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts._check import STRICT, in_range, one_of
from filmcomposer_core.contracts.labels import ATTRIBUTES, EMOTIONS, IDIOMS, NULL

#: How the camera may move.
CAMERA_MOVES: Final = ("static", "pan", "tilt", "zoom", "hand-held", NULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A value with the source that gave it and how surely it is right, 0 to 1.

    Sources are ``pixels`` (measures of every frame), ``detectors`` (what was found in key frames),
    ``text`` (words on the screen), ``clip`` (a model of the user's own), ``vision`` and ``model``
    (a language model that sees, and one that reads), ``brief`` and ``user``.
    """

    __pydantic_config__ = STRICT

    value: str = NULL
    source: str = "none"
    confidence: float = 0.0

    def __post_init__(self) -> None:
        in_range("confidence", self.confidence, 0.0, 1.0)


UNKNOWN = Label()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """The seven visual attributes of Table 6."""

    __pydantic_config__ = STRICT

    setting: Label = UNKNOWN
    brightness: Label = UNKNOWN
    hue: Label = UNKNOWN
    action: Label = UNKNOWN
    view_scale: Label = UNKNOWN
    emotion: Label = UNKNOWN
    theme: Label = UNKNOWN

    def __post_init__(self) -> None:
        for name, allowed in ATTRIBUTES.items():
            one_of(name, getattr(self, name).value, allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotDescription:
    """The attributes of one shot, and what else was seen; ``shot`` counts from 1.

    ``people`` is how many can be made out, -1 where nobody looked for them. ``camera`` is one of
    ``CAMERA_MOVES``, ``text`` what stands on the screen. Shots with the same ``group`` show the
    same place or person; a shot on its own has 0. A ``card`` is a text card, whether or not its
    words could be read: it shows nobody and no place, and keeps the mood of what is around it.
    """

    __pydantic_config__ = STRICT

    shot: int
    attributes: Attributes
    people: int = -1
    camera: Label = UNKNOWN
    text: str = ""
    group: int = 0
    card: bool = False

    def __post_init__(self) -> None:
        in_range("people", self.people, -1, 1000)
        in_range("group", self.group, 0, 1e6)
        one_of("camera", self.camera.value, CAMERA_MOVES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionPoint:
    """Emotion at a time: valence -1 to 1, arousal 0 to 1, and the nearest word of Table 6."""

    __pydantic_config__ = STRICT

    time_s: float
    valence: float
    arousal: float
    emotion: str

    def __post_init__(self) -> None:
        in_range("time_s", self.time_s, 0.0, 1e6)
        in_range("valence", self.valence, -1.0, 1.0)
        in_range("arousal", self.arousal, 0.0, 1.0)
        one_of("emotion", self.emotion, EMOTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicDescription:
    """The music the clip asks for.

    ``genre`` names an idiom (one of ``IDIOMS``), ``second_genre`` the idiom blended in or
    ``null``; ``bpm_low`` to ``bpm_high`` is the range in which the tempo is sought, in felt beats
    per minute (the dotted quarter in 6/8 and 12/8). ``mode_brightness`` runs from -3 (Locrian)
    over 0 (Dorian) to 3 (Lydian). ``key`` is what the brief asks for: tonic and mode
    (``A aeolian``), a mode alone, ``minor``, ``major`` or ``null``.
    """

    __pydantic_config__ = STRICT

    genre: Label
    second_genre: Label
    instrumentation: Label
    mood: Label
    tempo: Label
    bpm_low: float
    bpm_high: float
    meter: str
    mode_brightness: float
    key: Label = UNKNOWN

    def __post_init__(self) -> None:
        one_of("genre", self.genre.value, IDIOMS)
        one_of("second_genre", self.second_genre.value, (*IDIOMS, NULL))
        in_range("bpm_low", self.bpm_low, 20.0, 400.0)
        in_range("bpm_high", self.bpm_high, self.bpm_low, 400.0)
        in_range("mode_brightness", self.mode_brightness, -3.0, 3.0)
        one_of("meter", self.meter, ("4/4", "3/4", "2/4", "6/8", "12/8", "5/4", "7/8", "5/8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Everything in ``description.toml``. ``brief`` repeats the user's own words."""

    __pydantic_config__ = STRICT

    brief: str
    overall: Attributes
    shots: tuple[ShotDescription, ...]
    emotion: tuple[EmotionPoint, ...]
    plot: Label
    motion: Label
    music: MusicDescription
