"""The tracks of the session: folder, parts, reverb bus, stems, and what lies on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    EnvelopeOp,
    EnvelopePoint,
    FxOp,
    MidiItemOp,
    SendOp,
    TrackOp,
    VideoItemOp,
    stem_path,
)
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.execution.automation import Moved, by_measure
from filmcomposer_core.execution.grid import Grid, bar_at
from filmcomposer_core.execution.voices import PartTrack

if TYPE_CHECKING:  # the clip's contract imports numpy; this package runs inside REAPER too
    from filmcomposer_core.contracts.clip import FilmClip

PICTURE, CUE_FOLDER, REVERB, STEM_FOLDER = "@picture", "@cue", "@reverb", "@stems"
CUE_NAME, REVERB_NAME, STEM_NAME = "FilmComposer cue", "Reverb", "FilmComposer printed stems"
#: Mild colours of part tracks by the family of their instrument.
FAMILY_COLORS = {
    "strings": "#A8846A",
    "plucked": "#B59A7A",
    "woodwinds": "#7E9F86",
    "brass": "#B8A060",
    "percussion": "#9A7B8F",
    "keyboards": "#7F93AD",
    "voices": "#A98599",
    "colour": "#8E8AA3",
}
COLORS = {PICTURE: "#5A6372", CUE_FOLDER: "#3F6C8F", REVERB: "#6B5B95", STEM_FOLDER: "#4F7F4F"}
#: Decay of the hall in seconds: usual, and where an idiom wants a drier or a larger room.
DECAY_S = 2.1
DECAYS_S = {
    "slapstick": 1.2, "march": 1.2, "military": 1.2, "sneak": 1.3, "machine": 1.5, "chase": 1.5,
    "wonder": 2.8, "dream": 2.8, "mystery": 2.6, "dread": 3.0,
}  # fmt: skip

Operations = Iterator[TrackOp | VideoItemOp | AudioItemOp | MidiItemOp | SendOp | EnvelopeOp | FxOp]


def stem_id(part: str) -> str:
    """Return the id of the stem track of a part track."""
    return f"stem/{part}"


def track_ops(parts: Sequence[PartTrack], *, grid: Grid) -> Operations:
    """Give every track in its order: picture, parts in their folder, reverb, stems in theirs.

    Part tracks are muted: the printed stems are what sounds. Where an envelope follows, the
    fader stays at 0 dB and the pan in the middle, so that it does not matter whether a program
    adds the envelope to them or puts it in their place.
    """
    yield TrackOp(id=PICTURE, name="Picture", kind="video", color=COLORS[PICTURE])
    yield TrackOp(id=CUE_FOLDER, name=CUE_NAME, kind="folder", color=COLORS[CUE_FOLDER])
    for part in parts:
        volume, pan = _volume(part, grid=grid), _pan(part, grid=grid)
        yield TrackOp(
            id=part.id,
            name=part.name,
            kind="part",
            parent=CUE_FOLDER,
            color=FAMILY_COLORS[instrument(part.instrument).family],
            muted=True,
            volume=1.0 if volume.points else volume.value,
            pan=0.0 if pan.points else pan.value,
        )
    yield TrackOp(id=REVERB, name=REVERB_NAME, kind="bus", color=COLORS[REVERB])
    yield TrackOp(id=STEM_FOLDER, name=STEM_NAME, kind="folder", color=COLORS[STEM_FOLDER])
    for part in parts:
        yield TrackOp(id=stem_id(part.id), name=part.name, kind="stem", parent=STEM_FOLDER)


def item_ops(
    parts: Sequence[PartTrack], *, grid: Grid, video_path: str, clip: FilmClip
) -> Operations:
    """Give the picture, the MIDI items and the stems, all but the MIDI as long as the picture."""
    yield VideoItemOp(
        track=PICTURE,
        path=video_path,
        position_s=0.0,
        length_s=clip.duration_s,
        source_offset_s=clip.in_point_s,
        rate=clip.rate,
    )
    for part in parts:
        yield _midi_item(part, grid=grid)
    for number, part in enumerate(parts, start=1):
        yield AudioItemOp(
            track=stem_id(part.id),
            path=stem_path(number, part.id),
            position_s=0.0,
            length_s=clip.duration_s,
        )


def mix_ops(parts: Sequence[PartTrack], *, grid: Grid, plan: CuePlan) -> Operations:
    """Give the sends, the effects and the envelopes."""
    reverb = {"decay_s": DECAYS_S.get(plan.idiom, DECAY_S), "predelay_ms": 20.0}
    reverb |= {"highpass_hz": 180.0, "damping_hz": 5000.0}
    yield FxOp(id="reverb", track=REVERB, kind="reverb", parameters=reverb)
    for part in parts:
        yield from _part_ops(part, grid=grid)


def _part_ops(part: PartTrack, *, grid: Grid) -> Operations:
    space = by_measure(part.scheme.reverb_space, grid=grid, default=0.0)
    gain = 1.0 if space.points else space.value
    yield SendOp(source=part.id, target=REVERB, gain=gain)
    moving = [
        ("volume", "", _volume(part, grid=grid).points),
        ("pan", "", _pan(part, grid=grid).points),
        ("send", REVERB, space.points),
    ]
    if part.scheme.fx is not None:
        fx = f"filter/{part.id}"
        value = by_measure(part.scheme.fx.value, grid=grid, default=_open(part.scheme.fx.parameter))
        parameters = {part.scheme.fx.parameter: value.value}
        yield FxOp(id=fx, track=part.id, kind="filter", parameters=parameters)
        moving.append(("fx", f"{fx}:{part.scheme.fx.parameter}", value.points))
    yield from _envelopes(part.id, moving)


def _envelopes(
    track: str, moving: Sequence[tuple[str, str, tuple[EnvelopePoint, ...]]]
) -> Iterator[EnvelopeOp]:
    for parameter, target, points in moving:
        if points:
            yield EnvelopeOp(track=track, parameter=parameter, target=target, points=points)


def _open(parameter: str) -> float:
    """Return the value at which a filter lets everything pass."""
    return 20000.0 if parameter == "lowpass_hz" else 20.0


def _volume(part: PartTrack, *, grid: Grid) -> Moved:
    return by_measure(part.scheme.volume_envelope, grid=grid, default=1.0, scale=part.gain)


def _pan(part: PartTrack, *, grid: Grid) -> Moved:
    return by_measure(part.scheme.panning, grid=grid, default=0.0)


def _midi_item(part: PartTrack, *, grid: Grid) -> MidiItemOp:
    """Lay a part's notes in an item of whole bars, its controllers cut to it."""
    if part.notes:
        start = bar_at(grid, min(note.beat for note in part.notes)).start_beat
        last = bar_at(grid, max(note.beat + note.length for note in part.notes) - 1e-5)
    else:
        start, last = grid.bars[0].start_beat, grid.bars[-1]
    end = last.end_beat
    controllers = [c for c in part.controllers if start <= c.beat < end]
    early = {c.number: c for c in part.controllers if c.beat < start}
    present = {c.number for c in controllers if math.isclose(c.beat, start)}
    held = [
        type(c)(beat=start, number=c.number, value=c.value, ramp=c.ramp)
        for c in early.values()
        if c.number not in present
    ]
    return MidiItemOp(
        track=part.id,
        name=part.name,
        instrument=part.instrument,
        start_beat=start,
        end_beat=end,
        sounds=part.sounds,
        notes=part.notes,
        controllers=tuple(sorted([*held, *controllers], key=lambda c: (c.beat, c.number))),
    )
