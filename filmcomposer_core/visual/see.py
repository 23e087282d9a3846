"""See a clip: the file, its shots and its curves, from one pass of decoding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves, FilmClip, KeyFrame, Shot
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.timecode import parse_timecode
from filmcomposer_core.visual.colour import arousal_curve, brightness_label, hue_label
from filmcomposer_core.visual.frames import Reel, read_pictures, true_times, usual_rate
from filmcomposer_core.visual.key_frames import choose
from filmcomposer_core.visual.measure import measure
from filmcomposer_core.visual.measures import Measures
from filmcomposer_core.visual.motion import motion_saliency, motion_speed, speeds
from filmcomposer_core.visual.shots import Boundary, hard_cuts, settle
from filmcomposer_core.visual.source import Source, open_source, settle_rate

Floats = NDArray[np.float64]

#: A picture that ends this much before the file says is worth a note, seconds.
_EARLY_END_S: Final = 0.25
#: A still this long in the middle of a clip is worth a note, seconds.
_LONG_GAP_S: Final = 2.0
_NO_TIMECODE: Final = "00:00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenClip:
    """What the See stage hands on: the analysis, the curves and a picture of each shot."""

    analysis: Analysis
    curves: Curves
    key_frames: tuple[KeyFrame, ...]


def analyse_clip(
    path: Path, *, start_timecode: str | None = None, progress: Progress = silent
) -> SeenClip:
    """See a film clip.

    Parameters
    ----------
    path : Path
        A video file.
    start_timecode : str, optional
        Timecode of the first frame; by default the one written in the file, else 00:00:00:00.
    progress : Progress
        Told the share done; may raise to stop.

    Returns
    -------
    SeenClip
        Shots, per-frame curves and key frames. Time 0 is the first picture frame; the length is
        last timestamp plus its duration less the first. Width and height are those shown, upright
        and with square pixels; ``rotation`` is in degrees with the clock.

    Raises
    ------
    InputError
        If the file is missing, unreadable or no video, not one frame decodes, or the timecode is
        wrong.

    Notes
    -----
    Implements Sec. 3.1 of FilmComposer: shot cuts, motion speed (Eq. 4), motion saliency (Eq. 5).
    One pass, memory flat but for 150 bytes a frame and a JPEG a shot; the same clip gives the same
    result on every run.
    """
    with open_source(Path(path)) as source:
        reel = Reel(breaks=[])
        seen = measure(
            read_pictures(source, reel), fps=source.fps, length_s=source.length_s, progress=progress
        )
        if not seen.frames:
            msg = f"{path} holds no frame that can be decoded."
            raise InputError(msg, "Check that the clip plays, or convert it to MP4.")
        fps = settle_rate(source.fps, usual_rate(seen.column("time_s")))
        times_s, variable = true_times(seen.column("time_s"), fps=fps, tick_s=reel.tick_s)
        clip = _clip(source, reel, seen, fps=fps, times_s=times_s, variable=variable)
    clip = _with_timecode(clip, start_timecode, source.timecode)
    boundaries = _boundaries(seen, times_s)
    curves = _curves(seen, boundaries, times_s=times_s, fps=fps)
    starts = [0, *(b.frame for b in boundaries)]
    shots = _shots(seen, curves, boundaries, clip=clip)
    picks = choose(seen.gallery, starts=starts, frames=seen.frames)
    key_frames = tuple(
        KeyFrame(shot=k, time_s=float(times_s[pick.frame]), jpeg=pick.jpeg)
        for k, pick in enumerate(picks)
    )
    progress(1.0, f"{len(shots)} shots")
    return SeenClip(analysis=Analysis(clip=clip, shots=shots), curves=curves, key_frames=key_frames)


def _clip(
    source: Source, reel: Reel, seen: Measures, *, fps: Fraction, times_s: Floats, variable: bool
) -> FilmClip:
    lengths_s = seen.column("length_s")
    step_s = float(1 / fps)
    # On the exact grid a frame's length is exact too; the file's is rounded to its clock.
    last_s = step_s if not variable or lengths_s[-1] <= 0 else float(lengths_s[-1])
    duration_s = float(times_s[-1]) + last_s
    return FilmClip(
        path=str(source.path),
        sha256=source.sha256,
        duration_s=duration_s,
        frames=seen.frames,
        fps_num=fps.numerator,
        fps_den=fps.denominator,
        start_timecode=_NO_TIMECODE,
        width=reel.width,
        height=reel.height,
        rotation=reel.rotation,
        picture_start_s=reel.start_s,
        variable_frame_rate=variable,
        has_audio=source.has_audio,
        codec=source.codec,
        notes=_notes(source, reel, times_s, duration_s=duration_s),
    )


def _notes(source: Source, reel: Reel, times_s: Floats, *, duration_s: float) -> tuple[str, ...]:
    """Say in sentences what of the file could not be used."""
    notes = []
    for from_s, to_s in reel.breaks:
        if to_s is not None:
            notes.append(f"The file is damaged from {from_s:.2f} to {to_s:.2f} s; left out.")
    for place in np.flatnonzero(np.diff(times_s) > _LONG_GAP_S).tolist():
        from_s, to_s = float(times_s[place]), float(times_s[place + 1])
        if not any(b <= to_s and (e or b) >= from_s for b, e in reel.breaks):
            notes.append(f"There is no new picture from {from_s:.2f} to {to_s:.2f} s.")
    if reel.breaks and reel.breaks[-1][1] is None:
        broke_s = reel.breaks[-1][0]
        notes.append(f"The file is damaged from {broke_s:.2f} s on; the picture ends there.")
    elif source.length_s - duration_s > _EARLY_END_S:
        missing = source.promised - times_s.size
        lost = f", {missing} frames are missing" if missing > 0 else ""
        promise = f"the file promises {source.length_s:.2f} s{lost}"
        notes.append(f"The picture ends at {duration_s:.2f} s, {promise}.")
    return tuple(notes)


def _with_timecode(clip: FilmClip, asked: str | None, written: str) -> FilmClip:
    if asked is not None:
        parse_timecode(asked, fps=clip.fps)
        return replace(clip, start_timecode=asked.strip())
    if not written:
        return clip
    try:
        parse_timecode(written, fps=clip.fps)
    except InputError as exc:
        note = f"The timecode in the file is not used: {exc.message}"
        return replace(clip, notes=(*clip.notes, note))
    return replace(clip, start_timecode=written)


def _boundaries(seen: Measures, times_s: Floats) -> list[Boundary]:
    newness = seen.column("newness")
    return settle(
        cuts=hard_cuts(newness, voted=seen.voted()),
        newness=newness,
        blank=seen.column("blank").astype(np.bool_),
        detail=seen.column("contrast"),
        times_s=times_s,
        dissolves=[(d.frame, d.residual, d.half_s) for d in seen.dissolves],
    )


def _curves(
    seen: Measures, boundaries: list[Boundary], *, times_s: Floats, fps: Fraction
) -> Curves:
    cuts = np.zeros(seen.frames, np.bool_)
    cuts[[b.frame for b in boundaries]] = True
    cuts[0] = True
    step_s = float(1 / fps)
    lengths_s = np.diff(times_s, prepend=times_s[0] - step_s)
    motion = speeds(seen.column("step"), times_s=times_s, cuts=cuts, usual_s=step_s)
    luma, contrast, saturation = (seen.column(k) for k in ("luma", "contrast", "saturation"))
    return Curves(
        time_s=times_s,
        motion=motion,
        flow_x=np.where(cuts, 0.0, seen.column("step_x") / lengths_s),
        flow_y=np.where(cuts, 0.0, seen.column("step_y") / lengths_s),
        luma=luma,
        contrast=contrast,
        saturation=saturation,
        arousal=arousal_curve(
            motion=motion, luma=luma, contrast=contrast, saturation=saturation, fps=float(fps)
        ),
    )


def _shots(
    seen: Measures, curves: Curves, boundaries: list[Boundary], *, clip: FilmClip
) -> tuple[Shot, ...]:
    opening = Boundary(frame=0, cut="start", weight=1.0)
    glare, gloom, hues = seen.column("glare"), seen.column("gloom"), seen.hue_table()
    shots = []
    ends = [b.frame for b in boundaries] + [seen.frames]
    for boundary, end in zip([opening, *boundaries], ends, strict=True):
        part = slice(boundary.frame, end)
        # The first frame has no motion of its own: the pair before it lies across the cut.
        motion = curves.motion[boundary.frame + 1 : end]
        luma, contrast = float(curves.luma[part].mean()), float(curves.contrast[part].mean())
        start_s = float(curves.time_s[boundary.frame])
        end_s = clip.duration_s if end == seen.frames else float(curves.time_s[end])
        shots.append(
            Shot(
                start_s=start_s,
                end_s=end_s,
                start_frame=round(start_s * clip.fps),
                cut=boundary.cut,
                speed=motion_speed(motion),
                saliency=motion_saliency(motion),
                hue=hue_label(hues[part].mean(axis=0).astype(np.float64)),
                brightness=brightness_label(
                    luma=luma,
                    contrast=contrast,
                    glare=float(glare[part].mean()),
                    gloom=float(gloom[part].mean()),
                ),
                luma=luma,
                contrast=contrast,
                saturation=float(curves.saturation[part].mean()),
                arousal=float(curves.arousal[part].mean()),
            )
        )
    return tuple(shots)
