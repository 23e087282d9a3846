"""The networks in the package: all there, whole, licensed, and used by a detector."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from filmcomposer_core.networks import MODELS, model_files, open_session
from filmcomposer_core.recognition.finders import FINDERS, Finds, gather, look
from tests.recognition.shown import FILM_FRAMES, frame

ROOT = Path(__file__).parents[2]
MOST_BYTES = 120_000_000


def test_the_list_names_every_file_and_every_file_is_whole() -> None:
    listed = model_files()
    assert {model.file for model in listed.values()} == {p.name for p in MODELS.glob("*.onnx")}
    for name in listed:
        assert open_session(name).get_inputs()


def test_every_network_is_used_and_every_detector_has_its_networks() -> None:
    assert {name for finder in FINDERS for name in finder.models} == set(model_files())
    assert gather(FINDERS, MODELS).missing == {}


def test_every_network_says_where_its_licence_lies() -> None:
    about = (MODELS / "README.md").read_text("utf-8")
    rows = [line for line in about.splitlines() if line.startswith("|")]
    texts = {path.name for path in (MODELS / "licences").iterdir()}
    for model in model_files().values():
        (row, *_) = [row for row in rows if f"`{model.file}`" in row]
        assert [text for text in texts if f"`{text}`" in row], model.file
    assert all(any(f"`{text}`" in row for row in rows) for text in texts)


def test_a_detector_takes_only_what_was_found_before_it() -> None:
    given = {"faces", "people", "words", "classes", "things", "card", "embedding"}
    assert {name for finder in FINDERS for name in finder.gives} == given
    found: set[str] = set()
    for finder in FINDERS:
        assert set(finder.takes) <= found
        found |= set(finder.gives)


def test_everything_in_the_folder_is_packed_and_small_enough() -> None:
    files = [path for path in MODELS.rglob("*") if path.is_file()]
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    packed = {pattern.rpartition("*")[2] for pattern in setup["package-data"]["filmcomposer_core"]}
    assert {path.suffix for path in files} <= packed
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("name", FILM_FRAMES)
def test_the_same_picture_gives_the_same_answer(name: str) -> None:
    team = gather(FINDERS, MODELS)
    one, other = (look(frame(name), team, rank=5) for _ in range(2))
    assert one.embedding is not None
    assert other.embedding is not None
    assert one.embedding.tobytes() == other.embedding.tobytes()
    assert _told(one) == _told(other)


def _told(finds: Finds) -> tuple[object, ...]:
    return finds.card, finds.faces, finds.people, finds.things, finds.classes
