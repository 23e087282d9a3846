"""Whether a picture looks like a text card: small strokes in lines on a plain ground."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.recognition.boxes import probability, without_bars
from filmcomposer_core.visual.shrink import Pixels

#: A picture is taken for a text card from here on.
CARD: Final = 0.5
#: Longer side of the picture as it is looked at, pixels.
_SIDE: Final = 320
#: A stroke is thinner than this, pixels, and stands out from the ground by this (0 to 255).
_STROKE: Final = 11
_STANDS_OUT: Final = 24
#: The ground changes by more than this over a few pixels only where something is shown ...
_STEP: Final = 14
#: ... and that is less than this share of a card; on pictures it is more than twice as much.
_SHOWN: Final = 0.06
#: Strokes are words if they close up to rows of this length over height, and this height, pixels.
_LONG: Final = 2.5
_HEIGHTS: Final = (4, 48)
#: Share of the strokes that lie in such rows, of pictures and of cards.
_IN_ROWS: Final = (0.4, 0.75)
#: Share of the picture that is strokes: less is a smudge, more is foliage.
_FEW, _MANY = 0.003, 0.3


def find_card(bgr: Pixels) -> float:
    """Return how much a picture looks like a text card, 0 to 1.

    Parameters
    ----------
    bgr : ndarray, shape (height, width, 3), uint8

    Notes
    -----
    Handwriting counts as well as print. What is left when strokes are taken away has to be plain.
    """
    grey = _small(without_bars(bgr))
    ground = cv2.medianBlur(grey, 2 * _STROKE + 1)
    strokes = (cv2.absdiff(grey, ground) > _STANDS_OUT).astype(np.uint8)
    amount = float(strokes.mean())
    if not _FEW <= amount <= _MANY:
        return 0.0
    kernel = np.ones((9, 9), np.uint8)
    steps = cv2.dilate(ground, kernel) - cv2.erode(ground, kernel)
    shown = float((steps > _STEP).mean())
    plain = np.interp(shown, [_SHOWN, 2.5 * _SHOWN], [1.0, 0.0])
    rows = np.interp(_in_rows(strokes), _IN_ROWS, [0.0, 1.0])
    return probability(float(plain * rows))


def _small(bgr: Pixels) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _in_rows(strokes: NDArray[np.uint8]) -> float:
    """Return the share of the strokes that close up to rows."""
    closed = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, 13), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    row = (width >= _LONG * height) & (height >= _HEIGHTS[0]) & (height <= _HEIGHTS[1])
    row[0] = False
    inside = np.bincount(labels.ravel(), weights=strokes.ravel(), minlength=count)
    return float(inside[row].sum() / max(1.0, inside.sum()))
