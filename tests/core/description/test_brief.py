from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.labels import ATTRIBUTES, IDIOMS
from filmcomposer_core.description.brief import read_brief
from filmcomposer_core.description.tables import read_table


@pytest.mark.parametrize(
    ("text", "topic", "values"),
    [
        ("a sad funeral", "emotion", ("sad",)),
        ("A SAD, mournful thing", "emotion", ("sad",)),
        ("joyful but nervous", "emotion", ("joyous", "nervous")),
        ("a car chase at dawn", "idiom", ("chase",)),
        ("a love story", "theme", ("romance",)),
        ("in the forest", "setting", ("forest or jungle or canyon",)),
        ("train station", "setting", ("train station",)),
        ("he escapes", "action", ("escape",)),
        ("a sci-fi comedy", "theme", ("sci-fi", "comedy")),
        ("an extreme close-up", "view_scale", ("extreme close-up shot",)),
        ("in 3/4 please", "meter", ("3/4",)),
        ("a waltz", "meter", ("3/4",)),
        ("very slow", "pace", ("very slow",)),
        ("solo piano", "instrument", ("piano",)),
        ("strings and a harp", "instrument", ("strings", "harp")),
    ],
)
def test_words_are_understood(text: str, topic: str, values: tuple[str, ...]) -> None:
    assert read_brief(text).wanted[topic] == values


@pytest.mark.parametrize(
    ("text", "topic", "refused"),
    [
        ("not scary", "emotion", ("fear",)),
        ("don’t make it sad", "emotion", ("sad",)),
        ("no drums", "instrument", ("drums",)),
        ("without drums and brass", "instrument", ("drums", "brass")),
        ("neither sad nor angry", "emotion", ("sad", "angry")),
        ("not too fast", "pace", ("fast",)),
    ],
)
def test_refusals_are_understood(text: str, topic: str, refused: tuple[str, ...]) -> None:
    brief = read_brief(text)
    assert brief.refused[topic] == refused
    assert topic not in brief.wanted


def test_a_refusal_ends_with_its_clause() -> None:
    brief = read_brief("not scary, sad but no drums; harp")
    assert brief.wanted["emotion"] == ("sad",)
    assert brief.wanted["instrument"] == ("harp",)
    assert brief.refused["instrument"] == ("drums",)
    assert read_brief("not only sad").wanted["emotion"] == ("sad",)


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("tempo 90", (87.3, 92.7)),
        ("at 120 BPM", (116.4, 123.6)),
        ("90-110 bpm", (90, 110)),
        ("tempo: 140 to 120", (120, 140)),
        ("1922 film, 40 people", None),
        ("tempo 999", None),
    ],
)
def test_tempo_is_read(text: str, bpm: tuple[float, float] | None) -> None:
    found = read_brief(text).bpm
    assert found == (pytest.approx(bpm) if bpm else None)


def test_words_inside_other_words_do_not_count() -> None:
    assert read_brief("the bartender warms a starboard cabin").wanted == {}


def test_every_meaning_is_a_known_label() -> None:
    words = read_table("brief_words.toml")
    for topic in ("emotion", "theme", "setting", "action", "view_scale"):
        assert set(words[topic]) <= set(ATTRIBUTES[topic])
    assert set(words["idiom"]) == set(IDIOMS)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    brief = read_brief(text)
    for topic, values in brief.wanted.items():
        assert values
        assert not set(values) & set(brief.refused.get(topic, ()))
