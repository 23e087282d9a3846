from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest

from filmcomposer_core.errors import Cancelled
from filmcomposer_core.visual import analyse_clip
from tests.core.visual.clips import flat, mixed, pan, texture, write_clip


def test_same_clip_same_result(tmp_path):
    pictures = pan(1, frames=25, step=3) + pan(2, frames=25, step=6)
    path = write_clip(tmp_path / "a.mp4", pictures)
    first = analyse_clip(path)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(4)
        second = analyse_clip(path)
    finally:
        cv2.setNumThreads(threads)
    assert first.analysis == second.analysis
    assert first.key_frames == second.key_frames
    for name in first.curves.__slots__:
        np.testing.assert_array_equal(getattr(first.curves, name), getattr(second.curves, name))


def test_threads_of_opencv_are_given_back(tmp_path):
    before = cv2.getNumThreads()
    analyse_clip(write_clip(tmp_path / "a.mp4", [flat(90)] * 3))
    assert cv2.getNumThreads() == before


def test_motion_of_a_pan(tmp_path):
    seen = analyse_clip(write_clip(tmp_path / "a.mp4", pan(1, frames=40, step=4)))
    # 4 of 160 pixels a frame at 25 frames a second; the picture goes left.
    assert seen.analysis.shots[0].speed == pytest.approx(4 / 160 * 25, rel=0.1)
    assert np.median(seen.curves.flow_x) == pytest.approx(-4 / 160 * 25, rel=0.1)
    assert abs(np.median(seen.curves.flow_y)) < 0.02


def test_motion_does_not_depend_on_the_frame_rate(tmp_path):
    slow = write_clip(tmp_path / "a.mp4", pan(1, frames=40, step=4), fps=25)
    fast = write_clip(tmp_path / "b.mp4", pan(1, frames=80, step=2), fps=50)
    one, two = (analyse_clip(path).analysis.shots[0].speed for path in (slow, fast))
    assert one == pytest.approx(two, rel=0.1)


def test_no_motion_into_a_cut_or_the_first_frame(tmp_path):
    pictures = pan(1, frames=25, step=4) + pan(2, frames=25, step=4)
    motion = analyse_clip(write_clip(tmp_path / "a.mp4", pictures)).curves.motion
    assert motion[0] == motion[25] == 0
    assert motion[1:25].min() > 0.3
    assert motion.max() < 1.0


def test_shots_tile_the_clip(tmp_path):
    pictures = [texture(k // 12) for k in range(60)]
    seen = analyse_clip(write_clip(tmp_path / "a.mp4", pictures, fps=Fraction(30000, 1001)))
    shots = seen.analysis.shots
    assert len(shots) == 5
    assert shots[0].cut == "start"
    assert shots[0].start_s == 0
    assert shots[-1].end_s == seen.analysis.clip.duration_s
    assert all(a.end_s == b.start_s for a, b in pairwise(shots))


def test_every_shot_has_a_key_frame_of_its_own(tmp_path):
    pictures = [texture(k // 12) for k in range(60)]
    seen = analyse_clip(write_clip(tmp_path / "a.mp4", pictures))
    assert [frame.shot for frame in seen.key_frames] == [0, 1, 2, 3, 4]
    for frame, shot in zip(seen.key_frames, seen.analysis.shots, strict=True):
        assert shot.start_s <= frame.time_s < shot.end_s
        image = cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image.shape == (144, 240, 3)
        there = cv2.resize(pictures[round(frame.time_s * 25)][..., ::-1], (240, 144))
        assert np.abs(image.astype(int) - there).mean() < 12


def test_a_dissolve_just_before_a_cut_leaves_no_shot_without_a_key_frame(tmp_path):
    mixing = [mixed(texture(8), texture(9), k / 25) for k in range(26)]
    pictures = [*([flat(0)] * 20), *mixing, *pan(3, frames=40, step=2)]
    seen = analyse_clip(write_clip(tmp_path / "a.mp4", pictures))
    assert [shot.cut for shot in seen.analysis.shots][-2:] == ["dissolve", "cut"]
    assert len(seen.key_frames) == len(seen.analysis.shots)


@pytest.mark.parametrize(
    "pictures", [[texture(1)], [flat(0)], [texture(1), texture(2)], [texture(1)] * 12]
)
def test_shortest_clips(tmp_path, pictures):
    seen = analyse_clip(write_clip(tmp_path / "a.mp4", pictures))
    assert seen.analysis.clip.frames == len(pictures)
    assert seen.analysis.clip.duration_s == pytest.approx(len(pictures) / 25)
    assert len(seen.analysis.shots) == len(seen.key_frames) == 1
    assert seen.curves.time_s.shape == (len(pictures),)


@pytest.mark.parametrize(
    ("level", "hue", "brightness"), [(0, "black", "dark"), (255, "white", "glaring")]
)
def test_black_and_white_clips(tmp_path, level, hue, brightness):
    (shot,) = analyse_clip(write_clip(tmp_path / "a.mp4", [flat(level)] * 20)).analysis.shots
    assert (shot.hue, shot.brightness, shot.speed, shot.saliency) == (hue, brightness, 0, 0)


def test_curves_are_in_range(tmp_path):
    pictures = pan(1, frames=20, step=9) + [flat(255)] * 5 + [texture(2)] * 10
    curves = analyse_clip(write_clip(tmp_path / "a.mp4", pictures)).curves
    for name in ("luma", "contrast", "saturation", "arousal"):
        curve = getattr(curves, name)
        assert curve.dtype == np.float64
        assert curve.shape == (35,)
        assert 0 <= curve.min() <= curve.max() <= 1


def test_timecode_of_the_file(tmp_path):
    path = write_clip(tmp_path / "a.mov", [flat(90)] * 30, metadata={"timecode": "10:20:30:05"})
    assert analyse_clip(path).analysis.clip.start_timecode == "10:20:30:05"


def test_no_timecode_is_zero(tmp_path):
    path = write_clip(tmp_path / "a.mp4", [flat(90)] * 3)
    assert analyse_clip(path).analysis.clip.start_timecode == "00:00:00:00"


def test_unusable_timecode_of_the_file_is_noted(tmp_path):
    path = write_clip(tmp_path / "a.mkv", [flat(90)] * 3, metadata={"timecode": "nonsense"})
    clip = analyse_clip(path).analysis.clip
    assert clip.start_timecode == "00:00:00:00"
    assert any("nonsense" in note for note in clip.notes)


def test_progress_rises_to_one(tmp_path):
    told = []
    path = write_clip(tmp_path / "a.mp4", [flat(90)] * 60)
    analyse_clip(path, progress=lambda fraction, message="": told.append(fraction))
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == 1.0


def test_progress_can_stop_the_work(tmp_path):
    def stop(fraction, message=""):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        analyse_clip(write_clip(tmp_path / "a.mp4", [flat(90)] * 3), progress=stop)
