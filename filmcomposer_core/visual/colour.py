"""Brightness, contrast, saturation and hue of pictures, and the arousal they carry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.visual.shrink import Pixels

Floats = NDArray[np.float64]

#: The order of the counts in ``Tint.hues``.
HUE_ORDER: Final = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray",
)  # fmt: skip
_CHROMATIC: Final = 8
#: Upper limits of red, orange, yellow, green, blue, purple and pink on OpenCV's circle of 180.
_HUE_LIMITS: Final = (8, 19, 34, 85, 131, 150, 172)
_BLACK, _WHITE = 40, 205
#: Chroma, 0 to 255, under which a colour is grey, and at which it counts in full.
_LEAST_CHROMA: Final = 20
_STRONG: Final = 64
#: Share of coloured pixels that makes a picture coloured.
_COLOURED_SHARE: Final = 0.2
#: Levels, 0 to 255, added to the brightness that chroma is held against: black has no colour.
_NOISE: Final = 10
_BRIGHT, _DARK = 0.85, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tint:
    """The look of one picture, all values 0 to 1.

    ``contrast`` is twice the standard deviation of luma; ``saturation`` the chroma over the
    brightness; ``glare`` and ``gloom`` the shares of very bright and very dark pixels; ``hues``,
    shape (11,), the shares of pixels by ``HUE_ORDER``, strong colours counted up to twice.
    """

    luma: float
    contrast: float
    saturation: float
    glare: float
    gloom: float
    hues: NDArray[np.float32]


def look_at(bgr: Pixels, luma: Pixels) -> Tint:
    """Measure the look of one small picture.

    Parameters
    ----------
    bgr : ndarray, shape (rows, columns, 3), uint8
        Colours; some thousand pixels are enough.
    luma : ndarray, shape (height, width), uint8
        Full-range luma.

    Returns
    -------
    Tint
        Its look.
    """
    mean, spread = (float(v[0, 0]) / 255 for v in cv2.meanStdDev(luma))
    blue, green, red = (np.ascontiguousarray(bgr[..., k]) for k in range(3))
    top = np.maximum(np.maximum(blue, green), red)
    bottom = np.minimum(np.minimum(blue, green), red)
    strongest, weakest = int(top.sum(dtype=np.int64)), int(bottom.sum(dtype=np.int64))
    levels = cv2.calcHist([luma], [0], None, [256], [0, 256]).ravel() / luma.size
    fives = (channel.astype(np.int32) >> 3 for channel in (red, green, blue))
    places = np.ravel_multi_index(tuple(fives), (32, 32, 32))
    classes, weights = _hue_tables()
    counts = np.bincount(
        classes[places].ravel(), weights=weights[places].ravel(), minlength=len(HUE_ORDER)
    )
    return Tint(
        luma=mean,
        contrast=min(1.0, 2 * spread),
        saturation=(strongest - weakest) / (strongest + _NOISE * top.size),
        glare=float(levels[round(_BRIGHT * 255) :].sum()),
        gloom=float(levels[: round(_DARK * 255)].sum()),
        hues=(counts / counts.sum()).astype(np.float32),
    )


def hue_label(hues: Floats) -> str:
    """Name the dominant hue of a shot by Table 6.

    Parameters
    ----------
    hues : ndarray, shape (11,)
        Shares of pixels by ``HUE_ORDER``.

    Returns
    -------
    str
        The commonest colour where a fifth of the pixels are coloured, else black, white or gray.
    """
    coloured, plain = hues[:_CHROMATIC], hues[_CHROMATIC:]
    if coloured.sum() >= _COLOURED_SHARE:
        return HUE_ORDER[int(coloured.argmax())]
    return HUE_ORDER[_CHROMATIC + int(plain.argmax())]


def brightness_label(*, luma: float, contrast: float, glare: float, gloom: float) -> str:
    """Name the brightness of a shot by Table 6.

    Parameters
    ----------
    luma, contrast : float
        Mean luma and contrast, 0 to 1.
    glare, gloom : float
        Shares of very bright and very dark pixels, 0 to 1.

    Returns
    -------
    str
        "dark" and "somber" by low luma, "glaring" by a third of burnt pixels, "contrasting" where
        bright and dark both take room, "bright" by high luma, "dull" by low contrast, else "mild".
    """
    rules = (
        ("dark", luma < 0.12),
        ("contrasting", contrast > 0.6 and glare > 0.08 and gloom > 0.08),
        ("glaring", glare > 0.35 or luma > 0.82),
        ("somber", luma < 0.28),
        ("bright", luma > 0.55),
        ("dull", contrast < 0.28),
    )
    return next((name for name, holds in rules if holds), "mild")


def arousal_curve(
    *, motion: Floats, luma: Floats, contrast: Floats, saturation: Floats, fps: float
) -> Floats:
    """Estimate how exciting each frame looks, from the pixels alone.

    Parameters
    ----------
    motion : ndarray, shape (frames,)
        M_i, picture widths per second.
    luma, contrast, saturation : ndarray, shape (frames,)
        0 to 1.
    fps : float
        Frames per second.

    Returns
    -------
    ndarray, shape (frames,)
        0 to 1.

    Notes
    -----
    0.5 motion + 0.2 change of brightness + 0.15 contrast + 0.15 saturation. Motion counts as
    M / (M + 0.35): 0.35 picture widths a second, a brisk pan, is half way. Brightness change is
    the rate |dL/dt| as r / (r + 0.5). Both are averaged over half a second first, so that a cut or
    a flash lifts its surroundings and no single frame stands out.
    """
    width = max(1, round(fps / 2))
    rate = np.abs(np.diff(luma, prepend=luma[:1])) * fps
    moving, changing = smoothed(motion, width), smoothed(rate, width)
    return np.clip(
        0.5 * moving / (moving + 0.35)
        + 0.2 * changing / (changing + 0.5)
        + 0.15 * contrast
        + 0.15 * saturation,
        0.0,
        1.0,
    )


def smoothed(values: Floats, width: int) -> Floats:
    """Return the centred mean over ``width`` values, over fewer at the ends."""
    before, after = (width - 1) // 2, width // 2
    total = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(values.size)
    low = np.maximum(places - before, 0)
    high = np.minimum(places + after + 1, values.size)
    return np.asarray((total[high] - total[low]) / (high - low), np.float64)


@cache
def _hue_tables() -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the hue class, and the weight, of every colour of 5 bits a channel."""
    levels = (np.arange(32) * 8 + 4).astype(np.uint8)
    red, green, blue = np.meshgrid(levels, levels, levels, indexing="ij")
    bgr = np.stack([blue, green, red], axis=-1).reshape(1, -1, 3)
    hsv = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV), np.int32)[0]
    classes, chroma = _classes(hsv), hsv[:, 1] * hsv[:, 2] / 255
    weights = np.where(classes < _CHROMATIC, np.clip(chroma / _STRONG, 0.5, 2.0), 1.0)
    return classes, weights


def _classes(hsv: NDArray[np.int32]) -> NDArray[np.int8]:
    """Sort HSV colours (hue 0 to 179, saturation and value 0 to 255) into ``HUE_ORDER``."""
    hue, sat, value = (hsv[:, k] for k in range(3))
    circle = np.select([hue < limit for limit in _HUE_LIMITS], range(len(_HUE_LIMITS)), 0)
    pale_red = (circle == 0) & (sat < 130) & (value > 140)
    dull_warm = np.isin(circle, (0, 1)) & (value < 150) & ((circle == 1) | (sat < 130))
    dull_yellow = (circle == 2) & (value < 120)
    tan = (circle == 1) & (sat < 110)
    named = np.where(pale_red, 6, np.where(dull_warm | dull_yellow | tan, 7, circle))
    plain = np.select([value < _BLACK, value > _WHITE], [8, 9], 10)
    chroma = sat * value // 255
    weak = (value < _BLACK) | (chroma < np.maximum(_LEAST_CHROMA, value // 6))
    return np.where(weak, plain, named).astype(np.int8)
