"""Bars written anew from the command line: pinned, and everything else note for note."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from filmcomposer_core.cli.command import run
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import Observed, ObservedTrack
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import run_cue
from filmcomposer_core.stages.regenerate import _holds_bar_of
from filmcomposer_core.timeline import Timeline
from tests.core.observed import daw


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def score_of(cue: Path) -> Score:
    data = json.loads((cue / "score.json").read_text("utf-8"))
    return codec.build(Score, data, where="score.json")


def by_bar(score: Score) -> dict[tuple[str, int], list[tuple[float, float, int]]]:
    found: dict[tuple[str, int], list[tuple[float, float, int]]] = {}
    for part in score.parts:
        for note in part.notes:
            bar = max(m.number for m in score.measures if m.beat <= note.beat + 1e-9)
            row = (round(note.beat, 6), round(note.length, 6), note.pitch)
            found.setdefault((part.id, bar), []).append(row)
    return found


def selection(cue: Path) -> tuple[str, int, float, float]:
    """Return the part and the inner bar with most notes, and that bar's times."""
    score = score_of(cue)
    bars = Timeline(tempo_points(cue)).bars_until(12.0)
    (part, bar), _ = max(by_bar(score).items(), key=lambda item: (len(item[1]), item[0]))
    place = bars[bar - 1]
    end = bars[bar].start_s if bar < len(bars) else 12.0
    return part, bar, place.start_s, end


def tempo_points(cue: Path):
    return daw.timeline_of(daw.plan_of(cue)).points


def changed_bars(before: Score, after: Score) -> set[tuple[str, int]]:
    one, two = by_bar(before), by_bar(after)
    return {key for key in one | two if one.get(key) != two.get(key)}


def words(cue: Path, part: str, start: float, end: float, *more: str) -> list[str]:
    return ["regenerate", str(cue), "--from", f"{start:.6f}", "--to", f"{end:.6f}",
            "--tracks", part, "--until", "build", *more]  # fmt: skip


def test_chosen_bars_are_new_and_stay_when_the_arrangement_is_made_anew(
    cue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = score_of(cue)
    part, bar, start, end = selection(cue)
    assert run(words(cue, part, start, end, "--seed", "5")) == 0
    assert "regenerate" in capsys.readouterr().err
    after = score_of(cue)
    changed = changed_bars(before, after)
    assert changed
    assert {key[0] for key in changed} == {part}
    # A note that is tied over from the bar before may be cut there.
    assert {key[1] for key in changed} <= {bar - 1, bar}
    pins = daw.pins_of(cue, "score.json")
    assert {pin.path[:2] for pin in pins} == {("parts", f"id {part}")}
    done = run_cue(cue, changes={}, start="arrange", until="arrange")
    assert changed_bars(after, score_of(cue)) == set()
    assert not any("Set aside" in told for told in done.told)


def test_notes_that_were_changed_on_the_track_give_way_in_these_bars_only(cue: Path) -> None:
    part, bar, start, end = selection(cue)
    plan = daw.plan_of(cue)
    notes = daw.seen_notes(daw.item_of(plan, part), daw.timeline_of(plan))
    higher = [codec.plain(n) | {"pitch": n.pitch + 1} for n in notes]
    daw.write(cue, {"tracks": [{"id": part, "notes": higher}]})
    run_cue(cue, changes={}, observed=True, until="build")
    pinned = {pin.path[3] for pin in daw.pins_of(cue, "daw_plan.json")}
    assert f"measure {bar}" in pinned
    wanted = Regenerate(start_s=start, end_s=end, tracks=(part,), seed=5)
    done = run_cue(cue, changes={}, regenerate=wanted, until="build")
    left = {pin.path[3] for pin in daw.pins_of(cue, "daw_plan.json")}
    assert left == pinned - {f"measure {bar}"}
    said = f"Your own notes in bar {bar} of these tracks give way"
    assert any(said in told for told in done.told)


def test_observed_and_regenerated_in_one_job(cue: Path) -> None:
    part, _, start, end = selection(cue)
    daw.write(cue, Observed(tracks=(ObservedTrack(id=part, volume=0.5),)))
    wanted = Regenerate(start_s=start, end_s=end, tracks=(part,), seed=5)
    done = run_cue(cue, changes={}, observed=True, regenerate=wanted, until="build")
    assert done.ran[0] == "regenerate"
    # What was written anew is no edit of theirs that was kept.
    assert [told for told in done.told if told.startswith("Kept:")] == [
        next(told for told in done.told if told.startswith("Kept: fader of "))
    ]
    assert any("new notes in bar" in told.lower() or "is varied" in told for told in done.told)
    assert not any("measure" in told for told in done.told)
    paths = [pin.path for pin in daw.pins_of(cue, "daw_plan.json")]
    assert paths == [("operations", f"track {part}", "volume")]


def test_which_pins_a_selection_holds(cue: Path) -> None:
    from filmcomposer_core.contracts.cue import Pin

    score = score_of(cue)
    part, other = score.parts[0].id, score.parts[1].id
    holds = _holds_bar_of({part}, 3, 4)

    def pin(*path: str) -> Pin:
        return Pin(op="set", path=("operations", *path), value=[])

    for item in (part, f"{part}_dup2"):
        assert holds(pin(f"midi_item {item}", "notes", "measure 4"))
        assert holds(pin(f"midi_item {item}", "controllers", "measure 3"))
        assert not holds(pin(f"midi_item {item}", "notes", "measure 5"))
    assert not holds(pin(f"midi_item {other}", "notes", "measure 4"))
    assert not holds(pin(f"track {part}", "volume"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2", "--to", "1", "--tracks", "x"], "end_s is 1.0, must be 2"),
        (["--from", "-1", "--to", "1", "--tracks", "x"], "start_s is -1"),
        (["--from", "1", "--to", "2", "--tracks", " , "], "number of tracks is 0"),
        (["--from", "1", "--to", "2", "--tracks", "kazoo"], "no part 'kazoo'"),
        (["--from", "50", "--to", "60", "--tracks", "kazoo"], "No bar of the score lies between"),
    ],
)
def test_a_bad_selection_is_one_sentence_and_nothing_changes(
    finished: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (finished / "score.json").read_bytes()
    assert run(["regenerate", str(finished), *words, "--until", "build"]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert (finished / "score.json").read_bytes() == before


def test_a_run_that_ends_before_the_arrangement_cannot_write_bars_anew(finished: Path) -> None:
    wanted = Regenerate(start_s=0.0, end_s=1.0, tracks=("x",), seed=1)
    with pytest.raises(InputError, match="cannot be written anew by a run that ends with plan"):
        run_cue(finished, changes={}, regenerate=wanted, until="plan")
