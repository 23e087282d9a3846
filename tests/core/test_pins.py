"""Laws and hand-worked examples of finding and re-applying edits."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core import pins
from filmcomposer_core.contracts.cue import Pin

WRITTEN = {
    "tracks": [
        {"id": "violins", "panning": -0.5, "volume": {"measure1": 0.6, "measure5": 0.9}},
        {"id": "horns", "panning": 0.2, "volume": {"measure1": 0.4}},
    ],
    "title": "x",
}


def always(_: object) -> bool:
    return True


def edited() -> dict:
    tree = copy.deepcopy(WRITTEN)
    tree["tracks"][0]["panning"] = 0.7
    tree["tracks"][0]["volume"]["measure3"] = 0.1
    del tree["tracks"][0]["volume"]["measure5"]
    return tree


def test_changes_are_named_by_key() -> None:
    found = pins.changes(WRITTEN, edited())
    assert [(p.op, p.path, p.value) for p in found] == [
        ("set", ("tracks", "id violins", "panning"), 0.7),
        ("add", ("tracks", "id violins", "volume", "measure3"), 0.1),
        ("remove", ("tracks", "id violins", "volume", "measure5"), None),
    ]


def test_pins_follow_their_element_when_the_list_changes() -> None:
    rebuilt = {
        "tracks": [
            {"id": "flute", "panning": 0.0, "volume": {"measure1": 0.5}},
            {"id": "violins", "panning": -0.3, "volume": {"measure1": 0.2, "measure5": 0.3}},
        ],
        "title": "y",
    }
    tree, held, unfit = pins.apply(rebuilt, pins.changes(WRITTEN, edited()), valid=always)
    assert [t["id"] for t in tree["tracks"]] == ["flute", "violins"]
    assert tree["tracks"][1] == {
        "id": "violins",
        "panning": 0.7,
        "volume": {"measure1": 0.2, "measure3": 0.1},
    }
    assert len(held) == 3
    assert unfit == ()


def test_a_pin_without_its_element_is_named() -> None:
    tree, held, unfit = pins.apply(
        {"tracks": [{"id": "flute", "panning": 0.0, "volume": {}}], "title": "y"},
        pins.changes(WRITTEN, edited())[:1],
        valid=always,
    )
    assert held == ()
    assert [pin.name for pin in unfit] == ["tracks > id violins > panning"]
    assert tree["tracks"][0]["panning"] == 0.0


def test_a_pin_that_breaks_the_file_is_left_out_and_the_others_hold() -> None:
    def valid(tree: dict) -> bool:
        return tree["tracks"][0]["panning"] <= 0.5

    _, held, unfit = pins.apply(WRITTEN, pins.changes(WRITTEN, edited()), valid=valid)
    assert [p.path[-1] for p in held] == ["measure3", "measure5"]
    assert [p.path[-1] for p in unfit] == ["panning"]


def test_an_added_element_is_added_again_and_a_later_change_goes_into_it() -> None:
    with_new = copy.deepcopy(WRITTEN)
    with_new["tracks"].append({"id": "harp", "panning": 0.0, "volume": {}})
    first = pins.changes(WRITTEN, with_new)
    again = copy.deepcopy(with_new)
    again["tracks"][2]["panning"] = 0.9
    merged = pins.merge(first, pins.changes(with_new, again))
    tree, _, unfit = pins.apply(WRITTEN, merged, valid=always)
    assert tree["tracks"][2] == {"id": "harp", "panning": 0.9, "volume": {}}
    assert unfit == ()
    gone = pins.merge(merged, pins.changes(again, WRITTEN))
    assert pins.apply(WRITTEN, gone, valid=always)[0] == WRITTEN


def test_removing_something_already_gone_is_no_misfit() -> None:
    pin = Pin(op="remove", path=("tracks", "id tuba"))
    assert pins.apply(WRITTEN, [pin], valid=always) == (WRITTEN, (pin,), ())


LEAF = st.one_of(st.integers(-3, 3), st.text("ab", max_size=2))
ROW = st.fixed_dictionaries({"a": LEAF, "b": LEAF})
TREE = st.fixed_dictionaries(
    {
        "rows": st.dictionaries(st.integers(0, 6), ROW, min_size=1, max_size=5).map(
            lambda rows: [{"id": f"r{k}"} | row for k, row in rows.items()]
        ),
        "name": LEAF,
        "plain": st.lists(st.integers(), max_size=3),
    }
)


@given(TREE, TREE)
def test_applying_all_changes_to_what_was_written_gives_what_was_edited(old, new) -> None:
    tree, _, unfit = pins.apply(old, pins.changes(old, new), valid=always)
    assert unfit == ()
    assert pins.keyed(tree) == pins.keyed(new)


@given(TREE, TREE, TREE)
def test_two_edits_merge_to_the_second(old, first, second) -> None:
    merged = pins.merge(pins.changes(old, first), pins.changes(first, second))
    assert pins.keyed(pins.apply(old, merged, valid=always)[0]) == pins.keyed(second)
