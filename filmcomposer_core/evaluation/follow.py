"""How density and loudness follow the motion of the picture; silence; where the music ends."""

from __future__ import annotations

from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.motion import MotionMatch, motion_match
from filmcomposer_core.assessment.measures.notes import Floats, rank_correlation
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.closing import least_s
from filmcomposer_core.evaluation.heard import STEP_S, Heard
from filmcomposer_core.evaluation.piece import Piece

_WINDOW: Final = 10
_HOP: Final = 5
_LEAST_WINDOWS: Final = 6
#: The music may answer half a second late, or lead by as much: hops.
_LAGS: Final = (-1, 0, 1)
#: Sound this far below the loudest is silence, if it lasts, dB and steps.
_BELOW_DB: Final = 45.0
_LEAST_REST: Final = 3


def density_motion(heard: Heard, curves: Curves) -> MotionMatch:
    """Compare onsets a second with the speed of motion; see ``assessment.measures.motion``."""
    return motion_match(
        heard.times_s, curves.time_s, curves.motion, begin_s=0.0, end_s=heard.duration_s
    )


def loudness_motion(heard: Heard, curves: Curves) -> float:
    """Return the rank correlation of loudness and motion.

    Parameters
    ----------
    heard : Heard
        The music.
    curves : Curves
        Motion of each frame.

    Returns
    -------
    float
        Best over lags of -0.5, 0 and 0.5 s, in windows of 1 s every half second; 0 for less than
        six windows.
    """
    windows = range(0, heard.level_db.size - _WINDOW + 1, _HOP)
    if len(windows) < _LEAST_WINDOWS or curves.time_s.size < 2:
        return 0.0
    power = 10.0 ** (heard.level_db / 10.0)
    loud = np.array([power[i : i + _WINDOW].mean() for i in windows])
    speed = np.array([_speed(curves, i * STEP_S, (i + _WINDOW) * STEP_S) for i in windows])
    return max(_lagged(loud, speed, lag) for lag in _LAGS)


def _speed(curves: Curves, begin_s: float, end_s: float) -> float:
    low, high = np.searchsorted(curves.time_s, [begin_s, end_s])
    return float(curves.motion[low:high].mean()) if high > low else 0.0


def _lagged(a: Floats, b: Floats, lag: int) -> float:
    if lag > 0:
        return rank_correlation(a[lag:], b[:-lag])
    if lag < 0:
        return rank_correlation(a[:lag], b[-lag:])
    return rank_correlation(a, b)


def silence_share(heard: Heard) -> float:
    """Return the share of the picture's time in which nothing sounds for 0.3 s or longer.

    Silence is 45 dB and more below the loudest tenth of a second.
    """
    level = heard.level_db
    quiet = level < max(float(level.max()) - _BELOW_DB, -90.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], quiet, [False])).astype(int)))
    lengths = edges[1::2] - edges[::2]
    return float(lengths[lengths >= _LEAST_REST].sum() / level.size)


def ending(piece: Piece, *, duration_s: float, fps: float) -> dict[str, float]:
    """Return faults of the ending.

    Parameters
    ----------
    piece : Piece
        With its voices.
    duration_s : float
        Length of the picture, seconds.
    fps : float
        Frames per second.

    Returns
    -------
    dict
        ``ending_faults``: notes that end after the picture (by more than a frame), or begin too
        late to sound; ``end_gap``: seconds from the last note's end to the picture's.
    """
    late, last = 0, 0.0
    for voice in piece.voices:
        if not len(voice.notes):
            continue
        starts, ends = piece.times_of(voice.notes.start), piece.times_of(voice.notes.end)
        over = (ends > duration_s + 1.0 / fps) | (starts > duration_s - least_s(duration_s) + 1e-3)
        late += int(over.sum())
        last = max(last, float(ends.max()))
    return {"ending_faults": float(late), "end_gap": duration_s - last}
