from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from filmcomposer_core.visual import analyse_clip
from filmcomposer_core.visual.times import true_times, usual_rate
from tests.core.visual.clips import flat, texture, write_clip

NTSC_FILM = Fraction(24000, 1001)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_rate_and_length_are_exact(tmp_path, suffix):
    path = write_clip(tmp_path / f"a.{suffix}", [texture(1)] * 48, fps=NTSC_FILM)
    clip = analyse_clip(path).analysis.clip
    assert clip.fps == NTSC_FILM
    assert clip.frames == 48
    assert not clip.variable_frame_rate
    assert clip.duration_s == pytest.approx(48 * 1001 / 24000, abs=1e-9)


def test_variable_rate_keeps_true_times(tmp_path):
    times = [0.0, 0.04, 0.08, 0.2, 0.24, 0.5, 0.54]
    path = write_clip(tmp_path / "a.mkv", [texture(k) for k in range(7)], times_s=times)
    seen = analyse_clip(path)
    assert seen.analysis.clip.variable_frame_rate
    np.testing.assert_allclose(seen.curves.time_s, times, atol=0.0011)


def test_late_picture_starts_at_zero(tmp_path):
    path = write_clip(tmp_path / "a.mkv", [texture(1)] * 25, first_s=0.033, audio_s=1.0)
    seen = analyse_clip(path)
    assert seen.analysis.clip.picture_start_s == pytest.approx(0.033, abs=0.001)
    assert seen.curves.time_s[0] == 0
    assert seen.analysis.clip.duration_s == pytest.approx(1.0, abs=0.002)


def test_picture_shorter_than_its_container(tmp_path):
    path = write_clip(tmp_path / "a.mkv", [texture(1)] * 25, audio_s=3.0)
    clip = analyse_clip(path).analysis.clip
    assert clip.duration_s == pytest.approx(1.0, abs=0.002)
    assert any("ends at 1.00 s" in note for note in clip.notes)


def test_rotation_turns_picture_and_size(tmp_path):
    picture = flat(0)
    picture[:, :80] = 255  # the left half is white
    path = write_clip(tmp_path / "a.mp4", [picture] * 3, rotation=-90.0)
    clip, frame = _first_key_frame(path)
    assert (clip.width, clip.height, clip.rotation) == (96, 160, 90)
    # Turned with the clock, left becomes top.
    assert frame[: frame.shape[0] // 3].mean() > 200
    assert frame[-frame.shape[0] // 3 :].mean() < 50


def test_wide_pixels_are_shown_wide(tmp_path):
    path = write_clip(tmp_path / "a.mp4", [texture(1)] * 3, aspect=Fraction(4, 3))
    clip, frame = _first_key_frame(path)
    assert (clip.width, clip.height) == (213, 96)
    assert frame.shape[1] / frame.shape[0] == pytest.approx(213 / 96, rel=0.03)


@pytest.mark.parametrize(("width", "height"), [(175, 99), (16, 16), (33, 400), (2, 2)])
def test_any_size(tmp_path, width, height):
    pictures = [texture(k // 10, width=width, height=height) for k in range(20)]
    path = write_clip(tmp_path / "a.mkv", pictures, codec="ffv1", pix_fmt="yuv444p")
    clip = analyse_clip(path).analysis.clip
    assert (clip.width, clip.height, clip.frames) == (width, height, 20)


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [
        ("ffv1", "yuv420p10le", "mkv"),
        ("ffv1", "gray", "mkv"),
        ("ffv1", "bgr0", "mkv"),
        ("ffv1", "yuv422p", "mkv"),
        ("prores_ks", "yuv422p10le", "mov"),
        ("libvpx-vp9", "yuv420p", "webm"),
        ("mjpeg", "yuvj420p", "avi"),
        ("mpeg4", "yuv420p", "mp4"),
    ],
)
def test_black_is_0_and_white_is_1_in_every_format(tmp_path, codec, pix_fmt, suffix):
    path = write_clip(
        tmp_path / f"a.{suffix}", [flat(0)] * 5 + [flat(255)] * 5, codec=codec, pix_fmt=pix_fmt
    )
    luma = analyse_clip(path).curves.luma
    assert luma.size == 10
    np.testing.assert_allclose(luma, [0.0] * 5 + [1.0] * 5, atol=0.015)


def test_truncated_file_is_kept_up_to_the_break(tmp_path):
    whole = write_clip(
        tmp_path / "a.mp4", [texture(1)] * 50, options={"movflags": "faststart"}
    ).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) * 3 // 5])
    clip = analyse_clip(path).analysis.clip
    assert 5 < clip.frames < 50
    assert any("damaged" in note or "promises" in note for note in clip.notes)


def test_noise_at_the_end_is_left_out(tmp_path):
    pictures = [texture(k // 25) for k in range(100)]
    path = write_clip(tmp_path / "a.mkv", pictures)
    data = bytearray(path.read_bytes())
    tail = len(data) // 2
    data[tail:] = np.random.default_rng(1).bytes(len(data) - tail)
    path.write_bytes(data)
    clip = analyse_clip(path).analysis.clip
    assert 10 < clip.frames < 100
    assert clip.notes


def test_rounded_times_go_back_to_the_grid():
    grid = np.arange(100) / float(NTSC_FILM)
    times, variable = true_times(np.round(grid, 3), fps=NTSC_FILM, tick_s=0.001)
    np.testing.assert_array_equal(times, grid)
    assert not variable


def test_lost_frames_are_a_variable_rate():
    grid = np.delete(np.arange(100) / 25, [40, 41, 42])
    times, variable = true_times(grid, fps=Fraction(25), tick_s=0.001)
    np.testing.assert_array_equal(times, grid)
    assert variable


def test_a_gap_does_not_change_the_usual_rate():
    times = np.concatenate([np.arange(50) / 25, 60 + np.arange(50) / 25])
    assert usual_rate(times) == pytest.approx(25)


def test_steps_without_a_common_length_have_a_rate():
    assert usual_rate(np.array([0.0, 2.5, 2.54])) == pytest.approx(25)


def _first_key_frame(path):
    import cv2

    seen = analyse_clip(path)
    data = np.frombuffer(seen.key_frames[0].jpeg, np.uint8)
    return seen.analysis.clip, cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
