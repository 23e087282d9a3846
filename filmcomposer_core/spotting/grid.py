"""Frames, seconds and timecode of one clip."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.errors import InputError
from filmcomposer_core.spotting.write_spots import TIME_DECIMALS
from filmcomposer_core.timecode import (
    format_timecode,
    frame_at,
    frames_per_day,
    is_drop,
    parse_timecode,
    time_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Frames, seconds and timecode of one clip.

    ``start`` and ``drop`` are the timecode of the first frame, as a count, and how it counts.
    ``frame_times`` holds the timestamp of each frame, or is empty where the nominal rate rules.
    """

    clip: FilmClip
    start: int
    drop: bool
    frame_times: tuple[float, ...]

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.frame_times) or self.clip.frames

    def time_of(self, frame: int) -> float:
        """Return the timestamp of a frame in seconds, to the microsecond."""
        if self.frame_times:
            return round(self.frame_times[frame], TIME_DECIMALS)
        return round(self.clip.lead_s + time_at(frame, self.clip.fps), TIME_DECIMALS)

    def frame_of(self, time_s: float) -> int:
        """Return the frame whose timestamp lies nearest."""
        if not self.frame_times:
            frame = frame_at(time_s - self.clip.lead_s, self.clip.fps)
            return min(max(0, frame), self.clip.frames - 1)
        after = bisect.bisect_left(self.frame_times, time_s)
        near = range(max(0, after - 1), min(len(self.frame_times), after + 1))
        return min(near, key=lambda i: abs(self.frame_times[i] - time_s))

    def timecode_of(self, frame: int) -> str:
        """Return the timecode of a frame: the clip's start and the frames since."""
        return format_timecode(self.start + frame, fps=self.clip.fps, drop=self.drop)


def make_grid(clip: FilmClip, frame_times: Sequence[float] | None = None) -> Grid:
    """Prepare the conversions for a clip."""
    return Grid(
        clip=clip,
        start=parse_timecode(clip.start_timecode, fps=clip.fps),
        drop=is_drop(clip.start_timecode),
        frame_times=tuple(float(t) for t in frame_times or ()),
    )


def grid_as_read(
    grid: Grid, rows: Sequence[tuple[str, int]], written: Sequence[tuple[str, int]]
) -> Grid:
    """Return a grid that counts timecode as a table does: the clip may start elsewhere since then.

    Parameters
    ----------
    grid : Grid
        As the clip counts now.
    rows, written : sequence of (str, int)
        Timecode and frame of whole rows of the table, and of all rows as they were last written.

    Returns
    -------
    Grid
        As it is where all rows count like the clip; else with the start that all rows show as they
        were written, or now if nothing was written.
    """
    now = (grid.start, grid.drop)
    if rows and all(_start(grid.clip, *row) == now for row in rows):
        return grid
    starts = {_start(grid.clip, *row) for row in written or rows}
    found = starts.pop() if len(starts) == 1 else None
    return grid if found is None else replace(grid, start=found[0], drop=found[1])


def _start(clip: FilmClip, timecode: str, frame: int) -> tuple[int, bool] | None:
    """Return the count at which a clip starts if a frame has a timecode, None if it is none."""
    try:
        count = parse_timecode(timecode, fps=clip.fps)
    except InputError:
        return None
    drop = is_drop(timecode)
    return (count - frame) % frames_per_day(clip.fps, drop=drop), drop


def with_timecodes(spots: Iterable[Spot], *, clip: FilmClip) -> tuple[Spot, ...]:
    """Return hit points with the timecodes that their frames have in a clip."""
    grid = make_grid(clip)
    return tuple(replace(spot, timecode=grid.timecode_of(spot.frame)) for spot in spots)
