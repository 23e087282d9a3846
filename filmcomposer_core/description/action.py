"""What people do: the rules over poses, faces, things and motion, put together."""

from __future__ import annotations

from typing import Final

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.description import action_faces, action_moves
from filmcomposer_core.description.action_moves import Rule
from filmcomposer_core.description.action_things import with_things
from filmcomposer_core.description.seen import SeenShot

MOST_LABELS = 3
SUREST = 0.9

RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("run", action_moves.run),
    ("pursue and arrest", action_moves.pursue),
    ("fight", action_moves.fight),
    ("battle", action_moves.battle),
    ("hug", action_faces.hug),
    ("kiss", action_faces.kiss),
    ("ride horse", action_moves.ride("horse")),
    ("ride bicycle", action_moves.ride("bicycle")),
    ("ride motorcycle", action_moves.ride("motorcycle")),
    ("drive car", action_moves.drive_car),
    ("sit", action_moves.sit),
    ("climb", action_moves.climb),
    ("fall down", action_moves.fall_down),
    ("sleep", action_moves.sleep),
    ("goodbye", action_moves.goodbye),
    ("applaud and cheer", action_moves.cheer),
    ("dance", action_moves.dance),
    ("gaze", action_faces.gaze),
    ("talk", action_faces.talk),
    ("quarrel", action_faces.quarrel),
    ("laugh", action_faces.laugh),
    ("cry", action_faces.cry),
)


def actions(seen: SeenShot) -> tuple[Label, ...]:
    """Return what people may be doing in a shot, the surest first; nothing where none is clear."""
    found = with_things(seen)
    for name, rule in RULES:
        found[name] = max(found.get(name, 0.0), rule(seen))
    ranked = sorted((n for n in found if found[n] > 0), key=lambda n: (-found[n], n))
    return tuple(
        Label(value=name, source="detectors", confidence=round(min(SUREST, found[name]), 3))
        for name in ranked[:MOST_LABELS]
    )
