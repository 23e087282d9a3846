"""Loudness of the report against an independent meter."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
import soundfile

from filmcomposer_core.report.sound import FLOOR_LUFS, picture_of

RATE = 48000


def test_steady_tone_has_the_loudness_of_an_independent_meter(tmp_path) -> None:
    t = np.arange(6 * RATE) / RATE
    tone = 0.1 * np.sin(2 * np.pi * 997 * t)
    stereo = np.stack([tone, 0.5 * tone], axis=1)
    soundfile.write(tmp_path / "x.wav", stereo, RATE, subtype="FLOAT")
    expected = pyloudnorm.Meter(RATE).integrated_loudness(stereo)
    assert picture_of(tmp_path / "x.wav").loudness_lufs[3] == pytest.approx(expected, abs=0.1)


def test_silence_has_the_floor_and_peaks_stand_where_the_sound_is(tmp_path) -> None:
    sound = np.zeros((4 * RATE, 2))
    sound[3 * RATE + 10] = 0.5
    soundfile.write(tmp_path / "x.wav", sound, RATE, subtype="PCM_24")
    picture = picture_of(tmp_path / "x.wav")
    assert picture.loudness_lufs[0] == FLOOR_LUFS
    assert int(np.argmax(picture.peaks)) == 1200
    assert picture.peaks[1200] == pytest.approx(0.5, abs=1e-6)
