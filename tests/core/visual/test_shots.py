from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.visual import analyse_clip
from filmcomposer_core.visual.shots import hard_cuts, newness_peaks, settle
from tests.core.visual.clips import flat, mixed, pan, texture, write_clip


def _starts(path):
    return [(shot.start_frame, shot.cut) for shot in analyse_clip(path).analysis.shots[1:]]


def _clip(tmp_path, pictures, **how):
    return write_clip(tmp_path / "a.mp4", pictures, **how)


def test_cuts_are_exact(tmp_path):
    pictures = [texture(1)] * 20 + [texture(2)] * 7 + [texture(3)] * 23
    assert _starts(_clip(tmp_path, pictures)) == [(20, "cut"), (27, "cut")]


def test_cuts_between_moving_shots(tmp_path):
    pictures = pan(1, frames=20, step=3) + pan(2, frames=20, step=5) + pan(3, frames=20, step=1)
    assert _starts(_clip(tmp_path, pictures)) == [(20, "cut"), (40, "cut")]


def test_low_contrast_grey_cuts(tmp_path):
    def grey(seed):
        return np.repeat(texture(seed, low=105, high=150)[..., :1], 3, axis=2)

    pictures = [grey(1)] * 20 + [grey(2)] * 20
    assert _starts(_clip(tmp_path, pictures)) == [(20, "cut")]


def test_pillarboxed_cut(tmp_path):
    def boxed(seed):
        picture = texture(seed, low=90, high=140)
        picture[:, :40] = picture[:, -40:] = 0
        return picture

    assert _starts(_clip(tmp_path, [boxed(1)] * 20 + [boxed(2)] * 20)) == [(20, "cut")]


def test_camera_move_is_no_cut(tmp_path):
    assert _starts(_clip(tmp_path, pan(1, frames=40, step=8))) == []


def test_flash_is_no_cut(tmp_path):
    scene = pan(1, frames=40, step=2)
    scene[20] = mixed(scene[20], flat(255), 0.6)
    assert _starts(_clip(tmp_path, scene)) == []


def test_white_flash_is_no_cut(tmp_path):
    scene = pan(1, frames=40, step=2)
    scene[20] = flat(255)
    assert _starts(_clip(tmp_path, scene)) == []


def test_grain_is_no_cut(tmp_path):
    rng = np.random.default_rng(4)
    scene = [
        np.clip(texture(1) + rng.normal(0, 12, (96, 160, 3)), 0, 255).astype(np.uint8)
        for _ in range(30)
    ]
    assert _starts(_clip(tmp_path, scene)) == []


def test_fade_through_black_begins_where_black_ends(tmp_path):
    black = flat(0)
    out = [mixed(texture(1), black, k / 12) for k in range(1, 13)]
    into = [mixed(black, texture(2), k / 12) for k in range(1, 13)]
    pictures = [texture(1)] * 20 + out + [black] * 10 + into + [texture(2)] * 20
    ((frame, kind),) = _starts(_clip(tmp_path, pictures))
    assert kind == "fade"
    assert frame == pytest.approx(42, abs=1)


def test_cut_to_black_and_fade_in_are_two(tmp_path):
    into = [mixed(flat(0), texture(2), k / 12) for k in range(1, 13)]
    pictures = [texture(1)] * 20 + [flat(0)] * 15 + into + [texture(2)] * 20
    starts = _starts(_clip(tmp_path, pictures))
    assert [kind for _, kind in starts] == ["cut", "fade"]
    assert starts[0][0] == 20
    assert starts[1][0] == pytest.approx(35, abs=1)


def test_fade_in_at_the_head_belongs_to_the_first_shot(tmp_path):
    into = [mixed(flat(0), texture(2), k / 12) for k in range(13)]
    assert _starts(_clip(tmp_path, into + [texture(2)] * 20)) == []


def test_fade_out_at_the_end_belongs_to_the_last_shot(tmp_path):
    out = [mixed(texture(2), flat(0), k / 12) for k in range(13)]
    assert _starts(_clip(tmp_path, [texture(2)] * 20 + out + [flat(0)] * 20)) == []


@pytest.mark.parametrize("length", [8, 16, 30])
def test_dissolve_is_one_boundary_in_its_middle(tmp_path, length):
    mix = [mixed(texture(1), texture(2), (k + 1) / (length + 1)) for k in range(length)]
    ((frame, kind),) = _starts(_clip(tmp_path, [texture(1)] * 40 + mix + [texture(2)] * 40))
    assert kind == "dissolve"
    assert frame == pytest.approx(40 + length / 2, abs=2)


def test_dissolve_between_moving_pictures(tmp_path):
    old, new = pan(1, frames=70, step=1), pan(2, frames=70, step=1)
    shares = np.clip((np.arange(70) - 28) / 14, 0, 1)
    pictures = [mixed(a, b, s) for a, b, s in zip(old, new, shares, strict=True)]
    ((frame, kind),) = _starts(_clip(tmp_path, pictures))
    assert kind == "dissolve"
    assert frame == pytest.approx(35, abs=3)


@pytest.mark.parametrize("pictures", [[flat(0)] * 30, [flat(200)] * 30, [texture(1)] * 30])
def test_still_clips_are_one_shot(tmp_path, pictures):
    assert _starts(_clip(tmp_path, pictures)) == []


def test_flat_colours_are_cut(tmp_path):
    pictures = [flat(30)] * 20 + [flat(200)] * 20
    assert _starts(_clip(tmp_path, pictures)) == [(20, "cut")]


def test_no_shot_shorter_than_a_fifth_of_a_second(tmp_path):
    pictures = [texture(k // 2) for k in range(60)]
    shots = analyse_clip(_clip(tmp_path, pictures)).analysis.shots
    assert all(shot.end_s - shot.start_s >= 0.2 - 1e-6 for shot in shots)


def test_peak_is_measured_against_both_sides():
    newness = np.array([0.1, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1])
    assert newness_peaks(newness)[4] == pytest.approx(0.7)


def test_weak_peak_needs_the_vote():
    newness = np.zeros(20)
    newness[10] = 0.3
    votes = np.zeros(20, bool)
    assert not hard_cuts(newness, voted=votes).any()
    votes[10] = True
    assert np.flatnonzero(hard_cuts(newness, voted=votes)).tolist() == [10]


def test_vote_alone_is_not_enough():
    assert not hard_cuts(np.zeros(20), voted=np.ones(20, bool)).any()


def test_constant_turmoil_is_no_cut():
    assert not hard_cuts(np.full(20, 0.9), voted=np.zeros(20, bool))[4:-4].any()


def test_of_two_close_boundaries_the_cut_stays():
    frames = 50
    cuts = np.zeros(frames, bool)
    cuts[25] = True
    found = settle(
        cuts=cuts,
        newness=np.where(cuts, 0.9, 0.0),
        blank=np.zeros(frames, bool),
        detail=np.full(frames, 0.4),
        times_s=np.arange(frames) / 25,
        dissolves=[(28, 0.1, 0.05)],
    )
    assert [(b.frame, b.cut) for b in found] == [(25, "cut")]
