"""Make a decoded frame small: upright luma and colour at about 320 pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

#: Longer side of the small picture, pixels, within a third.
LONG_SIDE: Final = 320
_SHORTEST_SIDE: Final = 32
#: Part of a frame that may be cut off so that every small pixel is a whole block: OpenCV is then
#: four times as fast.
_CUT_OFF: Final = 0.03
_FULL_RANGE: Final = 2
_WIDE_GAMUT: Final = (1, 9, 10)
_TURNS: Final = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
#: Cr and Cb weights of red, green, green, blue.
_BT601: Final = (1.402, 0.344136, 0.714136, 1.772)
_BT709: Final = (1.5748, 0.187324, 0.468124, 1.8556)


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """A small picture: ``luma`` (height, width) and ``bgr`` (height, width, 3), 0 to 255.

    Black is 0 and white 255 whatever range the file uses.
    """

    luma: Pixels
    bgr: Pixels


def small_size(width: int, height: int, *, aspect: float = 1.0) -> tuple[int, int]:
    """Return the size of the small picture, before turning.

    Parameters
    ----------
    width, height : int
        Size of the frame, pixels.
    aspect : float
        Width of a pixel over its height.

    Returns
    -------
    tuple of int
        Width and height with square pixels: a whole fraction of the frame where its own are.
    """
    factor = max(1, round(max(width, height) / LONG_SIDE))
    across = round(width / factor * aspect) if aspect != 1 else width // factor
    return max(_SHORTEST_SIDE, across), max(_SHORTEST_SIDE, height // factor)


def fitted_size(width: int, height: int, *, aspect: float = 1.0, long_side: int) -> tuple[int, int]:
    """Return the largest size with square pixels whose longer side is at most ``long_side``.

    Parameters
    ----------
    width, height : int
        Size of the frame, pixels.
    aspect : float
        Width of a pixel over its height.
    long_side : int
        Pixels; a smaller frame is not made larger.

    Returns
    -------
    tuple of int
        Width and height before turning.
    """
    across = width * aspect
    factor = max(1.0, max(across, height) / long_side)
    return max(_SHORTEST_SIDE, round(across / factor)), max(_SHORTEST_SIDE, round(height / factor))


def shrink(frame: VideoFrame, *, size: tuple[int, int], rotation: int) -> Small:
    """Scale a frame down by area, turn it upright and split it into luma and colour.

    Parameters
    ----------
    frame : VideoFrame
        Any pixel format; planar YUV takes a short way without a copy of the whole frame.
    size : tuple of int
        Width and height before turning, pixels.
    rotation : int
        Degrees to turn with the clock: 0, 90, 180 or 270.

    Returns
    -------
    Small
        The picture upright, full range.
    """
    planes, full_range = _planes(frame, size)
    if rotation:
        planes = [_turned(plane, rotation) for plane in planes]
    luma = planes[0] if full_range else _stretched(planes[0])
    if len(planes) == 1:
        return Small(luma=luma, bgr=np.asarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR), np.uint8))
    matrix = _to_bgr(full_range=full_range, wide=_is_wide(frame))
    bgr = cv2.transform(cv2.merge(planes), matrix)
    return Small(luma=luma, bgr=np.asarray(bgr, np.uint8))


def halved(pixels: Pixels) -> Pixels:
    """Return a picture at half its size, but no side under 32 pixels made smaller."""
    height, width = pixels.shape[:2]
    if min(height, width) < 2 * _SHORTEST_SIDE:
        return pixels
    whole = pixels[: height // 2 * 2, : width // 2 * 2]
    size = (width // 2, height // 2)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _planes(frame: VideoFrame, size: tuple[int, int]) -> tuple[list[Pixels], bool]:
    """Return the scaled planes (Y, or Y U V) and whether black is 0."""
    name = frame.format.name
    planar = name.startswith(("yuv4", "yuvj4")) and not name.endswith("be")
    full_range = name.startswith("yuvj") or frame.color_range == _FULL_RANGE
    if not planar and name != "gray":
        frame = frame.reformat(
            *size, "yuv444p", interpolation=av.video.reformatter.Interpolation.AREA
        )
        full_range = frame.color_range == _FULL_RANGE
    bits = frame.format.components[0].bits
    scaled = [_scaled(p, size, bits, colour=i > 0) for i, p in enumerate(frame.planes)]
    return scaled, full_range or name == "gray"


def _scaled(
    plane: av.video.plane.VideoPlane, size: tuple[int, int], bits: int, *, colour: bool
) -> Pixels:
    kind = np.dtype(np.uint8) if bits == 8 else np.dtype("<u2")
    stride = plane.line_size // kind.itemsize
    flat: NDArray[np.uint8 | np.uint16] = np.frombuffer(memoryview(plane), kind)
    rows = flat.reshape(-1, stride)[: plane.height, : plane.width]
    block = min(plane.width // size[0], plane.height // size[1])
    whole = rows[: size[1] * block, : size[0] * block]
    if block and whole.size >= (1 - _CUT_OFF) ** 2 * rows.size:
        rows = whole
        if block % 2 == 0 and block > 2:
            # Halving has a way of its own in OpenCV: in two steps it is twice as fast.
            half = (rows.shape[1] // 2, rows.shape[0] // 2)
            rows = np.asarray(cv2.resize(rows, half, interpolation=cv2.INTER_AREA), kind)
    # Colour is soft in the file already: of three by three its middle says as much as their mean.
    way = cv2.INTER_LINEAR if colour and block == 3 else cv2.INTER_AREA
    small = cv2.resize(rows, size, interpolation=way)
    if bits == 8:
        return np.asarray(small, np.uint8)
    return np.asarray(np.asarray(small, np.uint16) >> (bits - 8), np.uint8)


def _turned(plane: Pixels, rotation: int) -> Pixels:
    return np.asarray(cv2.rotate(plane, _TURNS[rotation]), np.uint8)


_STRETCH: Final = np.clip((np.arange(256) - 16) * (255 / 219) + 0.5, 0, 255).astype(np.uint8)


def _stretched(luma: Pixels) -> Pixels:
    """Move broadcast range, 16 to 235, to 0 to 255."""
    return np.asarray(cv2.LUT(luma, _STRETCH), np.uint8)


def _is_wide(frame: VideoFrame) -> bool:
    """Tell whether colours are BT.709 or wider; unmarked HD is."""
    if frame.colorspace in (0, 2):
        return frame.height >= 720
    return frame.colorspace in _WIDE_GAMUT


def _to_bgr(*, full_range: bool, wide: bool) -> NDArray[np.float64]:
    """Return the 3 x 4 matrix from (Y, U, V, 1) to (B, G, R)."""
    red, green_u, green_v, blue = _BT709 if wide else _BT601
    y, c, black = (1.0, 1.0, 0.0) if full_range else (255 / 219, 255 / 224, 16.0)
    matrix = np.array([[y, c * blue, 0], [y, -c * green_u, -c * green_v], [y, 0, c * red]])
    offset = -matrix @ np.array([black, 128.0, 128.0])
    return np.column_stack([matrix, offset])
