from __future__ import annotations

import pytest

from filmcomposer_core.contracts.sightings import SeenFrame
from filmcomposer_core.description.action import RULES, actions
from filmcomposer_core.description.poses import lying, pace, raised_hands, sitting, upright
from tests.core.description.seen import body, face, frame, guesses, shot, thing

ASPECT = 16 / 9
STRIDE = {"left ankle": (0.3, 0.9), "right ankle": (-0.25, 0.95)}
LYING = {
    "nose": (-0.45, 0.86), "left ear": (-0.45, 0.86), "right ear": (-0.45, 0.86),
    "left shoulder": (-0.3, 0.86), "right shoulder": (-0.3, 0.9),
    "left hip": (0.05, 0.86), "right hip": (0.05, 0.9),
    "left knee": (0.25, 0.86), "right knee": (0.25, 0.9),
    "left ankle": (0.5, 0.86), "right ankle": (0.5, 0.9),
    "left elbow": (-0.2, 0.9), "right elbow": (-0.2, 0.9), "left wrist": (-0.1, 0.9),
    "right wrist": (-0.1, 0.9), "left eye": (-0.45, 0.86), "right eye": (-0.45, 0.86),
}  # fmt: skip
SEATED = {"left knee": (0.2, 0.55), "right knee": (-0.2, 0.55)}
WAVE = {"left wrist": (0.15, -0.05)}
BOTH_UP = {"left wrist": (0.1, -0.1), "right wrist": (-0.1, -0.1)}
CLIMBS = BOTH_UP | {"left knee": (0.1, 0.52)}


def _done(*frames: SeenFrame, speed: float = 0.1) -> str:
    found = actions(shot(*frames, speed=speed))
    return found[0].value if found else ""


def test_the_signs_of_poses() -> None:
    standing = body(0.6, top=0.2)
    assert upright(standing, ASPECT)
    assert not lying(standing, ASPECT)
    assert lying(body(0.6, top=0.2, moved=LYING), ASPECT)
    assert sitting(body(0.6, top=0.2, moved=SEATED), ASPECT)
    assert not sitting(standing, ASPECT)
    assert [raised_hands(body(0.6, top=0.2, moved=m)) for m in ({}, WAVE, BOTH_UP)] == [0, 1, 2]
    # 0.36 picture widths are 0.64 heights a second: a figure of that height moves by itself once.
    assert pace(body(0.64, top=0.1, motion=0.36), ASPECT) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize(
    ("seen", "action"),
    [
        (frame(people=(body(0.6, motion=0.4, moved=STRIDE),)), "run"),
        (
            frame(
                people=(
                    body(0.6, x=0.2, motion=0.5, moved=STRIDE),
                    body(0.6, x=0.8, motion=0.5, moved=STRIDE),
                )
            ),
            "run",
        ),
        (frame(people=(body(0.6, x=0.5, motion=0.5), body(0.6, x=0.53, motion=0.5))), "fight"),
        (frame(people=(body(0.8, x=0.5), body(0.8, x=0.53))), "hug"),
        (frame(faces=(face(0.4, x=0.45), face(0.4, x=0.6))), "kiss"),
        (
            frame(people=(body(0.5, top=0.1),), things=(thing("horse", 0.5, y=0.6, wide=1.4),)),
            "ride horse",
        ),
        (
            frame(people=(body(0.5, top=0.2),), things=(thing("bicycle", 0.35, y=0.7),)),
            "ride bicycle",
        ),
        (frame(people=(body(0.6, top=0.2, moved=SEATED),)), "sit"),
        (frame(people=(body(0.6, top=0.3, moved=CLIMBS),)), "climb"),
        (
            frame(people=(body(0.6, top=0.3, moved=LYING),), things=(thing("bed", 0.4, y=0.8),)),
            "sleep",
        ),
        (frame(people=(body(0.6, top=0.3, moved=LYING, motion=0.5),)), "fall down"),
        (frame(people=(body(0.6, top=0.3, moved=WAVE),)), "goodbye"),
        (
            frame(people=tuple(body(0.4, x=x, top=0.3, moved=BOTH_UP) for x in (0.2, 0.5, 0.8))),
            "applaud and cheer",
        ),
        (frame(faces=(face(0.3),)), "gaze"),
        (frame(faces=(face(0.15, x=0.2), face(0.15, x=0.8))), "talk"),
        (frame(faces=(face(0.15, x=0.2, emotion="angry"), face(0.15, x=0.8))), "quarrel"),
        (frame(people=(body(0.6),), classes=guesses(rifle=0.5)), "shoot gun"),
        (frame(people=(body(0.6),), classes=guesses(violin=0.6)), "play instrument"),
        (frame(people=(body(0.9, top=0.05),), things=(thing("car", 0.98, wide=1.6),)), "drive car"),
        (frame(classes=guesses(kayak=0.6)), "boating"),
    ],
)  # fmt: skip
def test_each_action_has_its_signs(seen: SeenFrame, action: str) -> None:
    assert _done(seen, seen, seen, speed=0.05) == action


def test_standing_people_and_empty_pictures_do_nothing() -> None:
    assert _done(frame(people=(body(0.6, top=0.2),))) == ""
    assert _done(frame()) == ""
    assert _done() == ""


def test_the_same_legs_without_haste_do_not_run() -> None:
    assert _done(frame(people=(body(0.6, motion=0.02, moved=STRIDE),))) != "run"


def test_a_sign_in_one_frame_of_many_is_not_enough() -> None:
    runs, stands = frame(people=(body(0.6, motion=0.4, moved=STRIDE),)), frame()
    assert _done(runs, *[stands] * 5) == ""
    half, all_of_it = (
        actions(shot(*seen))[0].confidence for seen in ([runs, stands], [runs, runs])
    )
    assert half < all_of_it


def test_who_stood_and_lies_has_fallen() -> None:
    stands = frame(people=(body(0.6, top=0.2),))
    lies = frame(people=(body(0.6, top=0.3, moved=LYING),))
    assert _done(stands, stands, lies) == "fall down"
    assert _done(lies, lies, stands) != "fall down"


def test_things_count_where_they_are_held() -> None:
    cup = thing("cup", 0.06, x=0.52, y=0.4)
    near = frame(people=(body(0.6, top=0.1),), things=(cup,))
    far = frame(people=(body(0.6, top=0.1),), things=(thing("cup", 0.06, x=0.9, y=0.9),))
    assert _done(near) == "drink"
    assert _done(far) == ""


def test_rules_say_nothing_of_what_they_cannot_see() -> None:
    assert {rule(shot(frame())) for _, rule in RULES} == {0.0}
    assert {rule(shot()) for _, rule in RULES} == {0.0}
