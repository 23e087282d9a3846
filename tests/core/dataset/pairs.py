"""Pairs of a clip and music, small but real, and manifests of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 16000
LENGTH_S = 8.0
HEAD = "clip,music,film,clip_licence,music_licence,theme,mood"


def tune(pitches: Sequence[int], *, each_s: float = 0.5, rate: int = RATE) -> NDArray[np.float32]:
    """Return plucked tones one after another, each with five partials."""
    time_s = np.arange(round(each_s * rate)) / rate
    fall = np.exp(-3.0 * time_s) * np.minimum(1.0, time_s / 0.005)
    tones = [
        sum(np.sin(2 * np.pi * 440.0 * 2 ** ((p - 69) / 12) * h * time_s) / h for h in range(1, 6))
        * fall
        * 0.15
        for p in pitches
    ]
    return np.concatenate(tones).astype(np.float32)


def scale(seed: int) -> list[int]:
    """Return sixteen tones of a scale, no tone twice in a row."""
    rng = np.random.default_rng(seed)
    steps = np.cumsum(rng.choice([-2, -1, 1, 2], 16)) % 8
    return [60 + [0, 2, 4, 5, 7, 9, 11, 12][int(step)] for step in steps]


def write_clip(path: Path, *, seconds: float, seed: int, fps: int = 8) -> None:
    """Write a clip of large soft patches, other ones for each seed, with a cut in the middle."""
    rng = np.random.default_rng(seed)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        grounds = [cv2.resize(rng.uniform(0, 255, (4, 6, 3)), (128, 64)) for _ in range(2)]
        total = round(seconds * fps)
        for number in range(total):
            at = number % 32
            picture = grounds[number * 2 // total][:, at : at + 96].astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def write_pair(folder: Path, number: int) -> None:
    """Write ``c<number>.mp4`` and ``m<number>.wav``."""
    write_clip(folder / f"c{number}.mp4", seconds=LENGTH_S + number / 8, seed=number)
    soundfile.write(folder / f"m{number}.wav", tune(scale(number)), RATE)


def write_manifest(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join([head, *rows, ""]))
    return path
