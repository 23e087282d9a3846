"""A sample of a dataset of film clips and their music (Sec. 4, Fig. 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from filmcomposer_core.contracts._check import STRICT, in_range, inside_folder, not_empty, one_of
from filmcomposer_core.contracts.description import (
    UNKNOWN,
    Attributes,
    EmotionPoint,
    Label,
    ShotDescription,
)
from filmcomposer_core.contracts.labels import THEMES

#: What the files of a dataset follow; raised where older readers could misread them.
SCHEMA: Final = 1
#: Sec. 4 takes segments over 8 s long.
SHORTEST_S: Final = 8.0
#: How far clip and music may differ in length, seconds: codecs pad sound by some hundredths.
LENGTH_SLACK_S: Final = 0.5
#: Where the music of a sample came from: the clip's own music found as a recording of its own, a
#: piece like it, or one chosen for a clip without (Sec. 4).
SOURCES: Final = ("original", "similar", "library")
#: Who wrote the music description.
WRITERS: Final = ("people", "measured")
_ID = re.compile(r"[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFile:
    """The film clip as it lies in the sample's folder, whole."""

    __pydantic_config__ = STRICT

    file: str
    sha256: str
    fps: float
    duration_s: float

    def __post_init__(self) -> None:
        _a_file(self.file, self.sha256)
        in_range("fps", self.fps, 0.1, 1000.0)
        in_range("duration_s", self.duration_s, SHORTEST_S, 1e5)


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicFile:
    """The music, from the clip's first frame on.

    ``source`` is one of ``SOURCES``. ``separated`` music was taken out of a film's sound, by what
    ``separator`` names; the paper has none of it.
    """

    __pydantic_config__ = STRICT

    file: str
    sha256: str
    rate_hz: int
    duration_s: float
    source: str
    separated: bool = False
    separator: str = ""

    def __post_init__(self) -> None:
        _a_file(self.file, self.sha256)
        in_range("rate_hz", self.rate_hz, 8000, 192000)
        in_range("duration_s", self.duration_s, SHORTEST_S - LENGTH_SLACK_S, 1e5)
        one_of("source", self.source, SOURCES)
        if self.separated and not self.separator.strip():
            msg = "separated music must name its separator"
            raise ValueError(msg)
        if self.separator and not self.separated:
            msg = "separator is given, but separated is not true"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisualDescription:
    """What the clip shows, in the labels of Table 6, for the whole and shot by shot."""

    __pydantic_config__ = STRICT

    overall: Attributes
    shots: tuple[ShotDescription, ...] = ()
    emotion: tuple[EmotionPoint, ...] = ()
    plot: Label = UNKNOWN
    motion: Label = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicWords:
    """The music description: free words, empty where nobody said; ``bpm`` 0 where not known.

    ``key`` is tonic and mode. ``by`` says whether people wrote it or the music was measured.
    """

    __pydantic_config__ = STRICT

    genre: str = ""
    instrumentation: str = ""
    mood: str = ""
    tempo: str = ""
    bpm: float = 0.0
    key: str = ""
    by: str = "measured"

    def __post_init__(self) -> None:
        one_of("by", self.by, WRITERS)
        if self.bpm != 0.0:
            in_range("bpm", self.bpm, 20.0, 400.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """Under what clip and music may be used; neither may be left open."""

    __pydantic_config__ = STRICT

    clip: str
    music: str

    def __post_init__(self) -> None:
        not_empty("clip", self.clip.strip())
        not_empty("music", self.music.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Prints:
    """Hexadecimal bits by which copies of a picture or of music are known again, or empty."""

    __pydantic_config__ = STRICT

    picture: str = ""
    music: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """``sample.json``: everything about a sample but picture, sound, melody and spots.

    ``start_s`` to ``end_s`` is where the clip lies in its film. ``heard_by`` names what wrote the
    melody down; ``refined`` says that musicians corrected melody and spots.
    """

    __pydantic_config__ = STRICT

    schema: int = SCHEMA
    id: str
    film: str
    start_s: float
    end_s: float
    theme: str
    clip: ClipFile
    music: MusicFile
    visual: VisualDescription
    words: MusicWords
    licences: Licences
    heard_by: str = ""
    refined: bool = False
    prints: Prints = field(default_factory=Prints)

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            msg = f"schema is {self.schema}, must be {SCHEMA}"
            raise ValueError(msg)
        if not _ID.fullmatch(self.id):
            msg = f"id is {self.id!r}, must be 16 hexadecimal digits"
            raise ValueError(msg)
        not_empty("film", self.film.strip())
        one_of("theme", self.theme, THEMES)
        in_range("start_s", self.start_s, 0.0, 1e6)
        in_range("end_s", self.end_s, self.start_s, 1e6)
        self._agrees()

    def _agrees(self) -> None:
        """Raise ValueError where parts contradict each other."""
        seen = self.visual.overall.theme.value
        if seen != self.theme:
            msg = f"theme is {self.theme!r}, but the visual description says {seen!r}"
            raise ValueError(msg)
        for what, length_s in (
            ("the music", self.music.duration_s),
            ("start_s to end_s", self.end_s - self.start_s),
        ):
            if abs(length_s - self.clip.duration_s) > LENGTH_SLACK_S:
                msg = f"{what} lasts {length_s:.2f} s and the clip {self.clip.duration_s:.2f} s"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmSpot:
    """Where a note of the main melody begins (Sec. 3.1); ``strength`` is above 0 and up to 1."""

    __pydantic_config__ = STRICT

    time_s: float
    strength: float = 1.0

    def __post_init__(self) -> None:
        in_range("time_s", self.time_s, 0.0, 1e5)
        in_range("strength", self.strength, 0.001, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyNote:
    """A note of the main melody, in seconds from the clip's first frame."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int

    def __post_init__(self) -> None:
        in_range("start_s", self.start_s, 0.0, 1e5)
        in_range("pitch", self.pitch, 0, 127)
        in_range("velocity", self.velocity, 1, 127)
        if not self.end_s > self.start_s:
            msg = f"a note at {self.start_s:g} s ends at {self.end_s:g} s, must be later"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """``dataset.toml``; ``rate_hz`` is the sampling rate of all music."""

    __pydantic_config__ = STRICT

    name: str
    schema: int = SCHEMA
    rate_hz: int = 44100

    def __post_init__(self) -> None:
        not_empty("name", self.name.strip())
        in_range("rate_hz", self.rate_hz, 8000, 192000)
        if self.schema != SCHEMA:
            msg = f"schema is {self.schema}, must be {SCHEMA}; another version wrote it"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """``splits.json``: the ids of either side."""

    __pydantic_config__ = STRICT

    train: tuple[str, ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        both = set(self.train) & set(self.test)
        if both:
            msg = f"{min(both)} is in train and in test"
            raise ValueError(msg)


def spot_fault(spots: tuple[RhythmSpot, ...], duration_s: float) -> str:
    """Say what is wrong with the spots of a clip, empty if nothing is."""
    if not spots:
        return "there are no rhythm spots"
    for one, after in pairwise(spots):
        if after.time_s <= one.time_s:
            return f"the spot at {after.time_s:.3f} s comes after one at {one.time_s:.3f} s"
    if spots[-1].time_s >= duration_s:
        return f"the spot at {spots[-1].time_s:.3f} s lies outside the clip of {duration_s:.3f} s"
    return ""


def melody_fault(notes: tuple[MelodyNote, ...], duration_s: float) -> str:
    """Say what is wrong with the melody of a clip, empty if nothing is."""
    if not notes:
        return "the melody has no notes"
    for one, after in pairwise(notes):
        if after.start_s < one.end_s - 1e-3:
            return f"two notes of the melody sound at {after.start_s:.3f} s"
    if notes[-1].end_s > duration_s + 1e-3:
        return f"the melody goes on to {notes[-1].end_s:.3f} s, the clip to {duration_s:.3f} s"
    return ""


def _a_file(file: str, sha256: str) -> None:
    inside_folder("file", file)
    if not _SHA256.fullmatch(sha256):
        msg = f"sha256 of {file} is {sha256!r}, must be 64 hexadecimal digits"
        raise ValueError(msg)
