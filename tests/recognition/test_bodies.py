from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.sightings import JOINTS, Box, Joint, Person
from filmcomposer_core.networks import open_session
from filmcomposer_core.recognition.bodies import find_bodies, join_people
from tests.recognition.shown import apart, frame, middle, mirrored, mirrored_box

PICTURE = np.zeros((90, 160, 3), np.uint8)
SOME_JOINTS = (Joint(x=0.5, y=0.5, confidence=0.5),) * len(JOINTS)


def bodies(bgr: np.ndarray, card: float = 0.0) -> tuple[Person, ...]:
    return find_bodies(open_session("pose_multi"), bgr, (), card)


def person(
    box: tuple[float, float, float, float], confidence: float, *, joints: bool = False
) -> Person:
    left, top, right, bottom = box
    return Person(
        box=Box(left=left, top=top, right=right, bottom=bottom),
        confidence=confidence,
        joints=SOME_JOINTS if joints else (),
    )


def joint(found: Person, name: str) -> Joint:
    return found.joints[JOINTS.index(name)]


def test_two_men_stand_side_by_side() -> None:
    left, right = sorted(bodies(frame("two_men")), key=lambda found: found.box.left)
    assert middle(left.box)[0] < 0.45 < 0.5 < middle(right.box)[0]
    for man in (left, right):
        assert man.box.height > 2 * man.box.width * 9 / 16
        assert joint(man, "nose").y < joint(man, "left hip").y < joint(man, "left ankle").y


def test_a_mirrored_man_swaps_left_and_right() -> None:
    (man,) = bodies(frame("writer"))
    (other,) = bodies(mirrored(frame("writer")))
    assert apart(mirrored_box(man.box), other.box) < 0.06
    for one, swapped in (("left shoulder", "right shoulder"), ("right elbow", "left elbow")):
        assert joint(other, swapped).x == pytest.approx(1 - joint(man, one).x, abs=0.08)
        assert joint(other, swapped).y == pytest.approx(joint(man, one).y, abs=0.08)


def test_nobody_is_on_a_flower_or_a_card() -> None:
    assert bodies(frame("flower")) == ()
    assert bodies(frame("writer"), card=1.0) == ()


def test_whom_both_see_is_one_person_and_surer() -> None:
    pose = person((0.1, 0.1, 0.3, 0.9), 0.4, joints=True)
    box = person((0.12, 0.1, 0.32, 0.95), 0.5)
    (both,) = join_people([pose], [box], PICTURE)
    assert both.confidence == pytest.approx(1 - 0.6 * 0.5)
    assert both.joints == SOME_JOINTS
    assert both.box == box.box


def test_what_one_sees_unsurely_is_nobody() -> None:
    pose = person((0.1, 0.1, 0.3, 0.9), 0.2, joints=True)
    box = person((0.6, 0.1, 0.8, 0.9), 0.3)
    assert join_people([pose], [box], PICTURE) == ()
    there = person((0.1, 0.1, 0.3, 0.9), 0.3)
    assert len(join_people([pose], [there], PICTURE)) == 1


def test_a_head_inside_a_body_is_not_another_person() -> None:
    body = person((0.2, 0.1, 0.6, 1.0), 0.8)
    head = person((0.3, 0.1, 0.5, 0.3), 0.5)
    assert join_people([], [body, head], PICTURE) == (body,)


def places(joints: bool) -> st.SearchStrategy[list[Person]]:
    share = st.floats(0, 0.45).map(lambda value: round(value, 3))
    one = st.tuples(share, share, share, share, st.floats(0, 1)).map(
        lambda v: person((v[0], v[1], v[0] + v[2] + 0.1, v[1] + v[3] + 0.1), v[4], joints=joints)
    )
    return st.lists(one, max_size=5).map(lambda found: sorted(found, key=lambda p: -p.confidence))


@given(poses=places(True), boxes=places(False))
def test_joining_adds_nobody(poses: list[Person], boxes: list[Person]) -> None:
    joined = join_people(poses, boxes, PICTURE)
    assert len(joined) <= len(poses) + len(boxes)
    assert {found.box for found in joined} <= {found.box for found in (*poses, *boxes)}
    assert sum(bool(found.joints) for found in joined) <= len(poses)
    sure = [found.confidence for found in joined]
    assert sure == sorted(sure, reverse=True)
