"""Tell how much of a picture is new, once the motion is taken out."""

from __future__ import annotations

from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.visual.motion import Field
from filmcomposer_core.visual.shrink import Pixels

#: Blocks that the picture is compared in, across and down.
_BLOCKS: Final = (10, 8)
#: Least variance of luma, 0 to 255, that makes a block comparable.
_TEXTURE: Final = 16.0
#: A block whose correlation with its origin is lower is new.
_SAME: Final = 0.5
#: A picture of less spread (standard deviation of luma, 0 to 255) shows nothing.
BLANK_SPREAD: Final = 5.0
#: Change of mean luma, 0 to 255, that is a cut between two blank pictures.
_BLANK_JUMP: Final = 38.0
#: A pixel never brighter than this so far belongs to a black bar.
_BAR_LUMA: Final = 20
#: Widest bar on one side that may come or go, as part of the picture: 2.39:1 out of 4:3 is 0.22.
_WIDEST_BAR: Final = 0.25
#: A whip pan begins or ends where detail along one axis changes by this much more than along the
#: other, octaves; pictures are then compared without the detail finer than this part of a side.
_SMEAR: Final = 0.5
_SMEAR_SIDE: Final = 12


def new_share(before: Pixels, after: Pixels, field: Field, *, lit: Pixels) -> float:
    """Return the share of the picture that does not come from the frame before.

    Parameters
    ----------
    before, after : ndarray, shape (height, width), uint8
        Luma of two frames.
    field : ndarray, shape (height, width, 2), float32
        Flow from the first to the second, pixels.
    lit : ndarray, shape (height, width), uint8
        Greatest luma of each pixel so far: black bars are left out.

    Returns
    -------
    float
        0 (all moved here) to 1 (all new), over the blocks that have texture in either frame.

    Notes
    -----
    The second frame is drawn back along the flow and compared block by block by correlation, which
    ignores brightness and contrast: fades stay low, cuts between grey pictures come out high.
    """
    across, down = _places(*before.shape)
    back = cv2.remap(
        after, across + field[..., 0], down + field[..., 1], cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    old, new = before.astype(np.float32), back.astype(np.float32)
    mean_old, mean_new = _by_block(old), _by_block(new)
    spread_old = np.maximum(_by_block(old * old) - mean_old**2, 0)
    spread_new = np.maximum(_by_block(new * new) - mean_new**2, 0)
    shared = _by_block(old * new) - mean_old * mean_new
    correlation = shared / np.sqrt((spread_old + 1) * (spread_new + 1))
    picture = _by_block((lit > _BAR_LUMA).astype(np.float32)) > 0.5
    textured = (np.maximum(spread_old, spread_new) > _TEXTURE) & picture
    if not textured.any():
        return flat_jump(before, after)
    return float(np.count_nonzero(textured & (correlation < _SAME)) / np.count_nonzero(textured))


def flat_jump(before: Pixels, after: Pixels) -> float:
    """Return 1 where one flat tone gives way to another at once, else 0."""
    jump = abs(float(cv2.mean(before)[0]) - float(cv2.mean(after)[0]))
    return float(jump > _BLANK_JUMP)


def is_blank(luma: Pixels) -> bool:
    """Tell whether a picture shows nothing: black, white or one flat tone."""
    return float(cv2.meanStdDev(luma)[1][0, 0]) < BLANK_SPREAD


def within_bars(before: Pixels, after: Pixels) -> tuple[Pixels, Pixels]:
    """Give two pictures the same black bars, where they are wider in one: bars come and go.

    Parameters
    ----------
    before, after : ndarray, shape (height, width), uint8
        Luma of two frames.

    Returns
    -------
    tuple of ndarray
        The same arrays, or copies with the wider bars in both.
    """
    for turned in (False, True):
        bars = [_bar(picture.T if turned else picture) for picture in (before, after)]
        if bars[0] != bars[1]:
            # One more: the edge of a bar is soft.
            width = max(bars) + 1
            before, after = before.copy(), after.copy()
            for picture in (before, after):
                rows = picture.T if turned else picture
                rows[:width] = rows[-width:] = 0
    return before, after


def without_smear(before: Pixels, after: Pixels) -> tuple[Pixels, Pixels] | None:
    """Blur two pictures alike where one is smeared along one axis, as in a whip pan.

    Parameters
    ----------
    before, after : ndarray, shape (height, width), uint8
        Luma of two frames.

    Returns
    -------
    tuple of ndarray, or None
        Both without the detail along that axis; None if neither is smeared more than the other.
    """
    change = np.log2(_detail(after) / _detail(before))
    axis = int(np.argmax(np.abs(change)))
    if abs(change[axis] - change[1 - axis]) < _SMEAR:
        return None
    size = [1, 1]
    size[axis] = before.shape[1 - axis] // _SMEAR_SIDE | 1
    old, new = (np.asarray(cv2.blur(picture, size), np.uint8) for picture in (before, after))
    return old, new


def _detail(luma: Pixels) -> NDArray[np.float64]:
    """Return how much neighbours differ across and down, 0.5 added against empty pictures."""
    values = luma.astype(np.int16)
    return np.array([np.abs(np.diff(values, axis=axis)).mean() + 0.5 for axis in (1, 0)])


def _bar(luma: Pixels) -> int:
    """Return how high the bars above and below are, pixels; 0 if none or all is black."""
    if max(int(luma[0].max()), int(luma[-1].max())) > _BAR_LUMA:
        return 0
    dark = luma.max(axis=1) <= _BAR_LUMA
    bar = int(min(np.argmin(dark), np.argmin(dark[::-1])))
    return bar if bar <= _WIDEST_BAR * dark.size else 0


@cache
def _places(height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how far across and down each pixel is."""
    across, down = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    return across, down


def _by_block(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(values, _BLOCKS, interpolation=cv2.INTER_AREA), np.float32)
