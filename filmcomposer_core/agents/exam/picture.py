"""The picture of a written case: how it moves, what is told of it, and the bars laid on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves, FilmClip, Shot
from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.description import describe_clip
from filmcomposer_core.timeline import Timeline

_FPS: Final = 24
#: Of a case that says nothing of its picture.
_ANY_IDIOM: Final = "travel"


def _meter(given: Mapping[str, Any]) -> tuple[int, int]:
    num, den = str(given.get("meter", "4/4")).split("/")
    return int(num), int(den)


def lay_tempo(given: Mapping[str, Any], bars: int) -> TempoMap:
    """Return a map of constant bars: ``bpm`` for all, or ``tempi`` by bar."""
    num, den = _meter(given)
    tempi = [float(bpm) for bpm in given.get("tempi", [given.get("bpm", 100.0)])]
    if len(tempi) not in (1, bars):
        msg = f"tempi: {len(tempi)} for {bars} bars"
        raise ValueError(msg)
    points, now = [], 0.0
    for bpm in tempi:
        points.append(TempoPoint(time_s=now, bpm=bpm, ramp=False, num=num, den=den))
        now += num * 4.0 / den * 60.0 / bpm
    return TempoMap(rank=1, kind="given", first_bar=1, cost=0.0, points=tuple(points), hits=())


def end_of(timeline: Timeline, tempo_map: TempoMap, bars: int) -> float:
    """Return when the last bar ends, in seconds."""
    first = tempo_map.points[0]
    return timeline.time_at(bars * first.num * 4.0 / first.den)


def motion_of(given: Mapping[str, Any], bars: int) -> list[float]:
    """Return how fast the picture moves in each bar, in picture widths a second."""
    motion = [float(value) for value in given.get("motion", [0.2] * bars)]
    if len(motion) != bars:
        msg = f"motion: {len(motion)} values for {bars} bars"
        raise ValueError(msg)
    return motion


def moving_picture(
    motion: Sequence[float], starts_s: Sequence[float], end_s: float
) -> tuple[Analysis, Curves]:
    """Return a picture that moves as told, with a cut wherever the motion changes."""
    frames = max(2, round(end_s * _FPS))
    time_s = np.arange(frames) / _FPS
    place = np.clip(np.searchsorted(starts_s, time_s + 1e-9, side="right") - 1, 0, None)
    curve = np.asarray(motion, dtype=np.float64)[place]
    flat = np.full(frames, 0.4)
    curves = Curves(
        time_s=time_s, motion=curve, flow_x=0.5 * curve, flow_y=0.1 * curve, luma=flat,
        contrast=flat, saturation=flat, arousal=np.clip(curve, 0.0, 1.0),
    )  # fmt: skip
    changes = [0, *(i for i in range(1, len(motion)) if motion[i] != motion[i - 1])]
    edges = [*(starts_s[i] for i in changes), end_s]
    shots = tuple(
        _shot(edges[n], edges[n + 1], motion[i], first=n == 0) for n, i in enumerate(changes)
    )
    clip = FilmClip(
        path="case", sha256="0" * 64, duration_s=end_s, frames=frames, fps_num=_FPS, fps_den=1,
        start_timecode="00:00:00:00", width=640, height=360,
    )  # fmt: skip
    return Analysis(clip=clip, shots=shots), curves


def _shot(start_s: float, end_s: float, speed: float, *, first: bool) -> Shot:
    return Shot(
        start_s=start_s, end_s=end_s, start_frame=round(start_s * _FPS),
        cut="start" if first else "cut", speed=speed, saliency=speed / 10, hue="gray",
        brightness="mild", luma=0.4, contrast=0.4, saturation=0.4, arousal=min(1.0, speed),
    )  # fmt: skip


def describe_case(given: Mapping[str, Any], analysis: Analysis, curves: Curves) -> Description:
    """Return what is told of the picture and asked for, the case's own words first."""
    found = describe_clip(analysis, curves, brief=str(given.get("brief", "")))
    idiom = given.get("idiom", "" if given.get("brief") else _ANY_IDIOM)
    if idiom:
        genre = Label(value=str(idiom), source="user", confidence=1.0)
        found = replace(found, music=replace(found.music, genre=genre, second_genre=Label()))
    if "told" in given:
        told = Label(value=str(given["told"]), source="user", confidence=1.0)
        found = replace(found, motion=told)
    if "view" in given:
        view = Label(value=str(given["view"]), source="user", confidence=1.0)
        found = replace(found, overall=replace(found.overall, view_scale=view))
    return found
