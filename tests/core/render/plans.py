"""Small session plans made by hand, so that these tests need no other stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    DawPlan,
    EnvelopeOp,
    EnvelopePoint,
    FxOp,
    MidiItemOp,
    Operation,
    PlayedNote,
    ProjectOp,
    SendOp,
    Sound,
    TempoOp,
    TrackOp,
    stem_path,
)
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.contracts.tempo import TempoPoint

STRINGS = Sound(channel=0, technique="sustain", bank=0, program=48)
XYLOPHONE = Sound(channel=0, technique="hit", bank=0, program=13)
HORNS = Sound(channel=0, technique="sustain", bank=0, program=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDraft:
    """A part: (beat, length, pitch, velocity) of its notes, its sound, its way to the mix."""

    id: str
    notes: Sequence[tuple[float, float, int, int]]
    sound: Sound = STRINGS
    instrument: str = "violins1"
    pan: float = 0.0
    volume: float = 1.0
    send: float = 0.3
    controllers: Sequence[Controller] = ()
    envelopes: Sequence[tuple[str, Sequence[tuple[float, float]]]] = ()
    fx: FxOp | None = None


def tempo(*points: tuple[float, float]) -> tuple[TempoPoint, ...]:
    return tuple(TempoPoint(time_s=t, bpm=b, ramp=False, num=4, den=4) for t, b in points)


def plan(
    *parts: PartDraft, length_s: float = 4.0, points: Sequence[TempoPoint] = tempo((0.0, 120.0))
) -> DawPlan:
    project = ProjectOp(
        title="test",
        fps_num=24,
        fps_den=1,
        drop_frame=False,
        start_offset_s=0.0,
        length_s=length_s,
        render_file="cue.wav",
    )
    operations: list[Operation] = [project, TempoOp(points=tuple(points))]
    operations.append(TrackOp(id="@cue", name="cue", kind="folder"))
    for part in parts:
        operations.append(
            TrackOp(
                id=part.id,
                name=part.id,
                kind="part",
                parent="@cue",
                muted=True,
                pan=part.pan,
                volume=part.volume,
            )
        )
    operations.append(TrackOp(id="@reverb", name="Reverb", kind="bus"))
    for number, part in enumerate(parts, start=1):
        stem = f"stem/{part.id}"
        operations.append(TrackOp(id=stem, name=part.id, kind="stem"))
        path = stem_path(number, part.id)
        operations.append(AudioItemOp(track=stem, path=path, position_s=0.0, length_s=length_s))
    operations.append(
        FxOp(id="reverb", track="@reverb", kind="reverb", parameters={"decay_s": 1.2})
    )
    for part in parts:
        operations += _part(part)
    return DawPlan(version=1, operations=tuple(operations))


def _part(part: PartDraft) -> list[Operation]:
    notes = tuple(
        PlayedNote(beat=b, length=n, pitch=p, velocity=v, channel=part.sound.channel)
        for b, n, p, v in part.notes
    )
    made: list[Operation] = [
        MidiItemOp(
            track=part.id,
            name=part.id,
            instrument=part.instrument,
            start_beat=0.0,
            end_beat=max((n.beat + n.length for n in notes), default=4.0),
            sounds=(part.sound,),
            notes=notes,
            controllers=tuple(part.controllers),
        ),
        SendOp(source=part.id, target="@reverb", gain=part.send),
    ]
    if part.fx is not None:
        made.append(part.fx)
    for name, points in part.envelopes:
        parameter, _, target = name.partition(">")
        made.append(
            EnvelopeOp(
                track=part.id,
                parameter=parameter,
                target=target,
                points=tuple(EnvelopePoint(time_s=t, value=v) for t, v in points),
            )
        )
    return made


def trio(*, length_s: float = 6.0) -> DawPlan:
    """Three parts that sound together and end in time."""
    theme = [(float(b), 1.0, 67 + (b * 5) % 12, 90) for b in range(6)]
    bass = [(2.0 * b, 2.0, 43, 80) for b in range(3)]
    clicks = [(float(b), 0.2, 84, 100) for b in range(6)]
    return plan(
        PartDraft(
            id="theme",
            notes=theme,
            pan=-0.5,
            envelopes=[("volume", [(0.0, 0.5), (2.0, 0.9), (3.0, 0.6)])],
        ),
        PartDraft(id="bass", notes=bass, sound=HORNS, instrument="horns_a4", pan=0.3),
        PartDraft(id="clicks", notes=clicks, sound=XYLOPHONE, instrument="xylophone", pan=0.6),
        length_s=length_s,
    )
