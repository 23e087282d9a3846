"""What detectors saw in key frames of a clip, before anything is made of it (Sec. 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty, one_of

#: File of the cue folder that holds ``Sightings``.
SIGHTINGS_FILE: Final = "sightings.json"
#: Joints of a body in the order of ``Person.joints`` (the 17 of COCO; left is the person's own).
JOINTS: Final = (
    "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder",
    "left elbow", "right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee",
    "right knee", "left ankle", "right ankle",
)  # fmt: skip
#: What a face may show (FER2013).
FACE_EMOTIONS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in the picture; 0 is left and top, 1 right and bottom.

    What reaches out of the picture is cut off. Black bars belong to the picture.
    """

    __pydantic_config__ = STRICT

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        for name in ("left", "top", "right", "bottom"):
            in_range(name, getattr(self, name), 0.0, 1.0)
        in_range("right", self.right, self.left, 1.0)
        in_range("bottom", self.bottom, self.top, 1.0)

    @property
    def width(self) -> float:
        """Width, share of the picture's."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height, share of the picture's."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face; ``emotion`` is empty where it is too small to tell."""

    __pydantic_config__ = STRICT

    box: Box
    confidence: float
    emotion: str = ""
    emotion_confidence: float = 0.0

    def __post_init__(self) -> None:
        in_range("confidence", self.confidence, 0.0, 1.0)
        in_range("emotion_confidence", self.emotion_confidence, 0.0, 1.0)
        one_of("emotion", self.emotion, ("", *FACE_EMOTIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """A joint of a body, as ``Box``; it may lie outside of the picture."""

    __pydantic_config__ = STRICT

    x: float
    y: float
    confidence: float

    def __post_init__(self) -> None:
        in_range("confidence", self.confidence, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person: ``joints`` by ``JOINTS``, or none where no pose was found.

    ``motion`` is how fast the picture inside the box moves against what is around it, in picture
    widths per second.
    """

    __pydantic_config__ = STRICT

    box: Box
    confidence: float
    joints: tuple[Joint, ...] = ()
    motion: float = 0.0

    def __post_init__(self) -> None:
        in_range("confidence", self.confidence, 0.0, 1.0)
        in_range("motion", self.motion, 0.0, 1e3)
        if self.joints and len(self.joints) != len(JOINTS):
            msg = f"joints are {len(self.joints)}, must be none or {len(JOINTS)}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An object by its COCO name, persons left out."""

    __pydantic_config__ = STRICT

    name: str
    confidence: float
    box: Box

    def __post_init__(self) -> None:
        not_empty("name", self.name)
        in_range("confidence", self.confidence, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text on the screen."""

    __pydantic_config__ = STRICT

    text: str
    confidence: float
    box: Box

    def __post_init__(self) -> None:
        in_range("confidence", self.confidence, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A class of a network, with its probability."""

    __pydantic_config__ = STRICT

    name: str
    confidence: float

    def __post_init__(self) -> None:
        not_empty("name", self.name)
        in_range("confidence", self.confidence, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMove:
    """How the whole picture moves at a key frame, by the flow to what comes 1/24 s after it.

    ``x`` and ``y`` (down) are the move of the background in picture widths per second: a camera
    that pans to the right moves it to the left. ``zoom`` is its growth in doublings per second (1
    doubles it in a second, -1 halves it), ``share`` the part of the textured picture that moves so,
    0 to 1 (0: it cannot be told), and ``speed`` the mean length of the flow in picture widths per
    second.
    """

    __pydantic_config__ = STRICT

    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0
    share: float = 0.0
    speed: float = 0.0

    def __post_init__(self) -> None:
        in_range("share", self.share, 0.0, 1.0)


STILL: Final = CameraMove()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFrame:
    """What was seen in one key frame.

    ``shot`` counts from 1, ``time_s`` from time 0 of the clip as it plays. ``card`` tells how much
    the picture looks like a text card (0 to 1), even where its words cannot be read. ``classes``
    are the surest classes of ImageNet, ``labels`` what a model given by the user says: attribute of
    Table 6 to labels.
    """

    __pydantic_config__ = STRICT

    shot: int
    time_s: float
    card: float = 0.0
    faces: tuple[Face, ...] = ()
    people: tuple[Person, ...] = ()
    things: tuple[Thing, ...] = ()
    words: tuple[Words, ...] = ()
    classes: tuple[Guess, ...] = ()
    labels: Mapping[str, tuple[Guess, ...]] = field(default_factory=dict)
    camera: CameraMove = STILL

    def __post_init__(self) -> None:
        in_range("card", self.card, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """A model that looked at the frames; ``purpose`` says in a word or two what for."""

    __pydantic_config__ = STRICT

    purpose: str
    name: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """Everything in ``sightings.json``.

    ``groups`` holds a number for each shot: shots with the same number show the same place or
    person, a shot on its own has 0. ``missing`` names what was not looked for ("faces"), because a
    model for it was not there.
    """

    __pydantic_config__ = STRICT

    models: tuple[ModelUse, ...]
    missing: tuple[str, ...]
    frames: tuple[SeenFrame, ...]
    groups: tuple[int, ...]
