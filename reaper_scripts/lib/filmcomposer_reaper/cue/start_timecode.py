"""The timecode of the picture's first frame, as the project's ruler has it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from filmcomposer_core.timecode import can_drop, format_timecode, frame_at
from filmcomposer_reaper.adapter.project import frame_rate, start_offset_s
from filmcomposer_reaper.adapter.reaper import Reaper

#: 23.976 and 24 are 0.024 apart.
_SAME_RATE = 0.005
_WHOLE_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A timecode for the core, empty where none can be told; ``why`` says so in a sentence."""

    timecode: str = ""
    why: str = ""


def start_timecode(reaper: Reaper, position_s: float, fps: Fraction | None = None) -> Start:
    """Return what the ruler shows where the picture begins.

    A project that starts at 0 is taken for one without timecode: the film's own is left alone.

    Parameters
    ----------
    reaper : Reaper
    position_s : float
        Where the picture begins, in project seconds.
    fps : Fraction, optional
        The film's frames a second, None where nobody has looked at it yet. A full second then has
        the same timecode at every rate, and only that can be told.
    """
    offset = start_offset_s(reaper)
    if abs(offset) < _WHOLE_S:
        return Start()
    shown = offset + position_s
    if shown < 0:
        return Start(
            why="The picture begins before timecode 00:00:00:00, so the film's own is used."
        )
    project, drop = frame_rate(reaper)
    if fps is None:
        whole = abs(shown - round(shown)) < _WHOLE_S and project == round(project)
        if whole and not drop:
            return Start(timecode=format_timecode(round(shown), fps=Fraction(1), drop=False))
        return Start(why="The film's frame rate is not known yet, so its own timecode is used.")
    if abs(project - float(fps)) > _SAME_RATE:
        # That the rates differ is said once, by `rates_differ`.
        return Start()
    frame = frame_at(shown, fps)
    return Start(timecode=format_timecode(frame, fps=fps, drop=drop and can_drop(fps)))


def rates_differ(reaper: Reaper, fps: float) -> str:
    """Return a sentence where project and film count other frames a second, else an empty text."""
    project, _ = frame_rate(reaper)
    if abs(project - fps) <= _SAME_RATE:
        return ""
    return (
        f"The project counts {project:.5g} frames a second and the film has {fps:.5g}: times are "
        "the ruler's, frames of a hit the film's, and the film keeps its own timecode. The "
        "project's rate is set in File > Project settings > Video."
    )
