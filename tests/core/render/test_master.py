from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from filmcomposer_core.errors import RenderError
from filmcomposer_core.render.limiter import HALF_WINDOW, limiter_curve
from filmcomposer_core.render.loudness import LoudnessMeter, true_peak
from filmcomposer_core.render.master import blocks, make_master
from filmcomposer_core.render.stores import FrameStore
from filmcomposer_core.render.wav import WavWriter, verify_wav, wav_header

RATE = 48000


def noise(seconds: float, level: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(5)
    swell = 1.0 + np.sin(np.linspace(0, 9, round(seconds * RATE)))[:, None]
    return (level * swell * rng.standard_normal((round(seconds * RATE), 2))).astype(np.float32)


class TestLoudness:
    @pytest.mark.parametrize("seconds", [0.7, 3.33, 8.0])
    def test_agrees_with_pyloudnorm(self, seconds: float) -> None:
        sound = noise(seconds)
        meter = LoudnessMeter()
        for start in range(0, len(sound), 7001):
            meter.add(sound[start : start + 7001])
        wanted = pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64))
        assert meter.integrated_lufs() == pytest.approx(wanted, abs=0.1)

    def test_997_hz_at_full_scale_is_0_lufs_in_stereo(self) -> None:
        tone = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE)
        meter = LoudnessMeter()
        meter.add(np.stack((tone, tone), axis=1).astype(np.float32))
        assert meter.integrated_lufs() == pytest.approx(0.0, abs=0.1)

    def test_silence_is_minus_infinity(self) -> None:
        meter = LoudnessMeter()
        meter.add(np.zeros((RATE, 2), np.float32))
        assert meter.integrated_lufs() == -np.inf

    def test_very_short_sound_has_a_loudness(self) -> None:
        meter = LoudnessMeter()
        meter.add(noise(0.05))
        assert -30.0 < meter.integrated_lufs() < 0.0


class TestTruePeak:
    def test_finds_the_peak_between_samples(self) -> None:
        # A quarter of the sampling rate at 45 degrees: samples lie 3 dB under the crest.
        tone = np.sin(np.pi / 2 * np.arange(4000) + np.pi / 4).astype(np.float32)
        tone *= np.hanning(4000).astype(np.float32)
        stereo = np.stack((tone, 0 * tone), axis=1)
        assert np.abs(stereo).max() == pytest.approx(0.707, abs=0.01)
        assert true_peak(stereo) == pytest.approx(1.0, abs=0.02)

    def test_never_below_the_sample_peak(self) -> None:
        sound = noise(0.5)
        assert true_peak(sound) >= np.abs(sound).max()


class TestLimiter:
    def test_keeps_every_sample_below_the_ceiling(self) -> None:
        level = np.abs(noise(1.0, 0.3)).max(axis=1)
        curve = limiter_curve(level, ceiling=0.5)
        inside = slice(2 * HALF_WINDOW, -2 * HALF_WINDOW)
        assert (level * curve)[inside].max() <= 0.5 + 1e-6
        assert np.abs(np.diff(curve)).max() < 1e-3

    def test_leaves_quiet_sound_alone(self) -> None:
        assert np.all(limiter_curve(np.full(5000, 0.2, np.float32), ceiling=0.5) == 1.0)


def store(path: Path, sound: np.ndarray) -> FrameStore:
    made = FrameStore(path, channels=3, frames=len(sound))
    made.write(0, np.concatenate((sound, np.abs(sound).max(axis=1)[:, None]), axis=1))
    return made


class TestMaster:
    def test_curve_does_not_depend_on_blocks(self, tmp_path: Path) -> None:
        sound = noise(4.0, 0.2)
        mix = store(tmp_path / "mix", sound)
        master = make_master(mix, length=len(sound), lufs=-9.0, block=RATE)
        pieces = [
            np.concatenate([master.curve(mix, s, n) for s, n in blocks(len(sound), size)])
            for size in (10 * RATE, 20011)
        ]
        assert np.abs(pieces[0] - pieces[1]).max() < 1e-5 * master.gain

    def test_limiting_is_limited_and_said(self, tmp_path: Path) -> None:
        sound = noise(6.0, 1e-4)
        sound[RATE : RATE + 40] = 0.9
        mix = store(tmp_path / "mix", sound)
        master = make_master(mix, length=len(sound), lufs=-14.0, block=RATE)
        assert any("limiting" in note for note in master.notes)
        assert 0.9 * master.gain < 2.05

    def test_loudness_is_reached_in_spite_of_the_limiter(self, tmp_path: Path) -> None:
        sound = noise(6.0, 0.1)
        mix = store(tmp_path / "mix", sound)
        master = make_master(mix, length=len(sound), lufs=-11.0, block=2 * RATE)
        out = sound * master.curve(mix, 0, len(sound))[:, None]
        assert true_peak(out) < 10 ** (-1 / 20)
        loud = pyloudnorm.Meter(RATE).integrated_loudness(out.astype(np.float64))
        assert loud == pytest.approx(-11.0, abs=0.3)


class TestWav:
    def write(self, path: Path, sound: np.ndarray) -> None:
        rng = np.random.default_rng(1)
        with WavWriter(path, frames=len(sound), rng=rng) as writer:
            writer.write(sound[:1000])
            writer.write(sound[1000:])

    def test_values_survive_to_a_bit(self, tmp_path: Path) -> None:
        sound = noise(0.5)
        self.write(tmp_path / "a.wav", sound)
        back, rate = soundfile.read(tmp_path / "a.wav")
        assert rate == RATE
        assert np.abs(back - sound).max() < 2.0 * 2.0**-23

    def test_dither_is_triangular_and_without_bias(self, tmp_path: Path) -> None:
        steady = np.full((50000, 2), 0.25 + 0.3 * 2.0**-23, np.float32)
        self.write(tmp_path / "a.wav", steady)
        error = (soundfile.read(tmp_path / "a.wav")[0] - steady.astype(np.float64)) * 2**23
        assert abs(error.mean()) < 0.02
        assert error.var() == pytest.approx(0.25, abs=0.03)

    def test_long_files_use_rf64(self) -> None:
        assert wav_header(10)[:4] == b"RIFF"
        assert wav_header(800_000_000)[:4] == b"RF64"

    def test_full_disk_is_one_sentence(self) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("needs /dev/full")
        with pytest.raises(RenderError, match="disk is full"):
            self.write(Path("/dev/full"), noise(2.0))

    def test_verify_names_what_is_wrong(self, tmp_path: Path) -> None:
        path = tmp_path / "a.wav"
        self.write(path, noise(0.5))
        facts = verify_wav(path, frames=RATE // 2, sounding=True)
        assert not facts.silent
        with pytest.raises(RenderError, match="came out wrong"):
            verify_wav(path, frames=RATE, sounding=True)
        with pytest.raises(RenderError, match="dBTP"):
            verify_wav(path, frames=RATE // 2, sounding=True, ceiling_dbtp=-20.0)
        self.write(path, np.zeros((RATE // 2, 2), np.float32))
        with pytest.raises(RenderError, match="silent"):
            verify_wav(path, frames=RATE // 2, sounding=True)
        assert verify_wav(path, frames=RATE // 2, sounding=False).silent
        soundfile.write(path, np.zeros((100, 2)), 44100, subtype="PCM_24")
        with pytest.raises(RenderError, match="44100"):
            verify_wav(path, frames=100, sounding=False)
