from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmcomposer_core.recognition.cards import CARD, find_card
from tests.recognition.shown import FILM_FRAMES, frame, mirrored, title_card

STORY = ("The count had travelled", "through the night, and", "nobody knew where he", "came from.")
CARDS = {
    "title": title_card(["THE LAST TRAIN"], scale=1.6),
    "story": title_card(STORY),
    "wide": title_card(["MEANWHILE", "in another city"], size=(640, 272), scale=0.9),
    "handwriting": title_card(
        STORY, ink=(30, 30, 40), ground=(170, 190, 200), font=cv2.FONT_HERSHEY_SCRIPT_COMPLEX
    ),
    "colour": title_card(["THE END"], ink=(40, 40, 200), scale=2.0),
}


@pytest.mark.parametrize("name", CARDS)
def test_a_drawn_card_is_one(name: str) -> None:
    assert find_card(CARDS[name]) >= CARD


@pytest.mark.parametrize("name", FILM_FRAMES)
def test_a_film_frame_is_none(name: str) -> None:
    assert find_card(frame(name)) < CARD / 2


@pytest.mark.parametrize("luma", [0, 90, 255])
def test_an_empty_picture_is_none(luma: int) -> None:
    assert find_card(np.full((360, 640, 3), luma, np.uint8)) == 0.0


def test_text_on_a_picture_is_none() -> None:
    picture = frame("rider")
    cv2.putText(picture, "THE LAST RIDE", (40, 200), cv2.FONT_HERSHEY_COMPLEX, 1.5, (255,) * 3, 2)
    assert find_card(picture) < CARD


def test_worn_paper_and_grain_do_not_hide_a_card() -> None:
    rng = np.random.default_rng(1)
    card = CARDS["handwriting"].astype(np.float32)
    y, x = np.mgrid[-1:1:480j, -1:1:640j]
    vignette = (1 - 0.2 * (x**2 + y**2))[..., None]
    grain = cv2.GaussianBlur(rng.normal(0, 25, (480, 640, 1)).astype(np.float32), (0, 0), 1.2)
    worn = np.clip(card * vignette + grain[..., None], 0, 255).astype(np.uint8)
    assert find_card(worn) >= CARD


@pytest.mark.parametrize("name", CARDS)
def test_it_does_not_matter_which_way_it_reads_or_whether_it_has_bars(name: str) -> None:
    card = CARDS[name]
    assert find_card(mirrored(card)) >= CARD
    barred = cv2.copyMakeBorder(card, 0, 0, 80, 80, cv2.BORDER_CONSTANT)
    assert find_card(barred) >= CARD
