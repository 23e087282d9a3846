"""Scores that the user sets in ``assessment.json``, or marks as pinned, and runs after that."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import run_cue

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def read(cue: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cue / "assessment.json").read_text("utf-8"))
    return found


def edit(cue: Path, change: Edit) -> dict[str, Any]:
    data = read(cue)
    change(data)
    (cue / "assessment.json").write_text(json.dumps(data), "utf-8")
    return data


def row(data: dict[str, Any], number: int, part: str = "theme") -> dict[str, Any]:
    found: dict[str, Any] = data[part]["criteria"][number - 1]
    return found


def judged(data: dict[str, Any], part: str = "theme") -> list[int]:
    return [each["id"] for each in data[part]["criteria"] if each["score"] is not None]


def test_a_score_that_is_set_is_pinned_and_counts(cue: Path) -> None:
    before = read(cue)
    number = judged(before)[0]
    was = row(before, number)["score"]
    edit(cue, lambda data: row(data, number).update(score=0.125))
    done = run_cue(cue, changes={}, until="assess")
    after = read(cue)
    held = row(after, number)
    assert (held["score"], held["pinned"], held["verdict"]) == (0.125, True, "poor")
    assert held["computed"]["score"] == was
    assert held["evidence"].startswith("Set by the user. Measured ")
    change = after["theme"]["musicality"] - before["theme"]["musicality"]
    assert change == pytest.approx(0.125 - was, abs=2e-3)
    assert f"score {number} of the theme" in " ".join(done.told)
    others = [n for n in range(1, 20) if n != number]
    assert [row(after, n) for n in others] == [row(before, n) for n in others]
    assert after["cue"] == before["cue"]


def test_a_pinned_score_outlives_other_music(cue: Path) -> None:
    first = read(cue)
    set_by_hand, as_it_is = judged(first, "cue")[:2]

    def change(data: dict[str, Any]) -> None:
        row(data, set_by_hand, "cue").update(score=0.9)
        row(data, as_it_is, "cue").update(pinned=True)

    edit(cue, change)
    run_cue(cue, changes={"seed": 77}, until="assess")
    after = read(cue)
    assert row(after, set_by_hand, "cue")["score"] == 0.9
    assert row(after, as_it_is, "cue")["score"] == row(first, as_it_is, "cue")["score"]
    assert [n for n in judged(after, "cue") if row(after, n, "cue").get("pinned")] == [
        set_by_hand, as_it_is
    ]  # fmt: skip
    assert after["theme"] != first["theme"]


def test_a_pin_that_is_taken_away_gives_the_measures_back(cue: Path) -> None:
    before = read(cue)
    number = judged(before)[1]
    edit(cue, lambda data: row(data, number).update(score=0.3))
    run_cue(cue, changes={}, until="assess")
    edit(cue, lambda data: row(data, number).update(pinned=False))
    run_cue(cue, changes={}, until="assess")
    assert read(cue) == before


def test_all_but_scores_and_marks_is_written_over(cue: Path) -> None:
    before = read(cue)

    def change(data: dict[str, Any]) -> None:
        data["theme"]["accepted"] = not data["theme"]["accepted"]
        data["theme"]["musicality"] = 99.0
        row(data, 1)["evidence"] = "It is the best ever written."
        data["tries"] = []

    edit(cue, change)
    run_cue(cue, changes={}, until="report")
    assert read(cue) == before


def test_what_is_not_judged_cannot_be_pinned(cue: Path) -> None:
    before = read(cue)
    waiting = next(each["id"] for each in before["theme"]["criteria"] if each["score"] is None)
    edit(cue, lambda data: row(data, waiting).update(score=1.0, verdict="good", pinned=True))
    run_cue(cue, changes={}, until="assess")
    assert read(cue) == before


@pytest.mark.parametrize("score", [1.5, -0.1, "good"])
def test_a_score_that_is_none_is_refused_in_one_sentence(score: object, cue: Path) -> None:
    edit(cue, lambda data: row(data, 1).update(score=score))
    with pytest.raises(InputError, match=r"assessment\.json"):
        run_cue(cue, changes={}, until="assess")
    assert row(read(cue), 1)["score"] == score
