from __future__ import annotations

from typing import Any

import pytest

from filmcomposer_core.description.words import (
    is_card,
    is_title,
    labels_of_text,
    mood_of_text,
    text_of,
    time_told,
)
from tests.core.description.seen import body, frame, shot, words

CARD = frame(words=words("And so, at midnight,", "the lovers fled", "across the sea."))
DARK: Any = {"luma": 0.08, "contrast": 0.2, "saturation": 0.0}


def test_lines_are_read_from_top_to_bottom() -> None:
    upside_down = frame(words=tuple(reversed(CARD.words)))
    assert text_of(shot(upside_down)) == "And so, at midnight, the lovers fled across the sea."


def test_leaves_and_bricks_are_not_read() -> None:
    assert text_of(shot(frame(words=words("l")))) == ""
    once = [frame(words=words("oo")), *[frame()] * 5]
    assert text_of(shot(*once)) == ""
    assert text_of(shot()) == ""


def test_a_title_that_comes_and_goes_is_read() -> None:
    assert (
        text_of(shot(frame(words=words("A FILM BY NOBODY")), *[frame()] * 5)) == "A FILM BY NOBODY"
    )


def test_a_card_is_text_and_nothing_else() -> None:
    assert is_card(shot(CARD, CARD, **DARK))
    assert is_card(shot(CARD, luma=0.6, saturation=0.05))
    assert not is_card(shot(frame(), **DARK))
    assert not is_card(shot(frame(words=words("Paris", height=0.04)), luma=0.6, saturation=0.4))
    peopled = frame(words=CARD.words, people=(body(0.6),))
    assert not is_card(shot(peopled, **DARK))


def test_a_card_need_not_be_read() -> None:
    letter, picture = frame(card=0.9), frame()
    bright: Any = {"luma": 0.5, "saturation": 0.3}
    assert is_card(shot(letter, **bright))
    assert is_card(shot(letter, picture, **bright))
    assert not is_card(shot(letter, picture, picture, **bright))
    assert not is_card(shot(frame(card=0.9, people=(body(0.6),)), **bright))


def test_what_a_text_names_is_labelled() -> None:
    found = labels_of_text("the lovers kissed by the sea")
    assert [label.value for label in found["setting"]] == ["sea"]
    assert found["theme"][0].value == "romance"
    assert [label.value for label in found["action"]] == ["kiss"]
    assert {label.source for labels in found.values() for label in labels} == {"text"}
    assert labels_of_text("") == {}


def test_the_mood_of_a_text_lasts_a_little_longer_than_it() -> None:
    (reason,) = mood_of_text("terror in the dark", 2.0, 5.0)
    assert reason.valence < 0 < reason.weight < 0.5
    assert (reason.time_s, reason.length_s) == (2.0, 7.0)
    assert mood_of_text("produced by", 0.0, 3.0) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [("Three years LATER", "later"), ("Meanwhile ...", "elsewhere"), ("Paris", "")],
)
def test_cards_tell_the_time(text: str, told: str) -> None:
    assert time_told(text).startswith(told)
    assert bool(time_told(text)) == bool(told)


def test_titles_are_short() -> None:
    assert is_title("The Film")
    assert not is_title("")
    assert not is_title("a card that tells the story in very many words indeed")
