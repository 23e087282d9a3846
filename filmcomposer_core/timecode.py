"""SMPTE timecode: frame counts to ``HH:MM:SS:FF`` and back, drop frame included.

A timecode counts frames, not seconds: 23.976 counts 24 frames to the second of timecode and so
falls behind the clock. At 29.97 and 59.94 drop frame leaves out the first two (or four) numbers of
each minute but every tenth; no picture is lost. Counts wrap after 24 hours.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor

from filmcomposer_core.errors import InputError

_TIMECODE = re.compile(
    r"(?P<h>\d{1,2})[:;.](?P<m>\d{1,2})[:;.](?P<s>\d{1,2})(?P<mark>[:;.])(?P<f>\d{1,3})", re.ASCII
)
_DROP_RATES = {30: 2, 60: 4, 120: 8}
_NTSC = Fraction(1000, 1001)


def nominal_rate(fps: Fraction) -> int:
    """Return the frames that one second of timecode counts: 24 for 23.976, 30 for 29.97.

    Parameters
    ----------
    fps : Fraction
        Exact frame rate, frames per second, above 0.

    Returns
    -------
    int
        Frames, at least 1.
    """
    return max(1, floor(fps + Fraction(1, 2)))


def can_drop(fps: Fraction) -> bool:
    """Tell whether drop frame is defined at a rate (29.97, 59.94 and 119.88)."""
    nominal = nominal_rate(fps)
    return nominal in _DROP_RATES and abs(fps / nominal - _NTSC) < Fraction(1, 5000)


def is_drop(text: str) -> bool:
    """Tell whether a timecode is written as drop frame: ``;`` or ``.`` before the frames."""
    match = _TIMECODE.fullmatch(text.strip())
    return match is not None and match["mark"] != ":"


def frames_per_day(fps: Fraction, *, drop: bool) -> int:
    """Return the count after which a timecode starts again at ``00:00:00:00``."""
    nominal = nominal_rate(fps)
    dropped = _dropped(fps) * 9 * 6 * 24 if drop else 0
    return nominal * 24 * 3600 - dropped


def parse_timecode(text: str, *, fps: Fraction) -> int:
    """Read a timecode as a frame count since ``00:00:00:00``.

    Parameters
    ----------
    text : str
        ``HH:MM:SS:FF``; a ``;`` or ``.`` before the frames means drop frame.
    fps : Fraction
        Exact frame rate, frames per second.

    Returns
    -------
    int
        Frames, 0 to one less than a day.

    Raises
    ------
    InputError
        If the text is no timecode, a field is out of range, the rate has no drop frame, or
        drop frame skips the number.

    Examples
    --------
    >>> parse_timecode("00:01:00;02", fps=Fraction(30000, 1001))
    1800
    """
    match = _TIMECODE.fullmatch(text.strip())
    if match is None:
        msg = f"'{text}' is not a timecode."
        raise InputError(msg, "Write it as HH:MM:SS:FF, with ; before the frames for drop frame.")
    hours, minutes, seconds, frames = (int(match[key]) for key in "hmsf")
    nominal = nominal_rate(fps)
    _check_fields(text, hours=hours, minutes=minutes, seconds=seconds, frames=frames, fps=fps)
    total_minutes = hours * 60 + minutes
    count = (total_minutes * 60 + seconds) * nominal + frames
    if match["mark"] == ":":
        return count
    if not can_drop(fps):
        msg = f"'{text}' is drop frame, which does not exist at {float(fps):.6g} frames per second."
        raise InputError(msg, "Write a : before the frames.")
    skipped = _dropped(fps)
    if minutes % 10 and seconds == 0 and frames < skipped:
        msg = f"'{text}' is a number that drop frame leaves out."
        first = f"{text.strip()[: match.start('f')]}{skipped:02d}"
        raise InputError(msg, f"The first frame of that minute is {first}.")
    return count - skipped * (total_minutes - total_minutes // 10)


def format_timecode(frame: int, *, fps: Fraction, drop: bool) -> str:
    """Write a frame count as a timecode, starting again after 24 hours.

    Parameters
    ----------
    frame : int
        Frames since ``00:00:00:00``, at least 0.
    fps : Fraction
        Exact frame rate, frames per second.
    drop : bool
        Whether to count in drop frame.

    Returns
    -------
    str
        ``HH:MM:SS:FF``, or ``HH:MM:SS;FF`` in drop frame.

    Raises
    ------
    InputError
        If the count is negative or the rate has no drop frame.

    Examples
    --------
    >>> format_timecode(1800, fps=Fraction(30000, 1001), drop=True)
    '00:01:00;02'
    """
    if frame < 0:
        msg = f"Frame {frame} lies before 00:00:00:00."
        raise InputError(msg, "Count frames from 0.")
    if drop and not can_drop(fps):
        msg = f"Drop frame does not exist at {float(fps):.6g} frames per second."
        raise InputError(msg, "Use timecode without drop frame.")
    count = frame % frames_per_day(fps, drop=drop)
    if drop:
        count = _with_dropped_numbers(count, fps)
    nominal = nominal_rate(fps)
    seconds, frames = divmod(count, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    digits = max(2, len(str(nominal - 1)))
    mark = ";" if drop else ":"
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:0{digits}d}"


def frame_at(time_s: float, fps: Fraction) -> int:
    """Return the frame whose timestamp lies nearest to a time, the later one of a tie.

    Parameters
    ----------
    time_s : float
        Seconds from the first frame.
    fps : Fraction
        Exact frame rate, frames per second.
    """
    return floor(Fraction(time_s) * fps + Fraction(1, 2))


def time_at(frame: int, fps: Fraction) -> float:
    """Return the timestamp of a frame in seconds from the first one."""
    return float(frame / fps)


def _dropped(fps: Fraction) -> int:
    return _DROP_RATES[nominal_rate(fps)]


def _with_dropped_numbers(frame: int, fps: Fraction) -> int:
    """Turn a frame count into the number it bears, that is, add the numbers left out before it."""
    skipped = _dropped(fps)
    minute = nominal_rate(fps) * 60
    ten_minutes = minute * 10 - skipped * 9
    tens, rest = divmod(frame, ten_minutes)
    # The first minute of each ten keeps all its numbers, the other nine lack `skipped` each.
    later = max(0, (rest - minute) // (minute - skipped) + 1) if rest >= minute else 0
    return frame + skipped * (9 * tens + later)


def _check_fields(
    text: str, *, hours: int, minutes: int, seconds: int, frames: int, fps: Fraction
) -> None:
    limits = (
        ("hours", hours, 24),
        ("minutes", minutes, 60),
        ("seconds", seconds, 60),
        ("frames", frames, nominal_rate(fps)),
    )
    for name, value, limit in limits:
        if value >= limit:
            msg = f"'{text}' has {value} {name}."
            raise InputError(msg, f"At this frame rate {name} run from 0 to {limit - 1}.")
