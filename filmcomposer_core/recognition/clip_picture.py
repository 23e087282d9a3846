"""Pictures as a CLIP-style model wants them, by the ``preprocessor_config.json`` beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition.boxes import without_bars
from filmcomposer_core.visual.shrink import Pixels

#: What OpenAI's CLIP was trained with; most models that followed keep it.
_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
_SPREAD: Final = (0.26862954, 0.26130258, 0.27577711)
_SIDE: Final = 224
_BYTE: Final = 1 / 255
_SMALLEST, _LARGEST = 16, 1024
_HINT: Final = "Give the file that belongs to the model."


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How a picture is made ready: its size, what is done to its numbers.

    The picture's shorter side becomes ``shortest`` pixels long and its middle is kept; where that
    is 0 the whole picture is squeezed into the size.
    """

    height: int
    width: int
    shortest: int
    factor: float
    mean: tuple[float, ...]
    spread: tuple[float, ...]

    def __post_init__(self) -> None:
        for side in (self.height, self.width, self.shortest or self.width):
            if not _SMALLEST <= side <= _LARGEST:
                raise ValueError(f"a side of {side} pixels")
        if self.shortest and self.shortest < max(self.height, self.width):
            raise ValueError(f"a middle larger than the picture, {self.shortest} pixels")
        if not all(map(math.isfinite, (self.factor, *self.mean, *self.spread))):
            raise ValueError("numbers without end")
        if len(self.mean) != 3 or len(self.spread) != 3 or min(self.spread) <= 0:
            raise ValueError("image_mean and image_std are not three colours")


def read_preparation(file: Path | None, sides: tuple[int, int]) -> Preparation:
    """Read how pictures are made ready.

    Parameters
    ----------
    file : Path or None
        A ``preprocessor_config.json``; without one it is done as for OpenAI's CLIP.
    sides : tuple of int
        Height and width that the network takes, 0 where it takes any.

    Returns
    -------
    Preparation

    Raises
    ------
    InputError
        If the file cannot be read, or speaks of another size than the network.
    """
    if file is None:
        height, width = (side or _SIDE for side in sides)
        told: Mapping[str, Any] = {
            "size": {"shortest_edge": max(height, width)},
            "crop_size": {"height": height, "width": width},
        }
        where = "the network"
    else:
        where = str(file)
        told = _parsed(file)
    try:
        made = _preparation(told)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as exc:
        raise InputError(f"{where} asks for pictures that cannot be made: {exc}.", _HINT) from exc
    if sides[0] not in (0, made.height) or sides[1] not in (0, made.width):
        msg = (
            f"{where} makes pictures of {made.width} x {made.height} pixels, but the network takes "
            f"{sides[1]} x {sides[0]}."
        )
        raise InputError(msg, _HINT)
    return made


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        told = codec.parse_json(file.read_text("utf-8"), where=str(file))
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"{file} cannot be read.", _HINT) from exc
    if not isinstance(told, dict):
        raise InputError(f"{file} holds no settings.", _HINT)
    return told


def _preparation(told: Mapping[str, Any]) -> Preparation:
    size = told.get("size", _SIDE)
    if isinstance(size, int):
        # Written by older versions: the shorter side where a middle is cut out, else a square.
        crops = bool(told.get("do_center_crop", True))
        size = {"shortest_edge": size} if crops else {"height": size, "width": size}
    shortest = int(size.get("shortest_edge", 0))
    kept = told.get("crop_size", shortest) if shortest else size
    if isinstance(kept, int):
        kept = {"height": kept, "width": kept}
    normal = bool(told.get("do_normalize", True))
    return Preparation(
        height=int(kept["height"]),
        width=int(kept["width"]),
        shortest=shortest,
        factor=float(told.get("rescale_factor", _BYTE)) if told.get("do_rescale", True) else 1.0,
        mean=_colours(told.get("image_mean", _MEAN)) if normal else (0.0, 0.0, 0.0),
        spread=_colours(told.get("image_std", _SPREAD)) if normal else (1.0, 1.0, 1.0),
    )


def _colours(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def prepare(bgr: Pixels, how: Preparation) -> NDArray[np.float32]:
    """Make a picture ready, black bars cut off.

    Parameters
    ----------
    bgr : ndarray, shape (height, width, 3), uint8
    how : Preparation

    Returns
    -------
    ndarray, shape (1, 3, height, width), float32
        Red, green and blue.
    """
    inside = without_bars(bgr)
    rows, columns = inside.shape[:2]
    height, width = how.height, how.width
    if how.shortest:
        scale = how.shortest / min(rows, columns)
        height, width = (max(how.shortest, round(n * scale)) for n in (rows, columns))
    shrinks = height < rows or width < columns
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    sized = cv2.resize(inside, (width, height), interpolation=way)
    top, left = (height - how.height) // 2, (width - how.width) // 2
    middle = sized[top : top + how.height, left : left + how.width, ::-1].astype(np.float32)
    colours = (middle * how.factor - np.array(how.mean)) / np.array(how.spread)
    return np.ascontiguousarray(colours.transpose(2, 0, 1)[None], np.float32)
