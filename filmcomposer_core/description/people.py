"""How many people a shot shows."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.sightings import SeenFrame
from filmcomposer_core.description.seen import overlap, sure_faces, sure_people

#: Two boxes that share this much of the smaller one hold the same person.
SAME_PERSON = 0.7
#: A count must be reached in this share of the key frames: people walk in, detectors slip.
REACHED = 1 / 3


def count_people(frames: Sequence[SeenFrame]) -> int:
    """Return how many people can be made out in a shot.

    Parameters
    ----------
    frames : sequence of SeenFrame
        The key frames of the shot.

    Returns
    -------
    int
        The largest number that at least a third of the key frames reach; 0 of no frames.
    """
    counts = sorted((people_in(frame) for frame in frames), reverse=True)
    if not counts:
        return 0
    place = max(0, -int(-REACHED * len(counts) // 1) - 1)
    return counts[place]


def people_in(frame: SeenFrame) -> int:
    """Return the number of bodies in a frame, and of faces that belong to none of them."""
    bodies = [person.box for person in sure_people(frame)]
    kept = [
        box
        for place, box in enumerate(bodies)
        if all(overlap(box, other) < SAME_PERSON for other in bodies[:place])
    ]
    alone = [
        face
        for face in sure_faces(frame)
        if all(overlap(face.box, body) < SAME_PERSON for body in bodies)
    ]
    return len(kept) + len(alone)
