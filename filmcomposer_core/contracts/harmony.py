"""Chord symbols, modes and keys as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PITCH_NAMES: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_LETTERS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

#: Mode name -> semitones of its degrees above the tonic.
MODES: Final[dict[str, tuple[int, ...]]] = {
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "octatonic": (0, 1, 3, 4, 6, 7, 9, 10),
    "whole-tone": (0, 2, 4, 6, 8, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
}

#: Chord suffix -> semitones above the root.
QUALITIES: Final[dict[str, tuple[int, ...]]] = {
    "": (0, 4, 7), "m": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8), "5": (0, 7),
    "sus4": (0, 5, 7), "sus2": (0, 2, 7), "6": (0, 4, 7, 9), "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "m7": (0, 3, 7, 10), "mMaj7": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10), "dim7": (0, 3, 6, 9), "7sus4": (0, 5, 7, 10), "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14), "9": (0, 4, 7, 10, 14), "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14), "7b9": (0, 4, 7, 10, 13), "7#11": (0, 4, 7, 10, 18),
    "maj7#11": (0, 4, 7, 11, 18), "4": (0, 5, 10),
}  # fmt: skip

_SYMBOL: Final = re.compile(r"^([A-G][b#]?)([^/]*)(?:/([A-G][b#]?))?$")
NO_CHORD: Final = "N.C."


@dataclass(frozen=True, slots=True, kw_only=True)
class Chord:
    """A chord symbol taken apart.

    ``pitch_classes`` starts with the root; ``bass`` is the pitch class in the bass. Silence
    (``N.C.``) has no pitch classes and root and bass -1.
    """

    symbol: str
    root: int
    quality: str
    bass: int
    pitch_classes: tuple[int, ...]

    @property
    def silent(self) -> bool:
        """Whether this stands for no chord."""
        return not self.pitch_classes


def parse_pitch_class(name: str) -> int:
    """Return 0 to 11 for a note name such as ``Bb`` or ``F#``.

    Raises
    ------
    ValueError
        For anything else.
    """
    if not re.fullmatch(r"[A-G][b#]?", name):
        msg = f"{name!r} is not a note name such as D, Bb or F#"
        raise ValueError(msg)
    shift = {"b": -1, "#": 1}.get(name[1:], 0)
    return (_LETTERS[name[0]] + shift) % 12


def parse_chord(symbol: str) -> Chord:
    """Read a chord symbol.

    Raises
    ------
    ValueError
        For an unknown symbol.

    Examples
    --------
    >>> parse_chord("A7/C#").bass
    1
    """
    if symbol == NO_CHORD:
        return Chord(symbol=symbol, root=-1, quality="", bass=-1, pitch_classes=())
    match = _SYMBOL.match(symbol)
    if match is None or match[2] not in QUALITIES:
        known = ", ".join(q or "(major)" for q in QUALITIES)
        msg = f"{symbol!r} is not a known chord; endings known after the root: {known}"
        raise ValueError(msg)
    root = parse_pitch_class(match[1])
    bass = parse_pitch_class(match[3]) if match[3] else root
    tones = tuple((root + step) % 12 for step in QUALITIES[match[2]])
    return Chord(symbol=symbol, root=root, quality=match[2], bass=bass, pitch_classes=tones)


def parse_chords(line: str) -> tuple[tuple[Chord, ...], ...]:
    """Read a lead-sheet line: one tuple of chords per bar, bars parted by ``|``.

    Raises
    ------
    ValueError
        For an unknown chord or an empty bar.
    """
    bars = []
    for number, cell in enumerate(line.strip().strip("|").split("|"), start=1):
        if not cell.split():
            msg = f"bar {number} of the chords {line!r} is empty; write N.C. for silence"
            raise ValueError(msg)
        bars.append(tuple(parse_chord(word) for word in cell.split()))
    return tuple(bars)


def scale_pitch_classes(key: str, mode: str) -> tuple[int, ...]:
    """Return the pitch classes of a scale, tonic first."""
    tonic = parse_pitch_class(key)
    return tuple((tonic + step) % 12 for step in MODES[mode])


#: Modes that a composer calls by a plainer name.
PLAIN_MODES = {
    "ionian": "major", "aeolian": "minor", "harmonic minor": "minor", "melodic minor": "minor",
}  # fmt: skip


def key_words(key: str, mode: str) -> str:
    """Return a key as composers say it.

    >>> key_words("F", "ionian"), key_words("D", "dorian")
    ('F major', 'D dorian')
    """
    return f"{key} {PLAIN_MODES.get(mode, mode)}"
