"""Made-up clips for planner and composer: any length, metre, idiom and number of cuts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import EmotionPoint
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from tests import samples

FPS = 24


def quarter_bpm(bpm: float, meter: str) -> float:
    num, den = map(int, meter.split("/"))
    if den == 8:
        return bpm * (1.5 if num % 3 == 0 else 0.75)
    return bpm


def tempo_map(
    bpm: float, meter: str, *, first_bar: int = 1, changes: tuple[tuple[float, str], ...] = ()
) -> TempoMap:
    quarter = quarter_bpm(bpm, meter)
    points = [(0.0, meter), *changes]
    return TempoMap(
        rank=1,
        kind="constant",
        first_bar=first_bar,
        cost=0.0,
        points=tuple(
            TempoPoint(
                time_s=time_s,
                bpm=quarter,
                ramp=False,
                num=int(text.split("/")[0]),
                den=int(text.split("/")[1]),
            )
            for time_s, text in points
        ),
        hits=(),
    )


def _cuts(duration_s: float, grid_s: float, rng: np.random.Generator) -> list[float]:
    cuts: list[float] = []
    at = 0.0
    while (at := at + rng.uniform(3.0, 9.0)) < duration_s - 1.0:
        near = round(at / grid_s) * grid_s
        frame_s = round(near * FPS) / FPS
        if frame_s < duration_s - 0.5 and frame_s > (cuts[-1] if cuts else 0.0):
            cuts.append(frame_s)
    return cuts


def case(
    idiom: str = "love",
    *,
    duration_s: float = 60.0,
    bpm: float = 72.0,
    meter: str = "4/4",
    brightness: float = 1.0,
    second: str = "null",
    picture: int = 0,
    still: bool = False,
    first_bar: int = 1,
) -> dict[str, Any]:
    """Return the arguments of ``plan_cue`` but for seed and wishes; cuts lie near the eighths."""
    rng = np.random.default_rng(picture)
    frames = max(1, round(duration_s * FPS))
    duration_s = frames / FPS
    cuts = _cuts(duration_s, 30.0 / quarter_bpm(bpm, meter), rng)
    starts, ends = [0.0, *cuts], [*cuts, duration_s]
    speeds = rng.uniform(0.05, 0.8, len(starts)) * (not still)
    clip = dataclasses.replace(
        samples.clip(), duration_s=duration_s, frames=frames, sha256=f"{picture:064d}"
    )
    shots = tuple(
        samples._shot(start, end, "cut" if i else "start", float(speed))
        for i, (start, end, speed) in enumerate(zip(starts, ends, speeds, strict=True))
    )
    time_s = np.arange(frames) / FPS
    motion = speeds[np.searchsorted(starts, time_s, side="right") - 1]
    motion = motion * (1 + 0.2 * np.sin(1.3 * time_s))
    look = np.clip(motion, 0, 1)
    base = samples.description()
    music = dataclasses.replace(
        base.music,
        genre=dataclasses.replace(base.music.genre, value=idiom),
        second_genre=dataclasses.replace(base.music.second_genre, value=second),
        meter=meter,
        mode_brightness=brightness,
    )
    emotion = tuple(
        EmotionPoint(
            time_s=start,
            valence=0.2,
            arousal=float(speed),
            emotion="calm" if speed < 0.4 else "vigorous",
        )
        for start, speed in zip(starts, speeds, strict=True)
    )
    return {
        "analysis": Analysis(clip=clip, shots=shots),
        "curves": Curves(
            time_s=time_s,
            motion=motion,
            flow_x=motion,
            flow_y=motion * 0,
            luma=look,
            contrast=look,
            saturation=look,
            arousal=look,
        ),
        "description": dataclasses.replace(base, music=music, emotion=emotion),
        "spots": tuple(_spot(i, cut) for i, cut in enumerate(cuts)),
        "tempo_map": tempo_map(bpm, meter, first_bar=first_bar),
    }


def _spot(number: int, time_s: float) -> Spot:
    strong = number % 3 == 0
    return Spot(
        id=f"S{number:03d}",
        time_s=time_s,
        frame=round(time_s * FPS),
        timecode="00:00:00:00",
        name="cut",
        weight=8.0 if strong else 4.0,
        kind="cut",
        hit_class="any",
        early_frames=1,
        late_frames=1 if strong else 2,
    )
