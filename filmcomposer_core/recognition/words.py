"""Words on the screen: where lines of text are, and what they say (PP-OCRv4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Words
from filmcomposer_core.networks import Session
from filmcomposer_core.recognition.boxes import box_of, probability
from filmcomposer_core.recognition.cards import CARD
from filmcomposer_core.visual.shrink import Pixels

Floats = NDArray[np.float64]

#: The picture is looked at at this long a side, pixels.
_SIDE: Final = 640
_STEP: Final = 32
#: A pixel is part of a line from this probability on, a line has to reach the other in the mean.
_PIXEL, _LINE = 0.3, 0.5
#: The network marks the core of a line, which is this much smaller than the line (area over
#: perimeter).
_GROW: Final = 1.6
_THINNEST: Final = 3.0
#: Height of a line as it is read, pixels; a step of the answer is so many pixels wide.
_HEIGHT: Final = 48
_NARROWEST: Final = 48
#: Print is read surer than this; handwriting, of which half the letters are wrong, is not.
_SURE: Final = 0.85
#: Leaves and bricks are read as a letter or two.
_FEWEST: Final = 3
#: Letters of European languages come before this sign; dashes and quotation marks lie here.
_FIRST_OTHER: Final = 0x250
_MARKS: Final = range(0x2010, 0x2030)
#: A space the network half sees is one.
_SPACE: Final = 0.15


class Reader(Session, Protocol):
    """A network that names its letters (``get_modelmeta().custom_metadata_map``)."""

    def get_modelmeta(self) -> Any:
        """Return what the file says about itself."""


def find_words(find: Session, read: Reader, bgr: Pixels, card: float) -> tuple[Words, ...]:
    """Find lines of text and read them.

    Parameters
    ----------
    find, read : Session
        ``ocr_det`` and ``ocr_rec``.
    bgr : ndarray, shape (height, width, 3), uint8
    card : float
        How much the picture looks like a text card: elsewhere a letter or two are no text.

    Returns
    -------
    tuple of Words
        From top to bottom, European letters only. What cannot be read (most handwriting) is left
        out.
    """
    found = []
    for corners in text_lines(find, bgr):
        text, confidence = read_line(read, bgr, corners)
        if text and (card >= CARD or sum(letter.isalnum() for letter in text) >= _FEWEST):
            around = (*corners.min(axis=0), *corners.max(axis=0))
            found.append(
                Words(text=text, confidence=probability(confidence), box=box_of(around, bgr))
            )
    lines = [words for words in found if min(words.confidence, _mean(found)) >= _SURE]
    return tuple(sorted(lines, key=lambda words: (words.box.top, words.box.left)))


def _mean(lines: Sequence[Words]) -> float:
    """Return how surely all was read, letter by letter."""
    weights = [len(words.text) for words in lines]
    return float(np.average([words.confidence for words in lines], weights=weights))


def text_lines(session: Session, bgr: Pixels) -> list[Floats]:
    """Return the corners of the lines of a picture, pixels, shape (4, 2), top left first."""
    rows, columns = bgr.shape[:2]
    scale = _SIDE / max(rows, columns)
    height, width = (max(_STEP, round(n * scale / _STEP) * _STEP) for n in (rows, columns))
    shrunk = cv2.resize(bgr, (width, height), interpolation=cv2.INTER_LINEAR)
    (found,) = session.run(None, {"x": _input(np.asarray(shrunk, np.uint8))})
    chance = np.asarray(found[0, 0], np.float32)
    mask = cv2.dilate((chance > _PIXEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    lines = (_line(outline, chance) for outline in outlines)
    return [line * [columns / width, rows / height] for line in lines if line is not None]


def _input(bgr: Pixels) -> NDArray[np.float32]:
    scaled = (bgr.astype(np.float32) / 255.0 - 0.5) / 0.5
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _line(outline: NDArray[Any], chance: NDArray[np.float32]) -> Floats | None:
    """Return the corners of the line around an outline, or None if it is too thin or unsure."""
    (x, y), (width, height), angle = cv2.minAreaRect(outline)
    if min(width, height) < _THINNEST:
        return None
    inside = np.zeros(chance.shape, np.uint8)
    core = cv2.boxPoints(((x, y), (width, height), angle))
    cv2.fillPoly(inside, [core.astype(np.int32)], 1)
    if float(chance[inside > 0].mean()) < _LINE:
        return None
    margin = _GROW * width * height / (width + height)
    return _in_order(cv2.boxPoints(((x, y), (width + margin, height + margin), angle)))


def _in_order(corners: NDArray[Any]) -> Floats:
    """Return four corners clockwise from the top left."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (half[np.argsort(half[:, 1], kind="stable")] for half in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float64)


def read_line(session: Reader, bgr: Pixels, corners: Floats) -> tuple[str, float]:
    """Return what a line says, and how sure its letters are in the mean.

    Parameters
    ----------
    session : Session
        ``ocr_rec``.
    bgr : ndarray, shape (height, width, 3), uint8
    corners : ndarray, shape (4, 2)
        Pixels, clockwise from the top left.
    """
    named = session.get_modelmeta().custom_metadata_map["character"]
    letters, others = _letters(named)
    (found,) = session.run(None, {"x": _input(_straight(bgr, corners))})
    steps = np.array(found[0], np.float64)
    steps[:, others] = 0.0
    return decode(steps, letters)


@cache
def _letters(named: str) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """Return the letter of each column of the answer, and which of them are not European.

    ``named`` lists them, one a line. The first column says that nothing new is there, the last one
    is the space.
    """
    letters = ("", *named.split("\n"), " ")
    others = [
        bool(sign) and ord(sign[0]) >= _FIRST_OTHER and ord(sign[0]) not in _MARKS
        for sign in letters
    ]
    return letters, np.array(others)


def _straight(bgr: Pixels, corners: Floats) -> Pixels:
    """Cut a line out and turn it level."""
    width = max(float(np.linalg.norm(corners[k] - corners[k ^ 1])) for k in (0, 2))
    height = max(float(np.linalg.norm(corners[k] - corners[3 - k])) for k in (0, 1))
    wide = max(_NARROWEST, round(_HEIGHT * width / max(height, 1.0)))
    level = np.array([[0, 0], [wide, 0], [wide, _HEIGHT], [0, _HEIGHT]], np.float32)
    turn = cv2.getPerspectiveTransform(corners.astype(np.float32), level)
    cut = cv2.warpPerspective(
        bgr, turn, (wide, _HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def decode(steps: NDArray[Any], letters: tuple[str, ...]) -> tuple[str, float]:
    """Read an answer step by step: a letter counts once as long as it lasts.

    Parameters
    ----------
    steps : ndarray, shape (steps, letters)
        Probabilities.
    letters : tuple of str
        The first is empty (nothing new), the last the space.

    Returns
    -------
    tuple
        The text, and the mean probability of its letters (0 of nothing).

    Examples
    --------
    >>> decode(np.eye(4)[[0, 1, 1, 0, 1, 3, 2]], ("", "l", "o", " "))
    ('ll o', 1.0)
    """
    best = steps.argmax(axis=1)
    text, chances, last = "", [], 0
    for k, letter in enumerate(best.tolist()):
        if letter == 0 or (k and best[k - 1] == letter):
            continue
        if text and letters[letter] != " " and steps[last:k, -1].max(initial=0.0) >= _SPACE:
            text += " "
        text += letters[letter]
        chances.append(float(steps[k, letter]))
        last = k
    return " ".join(text.split()), float(np.mean(chances)) if chances else 0.0
