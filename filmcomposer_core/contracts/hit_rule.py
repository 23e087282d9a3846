"""When a hit counts as met: one rule for the report and for the markers in an open project.

Standard library only: it also runs inside REAPER.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Protocol

#: How far from a hit an onset is looked for, seconds.
REACH_S = 0.5


class Aim(Protocol):
    """What a hit asks for: a spot, or its marker."""

    @property
    def hit_class(self) -> str:
        """What of the music may meet it."""

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


def colour_of(aim: Aim, frames_off: float | None, *, elsewhere: bool = False) -> str:
    """Judge a hit: green inside its tolerance, yellow inside twice it, red beyond or missing.

    A spot of class ``avoid`` is the other way round: green while nothing begins in its tolerance.

    Parameters
    ----------
    aim : Aim
    frames_off : float or None
        As from :func:`frames_off`.
    elsewhere : bool
        Whether it had to be met at a certain place of the bar and is met at another one: yellow.
    """
    early, late = aim.early_frames + 1e-6, aim.late_frames + 1e-6
    if aim.hit_class == "avoid":
        return "red" if frames_off is not None and -early <= frames_off <= late else "green"
    if frames_off is None:
        return "red"
    if -early <= frames_off <= late:
        return "yellow" if elsewhere else "green"
    return "yellow" if -2 * early <= frames_off <= 2 * late else "red"


def reason_of(aim: Aim, frames_off: float | None, *, beat: float | None = None) -> str:
    """Return why a hit is not green, or why one for a downbeat lies elsewhere; "" for neither.

    Parameters
    ----------
    aim : Aim
    frames_off : float or None
        As from :func:`frames_off`.
    beat : float or None
        Where it falls in its bar, from 1, if that is known.
    """
    if colour_of(aim, frames_off) == "green":
        elsewhere = aim.hit_class == "downbeat" and beat is not None and beat != 1
        return f"met on beat {beat:g}, not on a downbeat" if elsewhere else ""
    if aim.hit_class == "avoid":
        return "a note begins where none should"
    if frames_off is None:
        return "no note begins within half a second (rest, or after the ending)"
    side = "late" if frames_off > 0 else "early"
    return f"the nearest note is {abs(frames_off):.1f} frames {side}"
