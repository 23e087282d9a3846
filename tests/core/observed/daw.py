"""A DAW's view of a cue: what it holds once the cue has been laid into it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import CueFile, Pin
from filmcomposer_core.contracts.daw_plan import (
    DawPlan,
    EnvelopeOp,
    MidiItemOp,
    SendOp,
    TempoOp,
    TrackOp,
)
from filmcomposer_core.contracts.observed import (
    Observed,
    ObservedMarker,
    ObservedNote,
    ObservedTrack,
)
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.execution.layout import markers
from filmcomposer_core.timeline import Timeline

TICKS = 960


def plan_of(cue: Path) -> DawPlan:
    data = json.loads((cue / "daw_plan.json").read_text("utf-8"))
    return codec.build(DawPlan, data, where="daw_plan.json")


def ledger_of(cue: Path) -> CueFile:
    data = json.loads((cue / "cue.json").read_text("utf-8"))
    return codec.build(CueFile, data, where="cue.json")


def pins_of(cue: Path, name: str) -> tuple[Pin, ...]:
    return ledger_of(cue).artefacts[name].pins


def timeline_of(plan: DawPlan) -> Timeline:
    return Timeline(next(op.points for op in plan.operations if isinstance(op, TempoOp)))


def item_of(plan: DawPlan, track: str) -> MidiItemOp:
    return next(op for op in plan.operations if isinstance(op, MidiItemOp) and op.track == track)


def part_ids(plan: DawPlan) -> list[str]:
    return [op.id for op in plan.operations if isinstance(op, TrackOp) and op.kind == "part"]


def seen_notes(item: MidiItemOp, timeline: Timeline) -> tuple[ObservedNote, ...]:
    """Return the notes of an item as REAPER keeps them: at the nearest tick."""

    def time(beat: float) -> float:
        ticks = round((min(beat, item.end_beat) - item.start_beat) * TICKS)
        return timeline.time_at(item.start_beat + ticks / TICKS)

    return tuple(
        ObservedNote(
            start_s=time(note.beat),
            end_s=time(note.beat + note.length),
            pitch=note.pitch,
            velocity=note.velocity,
            channel=note.channel,
        )
        for note in item.notes
    )


def seen_track(plan: DawPlan, track: str) -> ObservedTrack:
    """Return everything about a track, whether or not it was changed."""
    op = next(o for o in plan.operations if isinstance(o, TrackOp) and o.id == track)
    send = next(o for o in plan.operations if isinstance(o, SendOp) and o.source == track)
    return ObservedTrack(
        id=track,
        name=op.name,
        volume=op.volume,
        pan=op.pan,
        send=send.gain,
        notes=seen_notes(item_of(plan, track), timeline_of(plan)),
        envelopes={
            o.parameter: tuple((p.time_s, p.value) for p in o.points)
            for o in plan.operations
            if isinstance(o, EnvelopeOp) and o.track == track and o.parameter != "fx"
        },
    )


def seen_markers(spots: tuple[Spot, ...]) -> tuple[ObservedMarker, ...]:
    return tuple(ObservedMarker(id=op.id, time_s=op.time_s, name=op.name) for op in markers(spots))


def write(cue: Path, observed: Observed | dict[str, Any]) -> None:
    (cue / "reaper").mkdir(exist_ok=True)
    text = json.dumps(codec.plain(observed))
    (cue / "reaper/observed.json").write_text(text, "utf-8")
