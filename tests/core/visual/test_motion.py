from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.visual import motion_saliency, motion_speed
from filmcomposer_core.visual.motion import dense_flow, flow_step, speeds
from tests.core.visual.clips import texture


def _grey(seed, width=160, height=90):
    return np.ascontiguousarray(texture(seed, width=width, height=height)[..., 1])


def test_speed_is_the_mean_of_m():
    # (0.1 + 0.3 + 0.2 + 0.6) / 4
    assert motion_speed(np.array([0.1, 0.3, 0.2, 0.6])) == pytest.approx(0.3)


def test_saliency_is_the_mean_of_the_positive_changes_alone():
    # changes +0.2 -0.1 +0.4; N+ = 2: (0.2 + 0.4) / 2
    assert motion_saliency(np.array([0.1, 0.3, 0.2, 0.6])) == pytest.approx(0.3)


@pytest.mark.parametrize("motion", [[], [0.4], [0.5, 0.5, 0.5], [0.5, 0.3, 0.1]])
def test_no_increase_is_no_saliency(motion):
    assert motion_saliency(np.array(motion)) == 0.0


def test_no_frames_have_no_speed():
    assert motion_speed(np.array([])) == 0.0


def test_saliency_scales_with_motion():
    motion = np.random.default_rng(3).random(50)
    assert motion_saliency(3 * motion) == pytest.approx(3 * motion_saliency(motion))


@pytest.mark.parametrize(("right", "down"), [(4, 0), (0, 3), (-6, 2)])
def test_flow_finds_a_shift(right, down):
    wide = _grey(5, width=240, height=150)
    before = np.ascontiguousarray(wide[30:120, 40:200])
    after = np.ascontiguousarray(wide[30 - down : 120 - down, 40 - right : 200 - right])
    step = flow_step(dense_flow(before, after))
    assert step.x == pytest.approx(right / 160, abs=0.004)
    assert step.y == pytest.approx(down / 160, abs=0.004)
    assert step.length == pytest.approx(np.hypot(right, down) / 160, rel=0.1)


def test_flow_does_not_see_a_fade():
    picture = _grey(5)
    dimmer = (picture * 0.7).astype(np.uint8)
    assert flow_step(dense_flow(picture, dimmer)).length < 0.0005


def test_flat_picture_has_no_flow():
    flat = np.full((90, 160), 40, np.uint8)
    assert flow_step(dense_flow(flat, flat)).length == 0


def test_step_is_told_in_picture_widths_both_ways():
    field = np.zeros((50, 100, 2), np.float32)
    field[..., 0], field[..., 1] = 6, -8
    step = flow_step(field)
    assert (step.x, step.y, step.length) == pytest.approx((0.06, -0.08, 0.1))


def _speeds(steps, times_s, cuts=()):
    flags = np.zeros(len(steps), bool)
    flags[list(cuts)] = True
    return speeds(np.array(steps), times_s=np.array(times_s), cuts=flags, usual_s=0.04)


def test_speed_uses_the_real_time_between_frames():
    np.testing.assert_allclose(
        _speeds([0, 0.02, 0.02, 0.02], [0, 0.04, 0.14, 0.18]), [0, 0.5, 0.2, 0.5]
    )


def test_no_motion_across_a_cut():
    motion = _speeds([0, 0.01, 0.4, 0.01, 0.01], [0, 0.04, 0.08, 0.12, 0.16], cuts=[0, 2])
    np.testing.assert_allclose(motion, [0, 0.25, 0, 0.25, 0.25])


def test_repeated_frames_share_the_way():
    times = np.arange(9) * 0.04
    motion = _speeds([0, 0.02, 0, 0.02, 0, 0.02, 0, 0.02, 0.02], times)
    np.testing.assert_allclose(motion[2:8], 0.25)


def test_a_real_stop_stays_a_stop():
    steps = [0, 0.02, 0.02, 0.02, 0, 0, 0, 0, 0, 0]
    motion = _speeds(steps, np.arange(10) * 0.04)
    np.testing.assert_allclose(motion, [0, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0], atol=1e-12)


def test_way_is_conserved_whatever_repeats():
    rng = np.random.default_rng(9)
    steps = rng.random(200) * rng.integers(0, 2, 200)
    times = np.cumsum(rng.random(200) + 0.01)
    steps[0] = 0
    motion = _speeds(steps, times)
    lengths = np.diff(times, prepend=times[0] - 0.04)
    assert (motion * lengths).sum() == pytest.approx(steps.sum())


def test_single_frame_stands_still():
    np.testing.assert_array_equal(_speeds([0.0], [0.0], cuts=[0]), [0.0])
