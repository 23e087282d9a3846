from __future__ import annotations

import numpy as np

from filmcomposer_core.contracts.sightings import Box, Person, Thing
from filmcomposer_core.networks import open_session
from filmcomposer_core.recognition.things import coco_names, find_things
from tests.recognition.shown import apart, frame, middle, mirrored, mirrored_box


def things(bgr: np.ndarray, card: float = 0.0) -> tuple[tuple[Thing, ...], tuple[Person, ...]]:
    return find_things(open_session("objects_coco80"), bgr, card)


def test_a_rider_is_a_horse_and_a_person_on_it() -> None:
    (horse,), people = things(frame("rider"))
    assert horse.name == "horse"
    assert apart(horse.box, Box(left=0.29, top=0.44, right=0.71, bottom=0.97)) < 0.03
    rider = people[0]
    assert rider.joints == ()
    assert horse.box.left < middle(rider.box)[0] < horse.box.right
    assert rider.box.top < horse.box.top
    assert rider.box.bottom < horse.box.bottom


def test_two_men_are_people_and_no_things() -> None:
    found, people = things(frame("two_men"))
    assert found == ()
    assert len([one for one in people if one.confidence > 0.5]) == 2


def test_a_mirrored_horse_is_a_horse() -> None:
    (horse,), _ = things(frame("rider"))
    (other,), _ = things(mirrored(frame("rider")))
    assert other.name == "horse"
    assert apart(mirrored_box(horse.box), other.box) < 0.04


def test_nobody_is_on_a_flower_and_nothing_on_a_card() -> None:
    assert things(frame("flower")) == ((), ())
    assert things(frame("rider"), card=1.0) == ((), ())


def test_the_names_are_those_of_coco() -> None:
    names = coco_names()
    assert len(set(names)) == 80
    assert (names[0], names[17], names[79]) == ("person", "horse", "toothbrush")
