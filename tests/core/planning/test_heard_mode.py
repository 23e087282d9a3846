"""A mode is named by what its chords hold."""

from __future__ import annotations

import pytest

from filmcomposer_core.contracts.harmony import parse_chord
from filmcomposer_core.planning.keys import Key, heard_mode


@pytest.mark.parametrize(
    ("mode", "chords", "heard"),
    [
        ("mixolydian", "C F G7 C", "ionian"),  # B natural denies the flat seventh
        ("mixolydian", "C Bb F C", "mixolydian"),
        ("lydian", "C F G C", "ionian"),
        ("lydian", "C D C Bm", "lydian"),
        ("dorian", "Cm Ab Bb Cm", "aeolian"),
        ("dorian", "Cm F Cm Bb", "dorian"),
        ("aeolian", "Cm F Cm F", "aeolian"),
    ],
)
def test_the_telling_degree_decides(mode: str, chords: str, heard: str) -> None:
    found = [parse_chord(word) for word in chords.split()]
    allowed = ("ionian", "mixolydian", "lydian", "dorian", "aeolian")
    assert heard_mode(Key("C", mode), found, allowed=allowed) == heard


def test_an_idiom_without_the_plain_mode_keeps_its_own() -> None:
    found = [parse_chord(word) for word in ("Cm", "Ab", "Fm")]
    assert heard_mode(Key("C", "dorian"), found, allowed=("dorian", "octatonic")) == "dorian"
