"""Sounds and notes made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.contracts.transcript import HeardNote
from filmcomposer_core.timeline import Timeline

RATE = 22_050


def heard(
    start_s: float,
    end_s: float,
    pitch: int,
    *,
    sure: float = 0.8,
    begun: float = 1.0,
    program: int = -1,
) -> HeardNote:
    return HeardNote(
        start_s=start_s, end_s=end_s, pitch=pitch, velocity=80, confidence=sure, begun=begun,
        program=program,
    )  # fmt: skip


def steady(bpm: float, *, num: int = 4, den: int = 4) -> Timeline:
    return Timeline((TempoPoint(time_s=0.0, bpm=bpm, ramp=False, num=num, den=den),))


def tones(notes: Sequence[tuple[float, float, int]], *, seconds: float) -> np.ndarray:
    """Return plucked tones, float32 at ``RATE``: start, length in seconds, pitch."""
    out = np.zeros(round(seconds * RATE))
    for start, length, pitch in notes:
        time = np.arange(round(length * RATE)) / RATE
        hertz = 440.0 * 2.0 ** ((pitch - 69) / 12)
        wave = sum(np.sin(2 * np.pi * k * hertz * time) / k**1.5 for k in range(1, 6))
        wave = wave * np.exp(-2.0 * time) * np.minimum(1.0, time / 0.005)
        wave *= np.minimum(1.0, (length - time) / 0.02)
        first = round(start * RATE)
        out[first : first + wave.size] += 0.3 * wave[: out.size - first]
    return out.astype(np.float32)
