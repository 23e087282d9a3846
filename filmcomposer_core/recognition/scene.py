"""What a picture shows as a whole: classes of ImageNet and an embedding (EfficientNet-Lite2)."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Guess
from filmcomposer_core.networks import MODELS, Session
from filmcomposer_core.recognition.boxes import probability, without_bars
from filmcomposer_core.visual.shrink import Pixels

_SIDE: Final = 260
#: Classes told: so many at most, and none less probable.
_MOST, _LEAST = 12, 0.01


@cache
def imagenet_names() -> tuple[str, ...]:
    """Return the 1000 classes of ImageNet as the network numbers them."""
    return tuple(json.loads((MODELS / "imagenet_names.json").read_text("utf-8")))


def find_scene(session: Session, bgr: Pixels) -> tuple[tuple[Guess, ...], NDArray[np.float32]]:
    """Look at a picture as a whole, black bars cut off.

    Parameters
    ----------
    session : Session
        ``embedding_lite2``.
    bgr : ndarray, shape (height, width, 3), uint8

    Returns
    -------
    classes : tuple of Guess
        The most probable ones first.
    embedding : ndarray, shape (1280,), float32
        Pictures of the same place or person point the same way.
    """
    inside = without_bars(bgr)
    way = cv2.INTER_AREA if max(inside.shape[:2]) > _SIDE else cv2.INTER_LINEAR
    square = cv2.resize(inside, (_SIDE, _SIDE), interpolation=way)
    image = (square[..., ::-1].astype(np.float32) - 127.0) / 128.0
    outputs = session.run(["embedding", "logits"], {"image": image.transpose(2, 0, 1)[None]})
    embedding, logits = (np.asarray(output[0]) for output in outputs)
    chance = np.exp(logits - logits.max(), dtype=np.float64)
    chance /= chance.sum()
    best = np.argsort(-chance, kind="stable")[:_MOST]
    classes = tuple(
        Guess(name=imagenet_names()[k], confidence=probability(chance[k]))
        for k in best.tolist()
        if chance[k] >= _LEAST
    )
    return classes, embedding.astype(np.float32)
