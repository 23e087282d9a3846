"""Pictures that the networks are tried on, and the boxes that answers are held against."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from filmcomposer_core.contracts.sightings import Box

FRAMES = Path(__file__).with_name("frames")
FILM_FRAMES = ("two_men", "writer", "rider", "flower")


def frame(name: str) -> np.ndarray:
    """Return a film frame, BGR."""
    # Not imread: it cannot open a path with letters that the system's code page lacks.
    return cv2.imdecode(np.fromfile(FRAMES / f"{name}.jpg", np.uint8), cv2.IMREAD_COLOR)


def mirrored(bgr: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(bgr[:, ::-1])


def mirrored_box(box: Box) -> Box:
    return Box(left=1 - box.right, top=box.top, right=1 - box.left, bottom=box.bottom)


def title_card(
    lines: Sequence[str],
    *,
    size: tuple[int, int] = (640, 480),
    ink: tuple[int, int, int] = (235, 235, 235),
    ground: tuple[int, int, int] = (12, 12, 12),
    scale: float = 1.2,
    font: int = cv2.FONT_HERSHEY_COMPLEX,
) -> np.ndarray:
    """Return a card with lines of text in its middle, BGR."""
    width, height = size
    card = np.full((height, width, 3), ground, np.uint8)
    sizes = [cv2.getTextSize(line, font, scale, 2)[0] for line in lines]
    step = 1.8 * max(tall for _, tall in sizes)
    for k, (line, (wide, _)) in enumerate(zip(lines, sizes, strict=True)):
        y = height / 2 + step * (k - (len(lines) - 1) / 2)
        place = ((width - wide) // 2, int(y))
        cv2.putText(card, line, place, font, scale, ink, 2, cv2.LINE_AA)
    return card


def apart(one: Box, other: Box) -> float:
    """Return how far the edges of two boxes lie apart at most, shares of the picture."""
    edges = ("left", "top", "right", "bottom")
    return max(abs(getattr(one, edge) - getattr(other, edge)) for edge in edges)


def middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
