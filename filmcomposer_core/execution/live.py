"""A cue, as far as it has come, as what is laid into an open project: ``reaper/session.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from filmcomposer_core.contracts.daw_plan import DawPlan, MarkerOp, RegionOp, TempoOp, TrackOp
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.session import (
    SESSION_VERSION,
    THEME_TRACK,
    Session,
    SessionMap,
    SessionMarker,
    SessionRegion,
    SessionRequest,
    SessionTrack,
)
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoPlan, TempoPoint
from filmcomposer_core.contracts.verdict import Assessment
from filmcomposer_core.execution.assessment_words import assessment_lines
from filmcomposer_core.execution.grid import make_grid
from filmcomposer_core.execution.layout import markers, regions
from filmcomposer_core.execution.live_theme import Candidate, Take, takes_of, theme_track
from filmcomposer_core.execution.live_tracks import plan_tracks
from filmcomposer_core.execution.map_words import map_lines
from filmcomposer_core.execution.rpp import only
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines, readable
from filmcomposer_core.timeline import Timeline

if TYPE_CHECKING:  # the clip's contract imports numpy; this package runs inside REAPER too
    from filmcomposer_core.contracts.clip import FilmClip

#: Class, tolerance and MUST of a marker that somebody has put into the plan and that is no spot.
_NO_SPOT = ("any", 1, 1, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CueSoFar:
    """What there is of a cue; None or empty = not there yet.

    ``title`` tells cues of one project apart. ``folder`` is the absolute path of the cue folder.
    ``reached`` is the last stage command whose result holds. ``keeps_tempo`` says that the map is
    the project's own. ``stems`` are the printed stems that are there, each with the path that the
    project is given. ``run`` names the folder's state.
    """

    clip: FilmClip
    title: str
    folder: str
    reached: str
    spots: tuple[Spot, ...] = ()
    tempo: TempoPlan | None = None
    keeps_tempo: bool = False
    plan: CuePlan | None = None
    melody: Melody | None = None
    candidates: tuple[Candidate, ...] = ()
    theme_assessment: Assessment | None = None
    cue_assessment: Assessment | None = None
    daw_plan: DawPlan | None = None
    stems: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    notes: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()


def make_session(cue: CueSoFar, request: SessionRequest) -> Session:
    """Work out what REAPER's side lays into the project.

    Parameters
    ----------
    cue : CueSoFar
        What there is; a part needs those before it (regions the tempo map, and so on).
    request : SessionRequest
        The cue's id in the project, where its picture lies, and the system.

    Returns
    -------
    Session
        With tracks for the candidates of the theme once there are some, and for all of the plan
        but the picture once it is built. The same arguments give the same session.
    """
    place = Placement(
        anchor_s=request.anchor_s,
        cue=request.cue,
        system=request.system,
        folder=cue.folder,
        files=cue.stems,
    )
    beats = _beats(cue)
    takes = takes_of(cue.candidates, cue.melody) if beats else ()
    return Session(
        version=SESSION_VERSION,
        cue=request.cue,
        title=readable(cue.title),
        anchor_s=request.anchor_s,
        length_s=cue.clip.duration_s,
        fps_num=cue.clip.fps_num,
        fps_den=cue.clip.fps_den,
        reached=cue.reached,
        markers=_markers(cue, place),
        regions=_regions(cue, place),
        tempo=() if cue.keeps_tempo else _moved(beats, place),
        beats=beats,
        maps=_maps(cue),
        chosen=cue.tempo.chosen if cue.tempo else 0,
        tracks=_tracks(cue, takes, beats, place),
        theme=tuple(take.name for take in takes),
        assessment=(
            *assessment_lines("Theme", cue.theme_assessment),
            *assessment_lines("Arranged cue", cue.cue_assessment),
        ),
        notes=cue.notes,
        made_by=cue.made_by,
        run=cue.run,
    )


def _beats(cue: CueSoFar) -> tuple[TempoPoint, ...]:
    if cue.daw_plan is not None:
        return only(cue.daw_plan, TempoOp).points
    return cue.tempo.map.points if cue.tempo else ()


def _moved(points: Sequence[TempoPoint], place: Placement) -> tuple[TempoPoint, ...]:
    return tuple(replace(point, time_s=place.time(point.time_s)) for point in points)


def _markers(cue: CueSoFar, place: Placement) -> tuple[SessionMarker, ...]:
    known = {
        spot.id: (spot.hit_class, spot.early_frames, spot.late_frames, spot.must)
        for spot in cue.spots
    }
    if cue.daw_plan is None:
        ops = markers(cue.spots)
    else:
        ops = [op for op in cue.daw_plan.operations if isinstance(op, MarkerOp)]
    made: list[SessionMarker] = []
    for op in ops:
        hit_class, early, late, must = known.get(op.id, _NO_SPOT)
        made.append(
            SessionMarker(
                id=op.id,
                time_s=place.time(op.time_s),
                name=readable(op.name),
                color=op.color,
                hit_class=hit_class,
                early_frames=early,
                late_frames=late,
                must=must,
            )
        )
    return tuple(made)


def _regions(cue: CueSoFar, place: Placement) -> tuple[SessionRegion, ...]:
    ops: list[RegionOp] = []
    if cue.daw_plan is not None:
        ops = [op for op in cue.daw_plan.operations if isinstance(op, RegionOp)]
    elif cue.plan is not None and cue.tempo is not None:
        grid = make_grid(cue.tempo.map, plan=cue.plan, duration_s=cue.clip.duration_s)
        ops = regions(cue.plan, grid=grid, length_s=cue.clip.duration_s)
    return tuple(
        SessionRegion(
            id=op.id,
            start_s=place.time(op.start_s),
            end_s=place.time(op.end_s),
            name=readable(op.name),
            color=op.color,
        )
        for op in ops
    )


def _maps(cue: CueSoFar) -> tuple[SessionMap, ...]:
    maps = cue.tempo.maps if cue.tempo else ()
    lines = map_lines(maps, cue.spots)
    return tuple(SessionMap(rank=m.rank, words=w) for m, w in zip(maps, lines, strict=True))


def _tracks(
    cue: CueSoFar, takes: Sequence[Take], beats: Sequence[TempoPoint], place: Placement
) -> tuple[SessionTrack, ...]:
    made: list[tuple[TrackOp, Lines]] = []
    if takes:
        made.append(
            theme_track(
                takes,
                title=cue.title,
                # Until stems are printed nothing else sounds.
                muted=cue.daw_plan is not None and bool(cue.stems),
                timeline=Timeline(beats),
                end_s=cue.clip.duration_s,
                place=place,
            )
        )
    if cue.daw_plan is not None:
        made += plan_tracks(
            cue.daw_plan, title=cue.title, stems=cue.stems, before=len(made), place=place
        )
    return tuple(
        SessionTrack(
            id=track.id,
            kind="theme" if track.id == THEME_TRACK else track.kind,
            name=readable(track.name),
            parent=track.parent,
            text="\n".join(text.lstrip(" ") for text in lines),
        )
        for track, lines in made
    )
