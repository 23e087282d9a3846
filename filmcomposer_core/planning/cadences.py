"""How phrases end: half, full, deceptive and plagal closes, and the way to another key."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.contracts.harmony import MODES, QUALITIES, parse_pitch_class
from filmcomposer_core.planning.colour import bass_cost
from filmcomposer_core.planning.drafts import Half
from filmcomposer_core.planning.keys import Key
from filmcomposer_core.planning.recipe import Recipe
from filmcomposer_core.planning.roman import Step, parse_line, parse_numeral

#: How a phrase may end. ``open`` is the last word of a cue that ends on a question; an
#: entry of a bar is ``still``, one of two or three leads on by an ``upbeat``.
CLOSES: Final = ("half", "full", "deceptive", "plagal", "open", "still", "upbeat")

#: Ways into a half close for idioms whose half-phrases stop on the dominant.
_HALF: Final = {
    "major": (
        "IV:0.5 V:1", "ii/4:0.5 V:1", "II7/#4:0.5 V:1", "vi:0.5 II7:0.5 V:1", "V7sus4:0.5 V:0.5",
        "IV:0.5 iv/b6:0.5 V:1",
    ),
    "minor": (
        "iv:0.5 V:1", "iv/6:0.5 V:1", "iiø7/4:0.5 V:1", "VI:0.5 V:1", "V7sus4:0.5 V:0.5",
        "bII/4:0.5 V:1",
    ),
}  # fmt: skip
#: The first of them keep to the key.
_PLAIN_WAYS: Final = 2
#: A build stands on its dominant.
_STANDING: Final = {
    "major": ("I/5:1 V7:1", "V7sus4:1 V7:1", "ii7:1 V7:1", "IV/5:1 V7:1"),
    "minor": ("i/5:1 V:1", "V7sus4:1 V7:1", "iiø7:1 V7:1", "iv/5:1 V7:1"),
}
_DECEPTIVE: Final = {"major": ("V:0.5 vi:1", "V7:0.5 vi:1"), "minor": ("V:0.5 VI:1",)}
#: Idioms that know the flat sixth may turn aside to it.
_DARK_TURN: Final = "V:0.5 bVI:1"
_FLAT_SIXTH: Final = re.compile(r"\bbVI(maj7)?[:/]")
_PLAGAL: Final = {
    "major": ("IV:1 I:1", "iv:1 I:1", "IV/1:1 I:1", "ii7/4:1 I:1"),
    "minor": ("iv:1 i:1", "iv/1:1 i:1", "VI:1 i:1"),
}
#: Chords that may be common to two keys, as the new key counts them, the strongest first.
_PIVOTS: Final = {"major": ("ii", "IV", "vi"), "minor": ("iv", "VI", "iio", "i")}
_DOMINANT: Final = 7


def closes_of(
    close: str,
    *,
    recipe: Recipe,
    mode: str,
    kind: str,
    standing: bool = False,
    plain: bool = False,
) -> tuple[tuple[Step, ...], ...]:
    """Return the ways in which an idiom makes a close.

    Parameters
    ----------
    close : str
        One of ``CLOSES``.
    recipe : Recipe
        Gives the idiom's own closes.
    mode, kind : str
        Mode of the section, and ``major`` or ``minor``.
    standing : bool
        Whether a half close is to stand on its dominant, as at the end of a build.
    plain : bool
        Whether a half close has to keep to the key: a phrase of two bars has no time to leave it.
    """
    if close == "still":
        return (parse_line("i:1" if kind == "minor" else "I:1", kind=kind),)
    half = recipe.half[kind]
    functional = recipe.dominants and parse_numeral(half, kind=kind).root == _DOMINANT
    lines: Sequence[str] = recipe.closes(mode)
    if close == "upbeat":
        lines = (f"{half}:0.5",)
    elif close == "half":
        ways = _STANDING if standing else _HALF
        lines = ways[kind] if functional else (f"{half}:1",)
        lines = lines[:_PLAIN_WAYS] if plain else lines
    elif close == "deceptive" and functional:
        lines = _DECEPTIVE[kind]
        if kind == "major" and any(_FLAT_SIXTH.search(line) for line in recipe.lines(mode)):
            lines = (*lines, _DARK_TURN)
    elif close == "plagal" and functional:
        lines = _PLAGAL[kind]
    found = tuple(parse_line(line, kind=kind) for line in lines)
    if close == "open" and recipe.dominants:
        question = parse_numeral("VI" if kind == "minor" else "vi", kind=kind)
        found = tuple((*steps[:-1], question) for steps in found)
    return found


def is_close(step: Step, *, recipe: Recipe, kind: str) -> bool:
    """Return whether a phrase may stop on a chord: home, half-close chord, or the sixth degree."""
    half = parse_numeral(recipe.half[kind], kind=kind).root
    sixth = 8 if kind == "minor" else 9
    return step.root in (0, half, sixth, 8)


def lead_to(halves: list[Half], *, end: int, first: int, old: Key, new: Key, rests: bool) -> None:
    """Lead from one key to another by what is common to both.

    Parameters
    ----------
    halves : list of Half
        The chords, changed in place.
    end, first : int
        The half in which the new key begins, and the first that may be changed.
    old, new : Key
        The keys.
    rests : bool
        Whether the section before has come to rest at home. Then its last chord is the pivot if
        the new key has it too, and a cut is what is left if not; a section that goes on ends with
        a pivot and the dominant of the new key instead of the half close in its own.
    """
    seventh = dataclasses.replace(parse_numeral("V7", kind=new.kind), halves=1)
    last = Half(seventh, new, fixed=True)
    if rests:
        if end - first >= 4 and _tones(halves[end - 1].step, old) <= _scale(new):
            halves[end - 1] = last
        return
    if end - first < 6:
        halves[end - 1] = last
        return
    common = [parse_numeral(word, kind=new.kind) for word in _PIVOTS[new.kind]]
    common = [step for step in common if _tones(step, new) <= _scale(old)]
    halves[end - 2 : end] = [last, last]
    if common:
        bass = (parse_pitch_class(old.tonic) + halves[end - 4].step.bass) % 12
        home = parse_pitch_class(new.tonic)
        pivot = min(
            enumerate(common), key=lambda item: bass_cost(bass, home + item[1].bass) + 0.2 * item[0]
        )[1]
        halves[end - 3] = Half(dataclasses.replace(pivot, halves=1), new, fixed=True)


def _tones(step: Step, key: Key) -> set[int]:
    root = parse_pitch_class(key.tonic) + step.root
    return {(root + interval) % 12 for interval in QUALITIES[step.quality]}


def _scale(key: Key) -> set[int]:
    """Return the scale of a key; a minor key knows its raised seventh too."""
    tonic = parse_pitch_class(key.tonic)
    steps = {*MODES[key.mode], 11} if key.kind == "minor" else set(MODES[key.mode])
    return {(tonic + step) % 12 for step in steps}
