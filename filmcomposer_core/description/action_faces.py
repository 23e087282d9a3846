"""Actions by faces and by how near two people are; rules as in ``action_moves``."""

from __future__ import annotations

from itertools import combinations

from filmcomposer_core.contracts.sightings import SeenFrame
from filmcomposer_core.description.poses import QUICK, SLOW, faces_touch, pace
from filmcomposer_core.description.seen import (
    SeenShot,
    often,
    overlap,
    share,
    sure_faces,
    sure_people,
)

#: Picture widths per second at which nobody looks at anything for long.
RUSHING = 0.25
#: Faces so tall, share of the picture's height, are looked at; smaller ones are by the way.
FACE_OF_INTEREST = 0.12


def hug(seen: SeenShot) -> float:
    """Two bodies overlap, heads side by side, and hardly move."""

    def hugs(frame: SeenFrame) -> bool:
        calm = [p for p in sure_people(frame) if pace(p, seen.aspect) < SLOW]
        return any(
            overlap(a.box, b.box) > 0.45 and abs(a.box.top - b.box.top) < 0.2 * a.box.height
            for a, b in combinations(calm, 2)
            if min(a.box.height, b.box.height) > 0.3
        )

    return often(share(seen.frames, hugs), 0.3, 0.5)


def kiss(seen: SeenShot) -> float:
    """Two large faces touch."""

    def kisses(frame: SeenFrame) -> bool:
        large = [face for face in sure_faces(frame) if face.box.height >= FACE_OF_INTEREST]
        return any(faces_touch(a, b, seen.aspect) for a, b in combinations(large, 2))

    return often(share(seen.frames, kisses), 0.35, 0.6)


def gaze(seen: SeenShot) -> float:
    """One large face that stays, in a picture that does not rush by."""

    def gazes(frame: SeenFrame) -> bool:
        fastest = max((pace(p, seen.aspect) for p in sure_people(frame)), default=0.0)
        return _large_faces(frame) == 1 and fastest < QUICK

    steady = min(1.0, RUSHING / max(seen.shot.speed, 1e-9))
    return steady * often(share(seen.frames, gazes), 0.28, 0.45)


def talk(seen: SeenShot) -> float:
    """Two or more faces that can be read, and little motion."""

    def read(frame: SeenFrame) -> int:
        return sum(face.box.height >= FACE_OF_INTEREST / 2 for face in sure_faces(frame))

    part = share(seen.frames, lambda f: read(f) >= 2)
    return often(part, 0.35, 0.5)


def quarrel(seen: SeenShot) -> float:
    """Two or more faces, and one of them angry."""

    def angry(frame: SeenFrame) -> bool:
        return len(sure_faces(frame)) >= 2 and _shows(frame, "angry")

    return often(share(seen.frames, angry), 0.3, 0.5)


def laugh(seen: SeenShot) -> float:
    """Nearly all the time there is a large, very happy face."""
    part = share(seen.frames, lambda f: _shows(f, "happy", least=0.8))
    return 0.4 if part > 0.6 else 0.0


def cry(seen: SeenShot) -> float:
    """Nearly all the time there is a large, very sad face."""
    part = share(seen.frames, lambda f: _shows(f, "sad", least=0.5))
    return 0.3 if part > 0.6 else 0.0


def _large_faces(frame: SeenFrame) -> int:
    return sum(face.box.height >= FACE_OF_INTEREST for face in sure_faces(frame))


def _shows(frame: SeenFrame, emotion: str, *, least: float = 0.5) -> bool:
    """Tell whether a face of interest shows an emotion."""
    return any(
        face.emotion == emotion
        and face.emotion_confidence >= least
        and face.box.height >= FACE_OF_INTEREST
        for face in sure_faces(frame)
    )
