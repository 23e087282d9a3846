import dataclasses

import pytest

from filmcomposer_core.contracts.harmony import QUALITIES, parse_chord
from filmcomposer_core.planning.colour import chord_tension, transition_cost
from filmcomposer_core.planning.roman import parse_line, parse_numeral, spell, symbol


@pytest.mark.parametrize(
    ("numeral", "kind", "key", "wanted"),
    [
        ("I", "major", "C", "C"),
        ("bVI", "major", "D", "Bb"),
        ("V7/7", "major", "G", "D7/F#"),
        ("V/vi", "major", "F", "A"),
        ("iiø7", "minor", "C", "Dm7b5"),
        ("viio7", "minor", "A", "G#dim7"),
        ("V/#7", "minor", "C", "G/B"),
        ("v/7", "minor", "C", "Gm/Bb"),
        ("imM7", "minor", "E", "EmMaj7"),
        ("I+", "major", "Eb", "Ebaug"),
        ("#IVo7", "major", "F", "Bdim7"),
        ("bII", "minor", "E", "F"),
    ],
)
def test_numerals_become_symbols(numeral: str, kind: str, key: str, wanted: str) -> None:
    assert symbol(parse_numeral(numeral, kind=kind), key=key) == wanted
    assert parse_chord(wanted)


def test_a_line_has_lengths_and_pedals() -> None:
    steps = parse_line("P1[I:2 IV:1] V7:0.5 I:1", kind="major")
    assert [symbol(step, key="C") for step in steps] == ["C", "F/C", "G7", "C"]
    assert [step.halves for step in steps] == [4, 2, 1, 2]
    assert not steps[1].pedal  # the tonic is the fifth of IV
    assert parse_line("P1[V:1]", kind="major")[0].pedal


@pytest.mark.parametrize("word", ["H", "Iq", "bVIII", ""])
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match="no chord"):
        parse_numeral(word, kind="major")


def test_no_name_needs_two_signs() -> None:
    for key in ("C", "Db", "F#", "Gb", "Ab", "B", "C#", "D#"):
        for degree in range(1, 8):
            for semitones in range(12):
                assert len(spell(key, degree=degree, semitones=semitones)) <= 2


def test_tension_grows_with_function_and_colour() -> None:
    def of(word: str) -> float:
        return chord_tension(parse_numeral(word, kind="major"), kind="major")

    assert of("I") == 0
    assert of("I") < of("vi") < of("IV") < of("V") < of("V7") < of("#IVo7")
    assert of("I/3") == pytest.approx(0.4)
    minor = chord_tension(parse_numeral("i", kind="minor"), kind="minor")
    assert minor == 0


def test_every_quality_has_a_tension() -> None:
    for quality in QUALITIES:
        step = dataclasses.replace(parse_numeral("I", kind="major"), quality=quality)
        assert chord_tension(step, kind="major") >= 0


def test_common_steps_cost_less() -> None:
    def cost(a: str, b: str) -> float:
        first, second = (parse_numeral(word, kind="major") for word in (a, b))
        return transition_cost(first, second, kind="major")

    assert cost("V", "I") < cost("V", "vi") < cost("V", "#IVo")
    assert cost("I", "bVI") < cost("I", "bII")  # film music likes thirds
