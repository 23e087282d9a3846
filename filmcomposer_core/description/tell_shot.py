"""One sentence about a shot: who and what is in it, and how it differs from the one before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filmcomposer_core.contracts.clip import Shot
from filmcomposer_core.contracts.description import Label, ShotDescription
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.description.look import STILL
from filmcomposer_core.description.words import time_told

#: Speeds in picture widths per second up to which a word holds.
SPEED_WORDS = ((STILL, "still"), (0.04, "slow"), (0.12, "moving"), (0.35, "lively"), (9e9, "fast"))
NUMBERS = ("nobody", "one person", "two people", "three people", "four people", "five people")
VIEWS = {
    "long shot": "far", "full shot": "in full", "medium shot": "half near",
    "close-up shot": "close", "extreme close-up shot": "very close",
}  # fmt: skip
MOVES = {
    "pan": "the camera pans", "tilt": "the camera tilts", "zoom": "the camera zooms",
    "hand-held": "the camera shakes",
}  # fmt: skip
#: Longest piece of a text that is quoted, in characters.
QUOTED = 120


def tell_shot(place: int, measured: Sequence[Shot], shots: Sequence[ShotDescription]) -> str:
    """Tell a shot in a sentence.

    Parameters
    ----------
    place : int
        Its place among the shots, from 0.
    measured : sequence of Shot
    shots : sequence of ShotDescription
        The same shots.

    Returns
    -------
    str
        Parts divided by semicolons: what is seen, what changed since the last picture, the place,
        the words on it.
    """
    shot, seen = measured[place], shots[place]
    where = f"Shot {place + 1}, {shot.start_s:.1f}-{shot.end_s:.1f} s"
    if seen.card:
        return f"{where}: {_card(seen.text)}."
    before = next((measured[i] for i in reversed(range(place)) if not shots[i].card), None)
    parts = [
        ", ".join(_sight(shot, seen, first=before is None)),
        _against(shot, before) if before else "",
        MOVES.get(seen.camera.value, ""),
        _again(place, shots),
        _quoted(seen.text),
    ]
    return f"{where}: {'; '.join(part for part in parts if part)}."


def speed_word(speed: float) -> str:
    """Put a speed in picture widths per second into a word."""
    return next(word for limit, word in SPEED_WORDS if speed <= limit)


def speed_level(speed: float) -> float:
    """Put a speed in picture widths per second on a scale on which equal steps look equal."""
    return float(np.log2(1.0 + speed / 0.03))


def people_word(count: int) -> str:
    """Put a number of people into words; empty where nobody counted."""
    if count < 0:
        return ""
    return NUMBERS[count] if count < len(NUMBERS) else "many people"


def _sight(shot: Shot, seen: ShotDescription, *, first: bool) -> list[str]:
    """Return what is in the picture: people, what they do, where, how near, how fast."""
    look = (shot.brightness, shot.hue) if first else ()
    words = (
        people_word(seen.people),
        _known(seen.attributes.action),
        _known(seen.attributes.setting),
        VIEWS.get(seen.attributes.view_scale.value, ""),
        *(word for word in look if word != NULL),
        speed_word(shot.speed),
    )
    return [word for word in words if word]


def _known(label: Label) -> str:
    return "" if label.value == NULL else label.value


def _against(shot: Shot, before: Shot) -> str:
    words = []
    faster = speed_level(shot.speed) - speed_level(before.speed)
    if abs(faster) > 0.5:
        words.append("faster" if faster > 0 else "slower")
    lighter = shot.luma - before.luma
    if abs(lighter) > 0.06:
        words.append("brighter" if lighter > 0 else "darker")
    sentence = f"{' and '.join(words)} than before" if words else "much as before"
    if shot.hue not in (before.hue, NULL):
        sentence += f", now {shot.hue}"
    return sentence


def _again(place: int, shots: Sequence[ShotDescription]) -> str:
    """Name the last shot that shows the same place or person."""
    group = shots[place].group
    if not group:
        return ""
    same = [shots[i].shot for i in range(place) if shots[i].group == group]
    return f"the place of shot {same[0]} again" if same else ""


def _card(text: str) -> str:
    return f"a text card, {_quoted(text)}" if text else "a text card whose words could not be read"


def _quoted(text: str) -> str:
    if not text:
        return ""
    short = text if len(text) <= QUOTED else text[: QUOTED - 3].rstrip() + "..."
    told = time_told(text)
    return f"on the screen “{short}”" + (f", which tells the time: {told}" if told else "")
