from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmcomposer_core.contracts.sightings import Guess
from filmcomposer_core.networks import open_session
from filmcomposer_core.recognition.scene import find_scene, imagenet_names
from tests.recognition.shown import FILM_FRAMES, frame, mirrored, title_card


def scene(bgr: np.ndarray) -> tuple[tuple[Guess, ...], np.ndarray]:
    return find_scene(open_session("embedding_lite2"), bgr)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    a, b = scene(one)[1], scene(other)[1]
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("name", FILM_FRAMES)
def test_classes_are_probabilities_the_surest_first(name: str) -> None:
    classes, embedding = scene(frame(name))
    sure = [guess.confidence for guess in classes]
    assert sure == sorted(sure, reverse=True)
    assert 0 < sum(sure) <= 1 + 1e-3
    assert len({guess.name for guess in classes} - set(imagenet_names())) == 0
    assert embedding.shape == (1280,)
    assert np.isfinite(embedding).all()


def test_a_picture_is_more_like_itself_than_like_another_film() -> None:
    flower = frame("flower")
    darker = cv2.convertScaleAbs(flower, alpha=0.8)
    assert alike(flower, mirrored(flower)) > 0.8
    assert alike(flower, darker) > 0.8
    for other in ("two_men", "writer", "rider"):
        assert alike(flower, frame(other)) < 0.6


def test_black_bars_make_no_difference() -> None:
    flower = frame("flower")
    barred = cv2.copyMakeBorder(flower, 0, 0, 60, 60, cv2.BORDER_CONSTANT)
    assert alike(flower, barred) > 0.999


def test_colours_come_in_the_right_order() -> None:
    orange = np.full((260, 260, 3), (60, 90, 40), np.uint8)
    cv2.circle(orange, (130, 130), 90, (20, 140, 250), -1, cv2.LINE_AA)
    cv2.circle(orange, (105, 100), 25, (90, 190, 255), -1, cv2.LINE_AA)
    chance = {g.name: g.confidence for g in scene(orange)[0]}
    swapped = {g.name: g.confidence for g in scene(np.ascontiguousarray(orange[..., ::-1]))[0]}
    assert chance.get("orange", 0.0) > swapped.get("orange", 0.0)


def test_the_names_are_those_of_imagenet() -> None:
    names = imagenet_names()
    assert len(names) == 1000
    assert (names[0], names[413], names[999]) == ("tench", "assault rifle", "toilet paper")


def test_a_letter_looks_like_paper() -> None:
    letter = title_card(
        ["My dearest, I write", "to you from far away"],
        ink=(40, 30, 30), ground=(190, 205, 215), font=cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    )  # fmt: skip
    names = [guess.name for guess in scene(letter)[0]]
    assert {"envelope", "website", "menu", "dust jacket", "crossword"} & set(names)
