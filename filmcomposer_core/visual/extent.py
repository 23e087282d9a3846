"""From where to where a clip is scored, and how long that plays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import InputError
from filmcomposer_core.visual.frames import Reel, Span, tolerance_s

#: Rates are written with few digits: what is meant is the simplest fraction near them.
_DENOMINATOR: Final = 10_000
_RATES: Final = (0.05, 20.0)
_FRAME_RATES: Final = (0.1, 1000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What was seen of a clip, in seconds of the file.

    ``lead_s`` from the in point to the first frame, ``end_s`` from there to the end of the part;
    ``whole`` where nothing of the clip is left out.
    """

    lead_s: float
    end_s: float
    whole: bool
    notes: tuple[str, ...] = ()


def checked_span(in_s: float, out_s: float | None, rate: float) -> Span:
    """Return the part of a clip that is asked for.

    Raises
    ------
    InputError
        If it is empty, begins before the clip, or the rate is out of range.
    """
    if not (math.isfinite(in_s) and in_s >= 0):
        msg = f"The in point of the clip is {in_s:g} s, before its first frame."
        raise InputError(msg, "Give a time from 0 on.")
    if out_s is not None and not out_s > in_s:
        msg = f"The part of the clip from {in_s:g} to {out_s:g} s is empty."
        raise InputError(msg, "Put the out point behind the in point.")
    if not _RATES[0] <= rate <= _RATES[1]:
        msg = f"The clip cannot be played {rate:g} times as fast."
        raise InputError(msg, f"Give a rate from {_RATES[0]:g} to {_RATES[1]:g}.")
    return Span(start_s=in_s, end_s=out_s)


def span_length_s(span: Span, length_s: float) -> float:
    """Return how much is expected of a clip of a length, seconds; 0 if that is not known."""
    ends = [end for end in (span.end_s, length_s or None) if end is not None]
    return max(0.0, min(ends) - span.start_s) if ends else 0.0


def nothing_seen(path: Path, span: Span, reel: Reel) -> InputError:
    """Make the error that tells why not one frame of a clip was given."""
    if not reel.width:
        msg = f"{path} holds no frame that can be decoded."
        return InputError(msg, "Check that the clip plays, or convert it to MP4.")
    if not reel.cut:
        msg = f"The in point, {span.start_s:g} s, lies at or after the end of {path}"
        return InputError(f"{msg} ({reel.end_s:.3f} s).", "Give an earlier in point.")
    msg = f"No frame of {path} begins between {span.start_s:g} and {span.end_s:g} s."
    return InputError(msg, "Put the out point at least one frame behind the in point.")


def played_rate(fps: Fraction, rate: float) -> Fraction:
    """Return the frame rate of a clip that plays ``rate`` times as fast, frames per second.

    Raises
    ------
    InputError
        If it is none that can be counted in.

    Examples
    --------
    >>> played_rate(Fraction(25), 0.96)
    Fraction(24, 1)
    """
    played = fps * Fraction(rate).limit_denominator(_DENOMINATOR)
    if not _FRAME_RATES[0] <= played <= _FRAME_RATES[1]:
        msg = f"Played {rate:g} times as fast, the clip has {float(played):g} frames per second."
        low, high = _FRAME_RATES
        raise InputError(msg, f"Choose a rate at which it has {low:g} to {high:g}.")
    return played


def measure_extent(
    span: Span, reel: Reel, *, times_s: NDArray[np.float64], length_s: float, step_s: float,
    variable: bool,
) -> Extent:  # fmt: skip
    """Settle where a part begins and ends, once its frames are known.

    Parameters
    ----------
    span, reel : Span, Reel
        What was asked for, and what was found.
    times_s : ndarray, shape (frames,)
        Timestamps in seconds of the file, from the first frame seen.
    length_s : float
        How long the last frame stands.
    step_s : float
        Usual distance of two frames, seconds.
    variable : bool
        Whether the frame rate varies.
    """
    near_s = tolerance_s(step_s=step_s, tick_s=reel.tick_s)
    lead_s = reel.before_s - span.start_s
    lead_s = lead_s if lead_s > near_s else 0.0
    natural_s = float(times_s[-1]) + length_s
    # Counted from the in point as it is meant, not as it is rounded.
    start_s = reel.before_s if lead_s == 0.0 else span.start_s + lead_s
    wanted_s = natural_s if span.end_s is None else span.end_s - start_s
    open_end = variable and reel.cut
    if abs(wanted_s - natural_s) <= near_s and not open_end:
        wanted_s = natural_s
    whole = reel.before_s == 0.0 and not reel.cut and wanted_s >= natural_s
    if reel.cut or wanted_s <= natural_s:
        return Extent(lead_s=lead_s, end_s=wanted_s, whole=whole)
    over = (wanted_s - natural_s) / step_s
    end_s = reel.before_s + natural_s
    how_much = f"{over:.1f} frames" if over < 2 else f"{wanted_s - natural_s:.2f} s"
    note = f"The out point lies {how_much} after the end of the picture at {end_s:.3f} s"
    return Extent(
        lead_s=lead_s, end_s=natural_s, whole=whole, notes=(f"{note}, and was put there.",)
    )
