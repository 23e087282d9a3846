"""Pictures made to fit a network, and boxes brought back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Box
from filmcomposer_core.visual.shrink import Pixels

Floats = NDArray[np.float64]

#: Bars are darker than this (0 to 255), but for this share of their pixels; this share of the
#: picture's height and width they leave at least.
_BAR_LUMA, _BAR_LIT, _BETWEEN = 24, 0.02, 0.55
#: Digits of coordinates and probabilities that are worth keeping.
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A picture fitted into another shape, black around it.

    ``picture`` has shape (height, width, 3), uint8; the picture it was made from is ``scale`` times
    as large in it, and begins ``left`` and ``top`` pixels from the edges.
    """

    picture: Pixels = field(repr=False)
    scale: tuple[float, float]
    left: int
    top: int

    def back(self, points: NDArray[Any]) -> Floats:
        """Bring points (..., x, y, x, y ...) from the network's pixels to those of the picture."""
        pairs = (*points.shape[:-1], points.shape[-1] // 2, 2)
        moved = np.asarray(points, np.float64).reshape(pairs)
        moved = (moved - [self.left, self.top]) / self.scale
        return np.asarray(moved.reshape(points.shape), np.float64)


def letterbox(bgr: Pixels, height: int, width: int) -> Fitted:
    """Fit a picture into a shape without distorting it.

    Parameters
    ----------
    bgr : ndarray, shape (rows, columns, 3), uint8
    height, width : int
        Shape of the result, pixels.
    """
    rows, columns = bgr.shape[:2]
    scale = min(height / rows, width / columns)
    h, w = max(1, round(rows * scale)), max(1, round(columns * scale))
    top, left = (height - h) // 2, (width - w) // 2
    out = np.zeros((height, width, 3), np.uint8)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    out[top : top + h, left : left + w] = cv2.resize(bgr, (w, h), interpolation=way)
    return Fitted(picture=out, scale=(w / columns, h / rows), left=left, top=top)


def shape_for(bgr: Pixels, *, long_side: int, step: int = 32) -> tuple[int, int]:
    """Return height and width of about the picture's shape, multiples of ``step``.

    Parameters
    ----------
    bgr : ndarray, shape (rows, columns, 3), uint8
    long_side : int
        The longer one, pixels, a multiple of ``step``.

    Examples
    --------
    >>> shape_for(np.zeros((360, 640, 3), np.uint8), long_side=256)
    (160, 256)
    """
    longest = max(bgr.shape[:2])
    height, width = (step * -(-n * long_side // (longest * step)) for n in bgr.shape[:2])
    return height, width


def non_maximum_suppression(corners: NDArray[Any], scores: NDArray[Any], most: float) -> list[int]:
    """Return the places of the boxes to keep, the best first.

    Parameters
    ----------
    corners : ndarray, shape (boxes, 4)
        Left, top, right and bottom.
    scores : ndarray, shape (boxes,)
    most : float
        A box that overlaps a better one by more (area in common over area together) is left out.
    """
    kept: list[int] = []
    table = overlaps(corners, corners)
    for place in np.argsort(-scores, kind="stable").tolist():
        if all(table[place, other] <= most for other in kept):
            kept.append(place)
    return kept


def overlaps(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return the area in common over the area together of all pairs of boxes, shape (n, m).

    Parameters
    ----------
    one, other : ndarray, shape (n, 4) and (m, 4)
        Left, top, right and bottom.
    """
    both = _in_common(one, other)
    together = _areas(one)[:, None] + _areas(other)[None] - both
    return np.asarray(both / np.maximum(together, 1e-12), np.float64)


def covered(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return the area in common over that of the smaller box of all pairs, shape (n, m).

    Parameters
    ----------
    one, other : ndarray, shape (n, 4) and (m, 4)
        Left, top, right and bottom.
    """
    smaller = np.minimum(_areas(one)[:, None], _areas(other)[None])
    return np.asarray(_in_common(one, other) / np.maximum(smaller, 1e-12), np.float64)


def _areas(corners: NDArray[Any]) -> Floats:
    size = np.maximum(corners[:, 2:] - corners[:, :2], 0.0)
    return np.asarray(size[:, 0] * size[:, 1], np.float64)


def _in_common(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    size = np.maximum(high - low, 0.0)
    return np.asarray(size[..., 0] * size[..., 1], np.float64)


def box_of(corners: Sequence[float] | NDArray[Any], bgr: Pixels) -> Box:
    """Return a box by its corners in pixels; what reaches out of the picture is cut off."""
    rows, columns = bgr.shape[:2]
    x1, y1, x2, y2 = (
        round(min(1.0, max(0.0, float(n) / size)), DIGITS)
        for n, size in zip(corners, (columns, rows, columns, rows), strict=True)
    )
    return Box(left=x1, top=y1, right=max(x1, x2), bottom=max(y1, y2))


def corners_of(boxes: Sequence[Box], bgr: Pixels) -> Floats:
    """Return the corners of boxes in pixels, shape (boxes, 4)."""
    rows, columns = bgr.shape[:2]
    table = [(b.left, b.top, b.right, b.bottom) for b in boxes]
    return np.array(table, np.float64).reshape(-1, 4) * [columns, rows, columns, rows]


def probability(value: float) -> float:
    """Return a probability with the digits worth keeping, never outside 0 to 1."""
    return round(min(1.0, max(0.0, float(value))), DIGITS)


def without_bars(bgr: Pixels) -> Pixels:
    """Return the part of a picture between its black bars.

    Parameters
    ----------
    bgr : ndarray, shape (height, width, 3), uint8

    Returns
    -------
    ndarray
        A view. What is black around a single bright place is no bar.
    """
    lit = bgr.max(axis=2) > _BAR_LUMA
    return bgr[_between(lit.mean(axis=1)), _between(lit.mean(axis=0))]


def _between(lit: Floats) -> slice:
    """Return where a row of shares of lit pixels begins and ends to be lit."""
    found = np.flatnonzero(lit > _BAR_LIT)
    if not found.size or found[-1] + 1 - found[0] < _BETWEEN * lit.size:
        return slice(None)
    return slice(int(found[0]), int(found[-1]) + 1)
