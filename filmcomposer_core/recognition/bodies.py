"""Bodies and their joints (MoveNet MultiPose), joined with what the net for objects saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import JOINTS, Joint, Person
from filmcomposer_core.networks import Session
from filmcomposer_core.recognition.boxes import (
    DIGITS,
    box_of,
    corners_of,
    covered,
    letterbox,
    overlaps,
    probability,
    shape_for,
)
from filmcomposer_core.recognition.cards import CARD
from filmcomposer_core.visual.shrink import Pixels

_SIDE: Final = 256
#: The scores of this network end where those of the net for objects are at 0.8 (tune half of the
#: labels): brought to the same scale.
_SCALE: Final = 1.75
#: What both networks see may be as unsure as this, what one sees must be surer.
_LEAST_POSE: Final = 0.18
_ALONE_POSE, _ALONE_BOX = 0.3, 0.44
#: Two boxes show the same body if they have this much in common, of both or of the smaller one.
_SAME, _INSIDE = 0.3, 0.75


def find_bodies(
    session: Session, bgr: Pixels, people: Sequence[Person], card: float
) -> tuple[Person, ...]:
    """Find people and their joints.

    Parameters
    ----------
    session : Session
        ``pose_multi``.
    bgr : ndarray, shape (height, width, 3), uint8
    people : sequence of Person
        Whom the net for objects saw.
    card : float
        How much the picture looks like a text card, on which nobody is.

    Returns
    -------
    tuple of Person
        The surest first. Whoever both networks see is surer than either is; whom only the net for
        objects sees has no joints.
    """
    if card >= CARD:
        return ()
    return join_people(_poses(session, bgr), people, bgr)


def _poses(session: Session, bgr: Pixels) -> tuple[Person, ...]:
    height, width = shape_for(bgr, long_side=_SIDE)
    fitted = letterbox(bgr, height, width)
    image = fitted.picture[None, ..., ::-1].astype(np.int32)
    (found,) = session.run(["people"], {"image": image})
    rows = np.asarray(found[0], np.float64)
    rows[:, 55] = np.minimum(1.0, _SCALE * rows[:, 55])
    rows = rows[rows[:, 55] >= _LEAST_POSE]
    size = np.array([width, height], np.float64)
    joints = rows[:, :51].reshape(-1, len(JOINTS), 3)
    places = fitted.back(joints[..., 1::-1] * size)
    corners = fitted.back(rows[:, [52, 51, 54, 53]] * [width, height, width, height])
    found_people = [
        Person(
            box=box_of(corners[k], bgr),
            confidence=probability(rows[k, 55]),
            joints=_joints(places[k], joints[k, :, 2], bgr),
        )
        for k in range(len(rows))
    ]
    return tuple(sorted(found_people, key=lambda person: -person.confidence))


def _joints(places: NDArray[Any], scores: NDArray[Any], bgr: Pixels) -> tuple[Joint, ...]:
    rows, columns = bgr.shape[:2]
    return tuple(
        Joint(
            x=round(float(x) / columns, DIGITS),
            y=round(float(y) / rows, DIGITS),
            confidence=probability(score),
        )
        for (x, y), score in zip(places, scores, strict=True)
    )


def join_people(
    poses: Sequence[Person], boxes: Sequence[Person], bgr: Pixels
) -> tuple[Person, ...]:
    """Join what two networks say about who is in a picture.

    Parameters
    ----------
    poses, boxes : sequence of Person
        With and without joints, the surest first.
    bgr : ndarray, shape (height, width, 3), uint8
        Only its shape counts.

    Returns
    -------
    tuple of Person
        The surest first; at most as many as there are poses and boxes together.
    """
    at_pose = corners_of([person.box for person in poses], bgr)
    at_box = corners_of([person.box for person in boxes], bgr)
    alike = overlaps(at_pose, at_box)
    inside = covered(at_pose, at_box)
    free = set(range(len(boxes)))
    joined: list[Person] = []
    for place, pose in enumerate(poses):
        near = [k for k in free if alike[place, k] >= _SAME or inside[place, k] >= _INSIDE]
        if near:
            best = max(near, key=lambda k: (alike[place, k], -k))
            free -= {best}
            joined.append(_both(pose, boxes[best]))
        elif pose.confidence >= _ALONE_POSE:
            joined.append(pose)
    joined += [boxes[k] for k in sorted(free) if boxes[k].confidence >= _ALONE_BOX]
    return _once(sorted(joined, key=lambda person: -person.confidence), bgr)


def _both(pose: Person, box: Person) -> Person:
    """Return the pose, as sure as two witnesses are, in the box of the surer one."""
    surer = box if box.confidence > pose.confidence else pose
    doubt = (1.0 - pose.confidence) * (1.0 - box.confidence)
    return replace(pose, box=surer.box, confidence=probability(1.0 - doubt))


def _once(people: Sequence[Person], bgr: Pixels) -> tuple[Person, ...]:
    """Leave out boxes without joints that lie inside a surer one: one body seen twice."""
    inside = covered(*(corners_of([person.box for person in people], bgr),) * 2)
    return tuple(
        person
        for place, person in enumerate(people)
        if person.joints or all(inside[place, other] < _INSIDE for other in range(place))
    )
