"""Key signatures and note names, on the line of fifths (F -1, C 0, G 1 ... sharps to the right)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.harmony import Chord

_LINE: Final = "FCGDAEB"
_NATURAL: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

#: Mode -> (word after the tonic in ABC, sharps more than the major key on the same tonic).
#: Octatonic and whole-tone scales have no signature: their accidentals are all written.
_MODES: Final[dict[str, tuple[str, int]]] = {
    "lydian": ("lyd", 1),
    "ionian": ("", 0),
    "mixolydian": ("mix", -1),
    "dorian": ("dor", -2),
    "aeolian": ("m", -3),
    "harmonic minor": ("m", -3),
    "melodic minor": ("m", -3),
    "phrygian": ("phr", -4),
    "locrian": ("loc", -5),
    "major pentatonic": ("", 0),
    "minor pentatonic": ("m", -3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A key signature: ``sharps`` (flats negative), its name in ABC, and whether it is minor."""

    sharps: int
    abc: str
    minor: bool

    def alteration(self, letter: str) -> int:
        """Return 1, -1 or 0: what the signature does to a letter."""
        place = _LINE.index(letter)
        if self.sharps > 0:
            return int(place < self.sharps)
        return -int(place >= 7 + self.sharps)


def signature_of(key: str, mode: str) -> Signature:
    """Return the signature of a key and mode, respelt so that it has at most six accidentals.

    Parameters
    ----------
    key : str
        A tonic such as ``Bb`` or ``F#``.
    mode : str
        A mode of ``contracts.harmony.MODES``.

    Returns
    -------
    Signature
        Scales without a signature give no accidentals and the ABC name ``none``.

    Examples
    --------
    >>> signature_of("D", "dorian")
    Signature(sharps=0, abc='Ddor', minor=True)
    """
    if mode not in _MODES:
        return Signature(sharps=0, abc="none", minor=mode == "octatonic")
    word, offset = _MODES[mode]
    fifths = _LINE.index(key[0]) - 1 + 7 * {"#": 1, "b": -1}.get(key[1:], 0)
    sharps = fifths + offset
    while abs(sharps) > 6:
        shift = -12 if sharps > 0 else 12
        sharps, fifths = sharps + shift, fifths + shift
    tonic = _name(fifths)
    return Signature(sharps=sharps, abc=tonic + word, minor=offset < -1)


def _name(fifths: int) -> str:
    letter = _LINE[(fifths + 1) % 7]
    alteration = (fifths + 1) // 7
    return letter + ("#" * alteration if alteration > 0 else "b" * -alteration)


def spell(pitch: int, sharps: int, chord: Chord | None = None) -> tuple[str, int, int]:
    """Name a MIDI pitch in a key, and a note of the chord as the chord names it.

    Parameters
    ----------
    pitch : int
        MIDI note number, 60 = middle C.
    sharps : int
        The signature, flats negative; tones from three fifths below to eight above it are used.
    chord : Chord or None
        What sounds with it: in C, Gb brings a Bb and a Db, F# an A# and a C#.

    Returns
    -------
    letter : str
        C to B.
    alteration : int
        -1, 0 or 1.
    octave : int
        Octave of the letter, 4 = that of middle C.

    Examples
    --------
    >>> spell(66, 0), spell(66, -5), spell(59, -6)
    (('F', 1, 4), ('G', -1, 4), ('C', -1, 4))
    >>> from filmcomposer_core.contracts.harmony import parse_chord
    >>> spell(66, 0, parse_chord("Gb"))
    ('G', -1, 4)
    """
    low = sharps - 3
    if chord is not None and pitch % 12 in chord.pitch_classes:
        up = (pitch - chord.root) % 12
        root = _LINE.index(chord.symbol[0]) - 1
        root += 7 * ((chord.symbol[1:2] == "#") - (chord.symbol[1:2] == "b"))
        # A diminished seventh is named by the key; raised tones lie further on.
        low = low if up == 9 else root - (3 if up == 8 or "#11" in chord.quality else 6)
    fifths = low + (pitch * 7 - low) % 12
    if not -1 <= (fifths + 1) // 7 <= 1:
        fifths += -12 if fifths > 0 else 12
    letter, alteration = _LINE[(fifths + 1) % 7], (fifths + 1) // 7
    octave = (pitch - alteration - _NATURAL[letter]) // 12 - 1
    return letter, alteration, octave


def pitch_of(letter: str, alteration: int, octave: int) -> int:
    """Return the MIDI pitch of a letter C to B, an alteration and an octave (4 = middle C's)."""
    return 12 * (octave + 1) + _NATURAL[letter] + alteration
