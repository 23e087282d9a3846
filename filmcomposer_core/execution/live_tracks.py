"""The tracks of a plan for an open project: without the picture, with the stems that are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from filmcomposer_core.contracts.daw_plan import AudioItemOp, DawPlan, TempoOp, TrackOp
from filmcomposer_core.execution.mixing import (
    CUE_FOLDER,
    CUE_NAME,
    REVERB,
    REVERB_NAME,
    STEM_FOLDER,
    STEM_NAME,
)
from filmcomposer_core.execution.rpp import only, track_contents
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines
from filmcomposer_core.execution.rpp_track import TrackContent, folder_steps, track_block
from filmcomposer_core.timeline import Timeline

#: Tracks that every cue has under the same name; in a project they say whose they are.
COMMON = {CUE_FOLDER: CUE_NAME, REVERB: REVERB_NAME, STEM_FOLDER: STEM_NAME}


def plan_tracks(
    plan: DawPlan, *, title: str, stems: Collection[str], before: int, place: Placement
) -> list[tuple[TrackOp, Lines]]:
    """Return the tracks that a plan lays into an open project.

    Parameters
    ----------
    plan : DawPlan
        The same that ``cue.rpp`` is written from.
    title : str
        What the cue is called, put behind the names of its folders and its reverb.
    stems : collection of str
        Paths of the printed stems that are there; a track of another stem is left out, and the
        folder of the stems if none is there.
    before : int
        How many tracks of the cue come before these, which receives have to count.
    place : Placement
        Where the plan is laid.

    Returns
    -------
    list of (TrackOp, list of str)
        Each with its ``TRACK`` block.
    """
    contents = _kept(track_contents(plan), stems)
    for content in contents.values():
        content.track = _named(content.track, title)
        content.receives = [send for send in content.receives if send.source in contents]
    numbers = {name: number for number, name in enumerate(contents, start=before)}
    timeline = Timeline(only(plan, TempoOp).points)
    steps = folder_steps([content.track for content in contents.values()])
    return [
        (
            content.track,
            track_block(content, folder_step=step, numbers=numbers, timeline=timeline, place=place),
        )
        for content, step in zip(contents.values(), steps, strict=True)
    ]


def _kept(contents: Mapping[str, TrackContent], stems: Collection[str]) -> dict[str, TrackContent]:
    """Leave out the picture, stems whose files are missing, and folders that this empties."""
    gone = {name for name, content in contents.items() if _is_gone(content, stems)}
    for name, content in reversed(list(contents.items())):  # inner folders stand behind outer ones
        children = {other for other, c in contents.items() if c.track.parent == name}
        if content.track.kind == "folder" and children and children <= gone:
            gone.add(name)
    return {name: content for name, content in contents.items() if name not in gone}


def _is_gone(content: TrackContent, stems: Collection[str]) -> bool:
    if content.track.kind == "video":
        return True
    files = [item.path for item in content.items if isinstance(item, AudioItemOp)]
    return content.track.kind == "stem" and not set(files) <= set(stems)


def _named(track: TrackOp, title: str) -> TrackOp:
    """Say whose a track is that every cue has, unless its user has named it."""
    if COMMON.get(track.id) != track.name:
        return track
    return replace(track, name=f"{track.name}: {title}")
