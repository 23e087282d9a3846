from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.labels import VIEW_SCALES
from filmcomposer_core.contracts.sightings import Person
from filmcomposer_core.description.people import count_people
from filmcomposer_core.description.view_scale import figure, view_scale
from tests.core.description.seen import body, box, face, frame, guesses, shot, thing


def _view(*frames: object, **changes: object) -> str:
    return view_scale(shot(*frames, **changes), card=False).value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("height", "view"),
    [
        (0.03, "long shot"),
        (0.08, "full shot"),
        (0.2, "medium shot"),
        (0.5, "close-up shot"),
        (0.97, "extreme close-up shot"),
    ],
)
def test_a_face_tells_the_view(height: float, view: str) -> None:
    assert _view(frame(faces=(face(height, y=0.5),))) == view


@pytest.mark.parametrize(
    ("height", "view"),
    [(0.3, "long shot"), (0.8, "full shot"), (1.8, "medium shot"), (4.0, "close-up shot")],
)
def test_a_body_tells_the_view_without_a_face(height: float, view: str) -> None:
    assert _view(frame(people=(body(height),))) == view


@given(height=st.floats(0.2, 5.0))
def test_joints_give_the_height_of_the_whole_figure(height: float) -> None:
    found = figure(frame(people=(body(height, top=0.05),)))
    assert found is not None
    # Where only shoulders are left the box has to do, and the figure is at least as tall as it.
    assert found[0] == pytest.approx(height, rel=0.12) or height > 2.8
    assert found[0] >= 0.9 * min(height, 0.95)


@given(small=st.floats(0.01, 0.98), large=st.floats(0.01, 0.98))
def test_larger_faces_are_never_farther(small: float, large: float) -> None:
    small, large = sorted((small, large))
    views = [VIEW_SCALES.index(_view(frame(faces=(face(h, y=0.5),)))) for h in (small, large)]
    assert views[0] <= views[1]


def test_the_largest_of_several_counts_and_one_slip_does_not() -> None:
    two = frame(faces=(face(0.05, x=0.2), face(0.4, x=0.7)))
    assert _view(two) == "close-up shot"
    assert _view(two, two, frame(faces=(face(0.06),))) == "close-up shot"


def test_pictures_without_people_are_judged_by_what_is_large() -> None:
    assert _view(frame(things=(thing("cup", 0.6),))) == "extreme close-up shot"
    assert _view(frame(things=(thing("car", 0.3, wide=3.0),))) == "long shot"
    assert _view(frame(things=(thing("dog", 0.7),))) == "full shot"
    # A cup at the back of a room does not make the room near.
    assert _view(frame(things=(thing("cup", 0.08),))) == "long shot"


def test_classes_speak_where_nothing_was_found() -> None:
    far = view_scale(shot(frame(classes=guesses(valley=0.6))), card=False)
    near = view_scale(shot(frame(classes=guesses(daisy=0.6))), card=False)
    nothing = view_scale(shot(frame()), card=False)
    assert (far.value, near.value, nothing.value) == ("long shot", "close-up shot", "long shot")
    assert far.confidence > nothing.confidence


def test_cards_black_and_unseen_shots_have_no_view() -> None:
    seen = shot(frame(faces=(face(0.3),)))
    assert view_scale(seen, card=True).value == "null"
    assert _view(frame(faces=(face(0.3),)), luma=0.01, contrast=0.02) == "null"
    assert _view() == "null"


def test_confidence_falls_towards_a_border() -> None:
    sure = view_scale(shot(frame(faces=(face(0.2),))), card=False).confidence
    unsure = view_scale(shot(frame(faces=(face(0.31),))), card=False).confidence
    assert sure > unsure > 0.5


def test_people_are_bodies_and_faces_without_one() -> None:
    seen = frame(
        people=(body(0.6, x=0.2), body(0.6, x=0.8)),
        faces=(face(0.05, x=0.2, y=0.14), face(0.05, x=0.5, y=0.14)),
    )
    assert count_people((seen,)) == 3


def test_a_body_found_twice_counts_once() -> None:
    twin = Person(box=box(0.5, 0.4, 0.1, 0.6), confidence=0.6)
    assert count_people((frame(people=(body(0.65), twin)),)) == 1


@pytest.mark.parametrize(
    ("counts", "number"),
    [((2, 2, 2), 2), ((0, 0, 0, 1), 0), ((0, 0, 1), 1), ((1, 1, 1, 1, 3), 1), ((3, 3, 1, 1), 3)],
)
def test_a_third_of_the_frames_must_show_them(counts: tuple[int, ...], number: int) -> None:
    frames = [frame(people=tuple(body(0.5, x=0.1 + 0.3 * n) for n in range(c))) for c in counts]
    assert count_people(frames) == number
    assert count_people(()) == 0
