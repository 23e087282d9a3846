"""Which sections share a motif, on pictures made by hand."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.clip import Shot
from filmcomposer_core.contracts.description import Description, ShotDescription
from filmcomposer_core.planning.motifs import section_motifs
from tests import samples


def _film(*shots: tuple[float, int]) -> tuple[list[Shot], Description]:
    """Shots by length in seconds and group."""
    cut, told, at = [], [], 0.0
    for number, (length, group) in enumerate(shots, 1):
        cut.append(samples._shot(at, at + length, "cut", 0.1))
        told.append(
            ShotDescription(shot=number, attributes=samples.description().overall, group=group)
        )
        at += length
    return cut, replace(samples.description(), shots=tuple(told))


def _letters(
    functions: list[str], spans: list[tuple[float, float]], *shots: tuple[float, int]
) -> str:
    cut, told = _film(*shots)
    return "".join(section_motifs(functions, spans, shots=cut, description=told))


FORM = ["theme", "turn", "theme", "climax", "button"]
SPANS = [(0.0, 10.0), (10.0, 20.0), (20.0, 30.0), (30.0, 40.0), (40.0, 50.0)]


def test_a_place_that_returns_brings_its_motif_back() -> None:
    assert _letters(FORM, SPANS, (10, 1), (10, 2), (10, 1), (10, 2), (10, 1)) == "ABAAA"
    again = ["theme", "turn", "build", "turn", "button"]
    assert _letters(again, SPANS, (10, 1), (10, 2), (10, 2), (10, 2), (10, 1)) == "ABBBA"


def test_climax_and_button_stay_with_the_theme() -> None:
    assert _letters(FORM, SPANS, (10, 1), (20, 2), (20, 2)) == "ABBAA"


def test_shots_on_their_own_have_no_motif() -> None:
    assert _letters(FORM, SPANS, *[(5.0, 0)] * 10) == "AAAAA"


def test_a_glimpse_has_no_motif() -> None:
    functions = ["theme", "theme", "theme", "climax", "button"]
    assert _letters(functions, SPANS, (10, 1), (4.9, 2), (5.1, 0), (30, 1)) == "AAAAA"


def test_a_short_cue_has_one_motif() -> None:
    spans = [(a / 2, b / 2) for a, b in SPANS]
    assert _letters(FORM, spans, (5, 1), (5, 2), (5, 1), (5, 2), (5, 1)) == "AAAAA"


def test_a_minute_has_two_motifs_and_a_long_cue_three() -> None:
    functions = ["theme", "turn", "turn", "turn", "turn"]
    assert _letters(functions, SPANS, *[(10, n) for n in (1, 2, 3, 4, 5)]) == "ABAAA"
    spans = [(2 * a, 2 * b) for a, b in SPANS]
    assert _letters(functions, spans, *[(20, n) for n in (1, 2, 3, 4, 5)]) == "ABCAA"


def test_a_place_seen_once_is_no_theme() -> None:
    functions = ["theme", "theme", "build", "climax", "button"]
    assert _letters(functions, SPANS, (10, 1), (10, 2), (30, 1)) == "AAAAA"
    assert _letters(functions, SPANS, (10, 1), (20, 2), (20, 1)) == "ABBAA"


def test_a_turn_away_from_the_theme_is_new_whoever_it_shows() -> None:
    assert _letters(FORM, SPANS, (10, 1), *[(2.5, 0)] * 4, (30, 1)) == "ABAAA"
    assert _letters(FORM, SPANS, (10, 1), (5, 0), (2.5, 1), (2.5, 0), (30, 1)) == "AAAAA"
