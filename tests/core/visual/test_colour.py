from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.contracts.labels import BRIGHTNESS, HUES
from filmcomposer_core.visual.colour import (
    HUE_ORDER,
    arousal_curve,
    brightness_label,
    hue_label,
    look_at,
    smoothed,
)


def _look(rgb):
    bgr = np.full((20, 30, 3), rgb[::-1], np.uint8)
    luma = np.full((40, 60), round(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]), np.uint8)
    return look_at(bgr, luma)


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((200, 20, 20), "red"),
        ((240, 140, 20), "orange"),
        ((240, 220, 40), "yellow"),
        ((40, 160, 50), "green"),
        ((40, 80, 200), "blue"),
        ((130, 140, 200), "blue"),
        ((120, 40, 180), "purple"),
        ((240, 120, 180), "pink"),
        ((110, 70, 30), "brown"),
        ((8, 8, 10), "black"),
        ((250, 250, 250), "white"),
        ((128, 128, 128), "gray"),
    ],
)
def test_plain_colours_get_their_names(rgb, name):
    assert hue_label(_look(rgb).hues.astype(float)) == name


def test_hue_names_are_those_of_table_6():
    assert set(HUE_ORDER) == set(HUES) - {"null"}


def test_some_colour_outweighs_much_black():
    shares = np.zeros(len(HUE_ORDER))
    shares[HUE_ORDER.index("black")], shares[HUE_ORDER.index("blue")] = 0.7, 0.3
    assert hue_label(shares) == "blue"


def test_a_speck_of_colour_does_not():
    shares = np.zeros(len(HUE_ORDER))
    shares[HUE_ORDER.index("black")], shares[HUE_ORDER.index("blue")] = 0.95, 0.05
    assert hue_label(shares) == "black"


@pytest.mark.parametrize(
    ("look", "name"),
    [
        ({"luma": 0.05, "contrast": 0.1, "glare": 0.0, "gloom": 0.9}, "dark"),
        ({"luma": 0.2, "contrast": 0.3, "glare": 0.0, "gloom": 0.4}, "somber"),
        ({"luma": 0.45, "contrast": 0.15, "glare": 0.0, "gloom": 0.0}, "dull"),
        ({"luma": 0.45, "contrast": 0.4, "glare": 0.02, "gloom": 0.02}, "mild"),
        ({"luma": 0.62, "contrast": 0.4, "glare": 0.1, "gloom": 0.02}, "bright"),
        ({"luma": 0.85, "contrast": 0.2, "glare": 0.6, "gloom": 0.0}, "glaring"),
        ({"luma": 0.45, "contrast": 0.8, "glare": 0.3, "gloom": 0.4}, "contrasting"),
    ],
)
def test_brightness_labels(look, name):
    assert brightness_label(**look) == name
    assert name in BRIGHTNESS


def test_half_black_half_white_has_full_contrast():
    luma = np.zeros((40, 60), np.uint8)
    luma[:, 30:] = 255
    look = look_at(np.repeat(luma[..., None], 3, axis=2), luma)
    assert look.contrast == pytest.approx(1.0)
    assert look.luma == pytest.approx(0.5)
    assert (look.glare, look.gloom) == (0.5, 0.5)


def test_noise_in_black_is_not_saturated():
    bgr = np.zeros((20, 30, 3), np.uint8)
    bgr[..., 2] = 1
    assert look_at(bgr, bgr[..., 0].copy()).saturation < 0.1


def _arousal(**change):
    still = np.zeros(100)
    parts = {"motion": still, "luma": still + 0.4, "contrast": still, "saturation": still}
    return arousal_curve(**{**parts, **change}, fps=25.0)


@pytest.mark.parametrize("part", ["motion", "contrast", "saturation"])
def test_arousal_rises_with_each_part(part):
    low, high = (_arousal(**{part: np.full(100, level)}).mean() for level in (0.1, 0.6))
    assert high > low


def test_flicker_is_more_arousing_than_steady_light():
    flicker = 0.4 + 0.2 * (np.arange(100) // 3 % 2)
    assert _arousal(luma=flicker).mean() > _arousal().mean() + 0.1


def test_arousal_of_the_extremes_stays_in_range():
    wild = {"motion": np.full(100, 1e3), "luma": np.arange(100) % 2.0}
    curve = _arousal(**wild, contrast=np.ones(100), saturation=np.ones(100))
    assert 0.9 < curve.min() <= curve.max() <= 1.0
    assert _arousal().max() == 0.0


def test_brisk_pan_is_half_way_in_motion():
    assert _arousal(motion=np.full(100, 0.35)).mean() == pytest.approx(0.25)


def test_smoothing_keeps_a_constant_to_the_ends():
    np.testing.assert_allclose(smoothed(np.full(7, 0.3), 5), 0.3)


def test_smoothing_by_hand():
    np.testing.assert_allclose(smoothed(np.array([0.0, 3.0, 0.0, 0.0]), 3), [1.5, 1, 1, 0])
