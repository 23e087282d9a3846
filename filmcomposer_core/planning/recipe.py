"""The recipe of an idiom: one TOML file each in ``idioms/``, read into a value."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from filmcomposer_core.contracts.harmony import MODES
from filmcomposer_core.contracts.labels import NULL

#: How bright a mode is, on the scale of ``MusicDescription.mode_brightness``.
BRIGHTNESS: dict[str, float] = {
    "lydian": 3.0, "ionian": 2.0, "major pentatonic": 1.75, "mixolydian": 1.0, "dorian": 0.0,
    "melodic minor": -0.5, "whole-tone": -0.5, "aeolian": -1.0, "minor pentatonic": -1.0,
    "harmonic minor": -1.5, "phrygian": -2.0, "octatonic": -3.0, "locrian": -3.0,
}  # fmt: skip
MAJOR, MINOR = "major", "minor"
#: Lines that climb to the dominant, for idioms that know one.
_RISING: Final = {
    MAJOR: (
        "I:1 VI7/#1:1 ii:1 VII7/#2:1 iii:1 IV:1 #IVo7:1 V:1",
        "IV/6:1 V/7:1 I:1 ii:1 I/3:1 IV:1 II7/#4:1 V:1",
        "vi:1 V/7:1 I:1 VI7/#1:1 ii:1 I/3:1 IV:1 V:1",
        "ii:1 VI7:1 ii:1 V7:1 iii:1 VII7:1 iii:1 VI7:1 ii:1 V7:1",
    ),
    MINOR: (
        "i:1 V7/2:1 i/3:1 iv:1 #ivo7:1 V:1",
        "VI:1 VII:1 i:1 V7/2:1 i/3:1 iv:1 #ivo7:1 V:1",
        "iv:1 VII7:1 III:1 VI:1 iiø7:1 V:1",
        "i:1 I7/#3:1 iv:1 II7/#4:1 V:1 III7/5:1 VI:1 #ivo7:1 V:1",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What an idiom does with form and harmony.

    ``progressions`` and ``cadences`` hold roman-numeral lines (see ``roman.py``) under a mode
    name or a kind (``major``, ``minor``); ``half`` the chord on which a half-phrase stops.
    ``tension`` is the chord tension (0 to 10) wanted at rest and at the peak. ``lift`` lists
    semitones by which a climax may rise, ``turn`` keys of the turn such as ``"+9 minor"``.
    ``texture`` lists the roles of a section function, the most needed first. ``chord_s`` is how
    long a chord lasts at a middling tension, seconds; ``builds`` holds lines that climb.
    """

    name: str
    modes: tuple[str, ...]
    tonics: tuple[str, ...]
    dynamics: tuple[str, str]
    tension: tuple[float, float]
    arc: str
    sevenths: float
    dominants: bool
    endings: tuple[str, ...]
    silence: bool
    lift: tuple[int, ...]
    turn: tuple[str, ...]
    progressions: dict[str, tuple[str, ...]]
    cadences: dict[str, tuple[str, ...]]
    half: dict[str, str]
    texture: dict[str, tuple[str, ...]]
    pedal: bool = False
    chord_s: float = 2.2
    builds: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def lines(self, mode: str) -> tuple[str, ...]:
        """Return the progressions for a mode: its own, else those of its kind."""
        return self.progressions.get(mode) or self.progressions[kind_of(mode)]

    def rising(self, kind: str) -> tuple[str, ...]:
        """Return the lines that climb, for builds: the idiom's own, else the common ones."""
        common = _RISING[kind] if self.dominants else ()
        return self.builds.get(kind, common)

    def closes(self, mode: str) -> tuple[str, ...]:
        """Return the cadences for a mode."""
        return self.cadences.get(mode) or self.cadences[kind_of(mode)]

    def has(self, kind: str) -> bool:
        """Whether the idiom knows chords of a kind."""
        return kind in self.progressions and kind in self.cadences


def kind_of(mode: str) -> str:
    """Return ``major`` or ``minor``: the kind of third that a mode has above its tonic."""
    steps = MODES[mode]
    return MAJOR if 4 in steps and 3 not in steps else MINOR


@cache
def load_recipe(name: str) -> Recipe:
    """Return the recipe of an idiom of ``contracts.labels.IDIOMS``."""
    folder = resources.files("filmcomposer_core.planning").joinpath("idioms")
    data: dict[str, Any] = tomllib.loads(
        folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")
    )
    for key in ("modes", "tonics", "dynamics", "tension", "endings", "lift", "turn"):
        data[key] = tuple(data[key])
    for key in ("progressions", "cadences", "builds"):
        data[key] = {kind: tuple(lines) for kind, lines in data.get(key, {}).items()}
    data["texture"] = {use: tuple(line.split("+")) for use, line in data["texture"].items()}
    return Recipe(name=name, **data)


def blended(first: str, second: str) -> Recipe:
    """Return the recipe of an idiom coloured by a second one.

    The first gives form, texture and dynamics; the second adds its chords, which come first so
    that they are heard, and its modes as far as the first knows their kind: a triumph that is also
    a chase stays in the major.
    """
    base = load_recipe(first)
    if second in (NULL, first):
        return base
    other = load_recipe(second)
    kinds = {kind_of(mode) for mode in base.modes}
    return dataclasses.replace(
        base,
        modes=tuple(dict.fromkeys([m for m in other.modes if kind_of(m) in kinds] + [*base.modes])),
        tension=(
            (base.tension[0] + other.tension[0]) / 2,
            (base.tension[1] + other.tension[1]) / 2,
        ),
        sevenths=(base.sevenths + other.sevenths) / 2,
        chord_s=(2 * base.chord_s + other.chord_s) / 3,
        turn=tuple(dict.fromkeys(other.turn + base.turn)),
        progressions=_joined(other.progressions, base.progressions),
        cadences=_joined(other.cadences, base.cadences),
        half={**base.half, **other.half},
    )


def _joined(
    first: dict[str, tuple[str, ...]], second: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys([*first, *second])
    return {
        name: tuple(dict.fromkeys(first.get(name, ()) + second.get(name, ()))) for name in names
    }
