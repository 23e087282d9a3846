"""What was seen, shot by shot: the view of the sightings that the rules share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Shot
from filmcomposer_core.contracts.sightings import (
    JOINTS,
    Box,
    Face,
    Joint,
    Person,
    SeenFrame,
    Sightings,
    Thing,
)

#: Below these confidences a find is as often wrong as right (measured on the tune half).
SURE_FACE, SURE_PERSON, SURE_THING, SURE_JOINT = 0.5, 0.3, 0.4, 0.25
#: Share of the key frames in which a sign must be seen to count: a wrong word is worse than none.
SEEN_OFTEN = 0.5
#: A picture darker and flatter than this (0 to 1) is a black frame.
BLACK_LUMA, BLACK_CONTRAST = 0.04, 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenShot:
    """A shot with its key frames; ``number`` counts from 1, ``group`` as in ``Sightings``.

    ``aspect`` is the width of the picture over its height.
    """

    number: int
    shot: Shot
    frames: tuple[SeenFrame, ...]
    group: int = 0
    aspect: float = 16 / 9

    @property
    def black(self) -> bool:
        """Whether there is nothing but black to see."""
        return self.shot.luma < BLACK_LUMA and self.shot.contrast < BLACK_CONTRAST


def seen_shots(analysis: Analysis, sightings: Sightings) -> tuple[SeenShot, ...]:
    """Return the shots in order, each with the key frames that lie in it."""
    frames: dict[int, list[SeenFrame]] = {}
    for frame in sightings.frames:
        frames.setdefault(frame.shot, []).append(frame)
    groups = sightings.groups
    clip = analysis.clip
    aspect = clip.width / max(1, clip.height)
    return tuple(
        SeenShot(
            number=number,
            shot=shot,
            frames=tuple(sorted(frames.get(number, ()), key=lambda f: f.time_s)),
            group=groups[number - 1] if number <= len(groups) else 0,
            aspect=aspect,
        )
        for number, shot in enumerate(analysis.shots, start=1)
    )


def stretches(seen: SeenShot) -> list[tuple[float, float]]:
    """Return for each key frame where its time begins and how long it lasts, seconds.

    A key frame stands for the time halfway to its neighbours in the shot.
    """
    if not seen.frames:
        return []
    times = [frame.time_s for frame in seen.frames]
    edges = [seen.shot.start_s, *((a + b) / 2 for a, b in pairwise(times)), seen.shot.end_s]
    return [(a, max(0.0, b - a)) for a, b in pairwise(edges)]


def share(frames: Sequence[SeenFrame], test: Callable[[SeenFrame], bool]) -> float:
    """Return the share of frames that pass a test; 0 of none."""
    return sum(test(frame) for frame in frames) / len(frames) if frames else 0.0


def often(part: float, least: float, most: float) -> float:
    """Turn the share of key frames with a sign into a confidence from ``least`` to ``most``."""
    return least + (most - least) * part if part >= SEEN_OFTEN else 0.0


def mean(values: Sequence[float]) -> float:
    """Return the mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def median(values: Sequence[float]) -> float:
    """Return the median, 0 of nothing."""
    return float(np.median(np.array(values))) if values else 0.0


def sure_faces(frame: SeenFrame) -> list[Face]:
    """Return the faces that count, the largest first."""
    faces = [face for face in frame.faces if face.confidence >= SURE_FACE]
    return sorted(faces, key=lambda face: -face.box.height)


def sure_people(frame: SeenFrame) -> list[Person]:
    """Return the people that count, the largest first."""
    people = [person for person in frame.people if person.confidence >= SURE_PERSON]
    return sorted(people, key=lambda person: -person.box.height)


def sure_things(frame: SeenFrame, names: Collection[str] | None = None) -> list[Thing]:
    """Return the things that count, of all names or of those given."""
    return [
        thing
        for thing in frame.things
        if thing.confidence >= SURE_THING and (names is None or thing.name in names)
    ]


def class_share(frames: Sequence[SeenFrame], names: Collection[str]) -> float:
    """Return how probable it is that a frame shows one of some ImageNet classes, the mean."""
    return mean([sum(g.confidence for g in f.classes if g.name in names) for f in frames])


def joint(person: Person, name: str) -> Joint | None:
    """Return a joint that was found inside the picture, or None."""
    if not person.joints:
        return None
    found = person.joints[JOINTS.index(name)]
    inside = 0.0 <= found.x <= 1.0 and 0.0 <= found.y <= 1.0
    return found if inside and found.confidence >= SURE_JOINT else None


def joints(person: Person, *names: str) -> list[Joint]:
    """Return those of some joints that were found inside the picture."""
    return [found for found in (joint(person, name) for name in names) if found is not None]


def both(person: Person, what: str) -> list[Joint]:
    """Return the left and the right one of a joint, as far as they were found."""
    return joints(person, f"left {what}", f"right {what}")


def area(box: Box) -> float:
    """Return the share of the picture that a box takes."""
    return box.width * box.height


def overlap(one: Box, other: Box) -> float:
    """Return the share of the smaller box that both have in common."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min(area(one), area(other))
    return max(0.0, width) * max(0.0, height) / smaller if smaller > 0 else 0.0


def near_point(box: Box, x: float, y: float, reach: float) -> bool:
    """Tell whether a point lies in a box, or not farther from it than ``reach``."""
    return box.left - reach <= x <= box.right + reach and box.top - reach <= y <= box.bottom + reach
