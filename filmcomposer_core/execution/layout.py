"""What stands on the time line: project settings, tempo, markers and regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filmcomposer_core.contracts.daw_plan import MarkerOp, ProjectOp, RegionOp, TempoOp
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.spots import STRONG_WEIGHT, Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.execution.grid import Grid
from filmcomposer_core.timecode import is_drop, parse_timecode

if TYPE_CHECKING:  # the clip's contract imports numpy; this package runs inside REAPER too
    from filmcomposer_core.contracts.clip import FilmClip

RENDER_FILE = "cue.wav"
MUST_COLOR, STRONG_COLOR, WEAK_COLOR, FAINT_COLOR, AVOID_COLOR = (
    "#D64045", "#E8871E", "#E5C04B", "#9AA5B1", "#4C78A8",
)  # fmt: skip
MEDIUM_WEIGHT = 4.0
SECTION_COLORS = {
    "establish": "#7A9E9F",
    "theme": "#5B8E7D",
    "turn": "#8F7EB3",
    "build": "#C08552",
    "climax": "#B5484A",
    "aftermath": "#6C8EAD",
    "button": "#7D7D7D",
}


def project_op(clip: FilmClip, *, title: str) -> ProjectOp:
    """Return the project settings of a clip, with its SMPTE start where it has one.

    Parameters
    ----------
    clip : FilmClip
        The picture.
    title : str
        Name of the project.

    Raises
    ------
    InputError
        If the clip's start timecode does not parse.
    """
    start = clip.start_timecode.strip()
    frames = parse_timecode(start, fps=clip.fps) if start else 0
    return ProjectOp(
        title=title,
        fps_num=clip.fps_num,
        fps_den=clip.fps_den,
        drop_frame=bool(start) and is_drop(start),
        start_offset_s=float(frames / clip.fps),
        length_s=clip.duration_s,
        render_file=RENDER_FILE,
    )


def tempo_op(tempo_map: TempoMap) -> TempoOp:
    """Return the tempo map as an operation."""
    return TempoOp(points=tempo_map.points)


def markers(spots: Sequence[Spot]) -> list[MarkerOp]:
    """Return a marker for every spot in order of time, named ``WEIGHT CLASS | name``."""
    return [
        MarkerOp(
            id=spot.id,
            time_s=spot.time_s,
            name=f"{_weight(spot)} {spot.hit_class} | {spot.name}",
            color=_color(spot),
        )
        for spot in sorted(spots, key=lambda s: (s.time_s, s.id))
    ]


def _weight(spot: Spot) -> str:
    return "MUST" if spot.must else f"{spot.strength:g}"


def _color(spot: Spot) -> str:
    if spot.hit_class == "avoid":
        return AVOID_COLOR
    if spot.must:
        return MUST_COLOR
    if spot.strength >= STRONG_WEIGHT:
        return STRONG_COLOR
    return WEAK_COLOR if spot.strength >= MEDIUM_WEIGHT else FAINT_COLOR


def regions(plan: CuePlan, *, grid: Grid, length_s: float) -> list[RegionOp]:
    """Return a region for every section of the plan that begins inside the picture."""
    made: list[RegionOp] = []
    for section in plan.sections:
        first = grid.bars[section.start - 1]
        last = grid.bars[section.start + section.bars - 2]
        end_s = min(grid.timeline.time_at(last.end_beat), length_s)
        if end_s > first.start_s:
            made.append(
                RegionOp(
                    id=section.id,
                    start_s=first.start_s,
                    end_s=end_s,
                    name=f"{section.id} {section.function}",
                    color=SECTION_COLORS[section.function],
                )
            )
    return made
