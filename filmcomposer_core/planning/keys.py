"""Keys and modes: the home key, and where the cue goes before it returns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.contracts.harmony import MODES, Chord, parse_pitch_class
from filmcomposer_core.planning.recipe import BRIGHTNESS, MAJOR, Recipe, kind_of

#: Tonics in fifths from C; a mode adds the sharps (or takes the flats) of its own signature.
_FIFTHS: Final = {
    "Cb": -7, "Gb": -6, "Db": -5, "Ab": -4, "Eb": -3, "Bb": -2, "F": -1, "C": 0, "G": 1, "D": 2,
    "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7, "G#": 8, "D#": 9, "A#": 10,
}  # fmt: skip
_SIGNATURE: Final = {"lydian": 1, "mixolydian": -1, "dorian": -2, "phrygian": -4, "locrian": -5}
#: Semitones by which the middle waves of a long cue leave home.
_JOURNEY: Final = (5, -3, 2, 7, -5, 3)
_TONIC: Final = re.compile("[A-G][b#]?")
_PLAIN: Final = {"major": "ionian", "minor": "aeolian"}
#: Steps of mode brightness that pass unnoticed, and what a place further down the list costs.
NEAR, HABIT = 1.2, 1.0
#: Share of the climaxes that rise to another key.
_LIFTED: Final = 0.4
#: Shortest cue in seconds that has room for another key.
_ROOM_S: Final = 38.0


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic by name and a mode."""

    tonic: str
    mode: str

    @property
    def kind(self) -> str:
        """``major`` or ``minor``."""
        return kind_of(self.mode)


def nearest_mode(modes: tuple[str, ...], brightness: float) -> str:
    """Return the mode whose brightness is nearest; the first of equals."""
    return min(modes, key=lambda mode: abs(BRIGHTNESS[mode] - brightness))


def fitting_mode(recipe: Recipe, *, brightness: float, rng: np.random.Generator) -> str:
    """Draw a mode of an idiom: the brightness of the picture against the idiom's habit.

    A recipe names its modes in the order in which the idiom likes them. The nearest mode alone
    would give most cheerful pictures the same Mixolydian.
    """
    off = np.array([abs(BRIGHTNESS[mode] - brightness) for mode in recipe.modes])
    cost = off + np.maximum(0.0, off - NEAR) + HABIT * np.arange(len(off))
    chance = np.exp(-1.5 * (cost - cost.min()))
    return str(rng.choice(recipe.modes, p=chance / chance.sum()))


def home_key(recipe: Recipe, *, brightness: float, asked: str, rng: np.random.Generator) -> Key:
    """Return the home key of a cue: a fitting mode on one of the idiom's good tonics.

    ``asked`` is what the description wants of it: ``A aeolian``, ``D``, ``minor``, a mode, or
    ``null``.
    """
    mode = fitting_mode(recipe, brightness=brightness, rng=rng)
    tonic = str(rng.choice(recipe.tonics))
    first, _, rest = asked.partition(" ")
    wanted = rest if _TONIC.fullmatch(first) else asked
    tonic = first if _TONIC.fullmatch(first) else tonic
    if wanted in MODES:
        mode = wanted
    elif wanted in _PLAIN and kind_of(mode) != wanted:
        alike = tuple(m for m in recipe.modes if kind_of(m) == wanted)
        mode = nearest_mode(alike or (_PLAIN[wanted],), brightness)
    return Key(named(parse_pitch_class(tonic), mode), mode)


#: Mode -> its telling degree, the degree that denies it, and the modes that are left then.
_TELLING: Final = {
    "lydian": (6, 5, ("ionian",)),
    "mixolydian": (10, 11, ("ionian",)),
    "dorian": (9, 8, ("aeolian", "harmonic minor")),
    "phrygian": (1, 2, ("aeolian", "harmonic minor")),
}


def heard_mode(key: Key, chords: Sequence[Chord], *, allowed: tuple[str, ...]) -> str:
    """Return the mode that the chords of a key let a listener hear.

    A mode whose telling degree the chords deny more often than they give it (the leading note
    under "mixolydian", say) is the plain mode beside it, and the theme has to be written in that,
    if it is among the idiom's (``allowed``).
    """
    if key.mode not in _TELLING:
        return key.mode
    telling, denying, plain = _TELLING[key.mode]
    tonic = parse_pitch_class(key.tonic)
    gives = sum((tonic + telling) % 12 in chord.pitch_classes for chord in chords)
    denies = sum((tonic + denying) % 12 in chord.pitch_classes for chord in chords)
    left = [mode for mode in plain if mode in allowed]
    return left[0] if left and denies > gives else key.mode


def named(pitch_class: int, mode: str) -> str:
    """Return the name of a tonic that needs the fewest signs: ``Db`` major, ``C#`` minor."""
    extra = _SIGNATURE.get(mode, 0 if kind_of(mode) == MAJOR else -3)
    names = [name for name in _FIFTHS if parse_pitch_class(name) == pitch_class % 12]
    return min(names, key=lambda name: abs(_FIFTHS[name] + extra))


def shifted(key: Key, semitones: int, mode: str) -> Key:
    """Return the key a number of semitones above another, in a mode."""
    return Key(named(parse_pitch_class(key.tonic) + semitones, mode), mode)


def section_keys(
    functions: list[str],
    *,
    home: Key,
    recipe: Recipe,
    brightness: float,
    duration_s: float,
    settled: bool,
    rng: np.random.Generator,
) -> list[Key]:
    """Return the key of each section: home, away in the turn, lifted at the peak, home again.

    ``settled`` keeps the whole cue in its home key, and so does a cue too short to return.
    """
    keys = [home] * len(functions)
    if settled or duration_s < _ROOM_S:
        return keys
    wave, waves = -1, max(1, functions.count("climax"))
    for i, function in enumerate(functions):
        if function == "theme" and (i == 0 or functions[i - 1] != "theme"):
            after_turn = i > 0 and functions[i - 1] == "turn"
            wave += not after_turn
        base = home
        if 0 < wave < waves - 1:
            base = shifted(home, _JOURNEY[(wave - 1) % len(_JOURNEY)], home.mode)
        if i == len(functions) - 1:
            keys[i] = home
        elif function in ("button", "aftermath"):
            keys[i] = base if wave < waves - 1 else home
        elif function == "turn":
            same = i > 0 and functions[i - 1] == "turn"
            keys[i] = keys[i - 1] if same else _turned(base, recipe, brightness, rng)
        elif function == "climax" and recipe.lift:
            same = i > 0 and functions[i - 1] == "climax"
            lift = int(rng.choice(recipe.lift)) if rng.random() < _LIFTED else 0
            keys[i] = keys[i - 1] if same else shifted(base, lift, home.mode)
        else:
            keys[i] = base
    return keys


def _turned(home: Key, recipe: Recipe, brightness: float, rng: np.random.Generator) -> Key:
    places = [
        (int(amount), kind)
        for amount, kind in (text.split() for text in recipe.turn)
        if recipe.has(kind) and (int(amount) % 12 or kind != home.kind)
    ]
    if not places:
        return home
    amount, kind = places[int(rng.integers(len(places)))]
    modes = tuple(mode for mode in recipe.modes if kind_of(mode) == kind)
    plain = ("ionian",) if kind == MAJOR else ("dorian", "aeolian")
    return shifted(home, amount, nearest_mode(modes or plain, brightness))
