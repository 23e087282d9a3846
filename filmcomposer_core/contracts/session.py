"""What REAPER's side lays into an open project: ``reaper/session.json``.

Made from the documents of a cue folder as far as they are there. Times are seconds of the project
(the picture's first frame lies at ``anchor_s``). Tracks are given as the text of ``TRACK`` blocks,
the same that ``cue.rpp`` holds, so that both mean the same; every id in them is made from the cue's
id, so that two cues of one project never share one. Paths are absolute.
"""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, one_of
from filmcomposer_core.contracts.sounds import CHOICES
from filmcomposer_core.contracts.tempo import TempoPoint

SESSION_VERSION = 1
SESSION_FILE = "reaper/session.json"
THEME_TRACK = "@theme"
SYSTEMS = ("windows", "darwin", "linux")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    """What the caller tells of the project: the cue's id there, the picture's place, the system.

    ``run`` is the :attr:`Session.run` that lies in the project now, empty before the first;
    ``lays`` tells whether the result goes there, or is only looked at. ``resources`` is REAPER's
    resource folder, where the user's sounds are told; ``sound`` is what parts shall play from now
    on (stems, mine, racks), empty = as before.
    """

    __pydantic_config__ = STRICT

    cue: str
    anchor_s: float
    system: str
    run: str = ""
    lays: bool = True
    resources: str = ""
    sound: str = ""

    def __post_init__(self) -> None:
        one_of("system", self.system, SYSTEMS)
        one_of("sound", self.sound, ("", *CHOICES))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMarker:
    """A hit's marker. ``color`` is ``#RRGGBB``; the tolerance is in frames."""

    __pydantic_config__ = STRICT

    id: str
    time_s: float
    name: str
    color: str
    hit_class: str
    early_frames: int
    late_frames: int
    must: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRegion:
    """A section of the plan."""

    __pydantic_config__ = STRICT

    id: str
    start_s: float
    end_s: float
    name: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMap:
    """One of the ranked tempo maps, for choosing: ``words`` is a line for the user."""

    __pydantic_config__ = STRICT

    rank: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginConfig:
    """A named configuration of a plug-in, by ``TrackFX_SetNamedConfigParm``."""

    __pydantic_config__ = STRICT

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginParameter:
    """A parameter of a plug-in in its raw range, by ``TrackFX_SetParam``."""

    __pydantic_config__ = STRICT

    number: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInstrument:
    """A plug-in that plays a part, put on its track through REAPER's API.

    ``plugin`` is its name in REAPER, ``preset`` one of its presets or empty. ``configs`` are set
    before ``parameters``, both in order. ``chain`` is the text of an effect chain instead: lines of
    its effects, of a track template or chain file; ``plugin`` then names that file.
    """

    __pydantic_config__ = STRICT

    plugin: str
    preset: str = ""
    configs: tuple[PluginConfig, ...] = ()
    parameters: tuple[PluginParameter, ...] = ()
    chain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTrack:
    """A track in the order of the project; ``parent`` is the id of its folder or empty.

    ``text`` is its ``TRACK`` block, lines without indent parted by line feeds. The first number of
    an ``AUXRECV`` line in it is the place of the sending track in :attr:`Session.tracks`.
    ``instruments`` play the part in place of its printed stem; empty = the stem does. ``keys`` are
    the keyswitches among its notes, which are no music; ``folded`` says that all techniques play
    on the same channels, so that a note's channel does not tell its technique.
    """

    __pydantic_config__ = STRICT

    id: str
    kind: str
    name: str
    parent: str
    text: str
    instruments: tuple[SessionInstrument, ...] = ()
    keys: tuple[int, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The cue as far as it has come.

    ``reached`` is the last stage command whose results are there and up to date; what is older
    than what it was made from is left out, and a note says so. ``tempo`` is empty where the
    project's own map is kept, or where there is none yet; ``beats`` is the map that the music was
    written to, always, in seconds from the first picture frame. ``theme`` names the
    candidates that are takes of the item on the track ``@theme``, by number, each with the name
    of its take (``Theme 2 (13.8 of 15, accepted)``; 2 is its number in ``candidates/``).
    ``assessment``, ``notes`` and ``made_by`` are lines for the user. ``run`` names the state of the
    cue folder that this was made from (:mod:`filmcomposer_core.runs`).
    """

    __pydantic_config__ = STRICT

    version: int
    cue: str
    title: str
    anchor_s: float
    length_s: float
    fps_num: int
    fps_den: int
    reached: str
    markers: tuple[SessionMarker, ...] = ()
    regions: tuple[SessionRegion, ...] = ()
    tempo: tuple[TempoPoint, ...] = ()
    beats: tuple[TempoPoint, ...] = ()
    maps: tuple[SessionMap, ...] = ()
    chosen: int = 0
    tracks: tuple[SessionTrack, ...] = ()
    theme: tuple[str, ...] = ()
    assessment: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()
    run: str = ""
