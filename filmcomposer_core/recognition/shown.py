"""Key frames as a vision model is shown them: small JPEG files, a few of each shot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.recognition.key_frames import (
    KeyFrame,
    choose_key_frames,
    read_key_pictures,
)
from filmcomposer_core.visual.extent import checked_span

#: Pictures of one shot, and their longer side in pixels: what a model charges for grows with both.
MOST_A_SHOT: Final = 3
SIDE: Final = 512
_QUALITY: Final = 80


def key_jpegs(
    path: Path,
    analysis: Analysis,
    curves: Curves,
    *,
    in_s: float = 0.0,
    out_s: float | None = None,
    rate: float = 1.0,
    progress: Progress = silent,
) -> dict[int, tuple[bytes, ...]]:
    """Return up to three key frames of each shot, by its number from 1.

    Parameters
    ----------
    path, analysis, curves, in_s, out_s, rate, progress
        As for :func:`filmcomposer_core.recognition.recognise_clip`.

    Returns
    -------
    dict of int to tuple of bytes
        JPEG files without metadata, the longer side at most ``SIDE`` pixels.

    Raises
    ------
    InputError
        If the file cannot be read, or is no longer the one that was measured.
    """
    keys = _few(choose_key_frames(analysis, curves))
    found: dict[int, tuple[bytes, ...]] = {}
    span = checked_span(in_s, out_s, rate)
    for picture in read_key_pictures(path, keys, curves, span=span, progress=progress):
        shot = picture.key.shot
        found[shot] = (*found.get(shot, ()), _jpeg(picture.bgr))
    return found


def _few(keys: Sequence[KeyFrame]) -> tuple[KeyFrame, ...]:
    """Take of each shot the first, a middle and the last key frame."""
    kept: list[KeyFrame] = []
    for _, rows in groupby(keys, key=lambda key: key.shot):
        shot = list(rows)
        places = np.linspace(0, len(shot) - 1, min(len(shot), MOST_A_SHOT))
        kept += [shot[round(place)] for place in places.tolist()]
    return tuple(kept)


def _jpeg(bgr: cv2.typing.MatLike) -> bytes:
    height, width = bgr.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()
