from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmcomposer_core.contracts.sightings import Words
from filmcomposer_core.networks import open_session
from filmcomposer_core.recognition.words import decode, find_words, read_line, text_lines
from tests.recognition.shown import FILM_FRAMES, frame, title_card

LETTERS = ("", "a", "b", "c", " ")


def words(bgr: np.ndarray, card: float = 1.0) -> tuple[Words, ...]:
    return find_words(open_session("ocr_det"), open_session("ocr_rec"), bgr, card)


def steps(*columns: int) -> np.ndarray:
    """Return an answer that is sure of one letter in each step."""
    return np.eye(len(LETTERS))[list(columns)]


def test_a_printed_card_is_read_line_by_line() -> None:
    found = words(title_card(["MEANWHILE", "in another city", "of the north"]))
    assert [line.text for line in found] == ["MEANWHILE", "in another city", "of the north"]
    assert min(line.confidence for line in found) > 0.85
    first, second, third = (line.box for line in found)
    assert first.bottom < second.bottom < third.bottom
    assert all(0.2 < box.left < 0.5 < box.right < 0.8 for box in (first, second, third))


def test_dark_letters_on_a_light_ground_are_read_as_well() -> None:
    (line,) = words(title_card(["Dear Ellen,"], ink=(20, 20, 20), ground=(150, 180, 195)))
    assert line.text == "Dear Ellen,"


def test_words_on_a_picture_are_read() -> None:
    picture = frame("rider")
    cv2.putText(picture, "THE LAST RIDE", (60, 350), cv2.FONT_HERSHEY_COMPLEX, 1.4, (255,) * 3, 2)
    assert [line.text for line in words(picture, card=0.0)] == ["THE LAST RIDE"]


def test_a_tilted_line_is_read() -> None:
    card = title_card(["THE LAST TRAIN"], scale=1.3)
    turn = cv2.getRotationMatrix2D((320, 240), 8, 1.0)
    tilted = cv2.warpAffine(card, turn, (640, 480), borderValue=(12, 12, 12))
    assert [line.text for line in words(tilted)] == ["THE LAST TRAIN"]


@pytest.mark.parametrize("name", FILM_FRAMES)
def test_film_frames_say_nothing(name: str) -> None:
    assert words(frame(name), card=0.0) == ()


def test_a_letter_or_two_count_on_a_card_alone() -> None:
    card = title_card(["IV"], scale=3.0)
    assert [line.text for line in words(card)] == ["IV"]
    assert words(card, card=0.0) == ()


def test_handwriting_that_is_half_read_is_left_out() -> None:
    card = title_card(
        ["My dearest, I write to", "you from the castle"],
        ink=(30, 30, 40), ground=(170, 190, 200), font=cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    )  # fmt: skip
    assert len(words(card)) == 2
    scrawl = _shaken(card, by=5.0)
    lines = text_lines(open_session("ocr_det"), scrawl)
    found = [read_line(open_session("ocr_rec"), scrawl, line) for line in lines]
    assert max(confidence for _, confidence in found) > 0.5
    assert words(scrawl) == ()


def _shaken(card: np.ndarray, *, by: float) -> np.ndarray:
    """Return a card whose strokes are bent, pixels."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0 : card.shape[0], 0 : card.shape[1]].astype(np.float32)
    bends = [cv2.GaussianBlur(rng.normal(size=x.shape), (0, 0), 6) for _ in range(2)]
    across, down = (np.float32(by / bend.std()) * bend.astype(np.float32) for bend in bends)
    return cv2.remap(card, x + across, y + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def test_a_letter_counts_once_as_long_as_it_lasts() -> None:
    assert decode(steps(0, 1, 1, 0, 1, 2, 2, 0), LETTERS) == ("aab", 1.0)
    assert decode(steps(0, 0), LETTERS) == ("", 0.0)
    assert decode(steps(4, 1, 4, 4, 0, 4, 2, 4), LETTERS) == ("a b", 1.0)


def test_a_space_that_is_half_seen_is_one() -> None:
    answer = steps(1, 0, 2, 0, 3).astype(float)
    assert decode(answer, LETTERS)[0] == "abc"
    answer[3] = [0.7, 0.0, 0.0, 0.0, 0.3]
    assert decode(answer, LETTERS)[0] == "ab c"


def test_how_sure_a_line_is_is_the_mean_of_its_letters() -> None:
    answer = np.array([[0.1, 0.9, 0, 0, 0], [0.9, 0.1, 0, 0, 0], [0.3, 0, 0.7, 0, 0]])
    text, confidence = decode(answer, LETTERS)
    assert text == "ab"
    assert confidence == pytest.approx(0.8)
