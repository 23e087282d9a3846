"""What faces show (mini-XCEPTION, trained on FER2013)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import FACE_EMOTIONS, Face
from filmcomposer_core.networks import Session
from filmcomposer_core.recognition.boxes import corners_of, probability
from filmcomposer_core.visual.shrink import Pixels

_SIDE: Final = 64
#: Smaller faces, pixels, tell nothing.
_SMALLEST: Final = 48.0
#: The answer hangs on how tightly the face is cut out, so that two cuts are averaged.
_CUTS: Final = (1.0, 1.25)
#: The net was trained with more brow than chin.
_UP: Final = 0.05

#: What the net says on average of faces at rest, in the order of ``FACE_EMOTIONS``: measured on 95
#: faces of three actors who talk and look calmly (three shots of the tune half of
#: benchmarks/picture_labels.csv), of which it called 63 sad and 27 neutral. Only what goes beyond
#: it counts, the rest is neutral.
_AT_REST: Final = (0.13, 0.0, 0.09, 0.02, 0.44, 0.02)


def find_face_emotion(session: Session, bgr: Pixels, faces: Sequence[Face]) -> tuple[Face, ...]:
    """Tell what faces show, as far as they are large enough.

    Parameters
    ----------
    session : Session
        ``face_emotion``.
    bgr : ndarray, shape (height, width, 3), uint8
    faces : sequence of Face

    Returns
    -------
    tuple of Face
        The same faces in the same order.
    """
    corners = corners_of([face.box for face in faces], bgr)
    sides = (corners[:, 2:] - corners[:, :2]).max(axis=1, initial=0.0)
    large = np.flatnonzero(sides >= _SMALLEST).tolist()
    if not large:
        return tuple(faces)
    grey = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)
    cuts = [_cut(grey, corners[k], float(sides[k]) * size) for k in large for size in _CUTS]
    image = np.stack(cuts)[..., None].astype(np.float32) / 127.5 - 1.0
    (found,) = session.run(["emotion"], {"face": image})
    table = np.asarray(found, np.float64).reshape(len(large), len(_CUTS), -1).mean(axis=1)
    told = list(faces)
    for k, row in zip(large, _beyond_rest(table), strict=True):
        best = int(row.argmax())
        told[k] = replace(
            faces[k], emotion=FACE_EMOTIONS[best], emotion_confidence=probability(row[best])
        )
    return tuple(told)


def _beyond_rest(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take what faces at rest get off each row of probabilities, and give it to neutral."""
    beyond = np.maximum(0.0, table[:, :-1] - _AT_REST)
    return np.column_stack([beyond, 1.0 - beyond.sum(axis=1)])


def _cut(grey: NDArray[np.uint8], corners: NDArray[np.float64], side: float) -> NDArray[np.uint8]:
    """Return a square around a face; beyond the edges of the picture its border goes on."""
    x, y = (corners[:2] + corners[2:]) / 2
    y -= _UP * side
    scale = _SIDE / side
    matrix = np.array(
        [[scale, 0.0, _SIDE / 2 - scale * x], [0.0, scale, _SIDE / 2 - scale * y]], np.float64
    )
    # Pixels are points at their centres for the warp, squares for the box.
    matrix[:, 2] += scale / 2 - 0.5
    shrunk = cv2.GaussianBlur(grey, (0, 0), 0.5 / scale) if scale < 0.7 else grey
    cut = cv2.warpAffine(
        shrunk, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)
