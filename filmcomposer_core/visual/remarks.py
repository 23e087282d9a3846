"""What is to be said of a clip beside its picture: damage in sentences, its own timecode."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.errors import InputError
from filmcomposer_core.timecode import format_timecode, is_drop, nominal_rate, parse_timecode
from filmcomposer_core.visual.frames import Reel, Span
from filmcomposer_core.visual.source import NO_TIMECODE, Source

Floats = NDArray[np.float64]

#: A picture that ends this much before the file says is worth a note, seconds.
_EARLY_END_S: Final = 0.25
#: A still this long in the middle of a clip is worth a note, seconds.
_LONG_GAP_S: Final = 2.0


def damage_notes(
    source: Source, reel: Reel, span: Span, times_s: Floats, *, end_s: float
) -> tuple[str, ...]:
    """Say in sentences what of the file could not be used, in seconds of the file.

    Parameters
    ----------
    source, reel, span : Source, Reel, Span
        The clip, what was found while it was read, and the part that was asked for.
    times_s : ndarray, shape (frames,)
        Timestamps in seconds from the first frame seen.
    end_s : float
        End of the part, likewise.
    """
    notes = []
    breaks = [(b, e) for b, e in reel.breaks if e is None or e > span.start_s]
    for from_s, to_s in breaks:
        if to_s is not None:
            notes.append(f"The file is damaged from {from_s:.2f} to {to_s:.2f} s; left out.")
    for place in np.flatnonzero(np.diff(times_s) > _LONG_GAP_S).tolist():
        from_s, to_s = (reel.before_s + float(times_s[k]) for k in (place, place + 1))
        if not any(b <= to_s and (e or b) >= from_s for b, e in breaks):
            notes.append(f"There is no new picture from {from_s:.2f} to {to_s:.2f} s.")
    last_s = reel.before_s + end_s
    if reel.cut:
        return tuple(notes)
    if breaks and breaks[-1][1] is None:
        broke_s = breaks[-1][0]
        notes.append(f"The file is damaged from {broke_s:.2f} s on; the picture ends there.")
    elif span.end_s is None and source.length_s - last_s > _EARLY_END_S:
        missing = source.promised - times_s.size - round(reel.before_s * source.fps)
        lost = f", {missing} frames are missing" if missing > 0 else ""
        promise = f"the file promises {source.length_s:.2f} s{lost}"
        notes.append(f"The picture ends at {last_s:.2f} s, {promise}.")
    return tuple(notes)


def with_own_timecode(clip: FilmClip, written: str, *, file_fps: Fraction) -> FilmClip:
    """Give a clip the timecode that its file has at the first scored frame.

    Parameters
    ----------
    clip : FilmClip
        Whose ``first_frame`` is set.
    written : str
        The timecode in the file, that of its first frame; empty counts as 00:00:00:00.
    file_fps : Fraction
        The file's own frame rate, frames per second.

    Returns
    -------
    FilmClip
        With a note where the written one is of no use.
    """
    text, notes = written or NO_TIMECODE, clip.notes
    try:
        count = parse_timecode(text, fps=file_fps)
    except InputError as exc:
        notes = (*notes, f"The timecode in the file is not used: {exc.message}")
        text, count = NO_TIMECODE, 0
    if clip.first_frame or clip.rate != 1.0:
        text = _counted_on(count + clip.first_frame, file_fps, clip.fps, drop=is_drop(text))
    return replace(clip, start_timecode=text, notes=notes)


def _counted_on(frame: int, file_fps: Fraction, fps: Fraction, *, drop: bool) -> str:
    """Write a frame of the file as a timecode that can be counted on at the played rate."""
    if fps == file_fps:
        return format_timecode(frame, fps=fps, drop=drop)
    text = format_timecode(frame, fps=file_fps, drop=drop)
    # Hours to seconds stay those of the file; drop frame may not exist at the other rate.
    clock, frames = text[:8], int(text[9:])
    nominal = nominal_rate(fps)
    digits = max(2, len(str(nominal - 1)))
    return f"{clock}:{frames * nominal // nominal_rate(file_fps):0{digits}d}"
