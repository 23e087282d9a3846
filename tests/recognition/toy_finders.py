"""Detectors for the tests: what they find follows from the picture by simple rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from filmcomposer_core.contracts.sightings import Box, Face, Guess, Person, Words
from filmcomposer_core.networks import Session

LEFT = Box(left=0.0, top=0.0, right=0.5, bottom=1.0)


def find_light(session: Session, bgr: np.ndarray) -> tuple[Face, ...]:
    """Find a face where the picture is light, as surely as it is; the network negates twice."""
    mean = np.full(3, bgr.mean() / 255, np.float32)
    (once,) = session.run(None, {"x": mean})
    (twice,) = session.run(None, {"x": once})
    share = round(float(twice[0]), 2)
    return (Face(box=LEFT, confidence=share),) if share > 0.3 else ()


def find_left(session: Session, bgr: np.ndarray) -> tuple[Person, ...]:
    """Find a person in the left half of everything."""
    return (Person(box=LEFT, confidence=0.5),)


def find_mood(
    one: Session, other: Session, bgr: np.ndarray, faces: tuple[Face, ...], card: float
) -> tuple[Face, ...]:
    """Find that everybody is happy, surely so on cards."""
    return tuple(replace(face, emotion="happy", emotion_confidence=card) for face in faces)


def find_colour(session: Session, bgr: np.ndarray) -> tuple[tuple[Guess, ...], np.ndarray]:
    """Name the strongest colour; the embedding is a histogram of the colours."""
    means = bgr.mean(axis=(0, 1))
    name = ("blue", "green", "red")[int(np.argmax(means))]
    cells = np.concatenate([np.histogram(bgr[..., k], 16, (0, 256))[0] for k in range(3)])
    return (Guess(name=name, confidence=1.0),), cells.astype(np.float32)


def find_card(bgr: np.ndarray) -> float:
    """Take green pictures for cards."""
    return float(np.argmax(bgr.mean(axis=(0, 1))) == 1)


def find_line(session: Session, bgr: np.ndarray) -> tuple[Words, ...]:
    """Read a line over the whole width on everything."""
    box = Box(left=0.0, top=0.4, right=1.0, bottom=0.6)
    return (Words(text="line", confidence=0.9, box=box),)
