"""A DAW plan as a REAPER project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from filmcomposer_core.contracts.daw_plan import (
    DawPlan,
    EnvelopeOp,
    FxOp,
    MarkerOp,
    MidiItemOp,
    ProjectOp,
    RegionOp,
    SendOp,
    TempoOp,
    TrackOp,
)
from filmcomposer_core.errors import DawError
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_project import project_lines
from filmcomposer_core.execution.rpp_text import Lines, readable
from filmcomposer_core.execution.rpp_time import marker_lines, tempo_envelope
from filmcomposer_core.execution.rpp_track import Item, TrackContent, folder_steps, track_block
from filmcomposer_core.timeline import Timeline

_Op = TypeVar("_Op", ProjectOp, TempoOp)
#: The part that a stem belongs to stands behind this in its id.
_STEM = "stem/"
#: Format, the version whose lines these are, and a time of 0: the same plan, the same bytes.
HEADER = '<REAPER_PROJECT 0.1 "7.0/linux-x86_64" 0 0'


def write_rpp(plan: DawPlan, *, notes: Sequence[str] = ()) -> str:
    """Write a plan as the text of an ``.RPP`` file.

    Parameters
    ----------
    plan : DawPlan
        With one project and one tempo operation; paths in it are relative to the file.
    notes : sequence of str
        What the project says of itself, in the place of what that of a cue says.

    Returns
    -------
    str
        Lines end with a line feed; the same plan gives the same text.

    Raises
    ------
    DawError
        If the plan has no project or no tempo operation.
    """
    project = only(plan, ProjectOp)
    tempo = only(plan, TempoOp)
    contents = track_contents(plan)
    timeline = Timeline(tempo.points)
    numbers = {name: number for number, name in enumerate(contents)}
    steps = folder_steps([content.track for content in contents.values()])
    first = tempo.points[0]
    body: Lines = (
        project_lines(project, first=first, notes=[*map(readable, notes)])
        if notes
        else project_lines(project, first=first, instruments=[*_instruments(plan)])
    )
    body += tempo_envelope(tempo.points)
    body += marker_lines([op for op in plan.operations if isinstance(op, MarkerOp | RegionOp)])
    for content, step in zip(contents.values(), steps, strict=True):
        body += track_block(
            content, folder_step=step, numbers=numbers, timeline=timeline, place=Placement()
        )
    return "\n".join([HEADER, *(f"  {item}" for item in body), ">", ""])


def _instruments(plan: DawPlan) -> Iterator[str]:
    """Yield for each part what it is called, its instrument in the catalogue and its techniques."""
    for op in plan.operations:
        if isinstance(op, MidiItemOp):
            names = ", ".join(dict.fromkeys(sound.technique for sound in op.sounds))
            yield f"{op.name}: [{op.instrument}] {names}"


def only(plan: DawPlan, kind: type[_Op]) -> _Op:
    """Return the one operation of a kind; DawError if there is none."""
    for op in plan.operations:
        if isinstance(op, kind):
            return op
    msg = f"The DAW plan has no {kind.__name__} operation."
    raise DawError(msg, "Build it anew: filmcomposer build.")


def track_contents(plan: DawPlan) -> dict[str, TrackContent]:
    """Collect by track what the operations put on it; sends go to the track that receives."""
    contents: dict[str, TrackContent] = {}
    for op in plan.operations:
        if isinstance(op, TrackOp):
            contents[op.id] = TrackContent(track=op)
        elif isinstance(op, SendOp):
            contents[op.target].receives.append(op)
        elif isinstance(op, FxOp):
            contents[op.track].effects.append(op)
        elif isinstance(op, EnvelopeOp) and op.parameter == "send":
            contents[op.target].send_envelopes[op.track] = op
        elif isinstance(op, EnvelopeOp):
            contents[op.track].envelopes.append(op)
        elif isinstance(op, Item):
            contents[op.track].items.append(op)
    for content in contents.values():
        if content.track.kind == "stem":
            _name_stem(content, contents.get(content.track.id.removeprefix(_STEM)))
    return contents


def _name_stem(stem: TrackContent, part: TrackContent | None) -> None:
    """Call a stem as its part has been renamed, unless it has been renamed itself.

    A part's item keeps the name that both were made with.
    """
    if part is not None and any(
        isinstance(item, MidiItemOp) and item.name == stem.track.name for item in part.items
    ):
        stem.track = replace(stem.track, name=part.track.name)
