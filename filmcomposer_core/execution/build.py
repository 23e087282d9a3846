"""The Execution Agent: scheme, score and tempo become operations for a DAW (Sec. 3.3, Fig. 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filmcomposer_core.contracts.daw_plan import DawPlan, Operation
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.execution.check_scheme import check_scheme
from filmcomposer_core.execution.grid import make_grid
from filmcomposer_core.execution.layout import markers, project_op, regions, tempo_op
from filmcomposer_core.execution.mixing import item_ops, mix_ops, track_ops
from filmcomposer_core.execution.voices import part_tracks

if TYPE_CHECKING:  # the clip's contract imports numpy; this package runs inside REAPER too
    from filmcomposer_core.contracts.clip import Analysis

PLAN_VERSION = 1


def build_plan(
    *,
    analysis: Analysis,
    spots: Sequence[Spot],
    tempo_map: TempoMap,
    plan: CuePlan,
    score: Score,
    scheme: Scheme,
    title: str,
    video_path: str,
) -> tuple[DawPlan, tuple[str, ...]]:
    """Work out everything that has to be done in a DAW.

    The scheme rules where it differs from the score: its instrument and technique are played, its
    dynamics scale the velocities, softened measures sound one dynamic step softer, duplicates
    become tracks of their own (``<id>_dup1``). Notes that an instrument cannot reach move by
    octaves, phrase by phrase.

    Parameters
    ----------
    analysis : Analysis
        The clip: frame rate, timecode, length.
    spots : sequence of Spot
        Become markers.
    tempo_map : TempoMap
        The chosen map.
    plan : CuePlan
        Its sections become regions; its scales serve trills and runs.
    score : Score
        The arranged notes in beats.
    scheme : Scheme
        How each part is played and mixed.
    title : str
        Name of the project.
    video_path : str
        The picture, best relative to the cue folder.

    Returns
    -------
    tuple of (DawPlan, tuple of str)
        The operations, and a sentence for each stretch of notes that was moved into the range of
        its instrument.

    Raises
    ------
    InputError
        If the scheme names a track, an instrument, a technique or a measure that does not exist.

    Notes
    -----
    Implements the Execution Agent of Sec. 3.3 and the operations of Fig. 3.
    """
    clip = analysis.clip
    measures = max((measure.number for measure in score.measures), default=0)
    grid = make_grid(tempo_map, plan=plan, duration_s=clip.duration_s, measures=measures)
    check_scheme(scheme, score=score, measures=len(grid.bars))
    parts = part_tracks(scheme, score=score, grid=grid)
    items = item_ops(parts, grid=grid, video_path=video_path, clip=clip)
    operations: tuple[Operation, ...] = (
        project_op(clip, title=title),
        tempo_op(tempo_map),
        *markers(spots),
        *regions(plan, grid=grid, length_s=clip.duration_s),
        *track_ops(parts, grid=grid),
        *items,
        *mix_ops(parts, grid=grid, plan=plan),
    )
    notes = tuple(f"{change}." for part in parts for change in part.changes)
    return DawPlan(version=PLAN_VERSION, operations=operations), notes
