from __future__ import annotations

import re

import pytest

from filmcomposer_core.catalogue import DRUM_BANK, SFORZANDO, SWEEP, catalogue, instrument
from filmcomposer_core.errors import InputError

FAMILIES = {
    "strings", "woodwinds", "brass", "percussion", "keyboards", "plucked", "voices", "colour",
}  # fmt: skip


def test_a_hundred_and_one_instruments_with_names_of_their_own() -> None:
    assert len(catalogue()) == 102
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in catalogue())
    assert {item.family for item in catalogue().values()} <= FAMILIES


@pytest.mark.parametrize("name", list(catalogue()))
def test_a_row_makes_sense(name: str) -> None:
    item = catalogue()[name]
    assert item.id == name
    assert 0 <= item.low <= item.comfort_low <= item.comfort_high <= item.high <= 127
    assert item.polyphony >= 1
    assert -1 <= item.pan <= 1
    assert 0 <= item.depth <= 1
    names = [technique.name for technique in item.techniques]
    assert len(names) == len(set(names)) >= 1
    for technique in item.techniques:
        assert 0 <= technique.program <= 127
        assert 0 < technique.gate <= 1.2
        assert technique.attack_ms > 0
        assert (technique.key is not None) == (technique.bank == DRUM_BANK)
        assert all(0 <= value <= 127 for value in technique.controller_path)


def test_modifiers_by_hand() -> None:
    violins = instrument("violins1")
    assert violins.technique("staccato").gate == 0.35
    assert violins.technique("staccato").velocity == 8
    assert violins.technique("col_legno").lowpass_hz == 1500
    assert violins.technique("sul_pont").highpass_hz == 600
    assert violins.technique("trill").alternate
    assert not instrument("flute").technique("flutter").alternate
    assert instrument("flute").technique("flutter").repeats_per_s == 18
    assert instrument("flute").technique("grace").grace_ms == 70
    assert instrument("harp").technique("arpeggio").roll_ms == 60
    assert instrument("harp").technique("glissando").run
    assert instrument("taiko").technique("ensemble").layer == (8, 116)
    assert instrument("cymbal_suspended").technique("roll").stroke_path == (20, 100)
    assert instrument("snare_concert").technique("roll").key == 40


@pytest.mark.parametrize(
    ("who", "how", "controller", "path"),
    [
        ("horns_a4", "swell", 11, (30, 120)),
        ("horns_a4", "sforzando", 11, (127, 60, 110)),
        ("trumpet_muted", "sforzando", 11, SFORZANDO),
        ("trumpet_muted", "wah", 74, SWEEP),
        ("organ_theatre", "sustain", 1, (90,)),
        ("piano", "pedal", 64, (127,)),
        ("strings_harmonics", "sustain", 1, (0,)),
        ("violins1", "sustain", 0, ()),
    ],
)
def test_controllers_by_hand(who: str, how: str, controller: int, path: tuple[int, ...]) -> None:
    technique = instrument(who).technique(how)
    assert (technique.controller, technique.controller_path) == (controller, path)


def test_attacks_belong_to_techniques_and_else_to_the_first() -> None:
    violins = instrument("violins1")
    assert violins.technique("pizzicato").attack_ms == 35
    assert violins.technique("legato").attack_ms == violins.technique("sustain").attack_ms == 90


def test_an_unknown_instrument_gets_neighbours() -> None:
    with pytest.raises(InputError, match="violins1") as caught:
        instrument("violin1")
    assert "unknown instrument 'violin1'" in caught.value.message


def test_an_unknown_technique_gets_those_there_are() -> None:
    with pytest.raises(InputError, match="It has: sustain"):
        instrument("oboe").technique("pizzicato")
