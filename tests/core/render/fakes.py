"""A synthesiser whose sound is known exactly."""

from __future__ import annotations

import numpy as np

from filmcomposer_core.render.midi_bytes import SynthScore
from filmcomposer_core.render.soundfont_zones import USUAL_LAW


class SteadySynth:
    """Every note is the same steady noise in the middle, cut where the note ends."""

    name = "steady"
    version = "1"
    workers = 1
    law = USUAL_LAW
    deaf_to: frozenset[int] = frozenset()

    def play(self, font: bytes, score: SynthScore) -> np.ndarray:
        sound = np.zeros((score.length, 2), np.float32)
        for note in score.notes:
            rng = np.random.default_rng(note.key)
            noise = rng.standard_normal(max(0, note.end - note.start)).astype(np.float32)
            end = min(note.end, score.length)
            sound[note.start : end] += 0.1 * noise[: end - note.start, None]
        return sound

    def close(self) -> None:
        pass
