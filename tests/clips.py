"""Small video files made on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def moving_square(
    path: Path, *, seconds: float, fps: int = 24, width: int = 160, height: int = 90
) -> Path:
    """Write a clip of a square that drifts, then (from the middle on) races over a new ground."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        total = max(1, round(seconds * fps))
        rng = np.random.default_rng(5)
        grounds = [
            rng.integers(0, 90, (height, width, 3)),
            rng.integers(120, 250, (height, width, 3)),
        ]
        for n in range(total):
            late = n >= total // 2
            picture = grounds[int(late)].astype(np.uint8)
            x = int((n * (7 if late else 1)) % (width - 30))
            picture[30:60, x : x + 30] = (220, 40, 30) if late else (40, 60, 200)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
