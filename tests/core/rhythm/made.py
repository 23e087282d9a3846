"""Made-up motion and bars."""

from __future__ import annotations

import numpy as np

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.rhythm import BarAsked

FPS = 24


def curves_of(*speeds: float, bar_s: float = 2.0, rise: float = 0.0) -> Curves:
    """Return motion that has a speed in each bar; every other frame is ``rise`` faster."""
    frames = round(bar_s * FPS)
    motion = np.repeat(np.array(speeds, np.float64), frames)
    motion[1::2] += rise * motion[1::2]
    time_s = np.arange(motion.size) / FPS
    none = np.zeros(motion.size)
    return Curves(
        time_s=time_s, motion=motion, flow_x=none, flow_y=none, luma=none, contrast=none,
        saturation=none, arousal=none,
    )  # fmt: skip


def bars_of(
    count: int, *, num: int = 4, den: int = 4, bar_s: float = 2.0, notes: float = 5.0,
    hits: tuple[int, ...] = (),
) -> list[BarAsked]:  # fmt: skip
    return [
        BarAsked(
            number=i + 1, num=num, den=den, start_s=i * bar_s, end_s=(i + 1) * bar_s, notes=notes,
            place=i % 8, close=i % 4 == 3, hits=hits,
        )
        for i in range(count)
    ]  # fmt: skip
