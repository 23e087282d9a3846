from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.recognition.boxes import (
    box_of,
    corners_of,
    covered,
    letterbox,
    non_maximum_suppression,
    overlaps,
    shape_for,
    without_bars,
)

sides = st.integers(16, 700)
places = st.floats(0, 100).map(lambda value: round(value, 3))
lengths = st.floats(0.5, 60).map(lambda value: round(value, 3))
boxes = st.tuples(places, places, lengths, lengths).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
scores = st.floats(0, 1)


@given(rows=sides, columns=sides, height=sides, width=sides)
def test_what_is_put_into_a_letterbox_comes_back(
    rows: int, columns: int, height: int, width: int
) -> None:
    fitted = letterbox(np.full((rows, columns, 3), 200, np.uint8), height, width)
    assert fitted.picture.shape == (height, width, 3)
    lit = np.argwhere(fitted.picture[..., 0] > 100)
    y1, x1 = lit.min(axis=0)
    y2, x2 = lit.max(axis=0) + 1
    back = fitted.back(np.array([[x1, y1, x2, y2]]))
    assert back == pytest.approx(np.array([[0, 0, columns, rows]]))
    # One side is filled, and the picture is not pulled out of shape by more than half a pixel.
    assert (x2 - x1 == width) or (y2 - y1 == height)
    scale = min(height / rows, width / columns)
    assert abs((x2 - x1) - max(1, scale * columns)) <= 0.5
    assert abs((y2 - y1) - max(1, scale * rows)) <= 0.5


def test_a_letterbox_by_hand() -> None:
    fitted = letterbox(np.full((10, 20, 3), 255, np.uint8), 40, 40)
    assert (fitted.scale, fitted.left, fitted.top) == ((2.0, 2.0), 0, 10)
    assert fitted.picture[:, 0, 0].tolist() == [0] * 10 + [255] * 20 + [0] * 10
    assert fitted.back(np.array([4.0, 30.0])).tolist() == [2.0, 10.0]
    assert fitted.back(np.zeros((0, 4))).shape == (0, 4)


@given(st.lists(st.tuples(boxes, scores), max_size=12), st.floats(0.05, 0.95))
def test_suppression_keeps_the_best_and_nothing_twice(
    found: list[tuple[tuple[float, ...], float]], most: float
) -> None:
    corners = np.array([box for box, _ in found], np.float64).reshape(-1, 4)
    sure = np.array([score for _, score in found], np.float64)
    kept = non_maximum_suppression(corners, sure, most)
    assert sure[kept].tolist() == sorted(sure[kept].tolist(), reverse=True)
    table = overlaps(corners, corners)
    for k in range(len(found)):
        if k not in kept:
            assert any(table[k, other] > most and sure[other] >= sure[k] for other in kept)
    again = non_maximum_suppression(corners[kept], sure[kept], most)
    assert again == list(range(len(kept)))


@given(st.lists(boxes, min_size=1, max_size=6))
def test_overlaps_are_symmetrical_shares(found: list[tuple[float, ...]]) -> None:
    corners = np.array(found)
    table, inside = overlaps(corners, corners), covered(corners, corners)
    assert table == pytest.approx(table.T)
    assert np.diag(table) == pytest.approx(1.0)
    assert (table <= inside + 1e-9).all()
    assert (inside <= 1 + 1e-9).all()


def test_overlaps_by_hand() -> None:
    large, half, away = (0, 0, 4, 4), (2, 0, 6, 4), (9, 9, 10, 10)
    assert overlaps(np.array([large]), np.array([half, away])).tolist() == [[8 / 24, 0.0]]
    small = (1, 1, 3, 2)
    assert covered(np.array([large]), np.array([small, half])).tolist() == [[1.0, 0.5]]


@given(rows=sides, columns=sides)
def test_the_shape_for_a_network_holds_the_picture(rows: int, columns: int) -> None:
    height, width = shape_for(np.zeros((rows, columns, 3), np.uint8), long_side=256)
    assert max(height, width) == 256
    assert height % 32 == width % 32 == 0
    assert min(height, width) >= 256 * min(rows, columns) / max(rows, columns)


def test_a_box_ends_with_the_picture() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    box = box_of((-5.0, 20.0, 100.0, 130.0), picture)
    assert (box.left, box.top, box.right, box.bottom) == (0.0, 0.2, 0.5, 1.0)
    assert corners_of([box], picture).tolist() == [[0.0, 20.0, 100.0, 100.0]]
    outside = box_of((-9.0, -9.0, -3.0, -3.0), picture)
    assert outside.width == outside.height == 0.0


def test_black_bars_are_cut_off_and_a_lit_window_is_not() -> None:
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, 20:140] = 90
    assert without_bars(picture).shape == (90, 120, 3)
    window = np.zeros((90, 160, 3), np.uint8)
    window[40:60, 70:90] = 200
    assert without_bars(window).shape == window.shape
    assert without_bars(np.zeros_like(window)).shape == window.shape
