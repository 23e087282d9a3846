"""View scale by how large people, animals and things stand in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.labels import VIEW_SCALES
from filmcomposer_core.contracts.sightings import Person, SeenFrame, Thing
from filmcomposer_core.description.seen import (
    SeenShot,
    area,
    both,
    joints,
    mean,
    median,
    sure_faces,
    sure_people,
    sure_things,
)
from filmcomposer_core.description.tables import sizes_of_things, views_of_classes

#: How tall a whole figure would stand, in picture heights, where one view ends and the next begins:
#: half the picture, cut off below the knees, at the chest, a face that fills the picture.
BORDERS = (0.5, 1.3, 3.2, 9.0)
#: A face from brow to chin is a tenth of a figure; so are other lengths of a body parts of it.
FACES_IN_A_FIGURE = 10.0
TORSO, THIGH, SHIN, SHOULDERS, HEAD_TO_SHOULDERS = 0.30, 0.24, 0.25, 0.24, 0.13
FIGURE_M = 1.7
ANIMALS = frozenset(
    ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe")
)
#: An animal's figure is long rather than tall.
ANIMAL_STRETCH = 1.2
#: Things that take less of the picture than this are by the way.
MAIN_THING = 0.06
#: How sure a view is by what it was judged from; nothing found leaves a landscape, or a slip.
FROM_FACE, FROM_BODY, FROM_BOX, FROM_THING = 0.85, 0.8, 0.65, 0.5
FROM_CLASS, FROM_NOTHING = 0.7, 0.5
#: Classes that speak for one view with less than this probability are not heard.
HEARD = 0.12


def view_scale(seen: SeenShot, *, card: bool) -> Label:
    """Return the view scale of a shot, null for text cards, black, and where nobody looked.

    Parameters
    ----------
    seen : SeenShot
        A shot with its key frames.
    card : bool
        Whether the shot is a text card.
    """
    if card or seen.black or not seen.frames:
        return Label(source="detectors")
    figures = [found for found in map(figure, seen.frames) if found]
    if 2 * len(figures) >= len(seen.frames):
        height = median([height for height, _ in figures])
        return _label(height, mean([sure for _, sure in figures]))
    return _of_classes(seen.frames)


def figure(frame: SeenFrame) -> tuple[float, float] | None:
    """Return how tall the main figure would stand if it were whole, in picture heights.

    Returns
    -------
    tuple of float, or None
        The height, above 1 where the figure reaches out of the picture, and how sure it is.
    """
    found = [(FACES_IN_A_FIGURE * face.box.height, FROM_FACE) for face in sure_faces(frame)]
    found += [_of_person(person) for person in sure_people(frame)]
    if found:
        return max(found)
    things = [size for size in map(_of_thing, sure_things(frame)) if size]
    return (max(things), FROM_THING) if things else None


def _of_person(person: Person) -> tuple[float, float]:
    """Judge a body by its joints: the most that any length in it asks for, or by its box."""
    heights = [length / part for length, part in _lengths(person)]
    if both(person, "ankle") and person.box.bottom < 0.98:
        return person.box.height, FROM_BODY
    if not heights:
        return person.box.height, FROM_BOX
    return max(median(heights), person.box.height), FROM_BODY


def _lengths(person: Person) -> list[tuple[float, float]]:
    """Return upright lengths of a body with the part of a figure that each is.

    Widths are left out: pictures are wider than high, and people turn.
    """
    names = ("nose", "shoulder", "hip", "knee", "ankle")
    parts = (HEAD_TO_SHOULDERS, TORSO, THIGH, SHIN)
    rows: list[float | None] = []
    for name in names:
        found = both(person, name) if name != "nose" else joints(person, name)
        rows.append(mean([joint.y for joint in found]) if found else None)
    return [
        (below - above, part)
        for above, below, part in zip(rows, rows[1:], parts, strict=False)
        if above is not None and below is not None and below > above
    ]


def _of_thing(thing: Thing) -> float:
    """Return the height of a man who stood beside a thing; 0 if it is small or of any size."""
    if area(thing.box) < MAIN_THING:
        return 0.0
    if thing.name in ANIMALS:
        return ANIMAL_STRETCH * thing.box.height
    size_m = sizes_of_things().get(thing.name, 0.0)
    return FIGURE_M / size_m * thing.box.height if size_m else 0.0


def _label(height: float, sure: float) -> Label:
    """Put a height into a view; the nearer to a border, the less sure."""
    place = sum(height > border for border in BORDERS)
    distance = min(abs(log(max(height, 0.01) / border)) for border in BORDERS)
    confidence = sure * (0.7 + 0.3 * min(1.0, distance / 0.4))
    return Label(value=VIEW_SCALES[place], source="detectors", confidence=round(confidence, 3))


def _of_classes(frames: Sequence[SeenFrame]) -> Label:
    """Judge a picture without people by what its classes speak for; a landscape is seen far."""
    views: dict[str, float] = {}
    for frame in frames:
        for guess in frame.classes:
            view = views_of_classes().get(guess.name)
            if view:
                views[view] = views.get(view, 0.0) + guess.confidence / len(frames)
    best = max(views, key=lambda view: (views[view], view), default="long shot")
    heard = views.get(best, 0.0)
    if heard < HEARD:
        return Label(value="long shot", source="detectors", confidence=FROM_NOTHING)
    confidence = FROM_NOTHING + (FROM_CLASS - FROM_NOTHING) * min(1.0, heard / 0.5)
    return Label(value=best, source="detectors", confidence=round(confidence, 3))
