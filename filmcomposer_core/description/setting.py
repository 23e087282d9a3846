"""Where a shot plays, by the classes and objects that a reviewed table gives to settings."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.sightings import SeenFrame
from filmcomposer_core.description.seen import SeenShot, sure_things
from filmcomposer_core.description.tables import settings_of_classes, settings_of_things

#: Points that bring a setting to half of the most it can get: nets for ImageNet spread their
#: probability thin over pictures without a main object, so a few hundredths already tell.
EVEN, SUREST = 0.04, 0.80
#: A single class or kind of object counts as if it were no likelier than this, and beyond it as far
#: as others back it: nets are sure of a snow plough in any dark machine, but an altar, a throne and
#: a pipe organ make a church.
ALONE = 0.1
#: Many cars are hardly more of a street than two.
MOST_OF_A_KIND = 2
#: An object is a weaker sign than a class of the whole picture: detectors find chairs anywhere.
THING_WEIGHT = 0.5
#: A shot takes this much of its points from its neighbours: scenes last longer than shots. Shots of
#: the same group are near however far away they stand.
LENT, SCENE_S, FAR_S = 0.45, 12.0, 60.0
MOST_LABELS = 3

Points = dict[str, float]


def settings(seen: Sequence[SeenShot]) -> list[tuple[Label, ...]]:
    """Return for each shot the settings that it may show, the surest first.

    Parameters
    ----------
    seen : sequence of SeenShot
        All shots of the clip: a scene has several, and shots of one group show one place.
    """
    own = [shot_points(shot.frames) for shot in seen]
    return [_labels(_with_neighbours(seen, own, i)) for i in range(len(seen))]


def shot_points(frames: Sequence[SeenFrame]) -> Points:
    """Return the points of each setting: how likely its signs are, times their weights.

    The sign that says most counts as far as ``ALONE`` and the others together go.
    """
    said: dict[str, list[tuple[float, float]]] = {}
    for table, signs in (
        (settings_of_classes(), _classes(frames)),
        (settings_of_things(), _things(frames)),
    ):
        for name, likely in signs.items():
            for setting, weight in table.get(name, {}).items():
                said.setdefault(setting, []).append((likely * weight, ALONE * weight))
    return {setting: _backed(points) for setting, points in said.items()}


def _backed(points: Sequence[tuple[float, float]]) -> float:
    """Add up what signs say, the most outspoken one as far as it is backed."""
    most, alone = max(points)
    others = sum(value for value, _ in points) - most
    return min(most, others + alone) + others


def _classes(frames: Sequence[SeenFrame]) -> Points:
    """Return how likely each class is, the mean over key frames."""
    found: Points = {}
    for frame in frames:
        for guess in frame.classes:
            _add(found, {guess.name: guess.confidence}, 1.0 / len(frames))
    return found


def _things(frames: Sequence[SeenFrame]) -> Points:
    """Return how likely each kind of object is, the mean over key frames."""
    found: Points = {}
    for frame in frames:
        counted: dict[str, int] = {}
        for thing in sure_things(frame):
            counted[thing.name] = counted.get(thing.name, 0) + 1
            if counted[thing.name] <= MOST_OF_A_KIND:
                share = THING_WEIGHT / counted[thing.name] / len(frames)
                _add(found, {thing.name: thing.confidence}, share)
    return found


def _with_neighbours(seen: Sequence[SeenShot], own: Sequence[Points], i: int) -> Points:
    """Return the points of a shot with a share of those of shots near it."""
    near = {k: _nearness(seen[i], seen[k]) for k in _neighbours(seen, i)}
    total = sum(near.values())
    # A shot with nothing near it stands for itself.
    lent = LENT * min(1.0, total)
    points = {name: (1.0 - lent) * value for name, value in own[i].items()}
    for k, weight in near.items():
        _add(points, own[k], lent * weight / total)
    return points


def _neighbours(seen: Sequence[SeenShot], i: int) -> list[int]:
    """Return the places of shots with key frames in the same group, or not far away in time."""
    group, start_s, end_s = seen[i].group, seen[i].shot.start_s, seen[i].shot.end_s
    low, high = i, i + 1
    while low > 0 and start_s - seen[low - 1].shot.end_s < FAR_S:
        low -= 1
    while high < len(seen) and seen[high].shot.start_s - end_s < FAR_S:
        high += 1
    same = [k for k, other in enumerate(seen) if group and other.group == group]
    return [k for k in sorted({*range(low, high), *same} - {i}) if seen[k].frames]


def _nearness(one: SeenShot, other: SeenShot) -> float:
    """Return 1 for shots of one group, less the more seconds lie between others."""
    if one.group and one.group == other.group:
        return 1.0
    gap = max(one.shot.start_s, other.shot.start_s) - min(one.shot.end_s, other.shot.end_s)
    return exp(-max(0.0, gap) / SCENE_S)


def _add(points: Points, more: Points, factor: float) -> None:
    for name, weight in more.items():
        points[name] = points.get(name, 0.0) + factor * weight


def _labels(points: Points) -> tuple[Label, ...]:
    ranked = sorted(points, key=lambda name: (-points[name], name))[:MOST_LABELS]
    return tuple(
        Label(value=name, source="detectors", confidence=confidence(points[name]))
        for name in ranked
    )


def confidence(points: float) -> float:
    """Return how likely a setting with so many points is right, 0 to 1."""
    return round(SUREST * points**2 / (points**2 + EVEN**2), 3) if points > 0 else 0.0
