"""When a hit counts as met: one rule for the report and for the markers in an open project.

Standard library only: it also runs inside REAPER.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Protocol

#: How far from a hit an onset is looked for, seconds.
REACH_S = 0.5
#: A beat this close to a bar line is on it.
SAME_BEAT = 1e-3


class Aim(Protocol):
    """What a hit asks for: a spot, or its marker."""

    @property
    def hit_class(self) -> str:
        """What of the music may meet it."""

    @property
    def must(self) -> bool:
        """Whether it has to be met exactly."""

    @property
    def early_frames(self) -> int:
        """Tolerance before the frame."""

    @property
    def late_frames(self) -> int:
        """Tolerance after the frame."""


def nearest(onsets: Sequence[float], time_s: float) -> float | None:
    """Return the onset nearest to a time, or None if none lies within ``REACH_S``.

    Parameters
    ----------
    onsets : sequence of float
        Seconds, ascending.
    time_s : float

    Examples
    --------
    >>> nearest([1.0, 2.0], 1.9)
    2.0
    """
    at = bisect.bisect_left(onsets, time_s)
    near = [onsets[i] for i in (at - 1, at) if 0 <= i < len(onsets)]
    best = min(near, key=lambda onset: abs(onset - time_s), default=None)
    return best if best is not None and abs(best - time_s) <= REACH_S else None


def frames_off(onsets: Sequence[float], time_s: float, *, fps: float) -> float | None:
    """Return the nearest onset minus the hit in frames, positive = late; None where none is near.

    Parameters
    ----------
    onsets : sequence of float
        Seconds, ascending.
    time_s : float
        The hit.
    fps : float
        Frames per second.
    """
    onset = nearest(onsets, time_s)
    return None if onset is None else round((onset - time_s) * fps, 3)


def colour_of(aim: Aim, frames_off: float | None, *, beat: float | None = None) -> str:
    """Judge a hit: green inside its tolerance, yellow inside twice it, red beyond or missing.

    A spot of class ``avoid`` is the other way round: green while nothing begins in its tolerance.
    One that must be met on a downbeat and is met on another beat is yellow.

    Parameters
    ----------
    aim : Aim
    frames_off : float or None
        As from :func:`frames_off`.
    beat : float or None
        Where it is met in the bar, from 1, if that is known.
    """
    early, late = aim.early_frames + 1e-6, aim.late_frames + 1e-6
    if aim.hit_class == "avoid":
        return "red" if frames_off is not None and -early <= frames_off <= late else "green"
    if frames_off is None:
        return "red"
    if -early <= frames_off <= late:
        return "yellow" if aim.must and _off_the_line(aim, beat) else "green"
    return "yellow" if -2 * early <= frames_off <= 2 * late else "red"


def reason_of(
    aim: Aim,
    frames_off: float | None,
    *,
    beat: float | None = None,
    left_s: float | None = None,
    needed_s: float = 0.0,
) -> str:
    """Return why a hit is not green, or why one for a downbeat lies elsewhere; "" for neither.

    Parameters
    ----------
    aim : Aim
    frames_off : float or None
        As from :func:`frames_off`.
    beat : float or None
        Where it is met in the bar, from 1, if that is known.
    left_s, needed_s : float
        From the hit to the end of the picture, and what a last note needs there, seconds.
    """
    colour = colour_of(aim, frames_off)
    if colour == "green":
        elsewhere = beat is not None and _off_the_line(aim, beat)
        return f"met on beat {round(beat or 1.0, 2):g}, not on a downbeat" if elsewhere else ""
    if aim.hit_class == "avoid":
        return "a note begins where none should"
    if colour == "red" and left_s is not None and left_s < needed_s:
        return f"{left_s:.2f} s before the end, where a last note needs {needed_s:.2f} s to sound"
    if frames_off is None:
        return "no note begins within half a second (rest, or after the ending)"
    side = "late" if frames_off > 0 else "early"
    return f"the nearest note is {abs(frames_off):.1f} frames {side}"


def _off_the_line(aim: Aim, beat: float | None) -> bool:
    return aim.hit_class == "downbeat" and beat is not None and abs(beat - 1.0) > SAME_BEAT
