from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.render.attacks import heard_attacks_ms, sent_early
from filmcomposer_core.render.midi_bytes import SynthNote, SynthScore
from filmcomposer_core.render.soundfont_cut import CutFont
from tests.core.render.fakes import SteadySynth

RATE = 48000
FONT = CutFont(data=b"", release_s=0.1, loud_db=0.0)


class SlowSynth(SteadySynth):
    """Swells in a straight line, on key 40 over 300 ms, on key 80 over 100 ms."""

    def play(self, font: bytes, score: SynthScore) -> np.ndarray:
        # The sign of noise has the same power at every sample.
        sound = 0.1 * np.sign(super().play(font, score))
        swell_s = 0.3 if score.notes[0].key <= 40 else 0.1
        ramp = np.minimum(1.0, np.arange(score.length) / (swell_s * RATE))
        return (sound * ramp[:, None]).astype(np.float32)


def note(start_s: float, key: int) -> SynthNote:
    start = round(start_s * RATE)
    return SynthNote(start=start, end=start + RATE, key=key, velocity=90, channel=0)


def early_ms(key: int, attack_ms: float, start_s: float = 1.0) -> float:
    notes = [note(start_s, key)]
    sent = sent_early(notes, attack_ms=attack_ms, cut=FONT, velocity=90, synth=SlowSynth())
    assert sent[0].end == notes[0].end
    return 1000.0 * (notes[0].start - sent[0].start) / RATE


def test_a_third_of_the_level_counts_as_there() -> None:
    low, high = heard_attacks_ms(FONT, [40, 80], velocity=90, synth=SlowSynth())
    assert low == pytest.approx(105.0, abs=8.0)
    assert high == pytest.approx(35.0, abs=8.0)


def test_most_of_the_catalogues_attack_is_made_up_for() -> None:
    assert early_ms(40, 100.0) == pytest.approx(80.0, abs=0.1)


def test_never_by_more_than_the_font_is_late() -> None:
    assert early_ms(80, 190.0) == pytest.approx(35.0, abs=8.0)


def test_never_by_more_than_160_ms() -> None:
    class Later(SlowSynth):
        def play(self, font: bytes, score: SynthScore) -> np.ndarray:
            late = round(0.3 * RATE)
            return np.concatenate((np.zeros((late, 2), np.float32), super().play(font, score)))[
                : score.length
            ]

    sent = sent_early([note(1.0, 60)], attack_ms=400.0, cut=FONT, velocity=90, synth=Later())
    assert RATE - sent[0].start == round(0.16 * RATE)


def test_never_before_the_start() -> None:
    assert early_ms(40, 100.0, start_s=0.02) == pytest.approx(20.0)


def test_a_sound_without_attack_is_left_alone() -> None:
    assert early_ms(40, 0.0) == 0.0


def test_keys_between_are_interpolated() -> None:
    notes = [note(1.0, key) for key in (40, 60, 80)]
    sent = sent_early(notes, attack_ms=400.0, cut=FONT, velocity=90, synth=SlowSynth())
    moved = [a.start - b.start for a, b in zip(notes, sent, strict=True)]
    assert moved[0] > moved[1] >= moved[2]
