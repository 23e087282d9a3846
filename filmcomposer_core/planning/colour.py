"""How tense a chord is and how readily one chord follows another (craft 3.1 and 3.2)."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

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

#: Next chords in percent, from chorales; a chord not listed takes what is left over.
_NEXT: Final = {
    "major": {
        "I": "V34 IV25 ii11 vi11 II5", "V": "I65 vi10 II5 IV5 ii5 iii3",
        "vi": "V19 II18 ii15 I13 IV10 iii7 viio5 III5", "IV": "I37 V22 ii12 viio10 vi5 iii4",
        "ii": "V40 I19 vi7 VI7 III5", "II": "V77 I6 iii4 vi4", "iii": "vi29 IV20 I18 V11 ii7",
        "viio": "I50 III12 vi8 V7 iii7", "III": "vi77 IV11", "VI": "ii62 II6 bVII6",
        "#IVo": "V60 I15", "iv": "I50 V25", "bVI": "bVII40 V25 I15", "bVII": "I45 IV30",
        "v": "IV30 I30",
    },
    "minor": {
        "i": "V24 iv14 iio14 IV10 VII9 VI7 III5 v5", "V": "i62 I21 VI7",
        "III": "VII24 VI20 i16 iv11 IV6 V5", "VII": "III48 i18 iv7 IV5 v4",
        "iv": "VII18 i15 V20 iio12 III10 VI5", "VI": "III22 iio18 iv17 VII12 V8 i8",
        "iio": "V54 i20 VI7", "IV": "VII56 i13 V8", "v": "III20 i18 VI14 iv12",
        "viio": "i79 V10", "bII": "V40 i40",
    },
}  # fmt: skip
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
    table: dict[str, dict[str, float]] = {}
    for name, line in _NEXT[kind].items():
        table[name] = {
            word.rstrip("0123456789"): int(word[len(word.rstrip("0123456789")) :]) / 100
            for word in line.split()
        }
    return table


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
    chance = row.get(after.name)
    if chance is None:
        chance = _FILM if _mediant(before, after) else _RARE
    return -math.log(chance)


def _mediant(before: Step, after: Step) -> bool:
    """Whether two chords stand a third, a tone or a tritone apart, as film harmony likes them."""
    return (after.root - before.root) % 12 in (2, 3, 4, 6, 8, 9, 10)
