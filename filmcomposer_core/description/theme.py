"""What kind of film a clip comes from, as far as single signs can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.description.look import Look, clip01
from filmcomposer_core.description.seen import SeenShot
from filmcomposer_core.description.tables import Points, read_table

#: Signs over the whole clip at which a theme is as likely right as wrong, and the most it gets.
EVEN, SUREST = 0.05, 0.8
#: What people do that belongs to a kind of film.
THEMES_OF_ACTIONS = {
    "kiss": {"romance": 0.5}, "hug": {"romance": 0.2, "drama": 0.2},
    "fight": {"action": 0.4}, "battle": {"war": 0.3, "action": 0.4},
    "shoot gun": {"action": 0.4, "war": 0.2}, "pursue and arrest": {"action": 0.4},
    "play ball games": {"sport": 0.5}, "cry": {"drama": 0.4}, "dance": {"comedy": 0.1},
}  # fmt: skip
#: Silent film in the light that never rests is comedy more often than not.
SILENT_COMEDY = 0.45
#: Films that are cut fast and never rest.
ACTION_FILM = 0.4
MOST_LABELS = 3


def themes(
    seen: Sequence[SeenShot],
    *,
    shares: Sequence[float],
    actions: Sequence[Sequence[Label]],
    look: Look,
) -> tuple[Label, ...]:
    """Return the themes that the whole clip may have, the surest first.

    Parameters
    ----------
    seen : sequence of SeenShot
    shares : sequence of float
        Share of time of each shot.
    actions : sequence of sequence of Label
        What is done in each shot, the surest first.
    look : Look
        Measures of the clip.
    """
    points: Points = {}
    for shot, part, done in zip(seen, shares, actions, strict=True):
        for frame in shot.frames:
            for guess in frame.classes:
                found = _of_classes().get(guess.name, {})
                _add(points, found, part * guess.confidence / len(shot.frames))
        for label in done[:1]:
            found = THEMES_OF_ACTIONS.get(label.value, {})
            _add(points, found, part * label.confidence)
    sure = {name: SUREST * value / (value + EVEN) for name, value in points.items()}
    if max(sure.values(), default=0.0) < ACTION_FILM:
        # Short shots and much motion are the mark of action films (Rasheed et al. 2005), unless
        # what is seen tells of another kind.
        hurried = clip01((look.cuts - 0.4) / 0.5) * clip01((look.speed - 0.3) / 0.3)
        sure["action"] = max(sure.get("action", 0.0), ACTION_FILM * hurried)
    if look.monochrome:
        lively = look.flicker * look.light * clip01(1.0 - look.still / 0.3)
        sure["comedy"] = max(sure.get("comedy", 0.0), SILENT_COMEDY * lively)
    ranked = sorted(sure, key=lambda name: (-sure[name], name))[:MOST_LABELS]
    return tuple(
        Label(value=name, source="detectors", confidence=round(sure[name], 3)) for name in ranked
    )


def _add(points: Points, more: Mapping[str, float], factor: float) -> None:
    for name, weight in more.items():
        points[name] = points.get(name, 0.0) + factor * weight


@cache
def _of_classes() -> dict[str, Points]:
    groups = read_table("themes_of_classes.toml")["classes"]
    return {name: group["themes"] for group in groups for name in group["names"]}
