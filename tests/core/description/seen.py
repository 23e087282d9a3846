"""Hand-made sightings: shots, bodies and faces of given sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.sightings import (
    JOINTS,
    Box,
    Face,
    Guess,
    Joint,
    ModelUse,
    Person,
    SeenFrame,
    Sightings,
    Thing,
    Words,
)
from filmcomposer_core.description.seen import SeenShot
from tests import samples

FINDER = ModelUse(purpose="faces", name="test", sha256="0" * 64, licence="MIT")


def box(x: float, y: float, width: float, height: float) -> Box:
    """A box by its middle, cut off at the edges of the picture."""

    def cut(value: float) -> float:
        return min(1.0, max(0.0, value))

    return Box(
        left=cut(x - width / 2), right=cut(x + width / 2),
        top=cut(y - height / 2), bottom=cut(y + height / 2),
    )  # fmt: skip


def face(height: float, *, x: float = 0.5, y: float = 0.4, emotion: str = "") -> Face:
    return Face(
        box=box(x, y, height * 9 / 16, height),
        confidence=0.9,
        emotion=emotion,
        emotion_confidence=0.9 if emotion else 0.0,
    )


def body(
    height: float,
    *,
    x: float = 0.5,
    top: float = 0.1,
    motion: float = 0.0,
    moved: dict[str, tuple[float, float]] | None = None,
) -> Person:
    """A standing figure of a height, its feet out of the picture if it is too tall.

    ``moved`` puts joints elsewhere, in figure heights right of the middle and down from the top.
    """
    rows = {"nose": 0.07, "eye": 0.06, "ear": 0.06, "shoulder": 0.2, "elbow": 0.35, "wrist": 0.5}
    rows |= {"hip": 0.5, "knee": 0.74, "ankle": 0.97}
    places = {}
    for name in JOINTS:
        side = {"l": 0.05, "r": -0.05}[name[0]] if " " in name else 0.0
        places[name] = (side, rows[name.split()[-1]])
    places |= moved or {}
    made = tuple(
        Joint(x=x + across * height * 9 / 16, y=top + down * height, confidence=0.9)
        for across, down in (places[name] for name in JOINTS)
    )
    wide = max(a for a, _ in places.values()) - min(a for a, _ in places.values()) + 0.1
    low = max(down for _, down in places.values()) + 0.03
    shape = box(x, top + low * height / 2, wide * height * 9 / 16, low * height)
    return Person(box=shape, confidence=0.8, joints=made, motion=motion)


def thing(name: str, height: float, *, x: float = 0.5, y: float = 0.5, wide: float = 1.0) -> Thing:
    return Thing(name=name, confidence=0.8, box=box(x, y, wide * height * 9 / 16, height))


def words(*lines: str, height: float = 0.08) -> tuple[Words, ...]:
    return tuple(
        Words(text=line, confidence=0.95, box=box(0.5, 0.2 + 1.5 * height * n, 0.8, height))
        for n, line in enumerate(lines)
    )


def guesses(**shares: float) -> tuple[Guess, ...]:
    return tuple(Guess(name=k.replace("_", " "), confidence=v) for k, v in shares.items())


def measured(**changes: object) -> Shot:
    return replace(samples.analysis().shots[0], **changes)  # type: ignore[arg-type]


def shot(*frames: SeenFrame, number: int = 1, group: int = 0, **changes: object) -> SeenShot:
    """A shot of 8 s with key frames spread over it."""
    held = measured(**changes)
    length = held.end_s - held.start_s
    spread = tuple(
        replace(frame, shot=number, time_s=held.start_s + (n + 0.5) * length / len(frames))
        for n, frame in enumerate(frames)
    )
    return SeenShot(number=number, shot=held, frames=spread, group=group)


def frame(**found: object) -> SeenFrame:
    return SeenFrame(shot=1, time_s=0.0, **found)  # type: ignore[arg-type]


def sightings(*frames: SeenFrame, groups: tuple[int, ...] = (0, 0)) -> Sightings:
    return Sightings(models=(FINDER,), missing=(), frames=frames, groups=groups)


def film(**changes: object) -> tuple[Analysis, Curves]:
    """The sample clip: shot 1 of 8 s, shot 2 of 12 s."""
    analysis = samples.analysis()
    shots = tuple(replace(s, **changes) for s in analysis.shots)  # type: ignore[arg-type]
    return replace(analysis, shots=shots), samples.curves()


def still(seconds: float = 8.0, fps: int = 24) -> Curves:
    zero = np.zeros(round(seconds * fps))
    flat = zero + 0.4
    return Curves(
        time_s=np.arange(len(zero)) / fps, motion=zero, flow_x=zero, flow_y=zero, luma=flat,
        contrast=flat, saturation=flat, arousal=zero,
    )  # fmt: skip
