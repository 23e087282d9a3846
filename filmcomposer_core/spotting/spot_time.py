"""Where a row of ``spots.csv`` stands: its three time cells made to agree."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.errors import InputError
from filmcomposer_core.spotting.csv_table import Row, parse_number
from filmcomposer_core.spotting.grid import Grid
from filmcomposer_core.spotting.write_spots import TIME_DECIMALS
from filmcomposer_core.timecode import frames_per_day, is_drop, parse_timecode


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The three time cells of one row, in agreement."""

    time_s: float
    frame: int
    timecode: str


def place_row(row: Row, base: Spot | None, grid: Grid) -> Place:
    """Find where a row stands.

    The time cell that differs from the written row rules, and the other two follow. In a new row
    every filled cell counts as changed.

    Raises
    ------
    InputError
        If a cell cannot be read, lies outside the clip, or two changed cells differ by more than
        half a frame.
    """
    given = _given_times(row, base, grid)
    if not given and base is not None:
        return Place(time_s=base.time_s, frame=base.frame, timecode=base.timecode)
    if not given:
        raise row.fault(
            "no time is given", "Fill in one of time_s, frame and timecode, or delete the row."
        )
    _check_agreement(row, given, grid)
    time_s = next(iter(given.values()))
    frame = grid.frame_of(time_s)
    return Place(time_s=time_s, frame=frame, timecode=grid.timecode_of(frame))


def _given_times(row: Row, base: Spot | None, grid: Grid) -> dict[str, float]:
    """Return the time in seconds that each filled and changed cell means, most exact first."""
    given: dict[str, float] = {}
    if row.text("time_s"):
        time_s = _read_time(row, grid)
        if base is None or not _same_time(row.text("time_s"), time_s, base, grid):
            given["time_s"] = time_s
    if row.text("frame"):
        frame = _read_frame(row, grid)
        if base is None or frame != base.frame:
            given["frame"] = grid.time_of(frame)
    if row.text("timecode"):
        frame = _read_timecode(row, grid)
        if base is None or frame != base.frame:
            given["timecode"] = grid.time_of(frame)
    return given


def _same_time(text: str, time_s: float, base: Spot, grid: Grid) -> bool:
    """Tell whether a cell still holds the written time, maybe rounded by a spreadsheet."""
    difference = abs(time_s - base.time_s)
    if difference < 0.6 * 10**-TIME_DECIMALS:
        return True
    mark = max(text.rfind("."), text.rfind(","))
    decimals = len(text) - mark - 1 if mark >= 0 else 0
    rounded = abs(round(base.time_s, decimals) - time_s) < 1e-9
    return rounded and difference < 0.25 / float(grid.clip.fps)


def _check_agreement(row: Row, given: dict[str, float], grid: Grid) -> None:
    names = list(given)
    for one, other in ((a, b) for i, a in enumerate(names) for b in names[i + 1 :]):
        # A little over half a frame, so that a time rounded to half a frame still passes. With a
        # variable frame rate a picture may stand much longer.
        far = abs(given[one] - given[other]) > 0.501 / float(grid.clip.fps)
        if far and grid.frame_of(given[one]) != grid.frame_of(given[other]):
            raise row.fault(
                f"{one} {row.text(one)} and {other} {row.text(other)} are different places "
                f"({given[one]:.3f} s and {given[other]:.3f} s)",
                "Change one of time_s, frame and timecode; the others follow.",
            )


def _read_time(row: Row, grid: Grid) -> float:
    text = row.text("time_s")
    time_s = parse_number(text)
    if time_s is None:
        raise row.fault(f"time_s is '{text}'", "Write seconds from the first picture, like 4.71.")
    if time_s < 0:
        raise row.fault(f"time_s is {text}, before the clip", "Time 0 is the first picture.")
    if time_s >= grid.clip.duration_s:
        raise _after_the_end(row, f"time_s {text}", grid)
    return round(time_s, TIME_DECIMALS)


def _read_frame(row: Row, grid: Grid) -> int:
    text = row.text("frame")
    number = parse_number(text)
    if number is None or number != int(number):
        raise row.fault(f"frame is '{text}'", "Write a whole number; the first picture is 0.")
    if number < 0:
        raise row.fault(f"frame is {text}, before the clip", "The first picture is frame 0.")
    if number >= grid.frames:
        raise _after_the_end(row, f"frame {text}", grid)
    return int(number)


def _read_timecode(row: Row, grid: Grid) -> int:
    text, clip = row.text("timecode"), grid.clip
    try:
        count = parse_timecode(text, fps=clip.fps)
    except InputError as exc:
        raise row.fault(exc.message.removesuffix("."), exc.hint) from exc
    if is_drop(text) != grid.drop:
        mark, kind = (";", "drop frame") if grid.drop else (":", "without drop frame")
        raise row.fault(
            f"timecode '{text}' does not count like the clip, which starts at "
            f"{grid.timecode_of(0)} {kind}",
            f"Write {mark} before the frames.",
        )
    day = frames_per_day(clip.fps, drop=grid.drop)
    frame = (count - grid.start) % day
    if frame >= grid.frames and frame > day // 2:
        raise row.fault(
            f"timecode {text} lies before the clip, which starts at {grid.timecode_of(0)}",
            "Correct the timecode.",
        )
    if frame >= grid.frames:
        raise _after_the_end(row, f"timecode {text}", grid)
    return frame


def _after_the_end(row: Row, what: str, grid: Grid) -> InputError:
    last = grid.frames - 1
    return row.fault(
        f"{what} lies after the end of the clip ({grid.clip.duration_s:.3f} s)",
        f"The last picture is frame {last} at {grid.timecode_of(last)}; move or delete the row.",
    )
