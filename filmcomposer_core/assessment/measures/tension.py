"""Tension of a chord in its key: function, colour, bass and distance, 0 to about 10."""

from __future__ import annotations

from typing import Final

from filmcomposer_core.assessment.measures.chords import degree, minor_like, triad
from filmcomposer_core.contracts.harmony import Chord, scale_pitch_classes

#: (semitones above the tonic, kind of triad) -> tension of the function.
_FUNCTION: Final[dict[tuple[int, str], float]] = {
    (0, "M"): 0.0, (0, "m"): 0.0, (9, "m"): 1.5, (8, "M"): 3.5, (4, "m"): 2.0, (3, "M"): 3.5,
    (5, "M"): 2.5, (5, "m"): 2.5, (2, "m"): 3.0, (2, "o"): 3.0, (10, "M"): 3.0, (7, "M"): 4.5,
    (7, "m"): 4.5, (11, "o"): 6.0, (1, "M"): 5.0, (2, "M"): 3.0, (6, "M"): 7.0, (6, "m"): 7.0,
    (6, "o"): 7.0,
}  # fmt: skip
#: In minor the chords on 3 and 6 are at home.
_MINOR: Final = {(8, "M"): 1.5, (3, "M"): 2.0}
_OTHER: Final = 4.0
_COLOUR: Final[dict[str, float]] = {
    "sus4": 0.5, "sus2": 0.3, "add9": 0.3, "madd9": 0.3, "6": 0.3, "m6": 0.3, "maj7": 0.5,
    "maj9": 0.8, "m7": 0.7, "m9": 1.0, "7": 1.0, "9": 1.3, "7sus4": 1.0, "m7b5": 1.5, "dim7": 2.5,
    "aug": 2.5, "mMaj7": 3.0, "7b9": 3.5, "7#11": 2.0, "maj7#11": 1.5, "4": 0.5,
}  # fmt: skip
#: Bass above the root in semitones -> tension.
_BASS: Final = {0: 0.0, 3: 0.4, 4: 0.4, 6: 0.8, 7: 0.8, 8: 0.8, 9: 1.0, 10: 1.0, 11: 1.0}
_FOREIGN_PEDAL: Final = 1.2
_DOMINANT_PEDAL: Final = 1.8


def chord_tension(chord: Chord, *, key: str, mode: str) -> float:
    """Return the tension of a chord.

    Parameters
    ----------
    chord : Chord
        The chord; silence has none.
    key, mode : str
        Home.

    Returns
    -------
    float
        0 (tonic triad) to about 10.
    """
    if chord.silent:
        return 0.0
    step = degree(chord, key=key)
    place = (step, triad(chord, key=key, mode=mode))
    function = _FUNCTION.get(place, _OTHER)
    if minor_like(mode):
        function = _MINOR.get(place, function)
    foreign = chord.bass not in chord.pitch_classes
    if foreign:
        on_dominant = (chord.bass - chord.root + step) % 12 == 7
        bass = _DOMINANT_PEDAL if on_dominant else _FOREIGN_PEDAL
    else:
        bass = _BASS.get((chord.bass - chord.root) % 12, 0.4)
    return function + _COLOUR.get(chord.quality, 0.0) + bass + _distance(chord, key=key, mode=mode)


def _distance(chord: Chord, *, key: str, mode: str) -> float:
    """Half a point per fifth beyond the first that a tone lies outside the home scale."""
    home = {pc * 7 % 12 for pc in scale_pitch_classes(key, mode)}
    worst = 0
    for pc in chord.pitch_classes:
        fifth = pc * 7 % 12
        worst = max(worst, min(min((fifth - h) % 12, (h - fifth) % 12) for h in home))
    return 0.5 * max(0, worst - 1)
