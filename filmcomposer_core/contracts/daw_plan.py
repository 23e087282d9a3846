"""What has to be done in a DAW, in order, without naming one: ``daw_plan.json``.

Both executors (the ``.RPP`` writer here, REAPER's API later) and the renderer read only this.
Times in seconds from the first picture frame; notes and controllers in beats (quarter notes) of
the tempo operation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from filmcomposer_core.contracts._check import STRICT, in_range, inside_folder, one_of
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.contracts.tempo import TempoPoint

TRACK_KINDS = ("video", "folder", "part", "stem", "bus")
ENVELOPES = ("volume", "pan", "send", "fx")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def stem_path(index: int, track_id: str) -> str:
    """Return the path of a part's printed stem, relative to the cue folder.

    Parameters
    ----------
    index : int
        Number of the part from 1, in the order of the part tracks.
    track_id : str
        Id of the part track; what file systems may refuse becomes ``_``.

    Returns
    -------
    str
        ``stems/NN_<id>.wav``.

    Examples
    --------
    >>> stem_path(3, "violins")
    'stems/03_violins.wav'
    """
    return f"stems/{index:02d}_{_NOT_IN_FILE_NAMES.sub('_', track_id) or 'part'}.wav"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOp:
    """Project settings; ``length_s`` is the picture, ``start_offset_s`` its SMPTE start."""

    __pydantic_config__ = STRICT

    op: Literal["project"] = "project"
    title: str
    fps_num: int
    fps_den: int
    drop_frame: bool
    start_offset_s: float
    length_s: float
    render_file: str
    sample_rate: int = 48000
    bit_depth: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoOp:
    """The tempo map."""

    __pydantic_config__ = STRICT

    op: Literal["tempo"] = "tempo"
    points: tuple[TempoPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerOp:
    """A project marker; ``color`` is ``#RRGGBB``."""

    __pydantic_config__ = STRICT

    op: Literal["marker"] = "marker"
    id: str
    time_s: float
    name: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOp:
    """A named stretch of the project, one per section of the plan."""

    __pydantic_config__ = STRICT

    op: Literal["region"] = "region"
    id: str
    start_s: float
    end_s: float
    name: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOp:
    """A track; ``parent`` is the id of its folder track or empty; ``volume`` a linear gain."""

    __pydantic_config__ = STRICT

    op: Literal["track"] = "track"
    id: str
    name: str
    kind: str
    parent: str = ""
    color: str = ""
    muted: bool = False
    volume: float = 1.0
    pan: float = 0.0

    def __post_init__(self) -> None:
        one_of("kind", self.kind, TRACK_KINDS)
        in_range("volume", self.volume, 0.0, 4.0)
        in_range("pan", self.pan, -1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoItemOp:
    """The picture: ``source_offset_s`` into the file lies at ``position_s``.

    It plays ``rate`` times as fast as the file. ``source_offset_s`` counts on the file's own clock,
    ``length_s`` on the time line.
    """

    __pydantic_config__ = STRICT

    op: Literal["video_item"] = "video_item"
    track: str
    path: str
    position_s: float
    length_s: float
    source_offset_s: float
    rate: float = 1.0
    play_audio: bool = False

    def __post_init__(self) -> None:
        in_range("rate", self.rate, 0.05, 20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioItemOp:
    """A sound file on a track; ``path`` is relative to the cue folder."""

    __pydantic_config__ = STRICT

    op: Literal["audio_item"] = "audio_item"
    track: str
    path: str
    position_s: float
    length_s: float

    def __post_init__(self) -> None:
        inside_folder("path", self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What a MIDI channel (0 to 15) of an item plays: a General MIDI bank and program.

    Bank 128 stands for drum kits. The filters shape a technique that the soundfont lacks;
    0 = off. ``attack_ms`` is how late the sound speaks, which the renderer makes up for.
    """

    __pydantic_config__ = STRICT

    channel: int
    technique: str
    bank: int
    program: int
    attack_ms: float = 0.0
    lowpass_hz: float = 0.0
    highpass_hz: float = 0.0
    trim_db: float = 0.0

    def __post_init__(self) -> None:
        in_range("channel", self.channel, 0, 15)
        in_range("bank", self.bank, 0, 128)
        in_range("program", self.program, 0, 127)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedNote:
    """A note as it is sent, on the channel of its sound."""

    __pydantic_config__ = STRICT

    beat: float
    length: float
    pitch: int
    velocity: int
    channel: int

    def __post_init__(self) -> None:
        in_range("beat", self.beat, 0.0, 1e6)
        in_range("pitch", self.pitch, 0, 127)
        in_range("velocity", self.velocity, 1, 127)
        in_range("channel", self.channel, 0, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiItemOp:
    """The notes of a part; the item lies between two beats."""

    __pydantic_config__ = STRICT

    op: Literal["midi_item"] = "midi_item"
    track: str
    name: str
    instrument: str
    start_beat: float
    end_beat: float
    sounds: tuple[Sound, ...]
    notes: tuple[PlayedNote, ...]
    controllers: tuple[Controller, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOp:
    """A post-fader send with a linear gain."""

    __pydantic_config__ = STRICT

    op: Literal["send"] = "send"
    source: str
    target: str
    gain: float

    def __post_init__(self) -> None:
        in_range("gain", self.gain, 0.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopePoint:
    """A value at a time; straight line to the next point."""

    __pydantic_config__ = STRICT

    time_s: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeOp:
    """Automation: ``volume`` (linear gain), ``pan``, ``send`` (gain to ``target``) or ``fx``.

    For ``fx`` the ``target`` is ``FX id:parameter name``.
    """

    __pydantic_config__ = STRICT

    op: Literal["envelope"] = "envelope"
    track: str
    parameter: str
    target: str = ""
    points: tuple[EnvelopePoint, ...]

    def __post_init__(self) -> None:
        one_of("parameter", self.parameter, ENVELOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FxOp:
    """A stock effect: ``reverb``, ``filter`` or ``limiter``, with parameters in real units."""

    __pydantic_config__ = STRICT

    op: Literal["fx"] = "fx"
    id: str
    track: str
    kind: Literal["reverb", "filter", "limiter"]
    parameters: dict[str, float] = field(default_factory=dict)


Operation = (
    ProjectOp
    | TempoOp
    | MarkerOp
    | RegionOp
    | TrackOp
    | VideoItemOp
    | AudioItemOp
    | MidiItemOp
    | SendOp
    | EnvelopeOp
    | FxOp
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DawPlan:
    """Operations in the order they are applied; tracks come before what stands on them."""

    __pydantic_config__ = STRICT

    version: int
    operations: tuple[Operation, ...]

    def __post_init__(self) -> None:
        tracks: set[str] = set()
        for item in self.operations:
            if isinstance(item, TrackOp):
                if item.id in tracks:
                    msg = f"track {item.id!r} is made twice"
                    raise ValueError(msg)
                if item.parent and item.parent not in tracks:
                    msg = f"track {item.id!r} names the folder {item.parent!r} before it exists"
                    raise ValueError(msg)
                tracks.add(item.id)
            elif isinstance(item, SendOp):
                _known(item.source, tracks)
                _known(item.target, tracks)
            elif not isinstance(item, ProjectOp | TempoOp | MarkerOp | RegionOp):
                _known(item.track, tracks)


def sounding(plan: DawPlan) -> DawPlan:
    """Return a plan without what no sound depends on: where the picture lies, and when it begins.

    The start is put to 00:00:00:00, and the item of the picture is left out.
    """
    kept = (op for op in plan.operations if not isinstance(op, VideoItemOp))
    return replace(
        plan,
        operations=tuple(
            replace(op, start_offset_s=0.0, drop_frame=False) if isinstance(op, ProjectOp) else op
            for op in kept
        ),
    )


def _known(track: str, tracks: set[str]) -> None:
    if track not in tracks:
        msg = f"an operation names the track {track!r} before it exists"
        raise ValueError(msg)
