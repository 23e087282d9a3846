"""The file of the cue folder: what may stand in it, and what is said if it is damaged."""

from __future__ import annotations

import json

import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sightings import (
    JOINTS,
    Box,
    CameraMove,
    Face,
    Guess,
    Joint,
    ModelUse,
    Person,
    SeenFrame,
    Sightings,
    Thing,
    Words,
)
from filmcomposer_core.cue_values import read_sightings
from filmcomposer_core.errors import InputError

BOX = Box(left=0.1, top=0.2, right=0.4, bottom=0.9)
SIGHTINGS = Sightings(
    models=(ModelUse(purpose="faces", name="a", sha256="0" * 64, licence="MIT"),),
    missing=("bodies",),
    frames=(
        SeenFrame(
            shot=1,
            time_s=0.5,
            card=0.1,
            faces=(Face(box=BOX, confidence=0.9, emotion="happy", emotion_confidence=0.4),),
            people=(
                Person(
                    box=BOX,
                    confidence=0.8,
                    joints=tuple(Joint(x=-0.1, y=1.2, confidence=0.3) for _ in JOINTS),
                    motion=0.2,
                ),
            ),
            things=(Thing(name="dog", confidence=0.6, box=BOX),),
            words=(Words(text="The „End“", confidence=0.7, box=BOX),),
            classes=(Guess(name="castle", confidence=0.3),),
            labels={"setting": (Guess(name="castle", confidence=0.5),)},
            camera=CameraMove(x=-0.1, y=0.02, zoom=0.3, share=0.9, speed=0.12),
        ),
    ),
    groups=(0,),
)


def test_what_is_written_is_read() -> None:
    data = codec.dump_json(SIGHTINGS).encode()
    assert read_sightings(data, where="x") == SIGHTINGS


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("frames", 0, "faces", 0, "box", "right"), 0.05, "right is 0.05, must be 0.1 to 1"),
        (("frames", 0, "faces", 0, "emotion"), "glad", "emotion is 'glad'"),
        (("frames", 0, "people", 0, "joints"), [{"x": 0, "y": 0, "confidence": 1}], "joints are 1"),
        (("frames", 0, "camera", "share"), 1.5, "share is 1.5"),
        (("frames", 0, "colour"), "red", "there is no such field"),
        (("groups",), "none", "must be a list"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    path: tuple[str | int, ...], value: object, said: str
) -> None:
    data = json.loads(codec.dump_json(SIGHTINGS))
    inner = data
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    with pytest.raises(InputError) as caught:
        read_sightings(json.dumps(data).encode(), where="sightings.json")
    assert caught.value.message.startswith("sightings.json: ")
    assert said in caught.value.message


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"models": 3}'])
def test_a_damaged_file_is_said(data: bytes) -> None:
    with pytest.raises(InputError, match=r"sightings\.json") as caught:
        read_sightings(data, where="sightings.json")
    assert caught.value.hint
