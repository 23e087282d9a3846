"""Frames, seconds and timecode of one clip."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.spotting.write_spots import TIME_DECIMALS
from filmcomposer_core.timecode import (
    format_timecode,
    frame_at,
    is_drop,
    parse_timecode,
    time_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Frames, seconds and timecode of one clip.

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
        exact = self.frame_times[frame] if self.frame_times else time_at(frame, self.clip.fps)
        return round(exact, TIME_DECIMALS)

    def frame_of(self, time_s: float) -> int:
        """Return the frame whose timestamp lies nearest."""
        if not self.frame_times:
            return min(frame_at(time_s, self.clip.fps), self.clip.frames - 1)
        after = bisect.bisect_left(self.frame_times, time_s)
        near = range(max(0, after - 1), min(len(self.frame_times), after + 1))
        return min(near, key=lambda i: abs(self.frame_times[i] - time_s))

    def timecode_of(self, frame: int) -> str:
        """Return the timecode of a frame: the clip's start and the frames since."""
        return format_timecode(self.start + frame, fps=self.clip.fps, drop=self.drop)


def make_grid(clip: FilmClip, frame_times: Sequence[float] | None) -> Grid:
    """Prepare the conversions for a clip."""
    return Grid(
        clip=clip,
        start=parse_timecode(clip.start_timecode, fps=clip.fps),
        drop=is_drop(clip.start_timecode),
        frame_times=tuple(float(t) for t in frame_times or ()),
    )
