"""The whole stage with toy detectors on small clips."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sightings import Sightings
from filmcomposer_core.errors import Cancelled
from filmcomposer_core.networks import LIST
from filmcomposer_core.recognition import recognise_clip
from filmcomposer_core.recognition.finders import FINDERS, Finder, notes_on
from filmcomposer_core.recognition.recognise import Recognised
from filmcomposer_core.visual import SeenClip, analyse_clip
from tests.core.visual.clips import WIDTH, pan, write_clip
from tests.recognition.onnx_file import one_operator

FPS = 24
TOYS = "tests.recognition.toy_finders"
WEIGHTS = {
    "red": np.array([1, 0.5, 0.4]),
    "green": np.array([0.4, 1, 0.5]),
    "blue": np.array([0.4, 0.3, 1]),
    "black": np.zeros(3),
}
SCENES = ("red", "blue", "green", "red", "black")


def toy(function: str, *gives: str, **more: Any) -> Finder:
    given = {"what": function, "models": ("toy",), "module": TOYS} | more
    return Finder(function=function, gives=gives, **given)


ALL = (
    toy("find_card", "card", models=()),
    toy("find_light", "faces"),
    toy("find_left", "people"),
    toy("find_colour", "classes", "embedding"),
    toy("find_mood", "faces", models=("toy", "toy"), takes=("faces", "card")),
    toy("find_line", "words", most=1),
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    data = one_operator("Neg")
    (folder / "toy.onnx").write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    (folder / LIST).write_text(
        f'[[model]]\nname = "toy"\nfile = "toy.onnx"\npurpose = "toys"\nsha256 = "{sha256}"\n'
        'licence = "CC0-1.0"\n',
        "utf-8",
    )
    return folder


def scene(colour: str, *, frames: int) -> list[np.ndarray]:
    """Return a pan over a ground of one colour."""
    seed = 1 + SCENES.index(colour)
    return [(p * WEIGHTS[colour]).astype(np.uint8) for p in pan(seed, frames=frames, step=3)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five shots of 1.5 s; the first and the fourth show the same."""
    pictures = [picture for colour in SCENES for picture in scene(colour, frames=36)]
    return write_clip(tmp_path_factory.mktemp("clip") / "a.mp4", pictures, fps=FPS)


@pytest.fixture(scope="module")
def seen(clip: Path) -> SeenClip:
    found = analyse_clip(clip)
    assert [shot.start_s for shot in found.analysis.shots] == [0.0, 1.5, 3.0, 4.5, 6.0]
    return found


@pytest.fixture(scope="module")
def found(clip: Path, seen: SeenClip, models: Path) -> Recognised:
    return recognise(clip, seen, models)


def recognise(clip: Path, seen: SeenClip, models: Path, **more: Any) -> Recognised:
    return recognise_clip(
        clip, seen.analysis, seen.curves, **({"models": models, "finders": ALL} | more)
    )


def test_every_detector_sees_every_key_frame_it_is_to_see(found: Recognised) -> None:
    frames = found.sightings.frames
    assert {frame.shot for frame in frames} == {1, 2, 3, 4, 5}
    assert [frame.time_s for frame in frames] == sorted(frame.time_s for frame in frames)
    for frame in frames:
        colour = SCENES[frame.shot - 1]
        if colour != "black":
            assert frame.classes[0].name == colour
        assert frame.card == (colour == "green")
        assert len(frame.people) == 1
        assert all(face.emotion == "happy" for face in frame.faces)
        assert all(face.emotion_confidence == frame.card for face in frame.faces)
    assert not any(frame.faces for frame in frames if frame.shot == 5)


def test_what_is_dear_looks_at_one_frame_a_shot(found: Recognised) -> None:
    frames = found.sightings.frames
    for shot in range(1, 6):
        own = [frame for frame in frames if frame.shot == shot]
        assert len(own) >= 1
        assert sum(bool(frame.words) for frame in own) == 1
    assert len(frames) > 5


def test_people_carried_along_by_the_camera_do_not_move(found: Recognised) -> None:
    pans = [frame for frame in found.sightings.frames if frame.shot != 5]
    for frame in pans:
        assert frame.camera.x == pytest.approx(-3 * FPS / WIDTH, rel=0.1)
        assert frame.people[0].motion < 0.1 * abs(frame.camera.x)
    black = [frame for frame in found.sightings.frames if frame.shot == 5]
    assert all(frame.camera.share == 0 for frame in black)


def test_places_that_return_are_grouped_and_cards_and_black_are_not(found: Recognised) -> None:
    assert found.sightings.groups == (1, 0, 0, 1, 0)


def test_the_networks_are_told_once_and_with_their_runtime(found: Recognised) -> None:
    (model,) = found.sightings.models
    assert (model.name, model.purpose, model.licence) == ("toy", "toys", "CC0-1.0")
    assert found.sightings.missing == ()
    assert found.notes == ()
    assert set(found.versions) == {"onnxruntime"}


def test_the_same_again_to_the_byte(
    clip: Path, seen: SeenClip, models: Path, found: Recognised
) -> None:
    text = codec.dump_json(found.sightings)
    assert codec.dump_json(recognise(clip, seen, models).sightings) == text
    read = codec.build(Sightings, codec.parse_json(text, where="x"), where="x")
    assert codec.dump_json(read) == text


def test_what_is_missing_is_said_and_the_rest_goes_on(
    clip: Path, seen: SeenClip, models: Path, found: Recognised
) -> None:
    other = toy("find_line", "words", what="words", models=("toy", "ocr"))
    gone = toy("find_card", "card", what="cards", models=("cards",))
    some = recognise(clip, seen, models, finders=(*ALL[:-1], other, gone))
    assert some.sightings.missing == ("words", "cards")
    assert some.notes == ("Words and cards are not looked for: no model is installed.",)
    assert not any(frame.words for frame in some.sightings.frames)
    assert [f.faces for f in some.sightings.frames] == [f.faces for f in found.sightings.frames]


def test_without_any_network_there_are_camera_and_notes(
    clip: Path, seen: SeenClip, tmp_path: Path
) -> None:
    bare = recognise(clip, seen, tmp_path, finders=FINDERS)
    assert bare.sightings.models == ()
    assert bare.versions == {}
    assert set(bare.sightings.missing) == {finder.what for finder in FINDERS if finder.models}
    assert len(bare.notes) == 1
    assert bare.sightings.groups == (0, 0, 0, 0, 0)
    assert any(frame.camera.share > 0.5 for frame in bare.sightings.frames)


def test_a_part_at_a_rate_is_looked_at_at_the_times_it_plays(clip: Path, models: Path) -> None:
    part = {"in_s": 1.5, "out_s": 4.5, "rate": 2.0}
    later = recognise(clip, analyse_clip(clip, **part), models, **part)
    assert [SCENES[f.shot] for f in later.sightings.frames] == [
        f.classes[0].name for f in later.sightings.frames
    ]
    assert all(0.0 < f.time_s < 1.5 for f in later.sightings.frames)
    # Twice as fast on the screen.
    first = later.sightings.frames[0].camera
    assert first.x == pytest.approx(-2 * 3 * FPS / WIDTH, rel=0.1)


def test_the_user_sees_where_it_is_and_can_stop_it(
    clip: Path, seen: SeenClip, models: Path
) -> None:
    shares: list[float] = []

    def note(fraction: float, message: str = "") -> None:
        shares.append(fraction)

    recognise(clip, seen, models, progress=note)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) >= 7  # about once a second

    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        recognise(clip, seen, models, progress=stop)


def test_notes_join_what_has_one_reason() -> None:
    assert notes_on({}) == ()
    assert notes_on({"faces": "a", "bodies": "b", "things": "a", "words": "a"}) == (
        "Faces, things and words are not looked for: a.",
        "Bodies are not looked for: b.",
    )
