"""Notes by bar: there and back, and an edited bar follows its bar line."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core import pins
from filmcomposer_core.bar_trees import BarLines, plan_plain, plan_tree, score_plain, score_tree

TEMPO = {"op": "tempo", "points": [{"time_s": 0, "bpm": 120, "ramp": False, "num": 4, "den": 4}]}
PROJECT = {"op": "project", "length_s": 7.0}
TRACK = {"op": "track", "id": "a", "kind": "part"}
SEND = {"op": "send", "source": "a", "target": "@reverb", "gain": 0.5}


def note(beat: float, pitch: int = 60) -> dict[str, Any]:
    return {"beat": beat, "length": 0.5, "pitch": pitch, "velocity": 80, "channel": 0}


def cc(beat: float, number: int) -> dict[str, Any]:
    return {"beat": beat, "number": number, "value": 5, "ramp": False}


def plan(notes: list[Any], controllers: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    item = {"op": "midi_item", "track": "a", "start_beat": 0, "end_beat": 16, "notes": notes,
            "controllers": controllers or []}  # fmt: skip
    return {"version": 1, "operations": [PROJECT, TEMPO | more, TRACK, SEND, item]}


BEATS = st.integers(0, 16 * 960).map(lambda tick: round(tick / 960, 9))


@given(
    st.lists(st.tuples(BEATS, st.integers(0, 127)).map(lambda n: note(*n)), max_size=30),
    st.lists(st.tuples(BEATS, st.integers(0, 127)).map(lambda c: cc(*c)), max_size=30),
)
def test_there_and_back_is_the_same(notes: list[Any], controllers: list[Any]) -> None:
    one = plan(sorted(notes, key=lambda n: (n["beat"], n["pitch"])), [])
    two = plan([], sorted(controllers, key=lambda c: (c["beat"], c["number"])))
    for before in (one, two):
        after = plan_plain(plan_tree(before))
        for name in ("notes", "controllers"):
            found, want = (plain["operations"][4][name] for plain in (after, before))
            assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, want))
        assert [op["op"] for op in after["operations"]] == [op["op"] for op in before["operations"]]


def test_a_finished_plan_and_score_come_back_to_the_letter(finished: Path) -> None:
    for name, there, back in (
        ("daw_plan.json", plan_tree, plan_plain),
        ("score.json", score_tree, score_plain),
    ):
        data = json.loads((finished / name).read_text("utf-8"))
        assert back(pins.keyed(there(data)) and there(data)) == data
        # Also through the form in which pins are put back.
        tree, _, _ = pins.apply(there(data), (), valid=lambda _: True)
        assert back(tree) == data


def always(_: object) -> bool:
    return True


def test_a_pinned_bar_follows_its_bar_line() -> None:
    written = plan([note(0.0), note(5.0), note(9.0)])
    edited = copy.deepcopy(written)
    edited["operations"][4]["notes"][1]["pitch"] = 72
    found = pins.changes(plan_tree(written), plan_tree(edited))
    assert [pin.path[1:] for pin in found] == [("midi_item a", "notes", "measure 2")]
    waltz = [TEMPO["points"][0] | {"num": 3}]
    anew = plan([note(1.0, 50), note(4.0, 51)], points=waltz)
    tree, held, unfit = pins.apply(plan_tree(anew), found, valid=always)
    notes = plan_plain(tree)["operations"][4]["notes"]
    assert [(n["beat"], n["pitch"]) for n in notes] == [(1.0, 50), (4.0, 72)]
    assert (len(held), unfit) == (1, ())


def test_controllers_of_a_bar_are_one_pin_although_their_numbers_differ() -> None:
    written = plan([], [cc(0.0, 1), cc(1.0, 11)])
    edited = copy.deepcopy(written)
    edited["operations"][4]["controllers"][0]["value"] = 9
    found = pins.changes(plan_tree(written), plan_tree(edited))
    assert [pin.path[1:] for pin in found] == [("midi_item a", "controllers", "measure 1")]
    anew = plan([], [cc(0.0, 1), cc(1.0, 1), cc(2.0, 1)])
    tree, _, unfit = pins.apply(plan_tree(anew), found, valid=always)
    made = plan_plain(tree)["operations"][4]["controllers"]
    assert [(c["number"], c["value"]) for c in made] == [(1, 9), (11, 5)]
    assert unfit == ()


def test_a_bar_that_is_no_more_is_named() -> None:
    written = plan([note(9.0)])
    edited = copy.deepcopy(written)
    edited["operations"][4]["notes"][0]["pitch"] = 72
    found = pins.changes(plan_tree(written), plan_tree(edited))
    anew = plan([note(0.0)])
    anew["operations"][0] = PROJECT | {"length_s": 3.0}
    _, held, unfit = pins.apply(plan_tree(anew), found, valid=always)
    assert held == ()
    assert unfit[0].name == "operations > midi_item a > notes > measure 3"


def test_an_item_grows_to_the_notes_that_are_put_back() -> None:
    written = plan([note(0.0)])
    edited = copy.deepcopy(written)
    edited["operations"][4]["notes"] += [note(17.0)]
    edited["operations"][4]["end_beat"] = 20
    found = pins.changes(plan_tree(written), plan_tree(edited))
    shorter = plan([note(5.0)])
    shorter["operations"][4] |= {"start_beat": 4, "end_beat": 8}
    tree, _, _ = pins.apply(plan_tree(shorter), found, valid=always)
    item = plan_plain(tree)["operations"][4]
    assert (item["start_beat"], item["end_beat"]) == (4, 20)
    longer = plan([note(5.0), note(22.0)])
    longer["operations"][4]["end_beat"] = 24
    tree, _, _ = pins.apply(plan_tree(longer), found, valid=always)
    item = plan_plain(tree)["operations"][4]
    assert item["end_beat"] >= 22.5  # the pinned end cuts no note off


def test_envelopes_hold_whether_or_not_the_stage_makes_one() -> None:
    line = {"op": "envelope", "track": "a", "parameter": "volume", "target": "",
            "points": [{"time_s": 0, "value": 1}]}  # fmt: skip
    without, with_line = plan([]), plan([])
    with_line["operations"].append(line)
    mine = line | {"points": [{"time_s": 1, "value": 0.5}]}
    edited = plan([])
    edited["operations"].append(mine)
    added = pins.changes(plan_tree(without), plan_tree(edited))
    changed = pins.changes(plan_tree(with_line), plan_tree(edited))
    removed = pins.changes(plan_tree(with_line), plan_tree(without))
    for base in (without, with_line):
        for held, want in ((added, [mine]), (changed, [mine]), (removed, [])):
            tree, _, unfit = pins.apply(plan_tree(base), held, valid=always)
            assert unfit == ()
            assert plan_plain(tree)["operations"][5:] == want


def test_pins_of_an_earlier_version_are_still_put_back() -> None:
    """They held whole lists of notes, with places from the beginning."""
    tree = plan_tree(plan([note(0.0)]))
    tree["operations"]["midi_item a"]["notes"] = [note(5.0)]
    assert plan_plain(tree)["operations"][4]["notes"] == [note(5.0)]
    tree = plan_tree(plan([note(0.0)]))
    tree["operations"]["midi_item a"]["notes"]["measure 2"] = [note(5.0)]
    assert [n["beat"] for n in plan_plain(tree)["operations"][4]["notes"]] == [0.0, 5.0]


@pytest.mark.parametrize(
    ("beat", "name", "start"),
    [(0.0, "measure 1", 0.0), (3.9999999999, "measure 2", 4.0), (9.9, "measure 3", 7.0),
     (10.0, "measure 4", 10.0), (16.0, "measure 6", 16.0)],
)  # fmt: skip
def test_bars_go_on_behind_the_last(beat: float, name: str, start: float) -> None:
    assert BarLines([0.0, 4.0, 7.0], 3.0).place(beat) == (name, start)
