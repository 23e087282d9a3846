"""The picture that MT3 looks at."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.transcription.mt3.spectrogram import (
    HOP,
    N_FFT,
    RATE,
    first_steps,
    log_mel,
    mel_bands,
    segment_count,
    segments,
)


def tone(hz: float, length_s: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(length_s * RATE)) / RATE)).astype(
        np.float32
    )


@pytest.mark.parametrize("hz", [220.0, 440.0, 1000.0, 3520.0, 7000.0])
def test_a_tone_lights_up_its_own_band(hz: float) -> None:
    """Bands lie evenly on the mel scale from 20 to 7600 Hz."""
    low, high = (1127 * math.log1p(f / 700) for f in (20.0, 7600.0))
    own = (1127 * math.log1p(hz / 700) - low) / (high - low) * 513 - 1
    found = log_mel(tone(hz, 1.0), bands=512)[20]
    assert abs(int(found.argmax()) - own) < 2.5


def test_a_frame_is_the_transform_of_its_samples() -> None:
    """One frame by the sum that defines it; band 300 by its triangle."""
    sound = np.random.default_rng(4).standard_normal(N_FFT + 5 * HOP).astype(np.float32)
    part = sound[3 * HOP : 3 * HOP + N_FFT] * np.hanning(N_FFT + 1)[:-1]
    turns = np.outer(np.arange(N_FFT // 2 + 1), np.arange(N_FFT)) / N_FFT
    magnitude = np.abs(np.exp(-2j * np.pi * turns) @ part)
    step = (1127 * math.log1p(7600 / 700) - 1127 * math.log1p(20 / 700)) / 513
    middle = 1127 * math.log1p(20 / 700) + 301 * step
    mel = 1127 * np.log1p(np.arange(N_FFT // 2 + 1) * RATE / N_FFT / 700)
    triangle = np.maximum(0.0, 1.0 - np.abs(mel - middle) / step)
    found = log_mel(sound, bands=512)
    assert found.shape == (sound.size // HOP, 512)
    assert found[3, 300] == pytest.approx(math.log(magnitude @ triangle), abs=1e-4)


def test_it_is_the_picture_that_tensorflow_makes() -> None:
    """A rising tone, by tf.signal.stft and linear_to_mel_weight_matrix of TensorFlow 2."""
    time_s = np.arange(256 * HOP) / RATE
    sound = (0.5 * np.sin(2 * np.pi * (200 * time_s + 900 * time_s**2))).astype(np.float32)
    found = log_mel(sound, bands=512)
    assert found[[0, 60, 120, 200]].argmax(axis=1).tolist() == [69, 202, 280, 353]
    loudest = found[[0, 60, 120, 200]].max(axis=1)
    assert loudest == pytest.approx([4.43376, 4.66020, 5.10822, 5.37057], abs=1e-3)
    frames, bands = [0, 0, 60, 120, 120, 255], [40, 70, 150, 260, 268, 340]
    wanted = [-2.6876, 3.7695, -7.3644, -4.2041, -0.7335, -2.8867]
    assert found[frames, bands] == pytest.approx(wanted, abs=2e-2)


def test_silent_bands_are_the_floor_and_frames_after_the_sound_are_zero() -> None:
    """Half a second of silence: 62 whole frames and one more begin within it."""
    found = segments(np.zeros(RATE // 2, np.float32), range(1), frames=256)
    assert found.shape == (1, 256, 512)
    assert found[0, :63] == pytest.approx(math.log(1e-5))
    assert (found[0, 63:] == 0.0).all()


def test_a_segment_does_not_hear_the_next() -> None:
    sound = tone(440.0, 5.0)
    quiet = sound.copy()
    quiet[256 * HOP :] = 0.0
    assert (segments(sound, range(1), frames=256) == segments(quiet, range(1), frames=256)).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 70_000), st.sampled_from([64, 256, 512]))
def test_segments_can_be_had_one_by_one(samples: int, frames: int) -> None:
    sound = np.random.default_rng(samples).standard_normal(samples).astype(np.float32)
    count = segment_count(samples, frames=frames)
    whole = segments(sound, range(count), frames=frames, bands=16)
    assert whole.shape == (count, frames, 16)
    assert (whole[-1] == segments(sound, range(count - 1, count), frames=frames, bands=16)).all()
    inside = (samples // HOP + 1) - (count - 1) * frames
    assert 1 <= inside <= frames
    assert (whole[-1, inside:] == 0.0).all()
    assert np.isfinite(whole).all()


def test_segments_begin_on_the_grid_rounded_down() -> None:
    assert first_steps(4, frames=256) == [0, 204, 409, 614]
    assert first_steps(2, frames=512) == [0, 409]


def test_no_band_takes_the_constant_part_and_no_weight_exceeds_one() -> None:
    bands = mel_bands(512)
    assert (bands[0] == 0.0).all()
    assert bands.min() >= 0.0
    assert bands.max() <= 1.0
    assert bands[: int(20 / (RATE / N_FFT)) + 1].sum() == 0.0
