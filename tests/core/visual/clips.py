"""Small film clips for the tests, made with PyAV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 160, 96


def texture(
    seed: int, *, width: int = WIDTH, height: int = HEIGHT, low: int = 20, high: int = 235
) -> Picture:
    """Return coloured noise at two scales, shape (height, width, 3): each seed another scene."""
    rng = np.random.default_rng(seed)
    scene = np.zeros((height, width, 3))
    for cell, share in ((20, 0.6), (5, 0.4)):
        rows, columns = max(2, height // cell), max(2, width // cell)
        coarse = rng.random((rows, columns, 3))
        scene += share * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return (low + (high - low) * scene).astype(np.uint8)


def flat(level: int, *, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    return np.full((height, width, 3), level, np.uint8)


def mixed(old: Picture, new: Picture, share: float) -> Picture:
    return np.clip(old * (1.0 - share) + new * share, 0, 255).astype(np.uint8)


def pan(seed: int, *, frames: int, step: int) -> list[Picture]:
    """Return a camera move of ``step`` pixels a frame to the right."""
    wide = texture(seed, width=WIDTH + frames * step)
    return [np.ascontiguousarray(wide[:, k * step : k * step + WIDTH]) for k in range(frames)]


def write_clip(
    path: Path,
    pictures: Iterable[Picture],
    *,
    fps: Fraction | int = 25,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times_s: Sequence[float] | None = None,
    first_s: float = 0.0,
    aspect: Fraction | None = None,
    rotation: float = 0.0,
    audio_s: float = 0.0,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    key_every: int = 12,
) -> Path:
    """Write RGB pictures; ``times_s`` gives each its own time, ``first_s`` shifts them all."""
    rate = Fraction(fps)
    with av.open(path, "w", options=options or {}) as container:
        container.metadata.update(metadata or {})
        stream = None
        sound = container.add_stream("aac", rate=48000) if audio_s else None
        for index, picture in enumerate(pictures):
            if stream is None:
                stream = container.add_stream(codec, rate=rate)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = pix_fmt
                if codec == "libx264":
                    stream.options = {"preset": "ultrafast", "crf": "8", "g": str(key_every)}
                stream.codec_context.time_base = (
                    1 / rate if times_s is None and not first_s else Fraction(1, 90000)
                )
                if aspect is not None:
                    stream.codec_context.sample_aspect_ratio = aspect
                if rotation:
                    stream.set_display_rotation(rotation)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            time_s = float(index / rate) if times_s is None else times_s[index]
            base = stream.codec_context.time_base
            frame.pts = round((time_s + first_s) / base)
            frame.time_base = base
            container.mux(stream.encode(frame))
        assert stream is not None
        container.mux(stream.encode(None))
        if sound is not None:
            _write_silence(container, sound, audio_s)
    return path


def _write_silence(container, stream, length_s: float) -> None:
    for start in range(0, round(length_s * 48000), 1024):
        frame = av.AudioFrame.from_ndarray(
            np.zeros((2, 1024), np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = 48000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def write_sound(path: Path) -> Path:
    with av.open(path, "w") as container:
        _write_silence(container, container.add_stream("aac", rate=48000), 1.0)
    return path
