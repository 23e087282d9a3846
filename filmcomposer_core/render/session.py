"""Read the plan of a session: which parts sound, through what, and where their stems go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    DawPlan,
    EnvelopeOp,
    EnvelopePoint,
    FxOp,
    MidiItemOp,
    Operation,
    ProjectOp,
    SendOp,
    TempoOp,
    TrackOp,
    stem_path,
)
from filmcomposer_core.errors import RenderError
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.timeline import Timeline

#: Stereo width that is left of an instrument's own recording, by family, and for anything else.
WIDTHS = {
    "strings": 0.35,
    "woodwinds": 0.15,
    "brass": 0.25,
    "percussion": 0.4,
    "plucked": 0.3,
    "keyboards": 0.5,
    "voices": 0.7,
    "colour": 0.6,
}
DEFAULT_WIDTH, DEFAULT_DEPTH = 0.5, 0.4
_Op = TypeVar("_Op", bound=Operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A fixed factor or value and, where it moves, points with straight lines between."""

    value: float
    points: tuple[EnvelopePoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A low-pass and a high-pass in Hz that may move; 0 = off."""

    lowpass_hz: Automation
    highpass_hz: Automation


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A reverb bus: decay to -60 dB in s, low cut and damping in Hz, gain of its return."""

    decay_s: float
    highpass_hz: float
    damping_hz: float
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A post-fader send into a hall, ``predelay_ms`` after the direct sound."""

    hall: Hall
    gain: Automation
    predelay_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """A part: what it plays, its way through the mixer, and the path of its stem."""

    id: str
    name: str
    stem: str
    items: tuple[MidiItemOp, ...]
    fader: float
    volume: Automation
    pan: Automation
    filters: tuple[Filter, ...]
    sends: tuple[Send, ...]
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything the renderer needs of a plan; ``length`` in samples."""

    length: int
    timeline: Timeline
    parts: tuple[PartPlan, ...]


def read_session(plan: DawPlan) -> Session:
    """Return what of a plan sounds.

    Part tracks sound whether or not they are muted: in the session the printed stems stand for
    them. The gains of the folders they lie in count.

    Raises
    ------
    RenderError
        If the plan has no project or tempo operation, or wants another sample rate.
    """
    project = next(_all(plan, ProjectOp), None)
    tempo = next(_all(plan, TempoOp), None)
    if project is None or tempo is None or not tempo.points:
        msg = "The plan of the session has no project settings or no tempo."
        raise RenderError(msg, "Run the build stage again.")
    if project.sample_rate != SAMPLE_RATE:
        msg = f"The plan asks for {project.sample_rate} Hz; only {SAMPLE_RATE} Hz is rendered."
        raise RenderError(msg, "Run the build stage again.")
    tracks = {op.id: op for op in _all(plan, TrackOp)}
    items = list(_all(plan, MidiItemOp))
    stems = {op.track: op.path for op in _all(plan, AudioItemOp)}
    parts = [track for track in tracks.values() if track.kind == "part"]
    return Session(
        length=round(project.length_s * SAMPLE_RATE),
        timeline=Timeline(tempo.points),
        parts=tuple(
            PartPlan(
                id=track.id,
                name=track.name,
                stem=stems.get(f"stem/{track.id}", stem_path(number, track.id)),
                items=tuple(item for item in items if item.track == track.id),
                fader=_fader(track, tracks),
                volume=Automation(value=1.0, points=_points(plan, track.id, "volume")),
                pan=Automation(value=track.pan, points=_points(plan, track.id, "pan")),
                filters=tuple(_filters(plan, track.id)),
                sends=tuple(_sends(plan, track.id, tracks, _depth(items, track.id))),
                width=_width(items, track.id),
            )
            for number, track in enumerate(parts, start=1)
        ),
    )


def _all(plan: DawPlan, kind: type[_Op]) -> Iterator[_Op]:
    return (op for op in plan.operations if isinstance(op, kind))


def _points(
    plan: DawPlan, track: str, parameter: str, target: str = ""
) -> tuple[EnvelopePoint, ...]:
    for op in _all(plan, EnvelopeOp):
        if (op.track, op.parameter) == (track, parameter) and op.target in (target, ""):
            return tuple(sorted(op.points, key=lambda point: point.time_s))
    return ()


def _fader(track: TrackOp, tracks: dict[str, TrackOp]) -> float:
    gain = track.volume
    while track.parent:
        track = tracks[track.parent]
        gain *= track.volume
    return gain


def _filters(plan: DawPlan, track: str) -> Iterator[Filter]:
    for op in _all(plan, FxOp):
        if op.track == track and op.kind == "filter":
            low, high = (
                Automation(
                    value=op.parameters.get(name, 0.0),
                    points=_points(plan, track, "fx", f"{op.id}:{name}"),
                )
                for name in ("lowpass_hz", "highpass_hz")
            )
            yield Filter(lowpass_hz=low, highpass_hz=high)


def _sends(plan: DawPlan, track: str, tracks: dict[str, TrackOp], depth: float) -> Iterator[Send]:
    for op in _all(plan, SendOp):
        reverb = next(
            (fx for fx in _all(plan, FxOp) if fx.track == op.target and fx.kind == "reverb"), None
        )
        if op.source != track or reverb is None:
            continue
        hall = Hall(
            decay_s=min(max(reverb.parameters.get("decay_s", 2.0), 0.2), 6.0),
            highpass_hz=reverb.parameters.get("highpass_hz", 180.0),
            damping_hz=reverb.parameters.get("damping_hz", 5000.0),
            volume=tracks[op.target].volume,
        )
        gain = Automation(value=op.gain, points=_points(plan, track, "send", op.target))
        # A source further away reaches the walls nearly as soon as the listener.
        yield Send(hall=hall, gain=gain, predelay_ms=max(0.0, 34.0 - 44.0 * depth))


def _first(items: Sequence[MidiItemOp], track: str) -> str:
    return next((item.instrument for item in items if item.track == track), "")


def _depth(items: Sequence[MidiItemOp], track: str) -> float:
    known = catalogue().get(_first(items, track))
    return known.depth if known else DEFAULT_DEPTH


def _width(items: Sequence[MidiItemOp], track: str) -> float:
    known = catalogue().get(_first(items, track))
    return WIDTHS.get(known.family, DEFAULT_WIDTH) if known else DEFAULT_WIDTH
