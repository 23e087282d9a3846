"""Marker names as users type them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.spots import HIT_CLASSES
from filmcomposer_core.observed.marker_name import parse_marker_name


@pytest.mark.parametrize(
    ("name", "weight", "hit_class", "text"),
    [
        ("8 downbeat | door", 8.0, "downbeat", "door"),
        ("MUST beat | slap", "MUST", "beat", "slap"),
        ("must  DownBeat|Slap!", "MUST", "downbeat", "Slap!"),
        ("7,5 any | a  b", 7.5, "any", "a b"),
        ("  10avoid|x | y ", 10.0, "avoid", "x | y"),
        (".5 beat |", 0.5, "beat", ""),
        ("0 any", 0.0, "any", ""),
        ("Avoid | dialogue", None, "avoid", "dialogue"),
        ("| just words", None, None, "just words"),
        ("just words", None, None, "just words"),
        ("door | slam", None, None, "door | slam"),
        ("the door | slam", None, None, "the door | slam"),
        ("12 monkeys", None, None, "12 monkeys"),
        ("mustard beat", None, None, "mustard beat"),
        ("", None, None, ""),
    ],
)
def test_what_a_name_says(name: str, weight: object, hit_class: object, text: str) -> None:
    read = parse_marker_name(name)
    assert (read.weight, read.hit_class, read.text, read.fault) == (weight, hit_class, text, "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("12 downbeat | door", "weight 12 is not 0 to 10"),
        ("-1 beat | door", "weight -1"),
        ("8 downbeet | door", "downbeet .did you mean downbeat"),
        ("3 trucks | left", "trucks is none of the classes"),
        ("8 | door", "a weight and no class"),
        ("MUST | door", "a weight and no class"),
    ],
)
def test_a_faulty_form_is_text_and_told(name: str, said: str) -> None:
    read = parse_marker_name(name)
    assert (read.weight, read.hit_class, read.text) == (None, None, name)
    assert re.search(said, read.fault)


@given(
    st.one_of(st.just("MUST"), st.floats(0, 10).map(lambda w: f"{round(w, 4):g}")),
    st.sampled_from(HIT_CLASSES),
    st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20),
    st.sampled_from(["", " ", "  "]),
)
def test_what_is_written_is_read(weight: str, hit_class: str, text: str, gap: str) -> None:
    read = parse_marker_name(f"{gap}{weight} {hit_class}{gap}|{gap}{text}")
    assert read.hit_class == hit_class
    assert read.text == text
    assert read.weight == ("MUST" if weight == "MUST" else float(weight))
