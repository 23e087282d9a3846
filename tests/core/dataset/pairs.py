"""Pairs of a clip and music, small but real, and manifests of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.clips import moving_square

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


def write_pair(folder: Path, number: int) -> None:
    """Write ``c<number>.mp4`` and ``m<number>.wav``."""
    moving_square(
        folder / f"c{number}.mp4", seconds=LENGTH_S + number / 8, fps=8, width=96, height=64
    )
    soundfile.write(folder / f"m{number}.wav", tune(scale(number)), RATE)


def write_manifest(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join([head, *rows, ""]))
    return path
