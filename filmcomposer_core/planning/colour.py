"""How tense a chord is and how readily one chord follows another (craft 3.1 and 3.2)."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

from filmcomposer_core.contracts.harmony import QUALITIES
from filmcomposer_core.planning.roman import Step

#: Semitones above the tonic -> tension of the chord's place, for major and minor triads.
_FUNCTION: Final[dict[str, dict[bool, tuple[float, ...]]]] = {
    "major": {
        False: (0, 5, 3, 3.5, 3, 2.5, 7, 4.5, 3.5, 4, 3, 5),
        True: (1, 5, 3, 4, 2, 3, 7, 4.5, 4.5, 1.5, 4, 4),
    },
    "minor": {
        False: (1, 5, 4, 2, 5, 2.5, 7, 4.5, 1.5, 4, 3, 5),
        True: (0, 5.5, 3, 4, 5, 2.5, 7, 4.2, 5, 4, 4, 6),
    },
}
_COLOUR: Final[dict[str, float]] = {
    "": 0, "m": 0, "dim": 1.5, "aug": 2.5, "5": 0, "sus4": 0.5, "sus2": 0.4, "6": 0.3, "m6": 0.3,
    "7": 1, "maj7": 0.5, "m7": 0.7, "mMaj7": 3, "m7b5": 1.5, "dim7": 2.5, "7sus4": 1, "add9": 0.3,
    "madd9": 0.3, "9": 1.2, "m9": 1, "maj9": 0.8, "7b9": 2.5, "7#11": 2, "maj7#11": 1.5, "4": 1,
}  # fmt: skip
_SCALES: Final = {"major": {0, 2, 4, 5, 7, 9, 11}, "minor": {0, 2, 3, 5, 7, 8, 10, 11}}

#: Chords of film music that chorales hardly know, and what follows them in percent.
_FILM_NEXT: Final[dict[str, dict[str, dict[str, float]]]] = {
    "major": {
        "#IVo": {"V": 60, "I": 15},
        "iv": {"I": 50, "V": 25},
        "bVI": {"bVII": 40, "V": 25, "I": 15},
        "bVII": {"I": 45, "IV": 30},
        "v": {"IV": 30, "I": 30},
    },
    "minor": {"bII": {"V": 40, "i": 40}},
}
#: Share left to a chord that the table does not name, and to a pair that film music likes.
_RARE, _FILM = 0.02, 0.08
_SEVENTHS, _DIM, _RESOLVED = ("7", "7b9", "7sus4"), ("dim", "dim7"), 0.7


@cache
def chord_tension(step: Step, *, kind: str) -> float:
    """Return the tension of a chord in its key, about 0 (tonic) to 10 (foreign and dissonant)."""
    tones = [(step.root + interval) % 12 for interval in QUALITIES[step.quality]]
    small = 3 in QUALITIES[step.quality]
    value = _FUNCTION[kind][small][step.root] + _COLOUR[step.quality]
    foreign = len(set(tones) - _SCALES[kind])
    value += 0.5 * max(0, foreign - 1)
    return value + _bass_tension(step, tones)


def _bass_tension(step: Step, tones: list[int]) -> float:
    if step.bass not in tones:
        return 1.8 if step.bass == 7 else 1.2
    return (0.0, 0.4, 0.8, 1.0, 1.0)[tones.index(step.bass)]


#: Cost of a move of the bass by 0 to 6 semitones (up or down): it walks, or leaps a fourth.
_BASS: Final = (0.45, 0.0, 0.0, 0.3, 0.35, 0.2, 0.8)


def bass_cost(before: int, after: int) -> float:
    """Return how little two bass notes (pitch classes) make a line."""
    distance = (after - before) % 12
    return _BASS[min(distance, 12 - distance)]


@cache
def _table(kind: str) -> dict[str, dict[str, float]]:
    """Return what follows a chord in percent: as in Bach's chorales, and in film music."""
    folder = resources.files("filmcomposer_core.planning")
    rows: dict[str, Any] = tomllib.loads(folder.joinpath("chorales.toml").read_text("utf-8"))
    return {**rows[kind], **_FILM_NEXT[kind]}


@cache
def transition_cost(before: Step, after: Step, *, kind: str) -> float:
    """Return ``-ln P(after | before)``; a repeated chord costs what a rarer step does.

    A dominant seventh or a diminished chord that resolves to the chord it belongs to is as good as
    the commonest steps, wherever in the key that chord stands.
    """
    fall = (after.root - before.root) % 12
    if (before.quality in _SEVENTHS and fall == 5) or (before.quality in _DIM and fall == 1):
        return _RESOLVED
    if before.name == after.name and before.root == after.root:
        return 1.7
    row = _table(kind).get(before.name, {})
    rare = _FILM if _mediant(before, after) else _RARE
    return -math.log(row.get(after.name, 100 * rare) / 100)


def _mediant(before: Step, after: Step) -> bool:
    """Whether two chords stand a third, a tone or a tritone apart, as film harmony likes them."""
    return (after.root - before.root) % 12 in (2, 3, 4, 6, 8, 9, 10)
