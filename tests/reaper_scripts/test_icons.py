"""The toolbar's icons are what the generator draws."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tools.make_icons import FOLDER, ICONS, SIDES, STATES, draw

CASES = [(name, folder, side) for name in ICONS for folder, side in SIDES.items()]


def stored(name: str, folder: str) -> NDArray[np.uint8]:
    data = np.fromfile(FOLDER / folder / f"filmcomposer_{name}.png", np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)


@pytest.mark.parametrize(("name", "folder", "side"), CASES)
def test_the_committed_icon_is_the_drawn_one(name: str, folder: str, side: int) -> None:
    assert np.array_equal(stored(name, folder), draw(name, side))


def test_sizes_are_those_that_reaper_takes() -> None:
    shapes = {folder: stored("cancel", folder).shape for folder in SIDES}
    assert shapes == {"100": (30, 90, 4), "150": (45, 135, 4), "200": (60, 180, 4)}


@pytest.mark.parametrize(("name", "folder", "side"), CASES)
def test_states_differ_and_the_corners_are_transparent(name: str, folder: str, side: int) -> None:
    states = np.split(stored(name, folder), 3, axis=1)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert np.count_nonzero(np.any(states[a] != states[b], axis=2)) > side * side / 2
    for state in states:
        assert [int(state[y, x, 3]) for y in (0, -1) for x in (0, -1)] == [0, 0, 0, 0]
        assert state[side // 2, side // 4, 3] == 255
        assert 0.75 < np.mean(state[:, :, 3] / 255) < 0.95


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", STATES)
def test_the_pictogram_stands_out_from_its_ground(colours: dict[str, tuple[int, int, int]]) -> None:
    def contrast(a: str, b: str) -> float:
        high, low = sorted((luminance(colours[a]), luminance(colours[b])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    assert contrast("ink", "ground") > 7
    assert contrast("mark", "ground") > 3


def test_two_icons_are_told_apart() -> None:
    drawn = {draw(name, 30).tobytes() for name in ICONS}
    assert len(drawn) == len(ICONS)
