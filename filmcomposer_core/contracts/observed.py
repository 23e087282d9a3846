"""What a DAW holds of a cue now: ``reaper/observed.json``, written by REAPER's side.

Only what its user changed is given; None means as it was written. Times are seconds from the first
picture frame of the cue, so that it does not matter where the picture lies in the project.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT, in_range, one_of
from filmcomposer_core.contracts.tempo import TempoPoint

OBSERVED_VERSION = 1
OBSERVED_FILE = "reaper/observed.json"
LONGEST_S = 1e6
#: What a DAW may hold, which is more than a plan takes.
_LIMITS = {"volume": (0.0, 1e6), "pan": (-1.0, 1.0), "send": (0.0, 1e6)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedMarker:
    """A marker in the picture: ``id`` is the spot's, empty for one that the user has added.

    ``name`` is its text (``8 downbeat | door``), None where this REAPER cannot read names.
    """

    __pydantic_config__ = STRICT

    id: str
    time_s: float
    name: str | None = None

    def __post_init__(self) -> None:
        in_range("time_s", self.time_s, -LONGEST_S, LONGEST_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedNote:
    """A note as it stands on a track; channel 0 to 15."""

    __pydantic_config__ = STRICT

    start_s: float
    end_s: float
    pitch: int
    velocity: int
    channel: int

    def __post_init__(self) -> None:
        in_range("start_s", self.start_s, -LONGEST_S, LONGEST_S)
        in_range("end_s", self.end_s, -LONGEST_S, LONGEST_S)
        in_range("pitch", self.pitch, 0, 127)
        in_range("velocity", self.velocity, 1, 127)
        in_range("channel", self.channel, 0, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedTrack:
    """What the user changed on a part's track.

    ``id`` is the track's id in ``daw_plan.json``. ``volume`` is a linear gain, ``pan`` -1 (left) to
    1, ``send`` the gain to the reverb; ``laid`` is what these were laid at when the user changed
    them, where that is known. ``notes`` are all notes of the part; ``folded`` says that
    their channels do not tell techniques, for an instrument of the user's plays them all on the
    same. ``envelopes`` maps ``volume``, ``pan`` and ``send`` to points (seconds, value in the
    plan's own unit and sign); an empty list = the envelope was removed.
    """

    __pydantic_config__ = STRICT

    id: str
    name: str | None = None
    volume: float | None = None
    pan: float | None = None
    send: float | None = None
    laid: dict[str, float] = field(default_factory=dict)
    notes: tuple[ObservedNote, ...] | None = None
    folded: bool = False
    envelopes: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (("volume", self.volume), ("pan", self.pan), ("send", self.send)):
            if value is not None:
                in_range(name, value, *_LIMITS[name])
        for name, value in self.laid.items():
            one_of("laid", name, _LIMITS)
            in_range(f"laid {name}", value, *_LIMITS[name])
        for name, points in self.envelopes.items():
            one_of("envelope", name, _LIMITS)
            for time_s, value in points:
                in_range(f"time of an envelope of {name}", time_s, -LONGEST_S, LONGEST_S)
                in_range(f"value of an envelope of {name}", value, *_LIMITS[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedTheme:
    """The take of the theme that the user chose: number of the candidate, its notes if edited."""

    __pydantic_config__ = STRICT

    candidate: int
    notes: tuple[ObservedNote, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Everything seen.

    ``markers`` is the whole list, so that a spot without a marker was deleted; None = not looked
    at. ``tempo_rank`` is the map that the user chose. ``tempo_points`` is the project's own tempo
    map where the user wants it kept; an empty list = ours again; None = as before.
    """

    __pydantic_config__ = STRICT

    version: int = OBSERVED_VERSION
    markers: tuple[ObservedMarker, ...] | None = None
    tracks: tuple[ObservedTrack, ...] = ()
    theme: ObservedTheme | None = None
    tempo_rank: int | None = None
    tempo_points: tuple[TempoPoint, ...] | None = None

    def __post_init__(self) -> None:
        if self.version != OBSERVED_VERSION:
            msg = f"version is {self.version}, this version reads {OBSERVED_VERSION}"
            raise ValueError(msg)
