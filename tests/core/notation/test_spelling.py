"""Note names in a key and on a chord, by hand."""

import pytest

from filmcomposer_core.contracts.harmony import parse_chord
from filmcomposer_core.notation.spelling import spell


@pytest.mark.parametrize(
    ("pitch", "chord", "name"),
    [
        (66, "Gb", ("G", -1, 4)),
        (66, "D", ("F", 1, 4)),
        (68, "E7", ("G", 1, 4)),
        (68, "Fm", ("A", -1, 4)),
        (68, "Caug", ("G", 1, 4)),
        (66, "C7#11", ("F", 1, 4)),
        (63, "F#dim7", ("E", -1, 4)),  # its seventh as the key has it
        (61, "F", ("C", 1, 4)),  # no note of the chord: as the key has it
        (59, "Abm", ("C", -1, 4)),
    ],
)
def test_a_chord_names_its_notes(pitch: int, chord: str, name: tuple[str, int, int]) -> None:
    assert spell(pitch, 0, parse_chord(chord)) == name
