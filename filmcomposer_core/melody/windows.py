"""Longer than the model can hold: windows that go on from the end of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: What MusicGen was trained on, seconds, and what of a window the next one goes on from.
WINDOW_S, OVERLAP_S = 30.0, 12.0
_LEAST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Frames ``begin`` to ``end`` are looked at, those from ``written`` on are made."""

    begin: int
    written: int
    end: int


def windows(frames: int, *, frame_rate: float, window_s: float = WINDOW_S) -> tuple[Window, ...]:
    """Return the windows in which some frames are made.

    Parameters
    ----------
    frames : int
        How many, at least 1.
    frame_rate : float
        Frames a second.
    window_s : float
        Longest window, seconds; of each the last ``OVERLAP_S`` (at most two fifths) begin the
        next one, so that tempo and key go on.

    Returns
    -------
    tuple of Window
        Every frame is written once, in order.
    """
    longest = max(_LEAST, round(window_s * frame_rate))
    overlap = min(round(OVERLAP_S * frame_rate), 2 * longest // 5)
    found = [Window(begin=0, written=0, end=min(frames, longest))]
    while found[-1].end < frames:
        written = found[-1].end
        begin = written - overlap
        found.append(Window(begin=begin, written=written, end=min(frames, begin + longest)))
    return tuple(found)
