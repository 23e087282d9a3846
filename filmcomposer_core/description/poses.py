"""What a body does, by the places of its joints."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.sightings import Face, Joint, Person
from filmcomposer_core.description.seen import both, joint, mean

#: Speeds of a body in its own heights per second: hardly moving, and walking fast or more.
SLOW, QUICK = 0.35, 0.9

Point = tuple[float, float]


def pace(person: Person, aspect: float) -> float:
    """Return how fast a body moves in its own heights per second.

    Parameters
    ----------
    person : Person
        ``motion`` is in picture widths per second.
    aspect : float
        Width of the picture over its height.
    """
    return person.motion * aspect / max(0.05, person.box.height)


def middle(found: Sequence[Joint], aspect: float) -> Point:
    """Return the mean place of joints in picture heights."""
    return aspect * mean([joint.x for joint in found]), mean([joint.y for joint in found])


def torso(person: Person, aspect: float) -> Point | None:
    """Return the way from shoulders to hips in picture heights, right and down."""
    shoulders, hips = both(person, "shoulder"), both(person, "hip")
    if not shoulders or not hips:
        return None
    (x, y), (hip_x, hip_y) = middle(shoulders, aspect), middle(hips, aspect)
    return hip_x - x, hip_y - y


def lying(person: Person, aspect: float) -> bool:
    """Tell whether a body lies: the torso more level than upright, hips at the height of feet."""
    trunk = torso(person, aspect)
    if trunk is None:
        return False
    return abs(trunk[0]) > 1.2 * abs(trunk[1]) and aspect * person.box.width > person.box.height


def upright(person: Person, aspect: float) -> bool:
    """Tell whether a body stands or sits: hips under the shoulders."""
    trunk = torso(person, aspect)
    return trunk is not None and trunk[1] > 1.2 * abs(trunk[0])


def sitting(person: Person, aspect: float) -> bool:
    """Tell whether a body sits: torso upright, thighs so level that knees are near hip height."""
    trunk, hips, knees = torso(person, aspect), both(person, "hip"), both(person, "knee")
    if trunk is None or not knees or not upright(person, aspect):
        return False
    drop = middle(knees, aspect)[1] - middle(hips, aspect)[1]
    return drop < 0.45 * trunk[1]


def striding(person: Person, aspect: float) -> bool:
    """Tell whether the legs are far apart or one is bent up, as of runners."""
    trunk = torso(person, aspect)
    ankles, knees = both(person, "ankle"), both(person, "knee")
    if trunk is None or not upright(person, aspect):
        return False
    if len(ankles) == 2:
        wide = aspect * abs(ankles[0].x - ankles[1].x)
        uneven = abs(ankles[0].y - ankles[1].y)
        return max(wide, uneven) > 0.7 * trunk[1]
    return len(knees) == 2 and aspect * abs(knees[0].x - knees[1].x) > 0.7 * trunk[1]


def raised_hands(person: Person) -> int:
    """Return how many hands are above the head."""
    nose = joint(person, "nose")
    tops = [nose] if nose else both(person, "ear")
    if not tops:
        return 0
    top = min(found.y for found in tops)
    return sum(wrist.y < top - 0.02 for wrist in both(person, "wrist"))


def climbing(person: Person, aspect: float) -> bool:
    """Tell whether a body climbs: both hands above the head and a knee drawn up."""
    trunk, hips, knees = torso(person, aspect), both(person, "hip"), both(person, "knee")
    if trunk is None or raised_hands(person) < 2 or len(knees) < 2:
        return False
    drops = [knee.y - middle(hips, aspect)[1] for knee in knees]
    return min(drops) < 0.4 * abs(trunk[1]) and abs(drops[0] - drops[1]) > 0.2 * abs(trunk[1])


def faces_touch(one: Face, other: Face, aspect: float) -> bool:
    """Tell whether two faces of like size are so near that they touch."""
    heights = sorted((one.box.height, other.box.height))
    across = aspect * (one.box.left + one.box.right - other.box.left - other.box.right) / 2
    down = (one.box.top + one.box.bottom - other.box.top - other.box.bottom) / 2
    alike = heights[0] > 0.6 * heights[1]
    return alike and (across**2 + down**2) ** 0.5 < 1.1 * heights[1]
