from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.render.hall import HallReturn, hall_impulse
from filmcomposer_core.render.session import Hall

RATE = 48000
HALL = Hall(decay_s=1.5, highpass_hz=180.0, damping_hz=5000.0, volume=1.0)


@pytest.fixture(scope="module")
def impulse() -> np.ndarray:
    return hall_impulse(HALL, seed=1)


def test_each_path_has_half_the_energy(impulse: np.ndarray) -> None:
    assert np.sum(impulse**2, axis=-1) == pytest.approx(np.full((2, 2), 0.5), rel=1e-4)


def test_middle_octave_decays_as_asked(impulse: np.ndarray) -> None:
    from scipy import signal

    band = signal.sosfilt(signal.butter(4, (700, 1400), "bandpass", fs=RATE, output="sos"), impulse)
    energy = np.sum(band**2, axis=(0, 1))[::-1].cumsum()[::-1]
    level = 10 * np.log10(energy / energy[0])
    early, late = (int(np.argmax(level < db)) for db in (-10.0, -30.0))
    assert 3.0 * (late - early) / RATE == pytest.approx(1.5, rel=0.15)


def test_high_notes_die_sooner_and_low_ones_are_cut(impulse: np.ndarray) -> None:
    first, late = (np.abs(np.fft.rfft(impulse[0, 0, s : s + 16384])) ** 2 for s in (4800, 38400))
    bin_of = lambda hz: round(hz * 16384 / RATE)  # noqa: E731

    def ratio(power: np.ndarray) -> float:
        return power[bin_of(8000) : bin_of(12000)].mean() / power[bin_of(500) : bin_of(1000)].mean()

    assert ratio(late) < 0.1 * ratio(first)
    assert first[: bin_of(60)].mean() < 0.1 * first[bin_of(400) : bin_of(800)].mean()


def test_ears_are_decorrelated(impulse: np.ndarray) -> None:
    left, right = impulse[0, 0, 4800:], impulse[0, 1, 4800:]
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.1


def test_ends_in_silence(impulse: np.ndarray) -> None:
    assert np.abs(impulse[..., -10:]).max() < 1e-6


def test_blocks_add_up_to_the_whole_convolution(impulse: np.ndarray) -> None:
    from scipy import signal

    rng = np.random.default_rng(2)
    sound = rng.standard_normal((30000, 2)).astype(np.float32)
    hall = HallReturn(HALL, seed=1, predelay_ms=10.0, block=8192)
    pieces = [hall(sound[at : at + 8192]) for at in range(0, 30000, 8192)]
    wanted = sum(
        np.stack([signal.fftconvolve(sound[:, i], impulse[i, o]) for o in range(2)], axis=1)
        for i in range(2)
    )
    whole = np.concatenate(pieces)
    assert not whole[:480].any()
    assert np.abs(whole[480:] - wanted[: 30000 - 480]).max() < 1e-3
    assert hall.rings


def test_another_seed_is_another_seat() -> None:
    assert not np.array_equal(hall_impulse(HALL, seed=1), hall_impulse(HALL, seed=2))
