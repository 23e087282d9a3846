"""Faces (BlazeFace of MediaPipe, short and full range)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Face, Person
from filmcomposer_core.networks import Session
from filmcomposer_core.recognition.boxes import (
    box_of,
    corners_of,
    letterbox,
    non_maximum_suppression,
    overlaps,
    probability,
    shape_for,
)
from filmcomposer_core.recognition.cards import CARD
from filmcomposer_core.visual.shrink import Pixels

#: Cells of the grids of a network: pixels apart, and boxes for each.
_SHORT: Final = ((8, 2), (16, 6))
_FULL: Final = ((4, 1),)
#: The short range finds large faces, the full range smaller ones, and the smallest in a wide input.
_SHORT_SIDE, _FULL_SIDE, _WIDE_SIDE = 128, 192, 512
_MOST_LOGIT: Final = 80.0
#: A face is as sure as its surest hit; a single hit outside of any body must be surer.
_LEAST, _HIT, _ALONE = 0.6, 0.5, 0.85
_OVERLAP: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hits:
    """Boxes of one look: ``corners`` (hits, 4) in pixels of the picture, ``scores`` (hits,)."""

    corners: NDArray[np.float64]
    scores: NDArray[np.float64]


def find_faces(
    short: Session, full: Session, bgr: Pixels, people: Sequence[Person], card: float
) -> tuple[Face, ...]:
    """Find faces.

    Parameters
    ----------
    short, full : Session
        ``face_short`` and ``face_full``.
    bgr : ndarray, shape (height, width, 3), uint8
    people : sequence of Person
        Who is in the picture: small faces are looked for only if somebody is.
    card : float
        How much the picture looks like a text card, where letters are taken for faces.

    Returns
    -------
    tuple of Face
        From brow to chin, the surest first; none on a text card.
    """
    if card >= CARD:
        return ()
    looks = [
        _look(short, bgr, (_SHORT_SIDE, _SHORT_SIDE), _SHORT),
        _look(full, bgr, (_FULL_SIDE, _FULL_SIDE), _FULL),
    ]
    if people or any(look.scores.size for look in looks):
        looks.append(_look(full, bgr, shape_for(bgr, long_side=_WIDE_SIDE), _FULL))
    corners, scores = _agreed(looks, corners_of([person.box for person in people], bgr))
    return tuple(
        Face(box=box_of(box, bgr), confidence=probability(score))
        for box, score in zip(corners, scores, strict=True)
    )


def _look(
    session: Session, bgr: Pixels, shape: tuple[int, int], grids: tuple[tuple[int, int], ...]
) -> _Hits:
    fitted = letterbox(bgr, *shape)
    image = fitted.picture[None, ..., ::-1].astype(np.float32) / 127.5 - 1.0
    boxes, logits = session.run(["boxes", "scores"], {"image": image})
    logit = np.asarray(logits[0, :, 0], np.float64)
    scores = 1.0 / (1.0 + np.exp(-np.clip(logit, -_MOST_LOGIT, _MOST_LOGIT)))
    good = scores >= _HIT
    raw = np.asarray(boxes[0], np.float64)[good]
    centres = raw[:, :2] + _cell_centres(*shape, grids)[good]
    corners = np.concatenate([centres - raw[:, 2:4] / 2, centres + raw[:, 2:4] / 2], axis=1)
    kept = non_maximum_suppression(corners, scores[good], _OVERLAP)
    return _Hits(corners=fitted.back(corners[kept]), scores=scores[good][kept])


@cache
def _cell_centres(
    height: int, width: int, grids: tuple[tuple[int, int], ...]
) -> NDArray[np.float64]:
    """Return the centres of the cells that boxes are counted from, pixels, row by row."""
    found = []
    for step, boxes in grids:
        y, x = np.mgrid[0 : height // step, 0 : width // step]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * step
        found.append(np.repeat(centres, boxes, axis=0))
    return np.concatenate(found)


def _agreed(looks: Sequence[_Hits], bodies: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return corners and scores of what is sure enough, or seen twice, or part of a body."""
    corners = np.concatenate([look.corners for look in looks])
    scores = np.concatenate([look.scores for look in looks])
    kept = [
        place
        for place in non_maximum_suppression(corners, scores, _OVERLAP)
        if scores[place] >= _ALONE
        or (
            scores[place] >= _LEAST
            and (_times_seen(corners[place], looks) > 1 or _in_a_body(corners[place], bodies))
        )
    ]
    return corners[kept], scores[kept]


def _times_seen(corners: NDArray[Any], looks: Sequence[_Hits]) -> int:
    return sum(bool((overlaps(corners[None], look.corners) > _OVERLAP).any()) for look in looks)


def _in_a_body(corners: NDArray[Any], bodies: NDArray[Any]) -> bool:
    x, y = (corners[:2] + corners[2:]) / 2
    inside = (bodies[:, 0] <= x) & (x <= bodies[:, 2]) & (bodies[:, 1] <= y) & (y <= bodies[:, 3])
    return bool(inside.any())
