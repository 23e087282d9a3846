"""Roman-numeral lines of the recipes, and their spelling as chord symbols.

A line is a row of ``CHORD:BARS``. A chord is a numeral with an optional sign and ending
(``bVI``, ``ii7``, ``viio7``, ``#viø7``, ``I+``, ``imM7``), then ``/DEGREE`` for another bass note
(``I/3``, ``V/#7``) or ``/NUMERAL`` for an applied chord (``V/vi``). ``P1[...]`` holds degree 1 in
the bass of all chords inside. Capital numerals are major, small ones minor.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from filmcomposer_core.contracts.harmony import PITCH_NAMES, QUALITIES, parse_pitch_class

_NUMERALS: Final = ("I", "II", "III", "IV", "V", "VI", "VII")
_DEGREES: Final = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_SIGNS: Final = {"": 0, "b": -1, "#": 1}
_TOKEN: Final = re.compile(r"P(\d)\[([^\]]*)\]|(\S+)")
_CHORD: Final = re.compile(
    r"^([b#]?)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)([^/]*)(?:/([b#]?\w+))?$"
)
#: Ending of a numeral -> quality for a capital and for a small numeral.
_ENDINGS: Final = {
    "": ("", "m"), "o": ("dim", "dim"), "o7": ("dim7", "dim7"), "ø7": ("m7b5", "m7b5"),
    "+": ("aug", "aug"), "7": ("7", "m7"), "maj7": ("maj7", "mMaj7"), "mM7": ("mMaj7", "mMaj7"),
    "6": ("6", "m6"), "sus4": ("sus4", "sus4"), "7sus4": ("7sus4", "7sus4"), "5": ("5", "5"),
    "4": ("4", "4"), "add9": ("add9", "madd9"),
}  # fmt: skip
_LETTERS: Final = "CDEFGAB"
#: Names that players misread -> the plain key of the same sound.
_PLAIN: Final = {"E#": "F", "B#": "C", "Cb": "B", "Fb": "E"}
_SHARP_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A chord by its place in the key.

    ``root`` and ``bass`` are semitones above the tonic, ``degree`` and ``bass_degree`` the scale
    degrees 1 to 7 that give their letters; ``halves`` is the length in half bars.
    """

    numeral: str
    degree: int
    root: int
    quality: str
    bass: int
    bass_degree: int
    halves: int = 2

    @property
    def name(self) -> str:
        """The bare numeral: no bass, no seventh."""
        return self.numeral

    @property
    def pedal(self) -> bool:
        """Whether the bass is foreign to the chord."""
        tones = {(self.root + step) % 12 for step in QUALITIES[self.quality]}
        return self.bass % 12 not in tones


@cache
def parse_line(line: str, *, kind: str) -> tuple[Step, ...]:
    """Read a line of chords.

    Parameters
    ----------
    line : str
        A line in the grammar of this module.
    kind : str
        ``major`` or ``minor``: what the numerals count from.

    Raises
    ------
    ValueError
        For a word that is no chord.
    """
    steps: list[Step] = []
    for match in _TOKEN.finditer(line):
        if match[3]:
            steps.append(_timed(match[3], kind))
            continue
        degree = int(match[1])
        bass = _DEGREES[kind][degree - 1]
        for word in match[2].split():
            steps.append(dataclasses.replace(_timed(word, kind), bass=bass, bass_degree=degree))
    return tuple(steps)


def _timed(word: str, kind: str) -> Step:
    chord, _, bars = word.partition(":")
    return dataclasses.replace(parse_numeral(chord, kind=kind), halves=round(float(bars or 1) * 2))


@cache
def parse_numeral(word: str, *, kind: str) -> Step:
    """Read one chord, e.g. ``bVI`` or ``V7/7``, with a length of one bar.

    Raises
    ------
    ValueError
        For a word that is no chord.
    """
    match = _CHORD.match(word)
    if match is None or match[3] not in _ENDINGS:
        msg = f"{word!r} is no chord in roman numerals"
        raise ValueError(msg)
    sign, numeral, ending, below = match.groups()
    degree = _NUMERALS.index(numeral.upper()) + 1
    small = numeral.islower()
    root = _DEGREES[kind][degree - 1] + _SIGNS[sign]
    if degree == 7 and ending.startswith("o") and not sign:
        root = 11  # the diminished chord on the leading note, in minor too
    step = Step(
        numeral=sign + numeral + ("o" if ending.startswith(("o", "ø")) else ""),
        degree=degree,
        root=root % 12,
        quality=_ENDINGS[ending][small],
        bass=root % 12,
        bass_degree=degree,
    )
    return step if below is None else _over(step, below, kind)


def _over(step: Step, below: str, kind: str) -> Step:
    if below[-1].isdigit():
        degree = int(below[-1])
        bass = (_DEGREES[kind][degree - 1] + _SIGNS[below[:-1]]) % 12
        return dataclasses.replace(step, bass=bass, bass_degree=degree)
    target = parse_numeral(below, kind=kind)
    root = (target.root + 7) % 12
    degree = (target.degree + 3) % 7 + 1
    return dataclasses.replace(
        step, numeral=_NUMERALS[degree - 1], degree=degree, root=root, bass=root, bass_degree=degree
    )


def spell(key: str, *, degree: int, semitones: int) -> str:
    """Return the note name of a degree of a key, in at most one sign.

    Examples
    --------
    >>> spell("D", degree=6, semitones=8)
    'Bb'
    """
    wanted = (parse_pitch_class(key) + semitones) % 12
    letter = _LETTERS[(_LETTERS.index(key[0]) + degree - 1) % 7]
    sign = (wanted - parse_pitch_class(letter) + 6) % 12 - 6
    if abs(sign) <= 1:
        name = letter + {-1: "b", 0: "", 1: "#"}[sign]
        return _PLAIN.get(name, name)
    return PITCH_NAMES[wanted] if sign < 0 else _SHARP_NAMES[wanted]


def symbol(step: Step, *, key: str) -> str:
    """Return the lead-sheet symbol of a chord in a key, e.g. ``Bb/D``."""
    root = spell(key, degree=step.degree, semitones=step.root)
    text = root + step.quality
    if step.bass == step.root:
        return text
    return f"{text}/{spell(key, degree=step.bass_degree, semitones=step.bass)}"
