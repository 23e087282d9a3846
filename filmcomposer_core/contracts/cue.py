"""The ledger of a cue folder: ``cue.json``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from filmcomposer_core.contracts._check import STRICT, in_range, inside_folder, one_of
from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.rhythm import DRAWN, RHYTHMS
from filmcomposer_core.contracts.take import CONDITIONS
from filmcomposer_core.contracts.tempo import TempoPoint

SCHEMA_VERSION = 1
EMBEDDED = "embedded"
ENGINES = (EMBEDDED, "musicgen")
#: Precision of a melody model.
DTYPES = ("auto", "fp32", "bf16", "fp16")
#: Who speaks for the agents: as ``agents.toml`` says, theory alone, or the cue's transcript.
AGENTS = ("", "off", "replay")
SYNTHS = ("auto", "midirenderer", "tinysoundfont", "fluidsynth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user asked for; kept so that a stage run later knows it.

    ``start_timecode`` empty = the clip's own. ``soundfont`` empty = the one we ship.
    ``keep_sound_db`` is the gain of the clip's own sound in the movie, None = dropped.
    The picture scored is the clip from ``in_s`` to ``out_s`` (seconds from its first frame, None =
    its end), played ``rate`` times as fast. ``candidates`` is how many themes are written to
    choose from, 0 = until one is accepted. ``tempo_points`` is a tempo map that is given and kept,
    empty = maps are fitted to the hits. ``vision_model`` is a folder or file with a CLIP-style
    model that labels the picture as well, empty = none. ``agents`` is one of ``AGENTS``.
    The engine ``musicgen`` takes ``melody_model``, an installed model's name or a folder (empty =
    the installed one), with ``condition``, ``guidance``, ``top_k`` and ``temperature`` as in
    :class:`TakeRequest` and ``dtype``; ``commercial_safe`` refuses models that may not be used
    commercially. ``rhythm`` is one of ``contracts.rhythm.RHYTHMS``.
    """

    __pydantic_config__ = STRICT

    clip: str
    seed: int = 1
    brief: str = ""
    start_timecode: str = ""
    engine: str = EMBEDDED
    soundfont: str = ""
    synth: str = "auto"
    lufs: float = -23.0
    keep_sound_db: float | None = None
    odd_bars: bool = False
    in_s: float = 0.0
    out_s: float | None = None
    rate: float = 1.0
    candidates: int = 0
    tempo_points: tuple[TempoPoint, ...] = ()
    vision_model: str = ""
    agents: str = ""
    melody_model: str = ""
    condition: str = "both"
    guidance: float = 3.0
    top_k: int = 250
    temperature: float = 1.0
    dtype: str = "auto"
    commercial_safe: bool = False
    rhythm: str = DRAWN

    def __post_init__(self) -> None:
        one_of("engine", self.engine, ENGINES)
        one_of("agents", self.agents, AGENTS)
        one_of("synth", self.synth, SYNTHS)
        one_of("condition", self.condition, CONDITIONS)
        one_of("dtype", self.dtype, DTYPES)
        one_of("rhythm", self.rhythm, RHYTHMS)
        in_range("guidance", self.guidance, 1.0, 20.0)
        in_range("top_k", self.top_k, 0, 100_000)
        in_range("temperature", self.temperature, 0.0, 5.0)
        in_range("seed", self.seed, 0, 2**63 - 1)
        in_range("lufs", self.lufs, -60.0, -5.0)
        if self.keep_sound_db is not None:
            in_range("keep_sound_db", self.keep_sound_db, -80.0, 20.0)
        in_range("in_s", self.in_s, 0.0, 1e6)
        if self.out_s is not None:
            in_range("out_s", self.out_s, self.in_s, 1e6)
        in_range("rate", self.rate, 0.05, 20.0)
        in_range("candidates", self.candidates, 0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One thing the user changed: ``path`` names the field by keys, not by position.

    ``set`` changes a field that was there, ``add`` brings a new element, ``remove`` deletes one.
    ``like`` says what it was made on, where it makes sense on that only: key and metre of a bar,
    name and time of a hit, the character of a chosen map, the notes of a chosen theme, what was
    laid where a fader, pan or send was set, and what that made of it.
    """

    __pydantic_config__ = STRICT

    op: Literal["set", "add", "remove"]
    path: tuple[str, ...]
    value: Any = None
    like: dict[str, str | float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The path as the user is told it."""
        return " > ".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What made an artefact: engine, model, its licence, seed and versions."""

    __pydantic_config__ = STRICT

    engine: str
    model: str
    licence: str
    seed: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """One file of the cue.

    ``sha256`` is the file as last written or accepted, ``content`` the hash of what it says
    (white space apart); ``inputs`` names what it was made from with their content hashes.
    ``pins`` are the user's edits in it, ``parked`` those that wait until they make sense again.
    """

    __pydantic_config__ = STRICT

    stage: str
    sha256: str
    content: str
    inputs: dict[str, str]
    provenance: Provenance
    pins: tuple[Pin, ...] = ()
    parked: tuple[Pin, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFile:
    """The whole ledger.

    ``clip_stat`` is size and modification time (ns) of the hashed clip. ``film`` names the film
    for which themes were first made; it stays where another cut replaces the clip, and so do they.
    """

    __pydantic_config__ = STRICT

    schema_version: int
    settings: Settings
    clip: FilmClip | None = None
    clip_stat: tuple[int, int] | None = None
    film: str = ""
    artefacts: dict[str, Artefact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.schema_version != SCHEMA_VERSION:
            msg = (
                f"schema_version is {self.schema_version}, this version reads {SCHEMA_VERSION}; "
                "use the FilmComposer that wrote the folder"
            )
            raise ValueError(msg)
        for name in self.artefacts:
            inside_folder("artefacts", name)
