"""The same cue at another place of the time line, and the cue of a part of a clip."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
import soundfile

from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import Outcome, run_cue

NEW_START = "02:00:00:00"


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def started(cue: Path, timecode: str = NEW_START, **more: str) -> Outcome:
    return run_cue(cue, changes={"start_timecode": timecode}, **more)  # type: ignore[arg-type]


def rows(cue: Path) -> list[dict[str, str]]:
    with (cue / "spots.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(cue: Path, table: list[dict[str, str]]) -> None:
    with (cue / "spots.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, table[0], lineterminator="\n")
        out.writeheader()
        out.writerows(table)


def but_timecode(table: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if name != "timecode"} for row in table]


def files(cue: Path) -> Iterator[Path]:
    return (path for path in cue.rglob("*") if path.is_file() and ".filmcomposer" not in str(path))


def project(cue: Path) -> dict[str, object]:
    plan = json.loads((cue / "daw_plan.json").read_text("utf-8"))
    return next(op for op in plan["operations"] if op["op"] == "project")


# -- another start -------------------------------------------------------------------------


def test_another_start_redoes_what_shows_timecode_and_nothing_else(cue: Path) -> None:
    before = {path: path.read_bytes() for path in files(cue)}
    table = rows(cue)
    assert started(cue).ran == ("spot", "build", "project", "report")
    changed = {str(path.relative_to(cue)) for path in before if path.read_bytes() != before[path]}
    assert changed == {
        "cue.json", "spots.csv", "daw_plan.json", "cue.rpp", "report.html", "report.json",
    }  # fmt: skip
    assert but_timecode(rows(cue)) == but_timecode(table)
    for row, old in zip(rows(cue), table, strict=True):
        assert (row["timecode"], old["timecode"][:2]) == ("02" + old["timecode"][2:], "00")
    assert project(cue)["start_offset_s"] == 7200
    assert "  PROJOFFS 7200 0 0\n" in (cue / "cue.rpp").read_text("utf-8")
    report = json.loads((cue / "report.json").read_text("utf-8"))
    assert {hit["timecode"][:2] for hit in report["hits"]} == {"02"}
    assert run_cue(cue, changes={}).ran == ()
    assert started(cue).ran == ()


def test_the_old_start_gives_the_old_bytes(cue: Path) -> None:
    run_cue(cue, changes={}, start="build")  # the copied folder lies elsewhere from its clip
    before = {path: path.read_bytes() for path in files(cue) if path.name != "cue.json"}
    started(cue)
    started(cue, "")
    assert all(path.read_bytes() == data for path, data in before.items())


def test_edits_of_hits_survive_another_start(cue: Path) -> None:
    table = rows(cue)
    table[0] |= {"timecode": "00:00:01:12", "name": "mine", "weight": "9.5"}
    table[-1] |= {"locked": "true"}
    new = dict.fromkeys(table[0], "") | {"id": "door", "timecode": "00:00:07:06"}
    write(cue, [*table, new])
    run_cue(cue, changes={}, until="spot")
    edited = rows(cue)
    assert edited[0] | {"timecode": "00:00:01:12", "time_s": "1.5", "frame": "36"} == edited[0]
    assert started(cue, until="spot").ran == ("spot",)
    assert but_timecode(rows(cue)) == but_timecode(edited)
    assert {row["id"]: row["timecode"] for row in rows(cue)}["door"] == "02:00:07:06"
    # Found again, the hits keep the edits, and discarded they are as found at the new start.
    run_cue(cue, changes={}, start="spot", until="spot")
    assert but_timecode(rows(cue)) == but_timecode(edited)
    run_cue(cue, changes={}, until="spot", discard=("spot",))
    found = rows(cue)
    assert "mine" not in {row["name"] for row in found}
    assert {row["timecode"][:2] for row in found} == {"02"}


def test_an_edit_and_another_start_at_once_are_read_by_the_old_start(cue: Path) -> None:
    table = rows(cue)
    table[0]["timecode"] = "00:00:01:12"
    table[-1]["time_s"] = "10.5"
    write(cue, table)
    told = started(cue, until="spot").told
    assert not any("timecode" in sentence for sentence in told)
    after = {row["id"]: row for row in rows(cue)}
    first, last = after[table[0]["id"]], after[table[-1]["id"]]
    assert (first["time_s"], first["frame"], first["timecode"]) == ("1.5", "36", "02:00:01:12")
    assert (last["time_s"], last["frame"], last["timecode"]) == ("10.5", "252", "02:00:10:12")
    others = [row for row in table[1:-1]]
    assert [after[row["id"]]["time_s"] for row in others] == [row["time_s"] for row in others]


def test_a_start_that_is_none_is_refused_and_not_kept(cue: Path, tmp_path: Path) -> None:
    ledger = (cue / "cue.json").read_bytes()
    with pytest.raises(InputError, match="'00:00:00:24' has 24 frames"):
        started(cue, "00:00:00:24")
    assert (cue / "cue.json").read_bytes() == ledger
    fresh = tmp_path / "fresh"
    changes = {"clip": json.loads(ledger)["settings"]["clip"], "start_timecode": "1:2"}
    with pytest.raises(InputError, match="'1:2' is not a timecode"):
        run_cue(fresh, changes=changes, until="see")
    assert not (fresh / "analysis.json").exists()


def test_a_start_edited_in_the_plan_goes_into_the_project_only(cue: Path) -> None:
    text = (cue / "daw_plan.json").read_text("utf-8")
    assert '"start_offset_s": 0,' in text
    edited = text.replace('"start_offset_s": 0,', '"start_offset_s": 60,')
    (cue / "daw_plan.json").write_text(edited, "utf-8")
    assert run_cue(cue, changes={}).ran == ("project",)
    assert "  PROJOFFS 60 0 0\n" in (cue / "cue.rpp").read_text("utf-8")
    # What the user wrote there holds against a start that is given later.
    started(cue)
    assert project(cue)["start_offset_s"] == 60


# -- a part of the clip --------------------------------------------------------------------


def test_a_part_at_a_rate_is_scored_and_shown(finished: Path, tmp_path: Path) -> None:
    clip = str(finished.parent / "clip.mp4")
    cue = tmp_path / "part"
    # 12 s at 24 frames; from 2 s to 11 s at 24/25 it plays 9.375 s.
    given = {"clip": clip, "seed": 3, "in_s": 2.0, "out_s": 11.0, "rate": 0.96}
    run_cue(cue, changes=given, until="render")
    analysis = json.loads((cue / "analysis.json").read_text("utf-8"))
    assert (analysis["clip"]["duration_s"], analysis["clip"]["frames"]) == (9.375, 216)
    whole = json.loads((finished / "analysis.json").read_text("utf-8"))
    cuts = [shot["start_s"] for shot in whole["shots"] if 2.2 < shot["start_s"] < 10.7]
    assert [shot["start_s"] for shot in analysis["shots"]] == pytest.approx(
        [0, *((cut_s - 2) / 0.96 for cut_s in cuts)]
    )
    # A hit that the whole clip has there as well goes by the same name.
    names = {row["id"]: int(row["frame"]) for row in rows(finished)}
    same = [row for row in rows(cue) if row["id"] in names]
    assert same
    assert all(int(row["frame"]) == names[row["id"]] - 48 for row in same)
    mix = soundfile.info(cue / "cue.wav")
    assert mix.frames == round(9.375 * 48000)
    with av.open(str(cue / "cue.mp4")) as movie:
        times = [frame.time for frame in movie.decode(video=0)]
    assert times == pytest.approx([k / 24 / 0.96 for k in range(216)], abs=0.0011)
    text = (cue / "cue.rpp").read_text("utf-8")
    assert "SOFFS 2\n" in text
    assert "PLAYRATE 0.96 1 0 -1 0 0.0025\n" in text
    # A later out point is seen anew; the same part again is not.
    assert run_cue(cue, changes=given, until="spot").ran == ()
    assert run_cue(cue, changes={"out_s": 10.0}, until="see").ran == ("see",)
