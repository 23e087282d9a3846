"""Flat shapes on a square of 30 by 30 units, as masks over sample points.

A shape takes the samples' coordinates (x to the right, y down) and returns where it covers them.
Only additions, products, square roots and comparisons are used, so that every machine draws the
same pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
Mask = NDArray[np.bool_]
Shape = Callable[[Grid, Grid], Mask]
Point = tuple[float, float]


def box(left: float, top: float, right: float, bottom: float, *, radius: float = 0.0) -> Shape:
    """Return a rectangle with round corners."""
    cx, cy = (left + right) / 2, (top + bottom) / 2
    half_x, half_y = (right - left) / 2 - radius, (bottom - top) / 2 - radius

    def covers(x: Grid, y: Grid) -> Mask:
        over_x = np.maximum(np.abs(x - cx) - half_x, 0.0)
        over_y = np.maximum(np.abs(y - cy) - half_y, 0.0)
        if radius == 0.0:
            return (np.abs(x - cx) <= half_x) & (np.abs(y - cy) <= half_y)
        return np.asarray(over_x**2 + over_y**2 <= radius**2)

    return covers


def ellipse(cx: float, cy: float, rx: float, ry: float, *, slant: float = 0.0) -> Shape:
    """Return an ellipse; ``slant`` lifts its right side, as a note's head has it."""

    def covers(x: Grid, y: Grid) -> Mask:
        dx, dy = x - cx, y - cy + slant * (x - cx)
        return (dx / rx) ** 2 + (dy / ry) ** 2 <= 1.0

    return covers


def stroke(points: Sequence[Point], width: float) -> Shape:
    """Return a line through points with round ends and joints."""

    def covers(x: Grid, y: Grid) -> Mask:
        found = np.zeros(x.shape, bool)
        for (ax, ay), (bx, by) in pairwise(points):
            dx, dy = bx - ax, by - ay
            along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
            along = np.clip(along, 0.0, 1.0)
            found |= (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= (width / 2) ** 2
        return found

    return covers


def arc(start: Point, pull: Point, end: Point, *, pieces: int = 24) -> list[Point]:
    """Return the points of a quadratic curve."""
    found = []
    for i in range(pieces + 1):
        t = i / pieces
        weights = ((1 - t) ** 2, 2 * t * (1 - t), t * t)
        found.append(
            (
                sum(w * p[0] for w, p in zip(weights, (start, pull, end), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (start, pull, end), strict=True)),
            )
        )
    return found


def polygon(points: Sequence[Point]) -> Shape:
    """Return a filled polygon (even-odd)."""

    def covers(x: Grid, y: Grid) -> Mask:
        inside = np.zeros(x.shape, bool)
        for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
            if ay != by:
                crosses = (ay > y) != (by > y)
                inside ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
        return inside

    return covers


def union(*shapes: Shape) -> Shape:
    """Return all of several shapes."""
    return lambda x, y: np.logical_or.reduce([shape(x, y) for shape in shapes])


def minus(shape: Shape, *holes: Shape) -> Shape:
    """Return a shape with others cut out of it."""
    hole = union(*holes)
    return lambda x, y: shape(x, y) & ~hole(x, y)


def note(x: float, y: float, *, size: float = 1.0) -> Shape:
    """Return an eighth note whose head's centre is at (x, y); 11 units high at size 1."""
    stem = x + 2.1 * size
    top = y - 10.0 * size
    flag = [
        (stem, top),
        *arc(
            (stem + 0.7 * size, top + 1.6 * size),
            (stem + 5.6 * size, top + 3.6 * size),
            (stem + 3.4 * size, top + 7.2 * size),
        ),
        *arc(
            (stem + 3.4 * size, top + 7.2 * size),
            (stem + 3.6 * size, top + 4.8 * size),
            (stem, top + 3.8 * size),
        ),
    ]
    return union(
        ellipse(x, y, 2.9 * size, 2.2 * size, slant=0.28),
        box(stem - 0.7 * size, top, stem + 0.7 * size, y),
        polygon(flag),
    )
