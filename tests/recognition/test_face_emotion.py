from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filmcomposer_core.contracts.sightings import FACE_EMOTIONS, Box, Face
from filmcomposer_core.networks import open_session
from filmcomposer_core.recognition.face_emotion import (
    _AT_REST,
    _beyond_rest,
    _cut,
    find_face_emotion,
)
from tests.recognition.shown import frame, mirrored, mirrored_box

HIS_FACE = Face(box=Box(left=0.43, top=0.13, right=0.57, bottom=0.31), confidence=0.9)


def told(faces: tuple[Face, ...], *, flip: bool = False) -> tuple[Face, ...]:
    picture = frame("writer")
    return find_face_emotion(
        open_session("face_emotion"), mirrored(picture) if flip else picture, faces
    )


def test_a_large_face_is_told_and_a_small_one_is_not() -> None:
    small = Face(box=Box(left=0.48, top=0.2, right=0.53, bottom=0.26), confidence=0.8)
    first, second = told((small, HIS_FACE))
    assert first == small
    assert second.emotion in FACE_EMOTIONS
    assert 1 / len(FACE_EMOTIONS) < second.emotion_confidence <= 1
    assert replace(second, emotion="", emotion_confidence=0.0) == HIS_FACE


def test_one_face_does_not_change_what_another_shows() -> None:
    other = Face(box=Box(left=0.5, top=0.4, right=0.8, bottom=0.8), confidence=0.7)
    alone = told((HIS_FACE,))[0]
    together = told((other, HIS_FACE))[1]
    assert together.emotion == alone.emotion
    assert abs(together.emotion_confidence - alone.emotion_confidence) < 2e-4


def test_a_mirrored_face_shows_much_the_same() -> None:
    (one,) = told((HIS_FACE,))
    (other,) = told((replace(HIS_FACE, box=mirrored_box(HIS_FACE.box)),), flip=True)
    assert abs(one.emotion_confidence - other.emotion_confidence) < 0.3


def test_what_faces_at_rest_get_too_is_neutral() -> None:
    at_rest = [*_AT_REST, 1 - sum(_AT_REST)]
    # As sad as most faces, and far sadder: 0.44 of it are the net's own.
    said = np.array([at_rest, [0.02, 0.0, 0.02, 0.0, 0.94, 0.0, 0.02], np.eye(7)[3]])
    told = _beyond_rest(said)
    assert told[0] == pytest.approx([0, 0, 0, 0, 0, 0, 1])
    assert told[1] == pytest.approx([0, 0, 0, 0, 0.5, 0, 0.5])
    assert told[2] == pytest.approx([0, 0, 0, 0.98, 0, 0, 0.02])
    assert told.sum(axis=1) == pytest.approx(1.0)


def test_the_cut_is_a_square_around_the_face_and_a_little_above() -> None:
    down = np.repeat(np.arange(200, dtype=np.uint8)[:, None], 200, axis=1)
    corners = np.array([60.0, 80.0, 124.0, 144.0])
    cut = _cut(down, corners, 64.0)
    assert cut.shape == (64, 64)
    # Rows 80 to 143, up by a twentieth of 64.
    assert cut[:, 0].tolist() == pytest.approx(np.arange(80, 144) - 3.2, abs=0.6)
    twice = _cut(down, corners, 128.0)
    assert twice[:, 0].tolist() == pytest.approx(112 - 6.4 + 2 * np.arange(-31.5, 32), abs=1.2)


def test_no_face_and_a_face_beyond_the_edge_are_no_trouble() -> None:
    assert told(()) == ()
    corner = Face(box=Box(left=0.8, top=0.0, right=1.0, bottom=0.2), confidence=0.5)
    assert told((corner,))[0].emotion in FACE_EMOTIONS
