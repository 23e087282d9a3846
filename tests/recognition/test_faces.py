from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.contracts.sightings import Box, Face, Person
from filmcomposer_core.networks import open_session
from filmcomposer_core.recognition.faces import _cell_centres, find_faces
from tests.recognition.shown import apart, frame, middle, mirrored, mirrored_box, title_card

ALL = Person(box=Box(left=0.0, top=0.0, right=1.0, bottom=1.0), confidence=1.0)


def faces(bgr: np.ndarray, people: tuple[Person, ...] = (), card: float = 0.0) -> tuple[Face, ...]:
    return find_faces(open_session("face_short"), open_session("face_full"), bgr, people, card)


def test_the_writer_has_one_face_and_it_is_where_he_has_it() -> None:
    (face,) = faces(frame("writer"), (ALL,))
    x, y = middle(face.box)
    assert 0.42 < x < 0.6
    assert 0.12 < y < 0.33
    assert 0.1 < face.box.height < 0.3
    # Recorded: the network bears a picture of the wrong brightness, but is less sure of it.
    assert face.confidence == pytest.approx(0.756, abs=0.03)


def test_a_flower_and_a_horse_have_none() -> None:
    assert faces(frame("flower")) == ()
    assert faces(frame("rider")) == ()


def test_small_faces_are_looked_for_where_somebody_is() -> None:
    picture = frame("two_men")
    assert faces(picture) == ()
    found = faces(picture, (ALL,))
    assert found
    assert all(face.box.height < 0.15 and face.box.top < 0.4 for face in found)


def test_a_mirrored_picture_has_mirrored_faces() -> None:
    # Another of the looks may be the surest: they draw boxes of different heights.
    (face,) = faces(frame("writer"), (ALL,))
    (other,) = faces(mirrored(frame("writer")), (ALL,))
    assert apart(mirrored_box(face.box), other.box) < 0.07


def test_a_single_unsure_hit_needs_a_body_around_it() -> None:
    nobody = Person(box=Box(left=0.0, top=0.6, right=0.2, bottom=1.0), confidence=1.0)
    picture = frame("two_men")
    assert len(faces(picture, (nobody,))) < len(faces(picture, (ALL,)))


def test_letters_on_a_card_are_no_faces() -> None:
    assert faces(frame("writer"), (ALL,), card=1.0) == ()
    assert faces(title_card(["BOB 8 OO"], scale=2.0), card=0.9) == ()


def test_cells_are_counted_row_by_row() -> None:
    centres = _cell_centres(16, 32, ((8, 2), (16, 1)))
    assert centres.tolist() == [
        *[[x, y] for y in (4.0, 12.0) for x in (4.0, 12.0, 20.0, 28.0) for _ in range(2)],
        *[[8.0, 8.0], [24.0, 8.0]],
    ]
