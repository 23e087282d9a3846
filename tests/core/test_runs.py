"""States of a cue folder: kept with each run for a project, put back when the project goes back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from filmcomposer_core import runs
from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.cue_folder import file_hash, open_folder, text_hash
from filmcomposer_core.errors import InputError
from filmcomposer_core.laid_stems import STEMS_KEPT, stem_paths
from filmcomposer_core.pipeline import Outcome, run_cue
from filmcomposer_core.run_states import KEPT
from filmcomposer_core.runs import finish_return, follow_project, keep_state

BUILD = "build"


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def press(cue: Path, *, run: str = "", until: str = BUILD, **changes: object) -> Outcome:
    request = SessionRequest(cue="0a1b2c3d", anchor_s=60.0, system="linux", run=run)
    return run_cue(cue, changes=changes, until=until, session=request)


def run_of(cue: Path) -> str:
    return str(json.loads((cue / "reaper/session.json").read_text("utf-8"))["run"])


def texts(cue: Path) -> dict[str, bytes]:
    """Return every editable file and what it was last written as."""
    named = ("spots.csv", "description.toml", "tempo.json", "plan.toml", "melody.abc", "score.json")
    found = {name: (cue / name).read_bytes() for name in (*named, "scheme.json", "daw_plan.json")}
    last = cue / ".filmcomposer" / "last"
    return found | {f"last {f.name}": f.read_bytes() for f in last.rglob("*") if f.is_file()}


def test_the_folder_follows_undo_and_redo_of_the_project(cue: Path) -> None:
    press(cue)
    first, before = run_of(cue), texts(cue)
    press(cue, run=first, seed=77, brief="solo trumpet, heroic")
    second, after = run_of(cue), texts(cue)
    assert second != first
    assert before["score.json"] != after["score.json"]
    undone = press(cue, run=first)  # the project was undone, and something else was pressed
    assert texts(cue) == before
    assert run_of(cue) == first
    assert undone.told == ("The cue folder was taken back to the state that lies in the project.",)
    assert undone.ran == ("project",)  # cue.rpp follows
    assert undone.ledger.settings.seed != 77
    assert press(cue, run=second).ledger.settings.seed == 77
    assert texts(cue) == after


def test_the_same_state_has_the_same_name(cue: Path) -> None:
    press(cue)
    run = run_of(cue)
    press(cue, run=run)
    assert run_of(cue) == run


def test_sound_is_made_anew_where_it_belongs_to_another_state(cue: Path) -> None:
    press(cue, until="report")
    first, mix = run_of(cue), file_hash(cue / "cue.wav")
    press(cue, run=first, seed=77)
    assert press(cue, run=first, until="render").ran == ("project",)  # cue.wav was not touched
    assert file_hash(cue / "cue.wav") == mix


def test_cancelled_work_goes_on_where_the_same_is_asked_for(cue: Path) -> None:
    press(cue)
    run = run_of(cue)
    with open_folder(cue) as folder:
        follow_project(folder, run, wishes={"seed": 77}, tell=lambda _: None)
    run_cue(cue, changes={"seed": 77}, until=BUILD)  # what a cancelled job had finished
    assert press(cue, run=run, seed=77).ran == ()


def test_a_state_that_is_gone_is_said_and_nothing_is_lost(cue: Path) -> None:
    press(cue)
    run = run_of(cue)
    press(cue, run=run, seed=77)
    (cue / "history/runs" / f"{run}.json").unlink()
    before = texts(cue)
    (told,) = press(cue, run=run).told
    assert "no longer has" in told
    assert texts(cue) == before


def test_a_cancelled_brief_does_not_reach_the_next_action(cue: Path) -> None:
    press(cue)
    run, before = run_of(cue), texts(cue)
    with open_folder(cue) as folder:
        follow_project(folder, run, wishes={"seed": 77}, tell=lambda _: None)
    run_cue(cue, changes={"seed": 77}, until=BUILD)  # what a cancelled job had finished
    assert press(cue, run=run).ledger.settings.seed != 77
    assert texts(cue) == before


def test_a_file_edited_since_stays_edited(cue: Path) -> None:
    press(cue)
    run = run_of(cue)
    with open_folder(cue) as folder:
        follow_project(folder, run, wishes={"seed": 77}, tell=lambda _: None)
    (cue / "spots.csv").write_bytes(mine := (cue / "spots.csv").read_bytes() + b"\n")
    told: list[str] = []
    with open_folder(cue) as folder:
        follow_project(folder, run, wishes={}, tell=told.append)
    assert (cue / "spots.csv").read_bytes() == mine
    assert told == ["The cue folder was taken back to the state that lies in the project."]


def test_an_edit_of_a_file_made_anew_goes_to_the_history(cue: Path) -> None:
    press(cue)
    first = run_of(cue)
    press(cue, run=first, seed=77)
    (cue / "plan.toml").write_bytes(mine := (cue / "plan.toml").read_bytes() + b"# mine\n")
    told = press(cue, run=first).told
    assert told[0] == "plan.toml was changed since; your version is history/plan.toml.1."
    assert (cue / "history/plan.toml.1").read_bytes() == mine


def test_a_kill_while_the_folder_goes_back_is_mended(
    cue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(cue)
    first, before = run_of(cue), texts(cue)
    press(cue, run=first, seed=77)

    class Killed(BaseException):
        pass

    writes = 0
    real = runs.write_atomic

    def dying(path: Path, data: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == 5:
            raise Killed
        real(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(runs, "write_atomic", dying)
        with pytest.raises(Killed):
            press(cue, run=first)
    assert texts(cue) != before
    with open_folder(cue) as folder:
        finish_return(folder)
    assert texts(cue) == before
    assert run_cue(cue, changes={}, until=BUILD).ran == ("project",)


def test_stems_of_earlier_states_stay_and_older_ones_go(cue: Path) -> None:
    press(cue, until="report")
    stems = cue / "reaper" / "stems"
    first = {p.name: file_hash(p) for p in stems.iterdir()}
    assert sorted(first.values()) == sorted(file_hash(p) for p in (cue / "stems").iterdir())
    assert all(sha[:12] in name for name, sha in first.items())
    with open_folder(cue) as folder:
        for number in range(STEMS_KEPT):
            ledger = folder.load_ledger()
            assert ledger is not None
            assert set(first) <= {p.name for p in stems.iterdir()}
            artefacts = {n: a for n, a in ledger.artefacts.items() if not n.startswith("stems/")}
            other = type(ledger)(
                schema_version=ledger.schema_version,
                settings=type(ledger.settings)(clip=f"{number}.mp4"),
                artefacts=artefacts,
            )
            run = keep_state(folder, other)
            os.utime(cue / "history/runs" / f"{run}.json", ns=(10**18 * (number + 2),) * 2)
            assert stem_paths(folder, other) == {}
    assert list(stems.iterdir()) == []


def test_a_stem_that_was_replaced_on_disk_is_no_stem_of_ours(cue: Path) -> None:
    with open_folder(cue) as folder:
        ledger = folder.load_ledger()
        assert ledger is not None
        ours = stem_paths(folder, ledger)
        name = next(iter(ours))
        printed = folder.file(name).read_bytes()
        folder.file(name).write_bytes(b"theirs")  # in place, so that the link has it too
        theirs = stem_paths(folder, ledger)[name]
        assert theirs != ours[name]
        assert (cue / theirs).read_bytes() == b"theirs"
        folder.file(name).unlink()
        folder.file(name).write_bytes(printed)  # printed again
        assert stem_paths(folder, ledger) == ours
        assert (cue / ours[name]).read_bytes() == printed


def test_the_same_with_something_else_seen_has_the_same_name(cue: Path) -> None:
    with open_folder(cue) as folder:
        ledger = folder.load_ledger()
        assert ledger is not None
        folder.remember("reaper/observed.sha256", b"one")
        run = keep_state(folder, ledger)
        folder.remember("reaper/observed.sha256", b"two")
        assert keep_state(folder, ledger) == run


def test_only_the_last_states_are_kept(cue: Path) -> None:
    with open_folder(cue) as folder:
        ledger = folder.load_ledger()
        assert ledger is not None
        for number in range(KEPT + 3):
            (cue / "spots.csv").write_text(f"{number}\n")
            run = keep_state(folder, ledger)
            os.utime(cue / "history/runs" / f"{run}.json", ns=(10**18 + number,) * 2)
    kept = cue / "history" / "runs" / "files"
    shas = {text_hash(f"{n}\n".encode()) for n in range(KEPT + 3)}
    assert len(list((cue / "history/runs").glob("*.json"))) == KEPT
    assert len(shas & {p.name for p in kept.iterdir()}) == KEPT


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".filmcomposer/last/../../x"])
def test_a_forged_state_reaches_no_file_outside(cue: Path, name: str) -> None:
    press(cue)
    run = run_of(cue)
    press(cue, run=run, seed=77)
    path = cue / "history/runs" / f"{run}.json"
    data = json.loads(path.read_text("utf-8"))
    data["files"][name] = next(iter(data["files"].values()))
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError):
        press(cue, run=run)
    assert not (cue.parent / "outside").exists()


def test_a_forged_content_is_no_path(cue: Path) -> None:
    press(cue)
    run = run_of(cue)
    press(cue, run=run, seed=77)
    path = cue / "history/runs" / f"{run}.json"
    data = json.loads(path.read_text("utf-8"))
    data["files"]["spots.csv"] = "../../../cue.json"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match="SHA-256"):
        press(cue, run=run)


def test_what_is_only_looked_at_keeps_the_folder_where_it_is(cue: Path) -> None:
    press(cue)
    laid = run_of(cue)
    request = SessionRequest(cue="0a1b2c3d", anchor_s=60.0, system="linux", run=laid, lays=False)
    run_cue(cue, changes={"seed": 77}, until=BUILD, session=request)  # themes assessed, say
    looked = texts(cue)
    after = press(cue, run=laid, until="assess")
    assert after.told == ()
    assert texts(cue) == looked
