"""What looks like a shot boundary and is none, and the boundaries that hide beside it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmcomposer_core.visual import analyse_clip
from filmcomposer_core.visual.dissolves import DissolveWatch, follow
from filmcomposer_core.visual.match import within_bars, without_smear
from tests.core.visual.clips import HEIGHT, WIDTH, flat, mixed, pan, texture, write_clip


def _starts(tmp_path, pictures):
    shots = analyse_clip(write_clip(tmp_path / "a.mp4", pictures)).analysis.shots[1:]
    return [(shot.start_frame, shot.cut) for shot in shots]


def _barred(picture, rows):
    barred = picture.copy()
    barred[:rows] = barred[HEIGHT - rows :] = 0
    return barred


@pytest.mark.parametrize("heights", [[20], range(1, 21)], ids=["at once", "sliding"])
@pytest.mark.parametrize("way", [1, -1], ids=["in", "out"])
def test_bars_are_no_cut(tmp_path, heights, way):
    rows = [0] * 25 + [*heights] + [20] * 25
    scene = pan(1, frames=len(rows), step=1)
    pictures = [_barred(*pair) for pair in zip(scene, rows[::way], strict=True)]
    assert _starts(tmp_path, pictures) == []


def test_pillars_are_no_cut(tmp_path):
    scene = pan(1, frames=50, step=1)
    for picture in scene[25:]:
        picture[:, :30] = picture[:, -30:] = 0
    assert _starts(tmp_path, scene) == []


def test_cut_at_which_bars_come_in_is_a_cut(tmp_path):
    pictures = [texture(1)] * 25 + [_barred(texture(2), 20)] * 25
    assert _starts(tmp_path, pictures) == [(25, "cut")]


def test_both_pictures_get_the_wider_bars():
    plain = np.full((HEIGHT, WIDTH), 90, np.uint8)
    barred = _barred(plain, 10)
    old, new = within_bars(plain, barred)
    np.testing.assert_array_equal(old, new)
    # One more row on each side, for the edge is soft.
    assert np.count_nonzero(old) == (HEIGHT - 22) * WIDTH
    assert plain.all()


@pytest.mark.parametrize("rows", [0, 10, HEIGHT // 2])
def test_equal_bars_and_black_pictures_stay_as_they_are(rows):
    picture = _barred(np.full((HEIGHT, WIDTH), 90, np.uint8), rows)
    old, new = within_bars(picture, picture)
    assert old is picture
    assert new is picture


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("share", [0.8, 1.0])
def test_longer_flash_is_no_cut(tmp_path, length, share):
    scene = pan(1, frames=50, step=1)
    for k in range(25, 25 + length):
        scene[k] = mixed(scene[k], flat(255), share)
    assert _starts(tmp_path, scene) == []


def test_flash_in_a_dim_picture_is_neither_cut_nor_fade(tmp_path):
    scene = [mixed(flat(96), picture, 0.3) for picture in pan(1, frames=50, step=1)]
    scene[25] = mixed(scene[25], flat(255), 0.8)
    assert _starts(tmp_path, scene) == []


def test_black_frames_in_one_shot_are_no_cut(tmp_path):
    scene = pan(1, frames=50, step=1)
    scene[25] = scene[26] = flat(0)
    assert _starts(tmp_path, scene) == []


def test_flash_that_hides_a_cut_is_one_boundary(tmp_path):
    ((frame, kind),) = _starts(tmp_path, [texture(1)] * 25 + [flat(255)] * 2 + [texture(2)] * 25)
    assert kind == "cut"
    assert 25 <= frame <= 27


@pytest.mark.parametrize("turned", [False, True], ids=["sideways", "upright"])
def test_whip_pan_is_no_cut(tmp_path, turned):
    side = HEIGHT if turned else WIDTH
    wide = texture(1, width=HEIGHT if not turned else WIDTH, height=side + 72)
    wide = wide if turned else np.ascontiguousarray(wide.transpose(1, 0, 2))
    pictures = []
    for k in range(60):
        done = min(max(k - 25, 0), 9)
        blur = 9 if 0 < done < 9 else 1
        smeared = cv2.blur(wide, (1, blur) if turned else (blur, 1))
        part = smeared[8 * done :][:side] if turned else smeared[:, 8 * done :][:, :side]
        pictures.append(np.ascontiguousarray(part))
    assert _starts(tmp_path, pictures) == []


def _detail(luma, axis):
    return np.abs(np.diff(luma.astype(int), axis=axis)).mean()


def test_smear_is_taken_out_along_its_axis():
    sharp = cv2.cvtColor(texture(1), cv2.COLOR_RGB2GRAY)
    rng = np.random.default_rng(1)
    sharp = np.clip(sharp + rng.normal(0, 20, sharp.shape), 0, 255).astype(np.uint8)
    smeared = cv2.blur(sharp, (9, 1))
    assert _detail(sharp, 1) > 4 * _detail(smeared, 1)
    old, new = without_smear(sharp, smeared)
    assert _detail(old, 1) < 2 * _detail(new, 1)
    # Across the smear the detail stays.
    assert _detail(new, 0) > 0.7 * _detail(smeared, 0)
    assert without_smear(sharp, cv2.blur(sharp, (9, 9))) is None
    assert without_smear(sharp, sharp) is None


def test_two_dissolves_close_together_are_two(tmp_path):
    shares = [(k + 1) / 13 for k in range(12)]
    pictures = [texture(1)] * 25 + [mixed(texture(1), texture(2), s) for s in shares]
    pictures += [texture(2)] * 13 + [mixed(texture(2), texture(3), s) for s in shares]
    pictures += [texture(3)] * 25
    starts = _starts(tmp_path, pictures)
    assert [kind for _, kind in starts] == ["dissolve", "dissolve"]
    assert [frame for frame, _ in starts] == [pytest.approx(31, abs=2), pytest.approx(56, abs=2)]


def test_dissolve_between_cuts_close_by(tmp_path):
    mix = [mixed(texture(2), texture(3), (k + 1) / 21) for k in range(20)]
    pictures = [texture(1)] * 25 + [texture(2)] * 10 + mix + [texture(3)] * 10 + [texture(4)] * 25
    starts = _starts(tmp_path, pictures)
    assert [kind for _, kind in starts] == ["cut", "dissolve", "cut"]
    assert starts[1][0] == pytest.approx(45, abs=2)


def _followed(lumas):
    watch, lit = DissolveWatch(), np.full_like(lumas[0], 255)
    told = [
        follow(watch, frame=k, time_s=k / 25, luma=luma, lit=lit) for k, luma in enumerate(lumas)
    ]
    return [one.frame for one in (*told, watch.pending) if one is not None]


def _grey(seed):
    return cv2.cvtColor(texture(seed), cv2.COLOR_RGB2GRAY).astype(float)


@pytest.mark.parametrize("length", [10, 20, 40])
def test_mixture_is_a_dissolve_and_a_morph_is_none(length):
    old, new = _grey(1), _grey(2)
    shares = np.clip((np.arange(90) - 25) / length, 0, 1)
    mixture = [((1 - s) * old + s * new).astype(np.uint8) for s in shares]
    assert _followed(mixture) == [pytest.approx(25 + length / 2, abs=1 + length / 10)]
    # Each block changes over at its own time: as evenly as a mixture, but it is never one.
    order = np.random.default_rng(3).random((HEIGHT // 8, WIDTH // 8)).repeat(8, 0).repeat(8, 1)
    assert _followed([np.where(order < s, new, old).astype(np.uint8) for s in shares]) == []


def test_cut_and_growing_brightness_are_no_dissolve():
    old, new = _grey(1), _grey(2)
    cut = [(old if k < 45 else new).astype(np.uint8) for k in range(90)]
    brighter = [(old * (0.3 + 0.7 * k / 90)).astype(np.uint8) for k in range(90)]
    assert _followed(cut) == _followed(brighter) == []
