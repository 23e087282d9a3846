"""What people do, by the things that they have with them."""

from __future__ import annotations

from collections.abc import Collection

from filmcomposer_core.contracts.sightings import SeenFrame
from filmcomposer_core.description.people import people_in
from filmcomposer_core.description.seen import (
    SeenShot,
    both,
    class_share,
    mean,
    near_point,
    share,
    sure_faces,
    sure_people,
    sure_things,
)
from filmcomposer_core.description.tables import read_table

#: A probability of so much is as good as certain: nets for ImageNet spread theirs over kin.
PLAIN = 0.5
#: A hand or mouth this near, in picture heights, holds or touches a thing.
REACH = 0.05
#: Where nobody is seen a thing says less of what is done.
NOBODY = 0.6


def with_things(seen: SeenShot) -> dict[str, float]:
    """Return how likely actions are by the things and classes of a table, 0 to 1."""
    somebody = 1.0 if share(seen.frames, lambda f: people_in(f) > 0) >= 0.3 else NOBODY
    found: dict[str, float] = {}
    for entry in read_table("actions_of_things.toml")["entries"]:
        seen_class = min(1.0, class_share(seen.frames, entry.get("classes", ())) / PLAIN)
        held = mean([float(holds(f, entry.get("things", ()))) for f in seen.frames])
        likely = entry["weight"] * max(somebody * seen_class, held)
        found[entry["action"]] = max(found.get(entry["action"], 0.0), likely)
    return found


def holds(frame: SeenFrame, names: Collection[str]) -> bool:
    """Tell whether somebody has one of some things in hand or at the mouth."""
    things = [thing.box for thing in sure_things(frame, names)]
    if not things:
        return False
    hands = [(w.x, w.y) for person in sure_people(frame) for w in both(person, "wrist")]
    mouths = [
        ((face.box.left + face.box.right) / 2, face.box.top + 0.75 * face.box.height)
        for face in sure_faces(frame)
    ]
    return any(near_point(box, x, y, REACH) for box in things for x, y in [*hands, *mouths])
