"""Objects of COCO, and the bodies among them (MobileNetV3 with CenterNet)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Person, Thing
from filmcomposer_core.networks import MODELS, Session
from filmcomposer_core.recognition.boxes import (
    box_of,
    letterbox,
    non_maximum_suppression,
    probability,
)
from filmcomposer_core.recognition.cards import CARD
from filmcomposer_core.visual.shrink import Pixels

_SIDE: Final = 512
_PERSON: Final = "person"
#: A person may be as unsure as this: a pose at the same place can still confirm it.
_LEAST_PERSON: Final = 0.25
_LEAST: Final = 0.5
#: Large things of which the network has seen many.
_KNOWN: Final = frozenset({
    "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe",
    "bench", "chair", "couch", "bed", "dining table",
})  # fmt: skip
_LEAST_KNOWN: Final = 0.4
_OVERLAP: Final = 0.5


@cache
def coco_names() -> tuple[str, ...]:
    """Return the 80 classes of COCO as the network numbers them."""
    return tuple(json.loads((MODELS / "coco_names.json").read_text("utf-8")))


def find_things(
    session: Session, bgr: Pixels, card: float
) -> tuple[tuple[Thing, ...], tuple[Person, ...]]:
    """Find objects, and people apart from them.

    Parameters
    ----------
    session : Session
        ``objects_coco80``.
    bgr : ndarray, shape (height, width, 3), uint8
    card : float
        How much the picture looks like a text card: letters are taken for birds and clocks.

    Returns
    -------
    tuple
        Things, and people without joints; both the surest first, none on a text card.
    """
    if card >= CARD:
        return (), ()
    fitted = letterbox(bgr, _SIDE, _SIDE)
    image = fitted.picture[None, ..., ::-1].astype(np.float32)
    (found,) = session.run(["detections"], {"image": image})
    rows = _kept(np.asarray(found[0], np.float64))
    things: list[Thing] = []
    people: list[Person] = []
    for row, corners in zip(rows, fitted.back(rows[:, :4]), strict=True):
        name, box = coco_names()[int(row[5])], box_of(corners, bgr)
        if name == _PERSON:
            people.append(Person(box=box, confidence=probability(row[4])))
        else:
            things.append(Thing(name=name, confidence=probability(row[4]), box=box))
    return tuple(things), tuple(people)


def _kept(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the rows (corners, score, class) that are sure enough, the surest first."""
    rows = rows[rows[:, 4] >= _thresholds()[rows[:, 5].astype(int)]]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    # Boxes of different classes may lie on each other: pushed apart they do not meet.
    apart = rows[:, :4] + 10.0 * _SIDE * rows[:, 5:6]
    return rows[non_maximum_suppression(apart, rows[:, 4], _OVERLAP)]


@cache
def _thresholds() -> NDArray[np.float64]:
    least = {_PERSON: _LEAST_PERSON} | dict.fromkeys(_KNOWN, _LEAST_KNOWN)
    return np.array([least.get(name, _LEAST) for name in coco_names()])
