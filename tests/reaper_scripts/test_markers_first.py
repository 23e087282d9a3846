"""Markers that the user named as hits before the first press are hits from it on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import ObservedMarker
from filmcomposer_core.contracts.session import SESSION_FILE, Session
from tests.fakes.reaper import Host
from tests.fakes.reaper.project import markers
from tests.reaper_scripts.films import saved
from tests.reaper_scripts.marker_world import (
    ANCHOR,
    at,
    hit,
    lay,
    listed,
    picture,
    record,
    seen,
    session,
    user_adds,
)

NEW = (7, 78)
DOOR, MINE = hit("s1", 5.0), hit("U1", 11.0, "MUST beat | mine")


@pytest.fixture
def host() -> Host:
    return Host(version=NEW)


@pytest.fixture
def home(host: Host, tmp_path: Path) -> Path:
    return saved(host, tmp_path / "project").parent


@pytest.fixture
def held(home: Path) -> Any:
    return record()


def read(reaper: Any, held: Any) -> tuple[ObservedMarker, ...] | None:
    from filmcomposer_reaper.markers.lay import read_markers

    found: tuple[ObservedMarker, ...] | None = read_markers(reaper, held, picture())
    return found


def in_folder(held: Any, home: Path, laid: Session | None) -> None:
    """Put hits into the cue's folder, and what REAPER was last told of them."""
    folder = home / held.folder
    (folder / "reaper").mkdir(parents=True)
    (folder / "spots.csv").write_text("id\n", "utf-8")
    if laid is not None:
        (folder / SESSION_FILE).write_text(codec.dump_json(laid), "utf-8")


def test_a_hit_of_the_users_is_told_at_the_first_press_and_becomes_ours(
    host: Host, reaper: Any, held: Any
) -> None:
    own = user_adds(host, ANCHOR + 11.0, "must beat | mine")
    user_adds(host, ANCHOR + 12.0, "verse")
    user_adds(host, ANCHOR - 1.0, "8 beat | before the picture")
    assert read(reaper, held) == (ObservedMarker(id="", time_s=11.0, name="must beat | mine"),)
    lay(reaper, held, session([DOOR, MINE]))
    assert [name for _, name in seen(host)] == [
        "8 beat | before the picture", "8 downbeat | door", "MUST beat | mine", "verse",
    ]  # fmt: skip
    assert at(host, ANCHOR + 11.0).start is own.start
    before = host.project.state()
    again = [(m.id, m.time_s) for m in read(reaper, held) or ()]
    assert again == [("s1", 5.0), ("U1", 11.0)]  # nothing was changed, nothing new is read
    lay(reaper, held, session([DOOR, MINE]))
    assert host.project.state() == before


def test_foreign_markers_alone_say_nothing(host: Host, reaper: Any, held: Any) -> None:
    user_adds(host, ANCHOR + 12.0, "verse")
    assert read(reaper, held) is None
    lay(reaper, held, session([DOOR]))
    assert [m.id for m in read(reaper, held) or ()] == ["s1"]


def test_a_folder_that_has_hits_already_loses_none(
    host: Host, reaper: Any, held: Any, home: Path
) -> None:
    """The first laying in was undone: the folder is ahead of the project."""
    in_folder(held, home, session([DOOR, MINE]))
    user_adds(host, ANCHOR + 11.0, "MUST beat | mine")
    user_adds(host, ANCHOR + 20.0, "3 any | new")
    assert read(reaper, held) == (
        ObservedMarker(id="s1", time_s=5.0),
        ObservedMarker(id="U1", time_s=11.0, name="MUST beat | mine"),
        ObservedMarker(id="", time_s=20.0, name="3 any | new"),
    )
    lay(reaper, held, session([DOOR, MINE, hit("U2", 20.0, "3 any | new")]))
    assert [time for time, _ in seen(host)] == [15.0, 21.0, 30.0]


@pytest.mark.parametrize("text", [None, "{", "[]", '{"anchor_s": "x", "markers": []}'])
def test_a_folder_that_cannot_tell_its_hits(
    host: Host, reaper: Any, held: Any, home: Path, text: str | None
) -> None:
    in_folder(held, home, None)
    if text is not None:
        (home / held.folder / SESSION_FILE).write_text(text, "utf-8")
    user_adds(host, ANCHOR + 11.0, "MUST beat | mine")
    assert read(reaper, held) is None


def test_what_the_project_forgot_is_found_again_by_name(
    host: Host, reaper: Any, held: Any, home: Path
) -> None:
    laid = session([DOOR, MINE, hit("s2", 30.0)])
    lay(reaper, held, laid)
    in_folder(held, home, laid)
    markers.move(at(host, ANCHOR + 30.0), ANCHOR + 31.0, None)
    del held.parts["markers"]  # it was damaged
    told = [(m.id, m.time_s) for m in read(reaper, held) or ()]
    assert told == [("s1", 5.0), ("U1", 11.0), ("s2", 31.0)]
    lay(reaper, held, session([DOOR, MINE, hit("s2", 31.0)]))
    assert len(listed(host)) == 3
    assert json.dumps(held.parts["markers"]["foreign"]) == "[]"


def test_names_that_cannot_be_read_are_nobodys_hits(tmp_path: Path) -> None:
    from filmcomposer_reaper.adapter.reaper import Reaper
    from tests.fakes.reaper.inside import inside

    host = Host(version=(6, 80))
    saved(host, tmp_path / "project")
    user_adds(host, ANCHOR + 11.0, "MUST beat | mine")
    with inside(host) as main:
        assert read(Reaper(main), record()) is None
    host.raise_faults()
