"""See a clip: the file, its shots and its curves, from one pass of decoding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves, FilmClip, KeyFrame, Shot
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.visual.colour import arousal_curve, brightness_label, hue_label
from filmcomposer_core.visual.extent import (
    Extent,
    checked_span,
    measure_extent,
    nothing_seen,
    played_rate,
    span_length_s,
)
from filmcomposer_core.visual.frames import Reel, read_pictures
from filmcomposer_core.visual.key_frames import choose
from filmcomposer_core.visual.measure import measure
from filmcomposer_core.visual.measures import Measures
from filmcomposer_core.visual.motion import motion_saliency, motion_speed, speeds
from filmcomposer_core.visual.remarks import damage_notes, with_own_timecode
from filmcomposer_core.visual.shots import Boundary, hard_cuts, settle
from filmcomposer_core.visual.source import NO_TIMECODE, Source, open_source, settle_rate
from filmcomposer_core.visual.times import rate_slack, true_times, usual_rate

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenClip:
    """What the See stage hands on: the analysis, the curves and a picture of each shot."""

    analysis: Analysis
    curves: Curves
    key_frames: tuple[KeyFrame, ...]


def analyse_clip(
    path: Path,
    *,
    in_s: float = 0.0,
    out_s: float | None = None,
    rate: float = 1.0,
    progress: Progress = silent,
) -> SeenClip:
    """See a film clip, or a part of it, as it plays at a rate.

    Parameters
    ----------
    path : Path
        A video file.
    in_s, out_s : float
        The part that plays, seconds from the clip's first frame; ``out_s`` None is its end. A time
        next to that of a frame means that frame.
    rate : float
        How many times as fast it plays, 0.05 to 20.
    progress : Progress
        Told the share done; may raise to stop.

    Returns
    -------
    SeenClip
        Shots, per-frame curves and key frames of the frames that begin in the part. Time 0 is the
        in point, and all times are those of the played picture; a whole clip is as long as last
        timestamp plus its duration less the first. Width and height are those shown, upright and
        with square pixels; ``rotation`` is in degrees with the clock.

    Raises
    ------
    InputError
        If the file is missing, unreadable or no video, not one frame decodes, the part is empty or
        lies after the end, or the rate is out of range.

    Notes
    -----
    Implements Sec. 3.1 of FilmComposer: shot cuts, motion speed (Eq. 4), motion saliency (Eq. 5).
    Cuts are looked for at the clip's own pace, so that they are the same ones at any rate. One
    pass, memory flat but for 150 bytes a frame and a JPEG a shot; the same clip gives the same
    result on every run.
    """
    span = checked_span(in_s, out_s, rate)
    with open_source(Path(path)) as source:
        reel = Reel(breaks=[])
        ahead_s = span_length_s(span, source.length_s)
        pictures = read_pictures(source, reel, span)
        seen = measure(pictures, fps=source.fps, length_s=ahead_s, progress=progress)
        if not seen.frames:
            raise nothing_seen(path, span, reel)
        usual = usual_rate(seen.column("time_s"))
        slack = rate_slack(seen.column("time_s"), tick_s=reel.tick_s)
        fps = settle_rate(source.fps, usual, slack=slack)
        file_s, variable = true_times(seen.column("time_s"), fps=fps, tick_s=reel.tick_s)
        extent = measure_extent(
            span, reel, times_s=file_s, length_s=_last_length_s(seen, fps=fps, variable=variable),
            step_s=float(1 / fps), variable=variable,
        )  # fmt: skip
        notes = (*damage_notes(source, reel, span, file_s, end_s=extent.end_s), *extent.notes)
        clip = _clip(source, reel, extent, frames=seen.frames, fps=fps, rate=rate)
        clip = replace(clip, variable_frame_rate=variable, notes=notes)
        clip = with_own_timecode(clip, source.timecode, file_fps=fps)
    times_s = (extent.lead_s + file_s) / rate
    boundaries = _boundaries(seen, file_s)
    curves = _curves(seen, boundaries, times_s=times_s, fps=clip.fps)
    starts = [0, *(b.frame for b in boundaries)]
    shots = _shots(seen, curves, boundaries, clip=clip)
    picks = choose(seen.gallery, starts=starts, frames=seen.frames)
    key_frames = tuple(
        KeyFrame(shot=k, time_s=float(times_s[pick.frame]), jpeg=pick.jpeg)
        for k, pick in enumerate(picks)
    )
    progress(1.0, f"{len(shots)} shots")
    return SeenClip(analysis=Analysis(clip=clip, shots=shots), curves=curves, key_frames=key_frames)


def _last_length_s(seen: Measures, *, fps: Fraction, variable: bool) -> float:
    """Return how long the last frame stands, seconds."""
    length_s = float(seen.column("length_s")[-1])
    # On the exact grid a frame's length is exact too; the file's is rounded to its clock.
    return float(1 / fps) if not variable or length_s <= 0 else length_s


def _clip(
    source: Source, reel: Reel, extent: Extent, *, frames: int, fps: Fraction, rate: float
) -> FilmClip:
    played = played_rate(fps, rate)
    return FilmClip(
        path=str(source.path),
        sha256=source.sha256,
        duration_s=(extent.lead_s + extent.end_s) / rate,
        frames=frames,
        fps_num=played.numerator,
        fps_den=played.denominator,
        start_timecode=NO_TIMECODE,
        width=reel.width,
        height=reel.height,
        rotation=reel.rotation,
        picture_start_s=reel.origin_s + reel.before_s,
        whole=extent.whole,
        first_frame=round(reel.before_s * fps),
        lead_s=extent.lead_s / rate,
        rate=rate,
        has_audio=source.has_audio,
        codec=source.codec,
    )


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
        start_s = float(curves.time_s[boundary.frame]) if boundary.frame else 0.0
        end_s = clip.duration_s if end == seen.frames else float(curves.time_s[end])
        shots.append(
            Shot(
                start_s=start_s,
                end_s=end_s,
                start_frame=max(0, round((start_s - clip.lead_s) * clip.fps)),
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
