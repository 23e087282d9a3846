"""``reaper/session.json`` of a real cue: what is up to date is in it, stage by stage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.errors import InputError
from filmcomposer_core.notation import midi_to_melody
from filmcomposer_core.pipeline import run_cue
from filmcomposer_core.schemas import schema_path
from filmcomposer_core.stages.composing import THEME_TRIES
from filmcomposer_core.stages.session import title_of, write_session
from tests.clips import moving_square
from tests.fakes.reaper.project.tree import parse

REQUEST = SessionRequest(cue="0a1b2c3d", anchor_s=60.0, system="linux")


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


@contextmanager
def opened(folder: Path) -> Iterator[Cue]:
    with open_folder(folder) as held:
        ledger = held.load_ledger()
        assert ledger is not None
        yield Cue(held, ledger, lambda _: None)


def session_of(folder: Path) -> Any:
    with opened(folder) as cue:
        write_session(cue, REQUEST, run="0123456789ab")
    data = json.loads((folder / "reaper" / "session.json").read_text("utf-8"))
    schema = json.loads(schema_path("reaper/session.json").read_text("utf-8"))
    jsonschema.validate(data, schema)
    return data


def kinds(session: Any) -> set[str]:
    return {track["kind"] for track in session["tracks"]}


def test_a_finished_cue_is_laid_whole(cue: Path) -> None:
    session = session_of(cue)
    assert session["reached"] == "report"
    assert kinds(session) == {"theme", "folder", "part", "bus", "stem"}
    written = [t.read("NAME", 1) for t in parse(cue_rpp(cue)).blocks("TRACK")][1:]
    names = [t["name"].removesuffix(": clip") for t in session["tracks"]]
    assert names[1:] == written
    assert session["title"] == "clip"
    # Verdict, the three weakest criteria and a line on the rest, for theme and cue.
    assert 4 <= len(session["assessment"]) <= 10
    (made_by,) = session["made_by"]
    assert made_by.startswith("embedded engine, seed 3, ")
    assert sorted(p.name for p in (cue / "reaper").iterdir()) == ["session.json", "stems"]
    files = [line for t in session["tracks"] for line in t["text"].split("\n") if "FILE" in line]
    assert files
    assert all(Path(line.split('"')[1]).is_file() for line in files)


def cue_rpp(folder: Path) -> str:
    return (folder / "cue.rpp").read_text("utf-8")


def test_the_session_is_no_file_of_the_ledger_and_the_same_each_time(cue: Path) -> None:
    before = (cue / "cue.json").read_bytes()
    session_of(cue)
    first = (cue / "reaper" / "session.json").read_bytes()
    session_of(cue)
    assert (cue / "reaper" / "session.json").read_bytes() == first
    assert (cue / "cue.json").read_bytes() == before
    assert run_cue(cue, changes={}).ran == ()


def test_each_stage_adds_what_it_makes(finished: Path, tmp_path: Path) -> None:
    clip, folder = str(finished.parent / "clip.mp4"), tmp_path / "new"
    held: dict[str, set[str]] = {}
    kind: dict[str, set[str]] = {}
    names = ("markers", "tempo", "regions", "theme", "assessment", "tracks")
    for until in ("see", "spot", "tempo", "plan", "compose", "assess", "build"):
        run_cue(folder, changes={"clip": clip}, until=until)
        session = session_of(folder)
        assert session["reached"] == until
        held[until] = {name for name in names if session[name]}
        kind[until] = kinds(session)
    assert held == {
        "see": set(),
        "spot": {"markers"},
        "tempo": {"markers", "tempo"},
        "plan": {"markers", "tempo", "regions"},
        "compose": {*names},
        "assess": {*names},
        "build": {*names},
    }
    assert kind["compose"] == kind["assess"] == {"theme"}
    assert kind["build"] == {"theme", "folder", "part", "bus"}


def test_what_an_edit_has_made_stale_is_left_out_and_named(cue: Path) -> None:
    text = (cue / "spots.csv").read_text("utf-8").splitlines()
    (cue / "spots.csv").write_text("\n".join(text[:-1]) + "\n", "utf-8")  # one hit less
    run_cue(cue, changes={}, until="tempo")
    session = session_of(cue)
    assert len(session["markers"]) == len(text) - 2
    assert session["reached"] == "tempo"
    assert session["tracks"] == []
    assert session["theme"] == []
    assert session["notes"][-1].startswith("Older than what they are made from, so left out: ")
    assert "themes, assessment, tracks, stems" in session["notes"][-1]
    run_cue(cue, changes={}, until="build")
    again = session_of(cue)
    assert again["reached"] == "build"
    assert "stem" not in kinds(again)
    assert again["notes"][-1].endswith("left out: stems.")


def test_stems_are_laid_as_far_as_they_are_there(cue: Path) -> None:
    stems = sorted((cue / "stems").glob("*.wav"))
    stems[0].unlink()
    some = [t for t in session_of(cue)["tracks"] if t["kind"] == "stem"]
    assert len(some) == len(stems) - 1
    stems[-1].write_bytes(b"not what we wrote, but there")
    assert len([t for t in session_of(cue)["tracks"] if t["kind"] == "stem"]) == len(some)
    shutil.rmtree(cue / "stems")
    assert kinds(session_of(cue)) == {"theme", "folder", "part", "bus"}


def test_an_unseen_clip_has_no_session(tmp_path: Path, finished: Path) -> None:
    clip = str(finished.parent / "clip.mp4")
    run_cue(tmp_path / "new", changes={"clip": clip}, until="see")
    (tmp_path / "new" / "analysis.json").unlink()
    with opened(tmp_path / "new") as cue, pytest.raises(InputError, match="no analysis"):
        write_session(cue, REQUEST, run="0123456789ab")


@pytest.mark.parametrize(
    ("clip", "in_s", "title"),
    [("a/door.take 2.mp4", 0.0, "door.take 2"), ("door.mp4", 75.9, "door from 1:15")],
)
def test_a_cue_is_called_after_its_clip(clip: str, in_s: float, title: str) -> None:
    assert title_of(clip, in_s=in_s) == title


# -- candidates ----------------------------------------------------------------------------


def tunes(folder: Path) -> list[tuple[tuple[float, float, int], ...]]:
    files = sorted(folder.glob("candidates/*/melody.mid"))
    found = [midi_to_melody(path.read_bytes(), where=str(path)) for path in files]
    return [tuple((n.beat, n.length, n.pitch) for n in melody.notes) for melody in found]


def judged(cue: Path, row: dict[str, object]) -> int:
    """How many criteria a candidate has a score for."""
    data = json.loads((cue / f"candidates/{row['number']}/assessment.json").read_text("utf-8"))
    return sum(each["score"] is not None for each in data["criteria"])


def test_exactly_as_many_different_themes_as_asked_for(cue: Path) -> None:
    assert len(tunes(cue)) <= THEME_TRIES < 4
    before = (cue / "melody.mid").read_bytes()
    done = run_cue(cue, changes={"candidates": 4}, until="compose")
    assert "compose" in done.ran
    found = tunes(cue)
    assert len(found) == len(set(found)) == 4
    tries = json.loads((cue / "candidates" / "tries.json").read_text("utf-8"))
    assert [row["number"] for row in tries] == [1, 2, 3, 4]
    (kept,) = [row for row in tries if row["kept"]]
    # What is not judged of a theme counts neither for nor against it.
    best = max(tries, key=lambda row: (row["accepted"], row["musicality"] / judged(cue, row)))
    assert kept == best
    theme = (cue / f"candidates/{kept['number']}/melody.mid").read_bytes()
    assert (cue / "melody.mid").read_bytes() == theme
    session = session_of(cue)
    assert len(session["theme"]) == 4
    assert [name.split(" (")[0] for name in session["theme"]] == [
        f"Theme {n}" for n in (1, 2, 3, 4)
    ]
    assert session["assessment"][0].startswith("Theme: ")
    # The parts play a theme: they are laid as long as the kept one is theirs.
    assert ("part" in kinds(session)) == (theme == before)


def test_no_candidates_asked_for_is_what_it_was(finished: Path, cue: Path) -> None:
    run_cue(cue, changes={"candidates": 3}, until="compose")
    run_cue(cue, changes={"candidates": 0})
    names = [p.relative_to(finished) for p in finished.glob("candidates/**/*.*")]
    assert names
    for name in (*names, Path("melody.mid"), Path("melody.abc"), Path("cue.rpp")):
        assert (cue / name).read_bytes() == (finished / name).read_bytes(), name
    assert tunes(cue) == tunes(finished)


def test_themes_too_short_to_differ_are_fewer_and_it_is_said(tmp_path: Path) -> None:
    clip = moving_square(tmp_path / "short.mp4", seconds=1.6)
    changes = {"clip": str(clip), "candidates": 8}
    done = run_cue(tmp_path / "cue", changes=changes, until="compose")
    found = tunes(tmp_path / "cue")
    assert 1 <= len(found) == len(set(found)) < 8
    assert f"Only {len(found)} of 8 themes came out different; they are kept." in done.told


def test_another_candidate_may_become_the_theme(cue: Path) -> None:
    run_cue(cue, changes={"candidates": 3}, until="compose")
    tries = json.loads((cue / "candidates" / "tries.json").read_text("utf-8"))
    other = next(row["number"] for row in tries if not row["kept"])
    shutil.copyfile(cue / f"candidates/{other}/melody.mid", cue / "melody.mid")
    run_cue(cue, changes={}, until="compose")
    session = session_of(cue)
    (theme,) = [t for t in session["tracks"] if t["id"] == "@theme"]
    takes = theme["text"].split("\nTAKE")
    playing = next((take for take in takes if take.startswith(" SEL\n")), takes[0])
    assert f'NAME "Theme {other} (' in playing
    assert "edited" not in theme["text"]
    number = next(row["musicality"] for row in tries if row["number"] == other)
    assert session["assessment"][0].startswith(f"Theme: {number:.1f} of")
